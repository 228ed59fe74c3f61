"""Two versions and a table into what the change does to real records: who moves where, and which clause moved them.

``moving`` takes the records that both versions judge, ``ways`` finds where a record's two paths part, ``clauses`` what is written
otherwise there (``decisions`` remembers what was found), ``naming`` what is called what, ``questions`` what records can be asked
about; ``account`` is what comes out, as values.
"""

from revrules.impact.account import Account, Group, Moved
from revrules.impact.moving import Data, Impact
from revrules.tables.totals import Number

__all__ = ["Account", "Data", "Group", "Impact", "Moved", "Number"]
