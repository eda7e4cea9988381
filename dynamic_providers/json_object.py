"""The type of everything that crosses a wire here. No imports of Pulumi: clients and errors use it too."""

from typing import Any

Json = dict[str, Any]
"""A JSON object: of a request, of an answer, or the properties of a resource."""
