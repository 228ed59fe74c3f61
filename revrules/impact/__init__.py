"""Two versions and a table into what the change does to real records: who moves where, and which clause moved them.

``moving`` judges every record twice, ``ways`` finds where its two paths part, ``clauses`` what is written otherwise there,
``naming`` what is called what; ``account`` is what comes out, as values.
"""

from revrules.impact.account import Account, Group, Moved
from revrules.impact.moving import Data, Impact
from revrules.tables.totals import Number

__all__ = ["Account", "Data", "Group", "Impact", "Moved", "Number"]
