"""Two rulesets (or two teams of one) into how their words and stages lie to each other, each with a record on each side.

``matching`` says what corresponds to what, ``merged`` makes one ruleset of both, ``rows`` compares what corresponds.
"""

from revrules.proofs.alignment.align import Alignment, align, align_teams, names_of
from revrules.proofs.alignment.matching import Names, Near
from revrules.proofs.alignment.merged import Difference
from revrules.proofs.alignment.rows import Asked, Row

__all__ = ["Alignment", "Asked", "Difference", "Names", "Near", "Row", "align", "align_teams", "names_of"]
