"""revrules: revenue definitions as code.

>>> import revrules
>>> rules = revrules.loads('''
... team sales
... entity deal key id { id text required  signed boolean }
... lifecycle deals of deal {
...   stage open { entry owner sales }
...   stage done { owner sales from open requires { signed: signed } won }
... }
... ''')
>>> rules.lifecycle("deals").stage({"id": "D-1", "signed": True})
'done'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from revrules.ruleset import Lifecycle as Lifecycle
    from revrules.ruleset import Ruleset as Ruleset
    from revrules.ruleset import RulesetError as RulesetError
    from revrules.ruleset import Unmet as Unmet
    from revrules.ruleset import load as load
    from revrules.ruleset import loads as loads
    from revrules.runtime.results import Blocker as Blocker
    from revrules.runtime.results import DataProblem as DataProblem
    from revrules.runtime.results import NextStage as NextStage
    from revrules.runtime.results import Placement as Placement
    from revrules.runtime.results import Seen as Seen
    from revrules.runtime.results import Verdict as Verdict
    from revrules.runtime.results import Violation as Violation

__version__ = "0.1.0"

_FROM = {
    **dict.fromkeys(("Lifecycle", "Ruleset", "RulesetError", "Unmet", "load", "loads"), "revrules.ruleset"),
    **dict.fromkeys(
        ("Blocker", "DataProblem", "NextStage", "Placement", "Seen", "Verdict", "Violation"), "revrules.runtime.results"
    ),
}

__all__ = [
    "Blocker",
    "DataProblem",
    "Lifecycle",
    "NextStage",
    "Placement",
    "Ruleset",
    "RulesetError",
    "Seen",
    "Unmet",
    "Verdict",
    "Violation",
    "__version__",
    "load",
    "loads",
]


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for: ``import revrules`` alone stays cheap."""
    if name not in _FROM:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(_FROM[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names."""
    return __all__
