"""Which test shows which row of what the platform has to do: `python -m tests.coverage`."""
