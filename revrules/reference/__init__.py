"""What a ruleset means, as code to be read: the same text as grammar/language.md. Every other interpretation must agree with it.

``expressions`` turns an expression and a record into a value; ``walk`` a record into the stages that it passes, ``reasons`` into
what stands in the way, ``lifecycle`` into the whole placement.
"""

from revrules.reference.judge import Judge
from revrules.reference.lifecycle import Mode, evaluate, place, placed, truth_of, verdict_between

__all__ = ["Judge", "Mode", "evaluate", "place", "placed", "truth_of", "verdict_between"]
