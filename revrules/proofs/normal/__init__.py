"""Expressions into normal forms: where these are equal, the expressions have the same value for every record, missing or not.

A fast path beside the prover: most rewordings (order, double negation, De Morgan, a definition written out, a limit moved to its
neighbour) end in one normal form, and no question is asked. Different normal forms say nothing.
"""

from revrules.proofs.normal.expressions import Normals

__all__ = ["Normals"]
