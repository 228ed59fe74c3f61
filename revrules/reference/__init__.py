"""What a ruleset means, as code to be read: the same text as grammar/language.md. Every other interpretation must agree with it.

``expressions`` turns an expression and a record into a value, ``lifecycle`` a record into a placement.
"""

from revrules.reference.lifecycle import Mode, evaluate, place

__all__ = ["Mode", "evaluate", "place"]
