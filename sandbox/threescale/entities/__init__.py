"""One module per entity: its fields, its defaults, what it refuses, and the operations that reach it."""
