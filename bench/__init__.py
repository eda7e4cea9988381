"""What the product costs, measured in one run against a floor: `make bench`, or `python -m bench`."""
