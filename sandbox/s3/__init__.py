"""A small object store with the S3 protocol, in place of MinIO and of OpenShift Data Foundation's gateways."""
