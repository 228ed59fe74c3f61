"""The cases that define the language into what an engine makes of them: which hold there, which are gaps, which differ."""

from revrules.verify.cases import Suite, suites
from revrules.verify.run import Outcome, State, Warehouse, verify
from revrules.verify.script import script

__all__ = ["Outcome", "State", "Suite", "Warehouse", "script", "suites", "verify"]
