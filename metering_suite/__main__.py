"""`python -m metering_suite`."""

import sys

from metering_suite.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
