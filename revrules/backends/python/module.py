"""A generated module while it is being written: its imports, constants, what is computed once per instant, its functions."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from revrules import ir
from revrules.backends.python.code import Py, block, constructed, literal
from revrules.reads import children

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

STANDARD = {
    "date": "datetime",
    "datetime": "datetime",
    "timedelta": "datetime",
    "UTC": "datetime",
    "time": "datetime",
    "Decimal": "decimal",
}
"""Names of the standard library that generated text uses, and their modules."""
INLINED = 30
"""Nodes of a definition that is written where it is used; a larger one becomes a function."""

FOR_A_RECORD = (ir.Field, ir.Ref, ir.Related, ir.Count, ir.Sum, ir.Extreme, ir.Pick, ir.Points, ir.Choose, ir.Table, ir.Collects)
"""What is asked of a record; scores and classifications are functions, which stand after what is worked out once."""


class Module:
    """Collects the parts of one generated module. ``ruleset`` is what it is made from."""

    def __init__(self, ruleset: ir.Ruleset) -> None:
        self.ruleset = ruleset
        self.entities = {entity.name: entity for entity in ruleset.entities}
        self.definitions = {definition.id: definition for definition in ruleset.definitions}
        self.imports: dict[str, str] = {}
        self.constants: dict[str, str] = {}
        self.moments: dict[str, str] = {}
        self.functions: list[list[str]] = []
        self.sets: dict[int, tuple[Sequence[ir.Value], Py]] = {}
        self.tables: dict[str, str] = {}
        self.folded: dict[str, tuple[ir.Value, ...]] = {}
        self.function_names: dict[object, str] = {}
        self._numbers: dict[ir.Expr, int] = {}
        self._seen: dict[int, tuple[ir.Expr, int]] = {}
        self._constant: dict[int, bool] = {}
        self._sizes: dict[str, int] = {}
        self.uses = uses_of_definitions(ruleset)

    def use(self, name: str, module: str | None = None) -> str:
        """Import ``name`` (of the runtime's module ``module``, or of the standard library) and return it."""
        self.imports[name] = f"revrules.runtime.{module}" if module else STANDARD[name]
        return name

    def constant(self, text: str, prefix: str = "K") -> str:
        """Return the name of a module-level constant that ``text`` makes; equal texts share one."""
        if text not in self.constants:
            self.constants[text] = f"{prefix}{len(self.constants)}"
        return self.constants[text]

    def value(self, value: ir.Value) -> Py:
        """Return a constant of the language as Python writes it, by name where making it costs something."""
        text = literal(value)
        if text is not None:
            return Py(text)
        return Py(self.constant(self._made(value)))

    def _made(self, value: ir.Value) -> str:
        """Return the text that makes ``value``, its imports seen to."""
        text = constructed(value)
        name = text.partition("(")[0]
        if name in STANDARD:
            self.use(name)
        if name == "datetime":
            self.use("UTC")
        return text

    def values(self, values: Sequence[ir.Value]) -> Py:
        """Return a set of constants, for membership tests; a short one of literals is written where it stands."""
        if id(values) in self.sets:
            return self.sets[id(values)][1]
        made = self._set(values)
        if len(values) > 1_000:  # the same long list is often asked
            self.sets[id(values)] = values, made
        return made

    def _set(self, values: Sequence[ir.Value]) -> Py:
        texts = [self.value(value).text for value in values]
        if len(texts) <= 8 and all(literal(value) is not None for value in values):
            return Py("{" + ", ".join(texts) + "}") if texts else Py("()")
        inside = ", ".join(self._made(value) for value in values)
        return Py(self.constant(f"frozenset(({inside},))", "S"))

    def moment(self, text: str) -> str:
        """Return the name of what is computed once per as-of instant."""
        if text not in self.moments:
            self.moments[text] = f"moment{len(self.moments)}"
        return self.moments[text]

    def key(self, expr: ir.Expr) -> int:
        """Return a number for ``expr``, the same one for equal expressions: hashing one takes as long as it is large."""
        known = self._seen.get(id(expr))
        if known is None:
            known = expr, self._numbers.setdefault(expr, len(self._numbers))
            self._seen[id(expr)] = known
        return known[1]

    def reads_record(self, expr: ir.Expr) -> bool:
        """Return whether the value depends on a record, not only on the as-of instant."""
        key = self.key(expr)
        if key not in self._constant:
            self._constant[key] = isinstance(expr, FOR_A_RECORD) or any(map(self.reads_record, children(expr)))
        return self._constant[key]

    def function_name(self, key: object, prefix: str) -> tuple[str, bool]:
        """Return the name of the function for ``key`` and whether it is new, so that the caller has to write it."""
        if key in self.function_names:
            return self.function_names[key], False
        name = f"{prefix}{len(self.function_names)}"
        self.function_names[key] = name
        return name, True

    def inlined(self, ref: ir.Ref) -> ir.Expr | None:
        """Return the expression of a definition that is small and about the record at hand, else None."""
        if ref.path or ref.up or self.size(ref.definition) > INLINED:
            return None
        return self.definitions[ref.definition].expr

    def size(self, definition: str) -> int:
        """Return the number of nodes of a definition, small definitions inside it counted out."""
        if definition not in self._sizes:
            self._sizes[definition] = self._nodes(self.definitions[definition].expr)
        return self._sizes[definition]

    def _nodes(self, expr: ir.Expr) -> int:
        if isinstance(expr, ir.Ref) and not expr.path and not expr.up:
            inner = self.size(expr.definition)
            return inner if inner <= INLINED else 1
        return 1 + sum(map(self._nodes, children(expr)))

    def define(self, name: str, parameters: str, body: Iterable[str]) -> None:
        """Write a function."""
        self.functions.append(block(f"def {name}({parameters})", body))

    def text(self, head: Sequence[str], returned: str) -> str:
        """Return the whole module; ``bind`` ends with ``return returned``."""
        lines = ["from __future__ import annotations", ""]
        by_module: dict[str, list[str]] = {}
        for name, module in self.imports.items():
            by_module.setdefault(module, []).append(name)
        lines += [f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(by_module.items())]
        lines += ["", *head]
        lines += [f"{name} = {text}" for text, name in self.constants.items()]
        lines += ["", "", "def bind(now):"]
        lines += [f"    {name} = {text}" for text, name in self.moments.items()]
        for function in self.functions:
            lines += ["", *(f"    {line}" for line in function)]
        return "\n".join([*lines, "", f"    return {returned}", ""])


def uses_of_definitions(ruleset: ir.Ruleset) -> Counter[str]:
    """Return how often each definition is named in definitions and gates."""
    found: Counter[str] = Counter()
    pending: list[ir.Expr] = [definition.expr for definition in ruleset.definitions]
    for lifecycle in ruleset.lifecycles:
        pending += [stage.condition for stage in lifecycle.stages]
    while pending:
        expr = pending.pop()
        if isinstance(expr, ir.Ref):
            found[expr.definition] += 1
        pending += children(expr)
    return found
