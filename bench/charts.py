"""pygal, without the importer that it leaves behind.

That importer, for plugins with maps, has the form of which Python 3.11 warns at each later import and which 3.12 does
not ask any more.
"""

import sys

import pygal
from pygal.style import CleanStyle

__all__ = ["CleanStyle", "pygal"]

sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != "pygal"]
