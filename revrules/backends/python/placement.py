"""A lifecycle into the functions ``place`` and ``advance``: the whole typed answer, with all its reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules import ir
from revrules.backends.python import reader, reasons, tables
from revrules.backends.python.code import AND, FALSE, NOTHING, TRUE, Facts, negated
from revrules.backends.python.expressions import nullable, test
from revrules.backends.python.scope import Scope
from revrules.backends.python.walk import UnmetWalk
from revrules.field_order import fields_of_ways
from revrules.reads import name_of
from revrules.types import EnumType, Scalar

if TYPE_CHECKING:
    from revrules.backends.python.graph import Graph, Way
    from revrules.backends.python.module import Module

GIVEN = "record, memo, problems, path, unsure"
"""What the function that finishes a placement at a stage is called with, before the masks of the ways out of it."""


class PlaceWalk(UnmetWalk):
    """Writes ``place(record)``: the walk of ``unmet`` over checked values, ending in the function that tells the reasons."""

    def __init__(self, module: Module, graph: Graph) -> None:
        super().__init__(module, graph, "place")
        self.parameters = GIVEN
        self.finish = Finish(module, graph)

    def _head(self, scope: Scope) -> tuple[list[str], Facts]:
        scope.uses_memo = True
        name, spec = reader.reader_constant(self.module, self.graph.lifecycle.entity)
        local = {field.name: scope.local(("field", (), field.name, 0)) for field in spec.fields}
        checks = reader.is_typed(self.module, spec, "record", local)
        lines = ["problems = ()", "unsure = False", "path = ()", "if not (", f"    {checks[0]}"]
        lines += [f"    and {check}" for check in checks[1:]]
        mend = reader.mend_function(self.module, spec, name)
        lines += ["):", f"    record, problems = {mend}(record)", "    problems = tuple(problems)"]
        lines += [f"    {held} = record.get({field!r})" for field, held in local.items()]
        return lines, frozenset(("bound", held) for held in local.values())

    def _passed_over(self, scope: Scope, ways: tuple[Way, ...], facts: Facts) -> list[str]:
        conditions = [reasons.closed(scope, way, facts) for way in ways]
        asked = [f"not ({closed.text})" for closed in conditions if closed != TRUE]
        return [f"unsure = unsure or {' or '.join(asked)}"] if asked else []

    def _answer(self, source: str | None, masks: list[str]) -> str:
        return f"return {self.finish.at(source)}(record, memo, problems, {self._passed()}, unsure, {' + '.join(masks)})"

    def _arguments(self, target: str) -> str:
        return f"record, memo, problems, {self._passed((target,))}, unsure"

    def _passed(self, more: tuple[str, ...] = ()) -> str:
        """Return the text of the path so far; a long one is made of the one before it."""
        made = "()"
        for stage in (*self.path, *more):
            text = f"({stage!r},)" if made == "()" else f"(*{made}, {stage!r})"
            made = self.module.constant(text, "PATH")
        return made if not self._in_function else f"path + {made}" if made != "()" else "path"


class Finish:
    """Writes the functions that finish a placement, one for each stage where it can end."""

    def __init__(self, module: Module, graph: Graph) -> None:
        self.module = module
        self.graph = graph
        self.new = module.constant("tuple.__new__", "NEW")

    def at(self, source: str | None) -> str:
        """Return the name of the function for a placement that ends at ``source``."""
        name, new = self.module.function_name(("done", source), "done")
        if new:
            self._write(name, source)
        return name

    def _write(self, name: str, source: str | None) -> None:
        scope = Scope(self.module)
        lines: list[str] = []
        made: list[str] = []
        asked: list[str] = ["unsure"]
        bit = 1
        for position, way in enumerate(self.graph.ways[source]):
            written, next_, bit = reasons.next_stage(scope, way, "mask", bit, NOTHING)
            lines += [*written, f"next{position} = {next_}"]
            made.append(f"next{position}")
            if reasons.only_all(way):
                asked.append(f"not next{position}[2]")
            else:
                closed = reasons.closed(scope, way, NOTHING)
                if closed != TRUE:
                    asked.append(negated(closed).at(AND))
        lines.append(f"next = ({''.join(f'{each}, ' for each in made)})")
        lines += self._doubt(source, asked)
        lines += self._certain(source) or [f"return {self.rest(source)}(record, memo, problems, path, next)"]
        self.module.define(name, f"{GIVEN}, mask", lines)

    def _certain(self, source: str | None) -> list[str]:
        """Return the lines for a record that is here for sure, where nothing else is to be told: no claim, rule or time."""
        lifecycle = self.graph.lifecycle
        stage = None if source is None else lifecycle.stage(source)
        judged = {each.entity for each in self.module.ruleset.rules} | {each.entity for each in self.module.ruleset.assertions}
        if lifecycle.tracks or lifecycle.entity in judged or self._clashes():
            return []
        if stage is not None and stage.leave_within is not None:
            return []
        owners = self.module.constant(repr(stage.owners if stage else ()), "OWNERS")
        told = f"{lifecycle.name!r}, {source!r}, path, True, None, None, {owners}, next, (), (), (), problems, None, False"
        return [f"return {self.new}({self.module.use('Placement', 'results')}, ({told}))"]

    def _doubt(self, source: str | None, asked: list[str]) -> list[str]:
        """Return the lines for a record that may belong elsewhere: what is known before this stage, and of the ways out of it."""
        told = "next" if all(map(reasons.only_all, self.graph.ways[source])) else "None"
        start = repr(source)
        if source is not None:
            start, told = f"None if unsure else {source!r}", f"None if unsure else {told}"
        return [
            f"if {' or '.join(asked)}:",
            f"    ends, missing = {self.possible()}(WAYS, ORDER, {start}, None, record, memo, {told})",
            f"    return {self.rest(source)}(record, memo, problems, path, next, ends, missing)",
        ]

    def possible(self) -> str:
        """Return the function that finds the stages where a record may end."""
        return self.module.use("possible", "walks")

    def rest(self, source: str | None) -> str:
        """Return the name of the function for all that does not depend on the way there: verdict, rules, time, data."""
        name, new = self.module.function_name(("rest", source), "rest")
        if new:
            stage = None if source is None else self.graph.lifecycle.stage(source)
            scope = Scope(self.module)
            lines = ["certain = ends is None or len(ends) == 1", *self._declared(scope), *self._verdict(source)]
            lines += [*self._judged(scope, source), *self._due(scope, stage)]
            owners = self.module.constant(repr(stage.owners if stage else ()), "OWNERS")
            values = f"{self.graph.lifecycle.name!r}, {source!r}, path, certain, declared, verdict, {owners}, next, missing"
            made = f"{self.new}({self.module.use('Placement', 'results')}, (\n    {values},\n    "
            made += "violations, unknown_rules, problems, due, overdue,\n))"
            body = [*lines, *f"return {made}".split("\n")]
            self.module.define(name, "record, memo, problems, path, next, ends=None, missing=()", body)
        return name

    def _declared(self, scope: Scope) -> list[str]:
        tracks = self.graph.lifecycle.tracks
        if tracks is None:
            return ["declared = verdict = None"]
        spelled = self.declared_stages(tracks)
        claim = nullable(scope, tracks, NOTHING).text
        reason = f"not a stage of {self.graph.lifecycle.name}"
        problem = f"{self.new}({self.module.use('DataProblem', 'results')}, ({name_of(tracks)!r}, claim, {reason!r}))"
        return [
            f"claim = {claim}",
            f"declared = None if claim is None else {spelled}.get(claim.strip({self.white_space()}))",
            "if declared is None and claim is not None:",
            f"    problems = (*problems, {problem})",
        ]

    def white_space(self) -> str:
        """Return the constant that holds what counts as white space."""
        return self.module.use("WHITE_SPACE", "texts")

    def declared_stages(self, tracks: ir.Field) -> str:
        """Return the constant that gives the stage that a claim means."""
        stages = self.graph.lifecycle.stages
        spelled = {old: stage.name for stage in reversed(stages) for old in reversed(stage.was)}
        spelled |= {label: stage.name for stage in reversed(stages) for label in reversed(stage.labels)}
        spelled |= {stage.name: stage.name for stage in reversed(stages)}
        if isinstance(tracks.type, EnumType):
            for member in tracks.type.members:
                found = next((spelled[label] for label in (member.name, *member.labels) if label in spelled), None)
                if found is not None:
                    spelled[member.name] = found
        return self.module.constant(repr(spelled), "DECLARED")

    def _verdict(self, source: str | None) -> list[str]:
        if self.graph.lifecycle.tracks is None:
            return []
        edges = {name: tuple(way.target.name for way in ways) for name, ways in self.graph.ways.items() if name is not None}
        verdicts = self.module.constant(f"{self.module.use('Verdicts', 'walks')}({edges!r})", "VERDICTS")
        undeclared = f"{self.module.use('Verdict', 'results')}.UNDECLARED"
        return [
            "if declared is None:",
            f"    verdict = {self.module.constant(undeclared, 'UNDECLARED')}",
            "elif certain:",
            f"    verdict = {verdicts}[{source!r}, declared]",
            "else:",
            f"    verdict = {verdicts}.verdict({source!r}, declared, ends)",
        ]

    def _judged(self, scope: Scope, source: str | None) -> list[str]:
        """Return the lines that set ``violations`` and ``unknown_rules``, and add the clashes of classifications."""
        lines = ["violations = unknown_rules = ()"]
        rules = self._rules()
        if rules:
            lines = [f"violations, unknown_rules = {rules}(record, memo)"]
        lifecycle = self.graph.lifecycle
        for claim in self.module.ruleset.assertions:
            here = claim.stage is None or (claim.lifecycle == lifecycle.name and claim.stage == source)
            if claim.entity == lifecycle.entity and claim.quantifier is not ir.Quantifier.SOME and here:
                has = claim.has if claim.quantifier is ir.Quantifier.NO else ir.Not(claim.has)
                violation = (claim.name, "assert", claim.because, ())
                lines += self._judge(scope, ir.And((claim.where, has)), violation)
        clashes = self._clashes()
        return [*lines, f"problems = (*problems, *{clashes}(record, memo))"] if clashes else lines

    def _judge(self, scope: Scope, broken: ir.Expr, violation: tuple[str, str, str, tuple[str, ...]]) -> list[str]:
        """Return the lines that add a violation when ``broken`` is true, or its name where that cannot be told."""
        holds = test(scope, broken, True, NOTHING)
        fails = test(scope, broken, False, NOTHING)
        made = self.module.constant(f"{self.module.use('Violation', 'results')}{violation!r}", "VIOLATION")
        lines: list[str] = []
        if holds.py != FALSE:
            lines += [f"if {holds.py.text}:", f"    violations += ({made},)"]
        if fails.py != TRUE:
            lines += [f"{'elif' if lines else 'if'} {negated(fails.py).text}:", f"    unknown_rules += ({violation[0]!r},)"]
        return lines

    def _rules(self) -> str | None:
        rules = [rule for rule in self.module.ruleset.rules if rule.entity == self.graph.lifecycle.entity]
        if not rules:
            return None
        name, new = self.module.function_name("rules", "rules")
        if new:
            scope = Scope(self.module)
            lines = ["violations = unknown_rules = ()"]
            for rule in rules:
                violation = (rule.name, rule.level.value, rule.message, rule.owners)
                lines += self._judge(scope, ir.And((rule.when, ir.Not(rule.require))), violation)
            lines.append("return violations, unknown_rules")
            self.module.define(name, "record, memo", lines)
        return name

    def _clashes(self) -> str | None:
        """Return the name of the function that yields a problem for each classification with two true branches."""
        entity = self.graph.lifecycle.entity
        lines: list[str] = []
        scope = Scope(self.module)
        for definition in self.module.ruleset.definitions:
            expr = definition.expr
            if definition.entity == entity and isinstance(expr, ir.Table) and self._is_exact(expr):
                lines.append(f"found = {tables.clash(scope, expr)}")
                problem = f"({definition.name!r}, found, 'more than one row is true')"
                lines += ["if found:", f"    yield {self.new}({self.module.use('DataProblem', 'results')}, {problem})"]
            if definition.entity == entity and isinstance(expr, ir.Choose) and expr.mode is ir.ChooseMode.EXACTLY_ONE:
                lines.append("found = []")
                for condition, member in expr.branches:
                    holds = test(scope, condition, True, NOTHING).py
                    lines += [f"if {holds.text}:", f"    found.append({member!r})"]
                problem = f"({definition.name!r}, ', '.join(found), 'more than one branch is true')"
                lines.append("if len(found) > 1:")
                lines.append(f"    yield {self.new}({self.module.use('DataProblem', 'results')}, {problem})")
        if not lines:
            return None
        name, new = self.module.function_name("clashes", "clashes")
        if new:
            self.module.define(name, "record, memo", lines)
        return name

    def _is_exact(self, expr: ir.Table) -> bool:
        return self.module.ruleset.table(expr.table).mode is ir.ChooseMode.EXACTLY_ONE

    def _due(self, scope: Scope, stage: ir.Stage | None) -> list[str]:
        within = None if stage is None else stage.leave_within
        if stage is None or within is None or stage.stamped_by is None:
            return ["due = None", "overdue = False"]
        moved: ir.Expr = ir.Shift(stage.stamped_by, within.count, within.unit)
        if within.calendar is not None:
            moved = ir.BusinessShift(stage.stamped_by, within.count, within.unit, within.calendar)
        now: ir.Expr = ir.Now() if stage.stamped_by.type is Scalar.DATETIME else ir.Today()
        later = nullable(scope, now, NOTHING).text
        return [f"due = {nullable(scope, moved, NOTHING).text}", f"overdue = due is not None and {later} > due"]


def write_advance(module: Module, finish: Finish, graph: Graph) -> None:
    """Write ``advance(record)``, which starts at the declared stage, and the tables that it and doubtful answers use."""
    scope = Scope(module)
    entries = [f"{name!r}: ({_ways(module, scope, ways)})" for name, ways in graph.ways.items()]
    declared_entries = [f"{name!r}: ({_ways(module, scope, ways)})" for name, ways in graph.declared.items()]
    rests = ", ".join(f"{name!r}: {finish.rest(name)}" for name in graph.ways)
    reader_name, _ = reader.reader_constant(module, graph.lifecycle.entity)
    tracks = graph.lifecycle.tracks
    declared = "None"
    if tracks is not None:
        claim = nullable(scope, tracks, NOTHING).text
        declared = (
            f"None if (claim := {claim}) is None else {finish.declared_stages(tracks)}.get(claim.strip({finish.white_space()}))"
        )
    lines = [
        "memo = {}",
        f"record, problems = {module.use('read_record', 'records')}({reader_name}, record)",
        f"declared = {declared}",
        "leaving = WAYS[None] if declared is None else LEAVING[declared]",
        f"path = {module.use('follow', 'walks')}(WAYS, declared, leaving, record, memo)",
        "stage = path[-1] if path else None",
        "blocked = tuple([way[3](record, memo) for way in (leaving if path == (declared,) else WAYS[stage])])",
        "leaving = None if declared is None else leaving",
        f"ends, missing = {finish.possible()}(WAYS, ORDER, declared, leaving, record, memo, None)",
        "return RESTS[stage](record, memo, tuple(problems), path, blocked, ends, missing)",
    ]
    module.functions.append(["LEAVING = {", *(f"    {entry}," for entry in declared_entries), "}"])
    module.functions.append(["WAYS = {", *(f"    {entry}," for entry in entries), "}"])
    order = {name: rank for rank, name in enumerate(fields_of_ways(module.ruleset, graph.lifecycle))}
    module.functions.append([f"ORDER = {order!r}"])
    module.functions.append([f"RESTS = {{{rests}}}"])
    module.define("advance", "record", lines)


def _ways(module: Module, scope: Scope, ways: tuple[Way, ...]) -> str:
    return "".join(f"{reasons.way_function(module, scope, way)}, " for way in ways)
