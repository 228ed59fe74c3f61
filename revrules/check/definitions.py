"""Turn defines, classifications and scores into definitions of the IR, each after those that it refers to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules import ir, syntax
from revrules.check.aggregates import TRUE
from revrules.check.collected import collect, parts, table_term
from revrules.check.criteria import check_names, criteria, meaning
from revrules.check.expressions import condition, infer
from revrules.check.literals import number_of
from revrules.check.old_names import earlier
from revrules.check.references import NotYetChecked
from revrules.check.resolve import DefinitionFound, Scope, Unresolved, report_unresolved, resolve
from revrules.check.schema import claims_name, enum_type, known_teams
from revrules.check.tables import DefinitionInfo, Domain, Term
from revrules.problems import names, types
from revrules.types import Scalar, type_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from decimal import Decimal

    from revrules.check.tables import DefinitionDecl, EntityInfo, Tables


MOST_POINTS = 1_000_000_000


def add_definitions(
    declarations: tuple[DefinitionDecl, ...], default_owners: Mapping[str, str], tables: Tables
) -> list[DefinitionInfo]:
    """Enter the names of all definitions into the tables, and return them in the order of the files."""
    found = []
    for decl in declarations:
        entity = tables.entities.get(decl.entity.text)
        if entity is None:
            tables.report.absent(names.unknown_entity(decl.entity.span, decl.entity.text, tables.entities))
            tables.strays.add(decl.name.text)
            continue
        team = decl.team if isinstance(decl, syntax.Define) else None
        teams = known_teams((team,), tables) if team is not None else ()
        owners = known_teams(decl.owners, tables) or teams
        default = default_owners.get(decl.span.path)
        owners = owners or ((default,) if default is not None else ())
        id_ = f"{entity.name}.{decl.name.text}" + (f" for {team.text}" if team is not None else "")
        info = DefinitionInfo(id_, decl.name.text, entity.name, team.text if team is not None else None, owners, decl)
        if _add_variant(info, entity, tables):
            found.append(info)
    return found


def _add_variant(info: DefinitionInfo, entity: EntityInfo, tables: Tables) -> bool:
    """Enter a definition under its name: the only one, or a variant of which each is for a team of its own."""
    variants, name = entity.definitions.get(info.name), info.decl.name
    if variants is None:
        if not claims_name(entity, name, "name", tables):
            return False
        entity.definitions[info.name] = [info]
        return True
    twin = next((other for other in variants if other.team == info.team), None)
    if twin is not None:
        tables.report.add(names.duplicate_name(name.span, "definition", info.id, twin.decl.name.span))
        return False
    if info.team is None or variants[0].team is None:
        tables.report.add(names.variants_need_teams(name.span, info.name, variants[0].decl.name.span))
        return False
    variants.append(info)
    return True


# --- order -------------------------------------------------------------------------------------------------------


def check_definitions(infos: list[DefinitionInfo], tables: Tables) -> list[DefinitionInfo]:
    """Check all definitions, and return them in an order in which each stands after those that it refers to.

    The names that occur in a definition tell what to check first. They may tell too much (a name may be a member of an
    enum), never too little but for circles: then ``NotYetChecked`` says what is really needed.
    """
    done: list[DefinitionInfo] = []
    for info in _likely_order(infos):
        waiting = [] if info.checked else [info]
        while waiting:
            current, mark = waiting[-1], len(tables.report.diagnostics)
            try:
                current.term = _check(current, tables)
            except NotYetChecked as needed:
                del tables.report.diagnostics[mark:]
                if needed.info in waiting:
                    circle = waiting[waiting.index(needed.info) :]
                    first = circle.index(min(circle, key=infos.index))
                    _report_circle(circle[first:] + circle[:first], tables)
                else:
                    waiting.append(needed.info)
                continue
            current.checked = True
            done.append(waiting.pop())
            while waiting and waiting[-1].checked:
                waiting.pop()
    return [info for info in done if info.term is not None or info.collected]


def _report_circle(circle: list[DefinitionInfo], tables: Tables) -> None:
    """Report definitions that refer to each other, and treat them as checked in vain."""
    chain = tuple(info.id for info in (*circle, circle[0]))
    places = tuple(info.decl.name.span for info in circle[1:])
    tables.report.add(names.definition_cycle(circle[0].decl.name.span, chain, places))
    for info in circle:
        info.checked = True


def _likely_order(infos: list[DefinitionInfo]) -> Iterator[DefinitionInfo]:
    """Yield the definitions, those whose names occur in another before it; without recursion."""
    by_name: dict[str, list[DefinitionInfo]] = {}
    for info in infos:
        by_name.setdefault(info.name, []).append(info)
    seen: set[str] = set()
    for root in infos:
        stack = [(root, iter(_mentioned(root, by_name)))] if root.id not in seen else []
        seen.add(root.id)
        while stack:
            info, rest = stack[-1]
            following = next((other for other in rest if other.id not in seen), None)
            if following is None:
                yield stack.pop()[0]
            else:
                seen.add(following.id)
                stack.append((following, iter(_mentioned(following, by_name))))


def _mentioned(info: DefinitionInfo, by_name: Mapping[str, list[DefinitionInfo]]) -> list[DefinitionInfo]:
    """Return the definitions that the names in a definition may stand for."""
    found: dict[str, None] = {}
    waiting: list[object] = [info.decl]
    while waiting:
        node = waiting.pop()
        if isinstance(node, tuple):
            waiting.extend(node)
        elif isinstance(node, syntax.Reference):
            found[node.path[-1].text] = None
        elif isinstance(node, syntax.Node) and not isinstance(node, syntax.Name):
            waiting.extend(getattr(node, name) for name in type(node).__slots__)
    return [other for name in found for other in by_name.get(name, ())]


# --- one definition ----------------------------------------------------------------------------------------------


def _check(info: DefinitionInfo, tables: Tables) -> Term | None:
    """Return the value of a definition, or None (reported)."""
    scope = Scope(tables, tables.entities[info.entity], (info.team,) if info.team is not None else info.owners)
    match info.decl:
        case syntax.Define():
            return _define(info, info.decl, scope)
        case syntax.Classify():
            return _classify(info, info.decl, scope)
        case syntax.Score():
            return _score(info.decl, scope)


def _define(info: DefinitionInfo, decl: syntax.Define, scope: Scope) -> Term | None:
    means = decl.means
    if means is None:
        scope.tables.report.lacking(names.needs_clause(decl.name.span, f"`{decl.name.text}`", "`means`"))
        return None
    if isinstance(means, syntax.Criterion) and means.name is None:
        term = infer(means.condition, scope)
        if term is None:
            return None
        if term.type is Scalar.BOOLEAN:
            info.criteria = ir.Criterion(decl.name.text, term.expr, means.doc or "", span=means.span)
        return Term(term.expr, term.type, term.ranged)
    check_names(scope, means)
    info.criteria = criteria(means, decl.name.text, scope)
    return None if info.criteria is None else Term(meaning(info.criteria), Scalar.BOOLEAN)


def _classify(info: DefinitionInfo, decl: syntax.Classify, scope: Scope) -> Term | None:
    if decl.mode == "collect":
        collect(info, decl, scope)
        return None
    if decl.table is not None:
        return table_term(info.id, decl, scope)
    tables, mode = scope.tables, ir.ChooseMode(decl.mode)
    members = [branch.member for branch in decl.branches]
    if mode is ir.ChooseMode.FIRST_MATCH:
        first: dict[str, syntax.Member] = {}
        members = [m for m in members if first.setdefault(m.name.text, m) is m]
    others = (decl.otherwise,) if decl.otherwise is not None else ()
    type_ = enum_type(f"{scope.entity.name}.{decl.name.text}", (*members, *others), tables)
    conditions = [condition(branch.condition, scope) for branch in decl.branches]
    if not decl.branches:
        tables.report.lacking(names.needs_clause(decl.name.span, f"`{decl.name.text}`", "at least one branch: `name when …`"))
        return None
    branches = tuple(
        (found, branch.member.name.text) for found, branch in zip(conditions, decl.branches, strict=True) if found is not None
    )
    if len(branches) < len(decl.branches):
        return None
    otherwise = decl.otherwise.name.text if decl.otherwise is not None else None
    return Term(ir.Choose(mode, branches, otherwise, type_, span=decl.name.span), type_)


# --- scores ------------------------------------------------------------------------------------------------------


def _score(decl: syntax.Score, scope: Scope) -> Term | None:
    """Return a score: its base and lines, in whole points where all of them are whole."""
    lines = [_line(line, scope) for line in decl.lines]
    limits = _limits(decl, scope.tables)
    if limits is None or any(line is None for line in lines):
        return None
    found = [line for line in lines if line is not None]
    numbers = [*limits, *(n for line in found for n in (line.points, line.up_to)), *_bases(decl)]
    pers = [infer(line.per, scope) for line in decl.lines if line.per is not None]
    whole = all(isinstance(n, int) for n in numbers if n is not None)
    whole = whole and all(per is not None and per.type is Scalar.INTEGER for per in pers)
    type_ = Scalar.INTEGER if whole else Scalar.NUMBER
    if not whole:
        found = [ir.Line(float(x.points), x.condition, x.per, _float(x.up_to), span=x.span) for x in found]
    low, high = limits if whole else (_float(limits[0]), _float(limits[1]))
    base = sum(_bases(decl)) if whole else float(sum(_bases(decl)))
    lines_ = tuple(line for line, written in zip(found, decl.lines, strict=True) if not _is_base(written))
    domain = Domain(decl.name.text, low, high) if low is not None or high is not None else None
    return Term(ir.Points(base, lines_, low, high, type_, span=decl.name.span), type_, ranged=True, domain=domain)


def _is_base(line: syntax.ScoreLine) -> bool:
    return line.condition is None and line.per is None


def _bases(decl: syntax.Score) -> list[int | float]:
    return [_plain(line.points.value) for line in decl.lines if _is_base(line)]


def _float(number: int | float | None) -> float | None:
    return None if number is None else float(number)


def _plain(number: int | Decimal) -> int | float:
    """Return points as the IR has them: whole where they are."""
    return number if isinstance(number, int) else float(number)


def _line(line: syntax.ScoreLine, scope: Scope) -> ir.Line | None:
    """Return a line of a score, or None (reported)."""
    report = scope.tables.report
    test = condition(line.condition, scope) if line.condition is not None else TRUE
    per = infer(line.per, scope) if line.per is not None else None
    fine = _fits_score(line.points, scope.tables) and (line.up_to is None or _fits_score(line.up_to, scope.tables))
    if per is not None and line.per is not None and per.type not in (Scalar.INTEGER, Scalar.NUMBER):
        report.add(types.wrong_argument(line.per.span, "per", type_name(per.type), (Scalar.INTEGER, Scalar.NUMBER)))
        fine = False
    if line.up_to is not None and line.up_to.value < 0:
        reason = "`up to` limits the size of the points, for lines that subtract as well"
        report.add(types.not_a_value(line.up_to.span, scope.tables.text(line.up_to.span), reason, "write it without a sign"))
        fine = False
    if line.up_to is not None and line.per is None:
        report.lacking(names.needs_clause(line.up_to.span, "`up to`", "`per`, which it limits"))
    if test is None or not fine or (per is None and line.per is not None):
        return None
    limit = _plain(line.up_to.value) if line.up_to is not None else None
    return ir.Line(_plain(line.points.value), test, per.expr if per is not None else None, limit, span=line.span)


def _fits_score(number: syntax.Number, tables: Tables) -> bool:
    """Return whether points are small enough to be added up, and report it if not."""
    if -MOST_POINTS < number.value < MOST_POINTS:
        return True
    tables.report.add(types.not_a_value(number.span, tables.text(number.span), "points lie below one billion"))
    return False


def _limits(decl: syntax.Score, tables: Tables) -> tuple[int | float | None, int | float | None] | None:
    """Return the range of a score, or None (reported)."""
    limits = decl.range
    if limits is None:
        return None, None
    for end in (limits.low, limits.high):
        if end is not None and number_of(end) is None:
            tables.report.add(types.constant_needed(end.span, "the range of a score"))
            return None
    low, high = _end(limits.low), _end(limits.high)
    if limits.high_open:
        tables.report.add(types.not_for_type(limits.span, "`..<`", "score", "write `..`: both ends belong to the range"))
        return None
    if low is not None and high is not None and low > high:
        tables.report.add(names.empty_range(limits.span, str(low), str(high)))
        return None
    return low, high


def _end(node: syntax.Expr | None) -> int | float | None:
    number = number_of(node) if node is not None else None
    return None if number is None else _plain(number[0])


# --- the result --------------------------------------------------------------------------------------------------


def finished(info: DefinitionInfo, tables: Tables) -> tuple[ir.Definition, ...]:
    """Return a definition as the IR has it; a classification that collects is one for each of its outputs."""
    if info.collected is not None:
        return parts(info)
    assert info.term is not None, "only definitions without problems are finished"
    decl = info.decl
    label = decl.label.value if isinstance(decl, syntax.Define) and decl.label is not None else info.name
    kind = {syntax.Define: "define", syntax.Classify: "classify", syntax.Score: "score"}[type(decl)]
    made = ir.Definition(
        info.id,
        info.name,
        info.entity,
        ir.DefinitionKind(kind),
        info.term.type,
        info.term.expr,
        info.team,
        label,
        info.owners,
        info.criteria,
        _variance(info, tables),
        decl.doc or "",
        earlier(decl.was),
        span=decl.name.span,
    )
    return (made,)


def _variance(info: DefinitionInfo, tables: Tables) -> tuple[ir.Variance, str] | None:
    """Return the declared relation to another definition; one that cannot be is reported."""
    decl = info.decl
    if not isinstance(decl, syntax.Define) or decl.relation is None:
        return None
    assert info.term is not None, "only definitions without problems are finished"
    word, of, report = decl.relation.word, decl.relation.of, tables.report
    found = resolve(of, Scope(tables, tables.entities[info.entity], info.owners))
    if isinstance(found, Unresolved):
        report_unresolved(found, report)
        return None
    if not isinstance(found, DefinitionFound):
        report.add(types.not_comparable(of.span, word, f"`{tables.text(of.span)}` is no definition"))
        return None
    other = found.info
    if other.term is None:
        return None
    reason = ""
    if found.path or other.entity != info.entity:
        reason = f"`{other.id}` is of another entity"
    elif other is info:
        reason = "this is the same definition"
    elif info.term.type is not Scalar.BOOLEAN or other.term.type is not Scalar.BOOLEAN:
        value = info if info.term.type is not Scalar.BOOLEAN else other
        assert value.term is not None, "asked above"
        reason = f"`{value.id}` is {types.a(type_name(value.term.type))}"
    if reason:
        report.add(types.not_comparable(of.span, word, reason))
        return None
    return ir.Variance(word), other.id
