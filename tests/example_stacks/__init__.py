"""What the example stack files place, and the page that says so: `python -m tests.example_stacks`."""
