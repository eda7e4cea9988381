"""The reference page of the 3scale provider, generated from its code: `python -m dynamic_providers.reference`."""
