"""The IR into SQL of several dialects that means the same as language.md: values, conditions, whole placements.

``placed`` is the door: a source and a lifecycle into the statement that places every record.
"""

from __future__ import annotations

from revrules.backends.sql.dialects import Dialect, Unsayable
from revrules.backends.sql.outputs import ANSWERS, MASKS, Bit, Kind
from revrules.backends.sql.statements import Column, Query, placed

__all__ = ["ANSWERS", "MASKS", "Bit", "Column", "Dialect", "Kind", "Query", "Unsayable", "placed"]
