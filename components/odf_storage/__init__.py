"""OpenShift Data Foundation: volumes that several pods share, and buckets."""

from components.odf_storage.component import OdfStorage, OdfStorageArgs

__all__ = ["OdfStorage", "OdfStorageArgs"]
