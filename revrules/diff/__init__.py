"""Two versions of a ruleset into what changed in meaning: proved, with a record on each side, and the clause that is responsible.

``meaning`` compares what both versions say of records, ``shape`` the rest of what is declared; ``renames`` says what was called
otherwise.
"""

from revrules.diff.changes import Change, Kind, Shape
from revrules.diff.versions import Difference, difference

__all__ = ["Change", "Difference", "Kind", "Shape", "difference"]
