"""States in which a platform can be broken; `python -m tests.broken_states` writes the page about them."""
