"""Meters: where a gateway's own counts are read."""
