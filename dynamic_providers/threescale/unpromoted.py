"""Products whose gateways lack what this process has written of them.

Apart from the client, because every preview asks, and a preview neither calls nor loads the HTTP library. Ids are those
of one tenant; a process of two that share one would promote what is promoted already, which changes nothing.
"""

_products: set[str] = set()


def note(product_id: str) -> None:
    """Keep in mind a write of something that the gateways of a product read."""
    _products.add(product_id)


def forget(product_id: str) -> None:
    """Note that the gateways of a product have all of it."""
    _products.discard(product_id)


def lacks_promotion(product_id: str) -> bool:
    """Tell whether something was written and not promoted since."""
    return product_id in _products
