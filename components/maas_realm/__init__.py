"""The developer portal's realm."""

from components.maas_realm.component import MaasRealm, MaasRealmArgs

__all__ = ["MaasRealm", "MaasRealmArgs"]
