"""What pulumi-kubernetes cannot do: approve exactly one install plan, and wait with an explanation.

`errors` ← `connection` ← `evidence`; `conditions` is pure; one module per resource. Reads stay inside one namespace,
except for objects that have none.
"""
