"""Copies one revision of a repository of the model hub into a folder of a bucket.

A Job of this stack runs this package in a container, `python3 -m job`; no module of the stack's program imports it. It
needs Python 3.9 and boto3, nothing else: KServe's storage initializer has both, lies on the nodes that serve models
already and is pinned by OpenShift AI. The hub is asked with the standard library, because a stream of parts goes from
it into the bucket and touches no disk.

Argument: a JSON object with `hub`, `repo`, `revision`, `allow`, `deny` and `prefix` (the folder, with its slash).
Variables: AWS_S3_ENDPOINT, AWS_S3_BUCKET, AWS_DEFAULT_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_CA_BUNDLE,
and HF_TOKEN for gated models.
Exit status: 0 the folder is complete; 1 try again, what is copied stays; 2 it would fail again, the last line says why.

What is copied is remembered in `_imports/<folder>.json`, beside the folder and not in it, since KServe hands everything
in the folder to the model server.
"""
