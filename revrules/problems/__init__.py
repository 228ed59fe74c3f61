"""Every problem that revrules can report: code, name, severity and words. One function per problem; callers write no prose.

The modules go by phase: ``syntax`` REV1xx, ``names`` REV2xx, ``types`` REV3xx, ``stages`` REV4xx, ``logic`` and ``classes``
REV50x and REV51x, ``proofs`` REV599, ``alignment`` and ``ownership`` REV6xx, ``decisions`` REV24x and REV32x, ``data`` REV7xx,
``examples`` REV78x, ``revisions`` REV790 to REV792, ``baselines`` REV793 to REV796, ``impact`` REV797 and REV798. Codes are
never reused.
"""

from __future__ import annotations

from importlib import import_module

from revrules.diagnostics import Problem

MODULES = (
    "syntax",
    "names",
    "types",
    "decisions",
    "stages",
    "logic",
    "classes",
    "tables_of_decisions",
    "proofs",
    "alignment",
    "meanings",
    "ownership",
    "data",
    "pushing",
    "engines",
    "examples",
    "revisions",
    "baselines",
    "impact",
)


def catalogue() -> dict[str, Problem]:
    """Return every problem by its code, in the order of the codes."""
    modules = (import_module(f"revrules.problems.{name}") for name in MODULES)
    found = [value for module in modules for value in vars(module).values() if isinstance(value, Problem)]
    return {problem.code: problem for problem in sorted(found, key=lambda problem: problem.code)}
