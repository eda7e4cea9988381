"""3scale's entities as resources: `errors` ← `client` ← `entity` and `owned` ← one module per entity."""
