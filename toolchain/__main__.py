"""Start the command line, also as `python3 PATH/TO/toolchain` from any folder; needs only the standard library."""

import sys
from pathlib import Path

if __name__ == "__main__":
    # Only old syntax up to here: an old Python has to get as far as this message.
    if sys.version_info < (3, 11):  # noqa: UP036 - the one check that a package's metadata cannot make for us
        sys.exit(
            "error: The tool chain was started with Python {}.{}.\n  allowed: Python 3.11 or newer\n"
            "  do:      run it with such a Python, e.g. `python3.11 -m toolchain setup`".format(*sys.version_info)
        )
    folder = Path(__file__).resolve().parent
    # Started as a folder, Python puts that folder first, where `toolchain` itself is not to be found.
    sys.path[:] = [str(folder.parent)] + [entry for entry in sys.path if entry != str(folder)]
    from toolchain.command_line import main

    sys.exit(main())
