"""A question that the prover leaves open into a record that answers it, by trying: from one record to a nearer one, many times.

How far a record is counts the parts of the wanted conditions that are not as they would have to be. The reference judges every
record, so what is found is a witness like any other; that nothing is found says nothing.
"""

from __future__ import annotations

import datetime
import random
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, cast

from revrules import ir
from revrules.backends.smt.answers import MET, NOT_MET, NOT_UNMET, UNMET, Witness
from revrules.proofs.samples import noon, samples
from revrules.reads import children, used
from revrules.reference.judge import Bench
from revrules.runtime.texts import email_domain, fold, to_capitals, url_domain
from revrules.types import EnumType, Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from revrules.backends.smt.answers import State, Want
    from revrules.ir import Expr, FieldDecl, Ruleset, Value
    from revrules.reference.judge import Judged
    from revrules.types import Type

    States = frozenset[State]
    Record = dict[str, object]
    Path = tuple[str, ...]

STARTS, MOVES, STALE = 60, 1_500, 200
"""Records to begin with; how many are tried from there; how many in a row that come no nearer before it begins anew."""
AWAY = 0.12
"""How often a record is kept that is one further away: what is nearest may lead nowhere."""
ANYWHERE = 0.3
"""How often a move is made anywhere, instead of where the conditions name a value."""
OF_A_TEXT = 0.3
"""How often a text is made of another one."""
OF_A_PART = 0.1
"""How often the values of a record that fulfils one part are taken over."""
MOST_DEEP = 2
"""Relations one after another."""
MOST_RELATED = 3
TURNED = {MET: UNMET, UNMET: MET, NOT_MET: NOT_UNMET, NOT_UNMET: NOT_MET}
BEFORE_ELSE = {(True, False): MET, (True, True): NOT_UNMET, (False, False): NOT_MET, (False, True): UNMET}
"""Of `c or else d`, by whether it is to be true, and by d: the states of c that make it so."""
DAY = datetime.timedelta(days=1)
TEXTS = ("Example", "a", "aa", "someone@example.com", "a@www.example.com/a", "https://www.example.com/a", "123", "é")

MADE_OF: tuple[Callable[[str], str | None], ...] = (
    fold, to_capitals, url_domain, email_domain, "https://{}/".format, "https://{}.com".format, "a@{}".format, "a{}".format,
)  # fmt: skip
"""Texts out of others, as conditions make them: none where there is none."""


class Start(NamedTuple):
    """A record to begin with, conditions in states that would do, and records of which each fulfils one of these."""

    record: Witness
    hints: tuple[Want, ...] = ()
    parts: tuple[Witness, ...] = ()


def search(ruleset: Ruleset, entity: str, wants: Sequence[Want], today: datetime.date, starts: Sequence[Start]) -> Witness | None:
    """Return a record of ``entity`` that fulfils all ``wants``, if a search of bounded length finds one: the same every time.

    It begins with ``starts`` and some samples.
    """
    return _Search(ruleset, entity, wants, today).found(starts)


class _Search:
    """One search."""

    def __init__(self, ruleset: Ruleset, entity: str, wants: Sequence[Want], today: datetime.date) -> None:
        self._ruleset, self._entity, self._wants = ruleset, entity, wants
        self._today, self._as_of = today, noon(today)
        self._bench = Bench(ruleset, entity)
        self._definitions = {definition.id: definition for definition in ruleset.definitions}
        conditions = [want.condition for want in wants]
        said = [*conditions, *(each.expr for each in used(self._definitions, conditions))]
        self._reads = frozenset(name for expr in said for name in _names(expr))
        self._places = list(dict.fromkeys(place for each in conditions for place in self._named(each, (), 0, set())))
        self._pools = _pools(said, today)
        self._hints: tuple[Want, ...] = ()
        self._parts: list[Mapping[str, object]] = []
        self._whole: Record = {}
        self._draw = random.Random(f"{entity}/{len(said)}")

    def found(self, starts: Sequence[Start]) -> Witness | None:
        """Return the first record that is not far at all: by the hints of each start, then from all that there is."""
        for start in starts:
            if start.hints:
                self._hints, self._parts = start.hints, [part.record for part in start.parts]
                whole = dict(start.record.record)
                for part in self._parts:
                    whole = _with_part(whole, part)
                record = self._near([Witness(self._entity, start.record.as_of, whole), start.record], MOVES // 2)
                if record is not None:
                    return record
        self._hints, self._parts = (), []
        drawn = samples(self._ruleset, self._entity, self._today, STARTS)
        some = [Witness(self._entity, self._as_of, record) for record in drawn]
        return self._near([*(start.record for start in starts), *some], MOVES)

    def _near(self, starts: Sequence[Witness], moves: int) -> Witness | None:
        """Return a record that fulfils the wants, at most so many moves from one of ``starts``."""
        beginnings = sorted(((self._far(each), n, each) for n, each in enumerate(starts)), key=lambda each: each[:2])
        turn, (best, _, record) = 0, beginnings[0]
        stale = 0
        for _ in range(moves):
            if best[0] == 0:
                return record
            moved = Witness(self._entity, record.as_of, self._moved_somewhere(dict(record.record)))
            far = self._far(moved)
            stale = 0 if sum(far) < sum(best) else stale + 1
            if sum(far) <= sum(best) or far[0] == 0 or self._draw.random() < AWAY ** (sum(far) - sum(best)):
                best, record = far, moved
            if stale > STALE:
                turn, stale = (turn + 1) % len(beginnings), 0
                best, _, record = beginnings[turn]
        return None

    # --- how far a record is ---------------------------------------------------------------------------------------

    def _far(self, record: Witness) -> tuple[int, int]:
        """Return how far a record is from what is wanted, and from what the hints say."""
        judged = self._bench.judged(record.record, record.as_of)
        wanted, hinted = (
            sum(self._from(judged, want.condition, want.states) for want in some) for some in (self._wants, self._hints)
        )
        return wanted, hinted

    def _from(self, judged: Judged, expr: Expr, states: States) -> int:
        """Return how many parts of a condition would have to be otherwise for it to be in one of ``states``."""
        if judged.value(expr) in states:
            return 0
        match expr:
            case ir.Ref(definition, Scalar.BOOLEAN, (), 0):
                return self._from(judged, self._definitions[definition].expr, states)
            case ir.Not(operand) if states in TURNED:
                return self._from(judged, operand, TURNED[states])
            case ir.OrElse(operand, ir.Literal(bool() as default)) if True in states or False in states:
                return self._from(judged, operand, BEFORE_ELSE[True in states, default])
            case ir.And(operands) if states in TURNED:
                return self._of_several(judged, operands, len(operands), states)
            case ir.Or(operands) if states in TURNED:
                return self._of_several(judged, operands, 1, states)
            case ir.AtLeast(count, operands) if states in TURNED:
                return self._of_several(judged, operands, count, states)
            case ir.Compare(ir.CompareOp.EQ, ir.Ref(definition, EnumType(), (), 0), ir.Literal(str() as member)):
                return self._of_class(judged, self._definitions[definition].expr, member, states)
            case _:
                return 1

    def _of_several(self, judged: Judged, operands: tuple[Expr, ...], count: int, states: States) -> int:
        """Return how far it is until ``count`` operands are, or are not, true."""
        needed = count if True in states else len(operands) - count + 1
        return sum(sorted(self._from(judged, operand, states) for operand in operands)[:needed])

    def _of_class(self, judged: Judged, expr: Expr, member: str, states: States) -> int:
        """Return how far it is until a classification takes a branch for ``member``."""
        if not isinstance(expr, ir.Choose) or states != MET:
            return 1
        open_ = expr.mode is ir.ChooseMode.EXACTLY_ONE
        ways = []
        for n, (condition, given) in enumerate(expr.branches):
            if given == member:
                others = expr.branches[:n] + (expr.branches[n + 1 :] if open_ else ())
                ways.append(self._from(judged, condition, MET) + sum(self._from(judged, each, UNMET) for each, _ in others))
        if expr.otherwise == member:
            ways.append(sum(self._from(judged, each, UNMET) for each, _ in expr.branches))
        return min(ways, default=1)

    # --- moves -----------------------------------------------------------------------------------------------------

    def _named(self, expr: Expr, path: Path, depth: int, known: set[tuple[str, Path]]) -> Iterator[tuple[Path, str]]:
        """Yield what an expression names of the record, or of one that ``one`` relations lead to: the way there, and the name.

        ``path`` leads to what the expression is about, ``depth`` is how many aggregates it stands in, ``known`` what was read.
        """
        inner = depth
        match expr:
            case ir.Field(name, _, along, up) if up == depth:
                yield (*path, *along), name
            case ir.Ref(definition, _, along, up) if up == depth and (definition, (*path, *along)) not in known:
                known.add((definition, (*path, *along)))
                yield from self._named(self._definitions[definition].expr, (*path, *along), 0, known)
            case ir.Count(many) | ir.Sum(many) | ir.Extreme(_, many) | ir.Pick(_, many):
                if many.up == depth:
                    yield (*path, *many.path), many.name
                inner = depth + 1
            case ir.Related(along, up) if up == depth:
                yield (*path, *along[:-1]), along[-1]
            case _:
                pass
        for child in children(expr):
            yield from self._named(child, path, inner, known)

    def _moved_somewhere(self, record: Record) -> Record:
        """Return a record with another value where the conditions name one, or anywhere."""
        self._whole = record
        if self._parts and self._draw.random() < OF_A_PART:
            return _with_part(record, self._draw.choice(self._parts))
        if not self._places or self._draw.random() < ANYWHERE:
            return self._moved(record, self._entity)
        path, name = self._draw.choice(self._places)
        return self._moved_there(record, self._entity, path, name)

    def _moved_there(self, record: Record, entity: str, path: Path, name: str) -> Record:
        if not path:
            declared = self._ruleset.entity(entity)
            spots: tuple[FieldDecl | ir.Relation, ...] = (*declared.fields, *declared.relations)
            return self._with_another(record, next((each for each in spots if each.name == name), None), 0)
        relation = self._ruleset.entity(entity).relation(path[0])
        assert relation is not None, "the checker resolved the relations of a path"
        there = cast("Record", record.get(relation.name) or {})
        return {**record, relation.name: self._moved_there(there, relation.entity, path[1:], name)}

    def _moved(self, record: Record, entity: str, deep: int = 0) -> Record:
        """Return a record that differs in one value from ``record``, or from one of those related to it."""
        declared = self._ruleset.entity(entity)
        fields = [field for field in declared.fields if field.name in self._reads]
        relations = [each for each in declared.relations if each.name in self._reads and deep < MOST_DEEP]
        spots: list[FieldDecl | ir.Relation] = [*fields, *relations]
        return self._with_another(record, self._draw.choice(spots) if spots else None, deep)

    def _with_another(self, record: Record, spot: FieldDecl | ir.Relation | None, deep: int) -> Record:
        """Return a record with another value of one field, or other records of one relation."""
        draw, moved = self._draw, dict(record)
        match spot:
            case ir.FieldDecl():
                value = self._value(spot, record)
                moved.pop(spot.name, None)
                if value is not None:
                    moved[spot.name] = value
            case ir.Relation(many=True):
                moved[spot.name] = self._related(cast("list[Record]", record.get(spot.name) or []), spot.entity, deep)
            case ir.Relation():
                one = cast("Record", record.get(spot.name) or {})
                moved[spot.name] = None if draw.random() < 0.15 else self._moved(one, spot.entity, deep + 1)
            case None:
                pass
        return moved

    def _related(self, records: list[Record], entity: str, deep: int) -> list[Record]:
        draw = self._draw
        chance = draw.random()
        if not records or (chance < 0.3 and len(records) < MOST_RELATED):
            start = draw.choice(records) if records and draw.random() < 0.5 else {}
            return [*records, self._moved(start, entity, deep + 1)]
        at = draw.randrange(len(records))
        kept = records[:at] + records[at + 1 :]
        return kept if chance < 0.45 else [*kept, self._moved(records[at], entity, deep + 1)]

    def _value(self, field: FieldDecl, record: Record) -> Value | None:
        """Return a value for a field: one that the conditions name, one beside it, another field's, or none."""
        draw = self._draw
        if draw.random() < 0.12:
            return None
        if isinstance(field.type, EnumType):
            return draw.choice(field.type.member_names)
        pool = self._pools[field.type]
        kind = type(pool[0])
        same = [value for value in _values(self._whole) if type(value) is kind]
        if field.type is Scalar.TEXT and same and draw.random() < OF_A_TEXT:
            return draw.choice(MADE_OF)(cast("str", draw.choice([*same, *pool])))
        return draw.choice(same) if same and draw.random() < 0.2 else draw.choice(pool)


def _with_part(record: Mapping[str, object], part: Mapping[str, object]) -> Record:
    """Return a record with the values of another, also in records that ``one`` relations lead to."""
    found = dict(record)
    for name, value in part.items():
        old = found.get(name)
        found[name] = _with_part(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return found


def _values(record: Record) -> Iterator[object]:
    """Yield the values of a record and of those related to it."""
    for value in record.values():
        for each in value if isinstance(value, list) else [value]:
            yield from _values(each) if isinstance(each, dict) else [each]


def _names(expr: Expr) -> Iterator[str]:
    """Yield the fields and relations that an expression names."""
    match expr:
        case ir.Field(name, _, path):
            yield from (name, *path)
        case ir.Ref(_, _, path) | ir.Related(path):
            yield from path
        case ir.Count(relation) | ir.Sum(relation) | ir.Extreme(_, relation) | ir.Pick(_, relation):
            yield from (relation.name, *relation.path)
        case _:
            pass
    for child in children(expr):
        yield from _names(child)


def _pools(said: Iterable[Expr], today: datetime.date) -> dict[Type, list[Value]]:
    """Return values worth trying, by type: constants that are named, with their neighbours, and some more."""
    pools: defaultdict[Type, list[Value]] = defaultdict(list)
    pools[Scalar.BOOLEAN] = [False, True]
    pools[Scalar.INTEGER] = [0, 1, 2, 3, -1, 10, 100]
    pools[Scalar.NUMBER] = [0.0, 1.0, 2.0, -1.0, 0.5, 100.0, 7e307, -7e307]
    pools[Scalar.MONEY] = [Decimal(n) for n in (0, 1, 2, -1, 100)]
    pools[Scalar.TEXT] = list(TEXTS)
    pools[Scalar.DATE] = [today + n * DAY for n in (-400, -40, -1, 0, 1, 40, 400)]
    pools[Scalar.DATETIME] = [noon(today) + n * DAY for n in (-400, -40, -1, 0, 1, 40, 400)]
    pools[Scalar.DURATION] = [n * DAY for n in (-40, -1, 0, 1, 2, 40)]
    for expr in said:
        for value, type_ in _constants(expr):
            pools[type_] += _near(value)
    return pools


def _constants(expr: Expr) -> Iterator[tuple[Value, Type]]:
    match expr:
        case ir.Literal(value, type_) if value is not None:
            yield value, type_
        case ir.OneOf(operand, values):
            yield from ((value, ir.type_of(operand)) for value in values)
        case _:
            pass
    for child in children(expr):
        yield from _constants(child)


def _near(value: Value) -> list[Value]:
    """Return a constant with the values beside it."""
    match value:
        case bool():
            return [value]
        case str():
            return [value, f"{value}a", f"a{value}"]
        case int():
            return [value - 1, value, value + 1]
        case float() | Decimal():
            return [value, value + 1, value - 1]
        case datetime.timedelta():
            return [value, value + DAY, -value]
        case _:
            ends = datetime.date.min.year, datetime.date.max.year
            return [value] if value.year in ends else [value, value + DAY, value - DAY]
