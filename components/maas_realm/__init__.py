"""The developer portal's realm."""

from components.maas_realm.component import MaasRealm, MaasRealmArgs
from components.maas_realm.legacy import LegacyRealm, LegacyRealmArgs

__all__ = ["LegacyRealm", "LegacyRealmArgs", "MaasRealm", "MaasRealmArgs"]
