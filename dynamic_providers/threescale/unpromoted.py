"""Products whose gateways lack what this process has written of them.

Apart from the client, because every preview asks, and a preview neither calls nor loads the HTTP library. Ids are those
of one tenant; a process of two that share one would promote what is promoted already, which changes nothing.
"""

_products: set[str] = set()
_backends: set[str] = set()
"""Backends that were written: their addresses stand in the configurations of the products that use them."""
_users: dict[str, set[str]] = {}
"""Backend → products, as far as they are known to use it."""


def note(product_id: str) -> None:
    """Keep in mind a write of something that the gateways of a product read."""
    _products.add(product_id)


def note_backend(backend_id: str) -> None:
    """Keep in mind a write of a backend, for the products that are known to use it now or later."""
    _backends.add(backend_id)
    _products.update(_users.get(backend_id, ()))


def note_usage(product_id: str, backend_id: str) -> None:
    """Keep in mind that a product uses a backend."""
    users = _users.setdefault(backend_id, set())
    if backend_id in _backends and product_id not in users:
        _products.add(product_id)
    users.add(product_id)


def forget(product_id: str) -> None:
    """Note that the gateways of a product have all of it."""
    _products.discard(product_id)


def lacks_promotion(product_id: str) -> bool:
    """Tell whether something was written and not promoted since."""
    return product_id in _products
