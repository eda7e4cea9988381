"""What the whole platform costs on the sandbox, as its catalogue grows: `python -m bench platform`."""
