"""The bucket in which models lie."""

from components.object_store.component import ObjectStore, ObjectStoreArgs

__all__ = ["ObjectStore", "ObjectStoreArgs"]
