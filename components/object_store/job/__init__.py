"""Makes the buckets that are named as arguments, where they do not exist yet.

A Job of this stack runs this package in a container, `python3 -m job`; it needs Python 3.9 and boto3, and no module of
the stack's program imports it.
Variables: AWS_S3_ENDPOINT, AWS_DEFAULT_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_CA_BUNDLE.
"""
