"""What pulumi-kubernetes cannot do: approve exactly one install plan, and wait with an explanation.

`errors`, `api_client` ← `connection` ← `evidence`; `conditions` is pure; one module per resource.
Reads stay inside one namespace, except for objects that have none.
"""
