"""A seed into a random ruleset: well-typed IR with every kind of node, so that interpretations can be compared.

Plain ``random.Random`` instead of a search strategy: thousands of pairs in a run, each repeatable by its seed alone.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from random_tables import random_table

from revrules import ir
from revrules.syntax import Unit
from revrules.types import EnumMember, EnumType, Scalar, is_ordered

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from revrules.types import Type

STAGES = ("lead", "mql", "sql", "demo", "trial", "won", "lost", "churned")
COLOR = EnumType("account.color", (EnumMember("red", ("Red", "1")), EnumMember("green", ("Green",)), EnumMember("blue")))
TIER = EnumType("account.tier", tuple(map(EnumMember, ("bronze", "silver", "gold"))), ordered=True)
CLAIM = EnumType("account.claim", tuple(EnumMember(name, (f"Stage {name}",)) for name in (*STAGES, "elsewhere")))
TYPES: tuple[Type, ...] = (*Scalar, COLOR, TIER)
NUMBERS = (Scalar.INTEGER, Scalar.NUMBER, Scalar.MONEY)
TRUE = ir.Literal(True, Scalar.BOOLEAN)
PATTERNS = ("[a-z]+", ".*@.*", "(a|b)*c?", "[^@]{2,5}", "", "É.*", "x\\.y|a.c", "[0-9]{3,}")
DATE_UNITS = (Unit.DAY, Unit.WEEK, Unit.MONTH, Unit.QUARTER, Unit.YEAR)
PERIODS = (Unit.WEEK, Unit.MONTH, Unit.QUARTER, Unit.YEAR)
TEXTS = (
    "a", "abc", "Red", "ada@mail.example", " Bob@WEB.de ", "x@", "https://www.Example.com:80/a?b=c", "ÉCLAIR", "éclair", "Straße",
    "ΣΊΣΥΦΟΣ", "Жук", "x.y", "c", "bbc", "123456", "zero\none", "\U0001f600 smile", "lead", "Stage mql", "a" * 300,
)  # fmt: skip


@dataclass(slots=True)
class Maker:
    """Makes the parts of one ruleset. ``definitions`` are those made so far: later expressions may refer to them."""

    random: Random
    entities: tuple[ir.Entity, ...] = ()
    definitions: list[ir.Definition] = field(default_factory=list)
    tables: list[ir.DecisionTable] = field(default_factory=list)

    def ruleset(self) -> ir.Ruleset:
        """Return a whole ruleset with one or two lifecycles of `account`."""
        r = self.random
        self.entities = self.make_entities()
        for number in range(r.randint(2, 9)):
            self.definitions += self.make_definitions(f"d{number}")
        lifecycles = tuple(self.lifecycle(f"life{number}") for number in range(r.choice((1, 1, 2))))
        return ir.Ruleset(
            name="random",
            title="",
            steward=None,
            currency="EUR",
            timezone=r.choice(("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia")),
            fiscal_year_start=r.randint(1, 12),
            review_by=None,
            lists=(
                ir.ValueList("words", Scalar.TEXT, ("abc", "Red", "éclair", "web.de", "Straße")),
                ir.ValueList("counts", Scalar.INTEGER, (0, 1, 5, 2**63 - 1)),
            ),
            calendars=(self.calendar(),),
            entities=self.entities,
            definitions=tuple(self.definitions),
            rules=tuple(self.rule(f"rule{number}") for number in range(r.randint(0, 3))),
            lifecycles=lifecycles,
            assertions=tuple(self.assertion(f"claim{number}", lifecycles) for number in range(r.randint(0, 3))),
            tables=tuple(self.tables),
        )

    # --- entities ---

    def make_entities(self) -> tuple[ir.Entity, ...]:
        """Return accounts with meetings with attendees, and the way back up."""
        account = ir.Entity(
            "account", "", "id",
            (ir.FieldDecl("id", Scalar.TEXT, required=True), *self.fields(), ir.FieldDecl("claim", CLAIM)),
            (
                ir.Relation("parent", False, "account", "parent_id"),
                ir.Relation("meetings", True, "meeting", "account_id"),
                ir.Relation("children", True, "account", "parent_id"),
            ),
        )  # fmt: skip
        meeting = ir.Entity(
            "meeting", "", None, self.fields(),
            (ir.Relation("account", False, "account", "account_id"), ir.Relation("attendees", True, "attendee", "meeting_id")),
        )  # fmt: skip
        attendee = ir.Entity("attendee", "", None, self.fields(), (ir.Relation("meeting", False, "meeting", "meeting_id"),))
        return account, meeting, attendee

    def fields(self) -> tuple[ir.FieldDecl, ...]:
        """Return two fields of every type, named alike in every entity."""
        return tuple(self.field(f"{word(type_)}{number}", type_) for type_ in TYPES for number in range(2))

    def field(self, name: str, type_: Type) -> ir.FieldDecl:
        """Return a field, sometimes with a domain, stand-ins for missing, or required."""
        r = self.random
        low = high = None
        if type_ in (*NUMBERS, Scalar.DATE) and r.random() < 0.4:
            low, high = sorted((self.constant(type_), self.constant(type_)))
            low, high = r.choice(((low, high), (low, None), (None, high)))
        return ir.FieldDecl(
            name,
            type_,
            low=low,
            high=high,
            high_open=high is not None and r.random() < 0.3,
            required=r.random() < 0.1,
            missing_when=(self.constant(type_), "n/a") if r.random() < 0.2 and type_ is not Scalar.BOOLEAN else (),
            format=ir.CellFormat(unit=Unit.HOUR) if type_ is Scalar.DURATION else ir.CellFormat(),
        )

    def calendar(self) -> ir.Calendar:
        """Return working time."""
        r = self.random
        days = tuple(sorted(r.sample(range(1, 8), r.randint(1, 6))))
        opens, closes = r.choice(((9, 17), (0, 0), (8, 12), (1, 5)))
        holidays = tuple(datetime.date(2026, 11, 1) + datetime.timedelta(days=r.randint(0, 60)) for _ in range(5))
        zone = r.choice(("Europe/Berlin", "UTC"))
        return ir.Calendar("office", days, datetime.time(opens), datetime.time(closes), zone, tuple(sorted(set(holidays))))

    # --- declarations ---

    def make_definitions(self, name: str) -> tuple[ir.Definition, ...]:
        """Return a definition of a random kind, or those of a decision table."""
        return self.by_table(name) if self.random.random() < 0.2 else (self.definition(name),)

    def by_table(self, name: str) -> tuple[ir.Definition, ...]:
        """Return a classification by a decision table, or the conditions of one that collects."""
        r = self.random
        entity = r.choice(("account", "account", "account", "meeting"))
        types = tuple(r.choice(TYPES) for _ in range(r.randint(1, 4)))
        inputs = tuple(self.maybe_ranged((entity,), 1, t) if t in NUMBERS else self.value((entity,), t, 1) for t in types)
        table = random_table(r, f"{entity}.{name}", types, self.constant)
        self.tables.append(table)
        kind = ir.DefinitionKind.CLASSIFY
        if table.mode is not ir.ChooseMode.COLLECT:
            expr = ir.Table(table.name, inputs, table.type)
            return (ir.Definition(table.name, name, entity, kind, table.type, expr, owners=("sales",)),)
        return tuple(
            ir.Definition(f"{table.name} contains {m}", f"{name} contains {m}", entity, kind, Scalar.BOOLEAN, expr)
            for m in table.type.member_names
            for expr in (ir.Collects(table.name, inputs, m),)
        )

    def definition(self, name: str) -> ir.Definition:
        """Return a definition of a random kind."""
        r = self.random
        entity = r.choice(("account", "account", "account", "meeting", "attendee"))
        at = (entity,)
        kind = r.choice((ir.DefinitionKind.DEFINE, ir.DefinitionKind.DEFINE, ir.DefinitionKind.CLASSIFY, ir.DefinitionKind.SCORE))
        expr: ir.Expr
        match kind:
            case ir.DefinitionKind.CLASSIFY:
                type_: Type = EnumType(f"{entity}.{name}", tuple(map(EnumMember, ("small", "mid", "large", "other"))))
                branches = tuple((self.condition(at, 2), member) for member in ("small", "mid", "large")[: r.randint(1, 3)])
                mode = r.choice((ir.ChooseMode.FIRST_MATCH, ir.ChooseMode.EXACTLY_ONE))
                expr = ir.Choose(mode, branches, r.choice((None, "other")), type_)
            case ir.DefinitionKind.SCORE:
                type_ = r.choice((Scalar.INTEGER, Scalar.NUMBER))
                expr = self.points(at, type_)
            case _:
                type_ = r.choice(TYPES)
                ranged = type_ in NUMBERS and r.random() < 0.3
                expr = self.ranged(at, 2, type_) if ranged else self.value(at, type_, 3)
        return ir.Definition(f"{entity}.{name}", name, entity, kind, type_, expr, owners=("sales",))

    def points(self, at: tuple[str, ...], type_: Type) -> ir.Points:
        """Return a score."""
        r = self.random
        number: Callable[[], int | float] = (
            (lambda: r.randint(-50, 50)) if type_ is Scalar.INTEGER else lambda: r.uniform(-50, 50)
        )
        lines = []
        for _ in range(r.randint(1, 4)):
            per = self.maybe_ranged(at, 1, type_) if r.random() < 0.3 else None
            limit = abs(number()) if per is not None and r.random() < 0.5 else None
            lines.append(ir.Line(number(), self.condition(at, 1), per, limit))
        low, high = r.choice(((0, 100), (None, None), (None, 30), (-5, None)))
        return ir.Points(number(), tuple(lines), low, high, type_)

    def rule(self, name: str) -> ir.Rule:
        """Return a rule of accounts, or now and then of meetings."""
        at = (self.random.choice(("account", "account", "meeting")),)
        level = self.random.choice(tuple(ir.Level))
        return ir.Rule(name, at[0], level, self.condition(at, 1), self.condition(at, 2), f"{name} is kept", ("sales",))

    def assertion(self, name: str, lifecycles: tuple[ir.Lifecycle, ...]) -> ir.Assertion:
        """Return a claim about accounts, perhaps about those of one stage."""
        r = self.random
        lifecycle = r.choice(lifecycles) if r.random() < 0.6 else None
        stage = r.choice(lifecycle.stages).name if lifecycle is not None else None
        quantifier = r.choice(tuple(ir.Quantifier))
        has = TRUE if quantifier is not ir.Quantifier.EVERY else self.condition(("account",), 2)
        where = self.condition(("account",), 1) if r.random() < 0.5 else TRUE
        return ir.Assertion(name, quantifier, "account", where, has, lifecycle.name if lifecycle else None, stage, "because")

    def lifecycle(self, name: str) -> ir.Lifecycle:
        """Return a lifecycle with branches, back edges and stamps."""
        r = self.random
        names = STAGES[: r.randint(2, len(STAGES))]
        stages = tuple(self.stage(stage, entry=number == 0 or r.random() < 0.15) for number, stage in enumerate(names))
        edges = []
        for source in range(len(names)):
            for target in range(len(names)):
                forward = target > source
                if target != source and r.random() < (0.55 if target == source + 1 else 0.3 if forward else 0.12):
                    condition = self.condition(("account",), 1) if r.random() < 0.25 else TRUE
                    edges.append(ir.Edge(names[source], names[target], not forward, condition))
        claim = ir.Field("claim", CLAIM)
        tracks = r.choice((None, claim, claim, claim, claim, ir.Field("text0", Scalar.TEXT)))
        return ir.Lifecycle(name, "", "account", stages, tuple(edges), tracks)

    def stage(self, name: str, *, entry: bool) -> ir.Stage:
        """Return a stage whose gate is open now and then."""
        r = self.random
        requires = self.criteria(2, iter(f"{name}_{number}" for number in range(100))) if r.random() < 0.85 else None
        stamp_type = r.choice((Scalar.DATE, Scalar.DATETIME))
        stamp = ir.Field(f"{word(stamp_type)}1", stamp_type) if r.random() < 0.25 else None
        if requires is None and stamp is not None:
            requires = ir.Criterion(stamp.name, ir.Known(stamp))
        unit = r.choice(DATE_UNITS)
        within = ir.LeaveWithin(r.randint(1, 40), unit) if r.random() < 0.5 else None
        if within is not None and stamp_type is Scalar.DATETIME and r.random() < 0.5:
            within = ir.LeaveWithin(r.randint(1, 40), r.choice((Unit.HOUR, Unit.DAY, Unit.MINUTE)), "office")
        condition = TRUE if requires is None else as_condition(requires)
        was = (f"old_{name}",) if r.random() < 0.3 else ()
        return ir.Stage(name, (f"Stage {name}",), was, entry, ("sales",), requires, condition, stamp, within)

    def criteria(self, depth: int, names: object) -> ir.Criteria:
        """Return a criterion or a group of them."""
        r = self.random
        if depth == 0 or r.random() < 0.4:
            return ir.Criterion(next(names), self.condition(("account",), 2), r.choice(("", "why")))  # type: ignore[call-overload]
        members = tuple(self.criteria(depth - 1, names) for _ in range(r.randint(1, 3)))
        kind = r.choice(tuple(ir.GroupKind))
        return ir.Group(kind, members, r.randint(1, len(members)) if kind is ir.GroupKind.AT_LEAST else 0)

    # --- expressions ---

    def condition(self, at: tuple[str, ...], depth: int) -> ir.Expr:
        """Return a condition on the record of the entity ``at[0]``; ``at[1:]`` are those around it."""
        r = self.random
        if depth <= 0:
            return self.leaf(at, Scalar.BOOLEAN)
        deeper = depth - 1
        several = tuple(self.condition(at, deeper - 1) for _ in range(r.randint(1, 3)))
        match r.choice(CONDITIONS):
            case "not":
                return ir.Not(self.condition(at, deeper))
            case "and":
                return ir.And(several)
            case "or":
                return ir.Or(several)
            case "at least":
                return ir.AtLeast(r.randint(1, len(several)), several)
            case "compare":
                return self.comparison(at, deeper)
            case "ranged":
                type_ = r.choice((Scalar.INTEGER, Scalar.INTEGER, *NUMBERS))
                sides = [self.ranged(at, deeper, type_), self.maybe_ranged(at, deeper, type_)]
                r.shuffle(sides)
                return ir.RangedCompare(r.choice(tuple(ir.CompareOp)), *sides)
            case "one of":
                return self.one_of(at, deeper)
            case "list":
                name, type_ = r.choice((("words", Scalar.TEXT), ("counts", Scalar.INTEGER)))
                return ir.InList(self.value(at, type_, deeper), name, type_ is Scalar.TEXT and r.random() < 0.5)
            case "known":
                return ir.Known(self.value(at, r.choice(TYPES), deeper))
            case "related":
                path, up, _ = self.place(at)
                return ir.Related(path, up) if path else ir.Known(self.leaf(at, r.choice(TYPES)))
            case "text":
                op = r.choice(tuple(ir.TextOp))
                any_case = op is ir.TextOp.EQUALS or r.random() < 0.4
                part = ir.Literal(r.choice(("a", "é", "ada", "web", "Σ", " ")), Scalar.TEXT)
                pattern = part if r.random() < 0.7 else self.value(at, Scalar.TEXT, deeper)
                return ir.TextTest(op, self.value(at, Scalar.TEXT, deeper), pattern, any_case)
            case "matches":
                return ir.Matches(self.value(at, Scalar.TEXT, deeper), r.choice(PATTERNS), r.random() < 0.4)
            case _:
                return self.value(at, Scalar.BOOLEAN, deeper)

    def comparison(self, at: tuple[str, ...], depth: int) -> ir.Expr:
        """Return a comparison of two values of one type."""
        type_ = self.random.choice(TYPES)
        ops = tuple(ir.CompareOp) if is_ordered(type_) else (ir.CompareOp.EQ, ir.CompareOp.NE)
        return ir.Compare(self.random.choice(ops), self.value(at, type_, depth), self.value(at, type_, depth))

    def one_of(self, at: tuple[str, ...], depth: int) -> ir.Expr:
        """Return a test against constants."""
        type_ = self.random.choice(TYPES)
        any_case = type_ is Scalar.TEXT and self.random.random() < 0.5
        values = tuple(dict.fromkeys(self.constant(type_) for _ in range(self.random.randint(1, 4))))
        if any_case:
            values = tuple(dict.fromkeys(str(value).lower() for value in values if str(value).isascii())) or ("a",)
        return ir.OneOf(self.value(at, type_, depth), values, any_case)

    def maybe_ranged(self, at: tuple[str, ...], depth: int, type_: Type) -> ir.Expr:
        """Return a number, ranged or not."""
        return self.ranged(at, depth, type_) if self.random.random() < 0.4 else self.value(at, type_, depth)

    def ranged(self, at: tuple[str, ...], depth: int, type_: Type) -> ir.Expr:
        """Return a number that is a range while something is unknown (of money none is: a plain value then)."""
        r = self.random
        path, up, entity = self.place(at)
        refs = [
            ir.Ref(d.id, type_, path, up, ranged=True)
            for d in self.definitions
            if d.entity == entity and d.type == type_ and is_ranged(d.expr)
        ]
        if depth > 0 and r.random() < 0.5:
            op = r.choice((ir.ArithOp.ADD, ir.ArithOp.SUB))
            if r.random() < 0.4:
                factor = ir.Literal(r.randint(-3, 3) if type_ is Scalar.INTEGER else float(r.randint(-3, 3)), type_)
                sides = [self.ranged(at, depth - 1, type_), factor]
                if type_ is not Scalar.MONEY:
                    return ir.Arith(ir.ArithOp.MUL, *r.sample(sides, 2), type_)
            if r.random() < 0.2:
                return ir.Negate(self.ranged(at, depth - 1, type_))
            return ir.Arith(op, self.ranged(at, depth - 1, type_), self.maybe_ranged(at, depth - 1, type_), type_)
        if refs and r.random() < 0.6:
            return r.choice(refs)
        if type_ is Scalar.INTEGER:
            relation = self.relation(at)
            where = self.condition((relation.entity, *at), max(depth - 1, 0)) if r.random() < 0.7 else TRUE
            return ir.Count(relation, where)
        return r.choice(refs) if refs else self.leaf(at, type_)

    def relation(self, at: tuple[str, ...]) -> ir.Many:
        """Return related records that can be reached."""
        path, up, entity = self.place(at)
        if not any(relation.many for relation in self.entity(entity).relations):
            path, up, entity = (*path, "meeting"), up, "meeting"
        many = self.random.choice([relation for relation in self.entity(entity).relations if relation.many])
        return ir.Many(many.name, many.entity, path, up)

    def value(self, at: tuple[str, ...], type_: Type, depth: int) -> ir.Expr:
        """Return an expression of ``type_``."""
        r = self.random
        if depth <= 0 or r.random() < 0.25:
            return self.leaf(at, type_)
        deeper = depth - 1
        own = OWN.get(type_ if isinstance(type_, Scalar) else None)
        if own is not None and r.random() < 0.55:
            return own(self, at, deeper)
        match r.choice(("or else", "if", "pick", "extreme", "choice")):
            case "or else":
                return ir.OrElse(self.value(at, type_, deeper), self.value(at, type_, deeper))
            case "if":
                return ir.If(self.condition(at, deeper), self.value(at, type_, deeper), self.value(at, type_, deeper))
            case "pick":
                relation = self.relation(at)
                inner = (relation.entity, *at)
                by = r.choice([candidate for candidate in TYPES if is_ordered(candidate)])
                where = self.condition(inner, 0) if r.random() < 0.5 else TRUE
                op = r.choice(tuple(ir.ExtremeOp))
                return ir.Pick(op, relation, self.value(inner, type_, deeper - 1), self.leaf(inner, by), where, type_)
            case "extreme" if is_ordered(type_):
                relation = self.relation(at)
                inner = (relation.entity, *at)
                where = self.condition(inner, deeper - 1) if r.random() < 0.6 else TRUE
                return ir.Extreme(r.choice(tuple(ir.ExtremeOp)), relation, self.value(inner, type_, deeper - 1), where, type_)
            case "choice" if is_ordered(type_):
                arguments = tuple(self.value(at, type_, deeper) for _ in range(r.randint(2, 3)))
                return ir.Call(r.choice(("least", "greatest")), arguments, type_)
            case _:
                return self.leaf(at, type_)

    def leaf(self, at: tuple[str, ...], type_: Type) -> ir.Expr:
        """Return a constant, a field or a definition."""
        r = self.random
        path, up, entity = self.place(at)
        refs = [d for d in self.definitions if d.entity == entity and d.type == type_]
        chance = r.random()
        if chance < 0.12:
            return ir.Literal(self.constant(type_), type_)
        if chance < 0.15:
            return ir.Literal(None, type_)
        if refs and chance < 0.5:
            found = r.choice(refs)
            return ir.Ref(found.id, type_, path, up, is_ranged(found.expr))
        if isinstance(type_, EnumType) and type_ not in (COLOR, TIER):
            return ir.Literal(self.constant(type_), type_)
        return ir.Field(f"{word(type_)}{r.randint(0, 1)}", type_, path, up)

    def place(self, at: tuple[str, ...]) -> tuple[tuple[str, ...], int, str]:
        """Return the path, level and entity of a record that can be reached."""
        r = self.random
        up = r.randrange(len(at)) if r.random() < 0.2 else 0
        entity, path = at[up], []
        while r.random() < 0.15 and len(path) < 2:
            ones = [relation for relation in self.entity(entity).relations if not relation.many]
            relation = r.choice(ones)
            path.append(relation.name)
            entity = relation.entity
        return tuple(path), up, entity

    def entity(self, name: str) -> ir.Entity:
        """Return the entity of that name."""
        return next(entity for entity in self.entities if entity.name == name)

    def constant(self, type_: Type) -> ir.Value:
        """Return a constant; the extreme ones are rare."""
        return constant(self.random, type_)

    # --- what only one type has ---

    def integer(self, at: tuple[str, ...], depth: int) -> ir.Expr:
        """Return an integer from something else."""
        r = self.random
        one = {"length": Scalar.TEXT, "abs": Scalar.INTEGER, "days": Scalar.DURATION, "hours": Scalar.DURATION}
        one |= dict.fromkeys(("year", "month", "day", "weekday"), Scalar.DATE)
        function = r.choice((*one, "sum", "count", "arith", "arith", "negate"))
        if function in one:
            return ir.Call(function, (self.value(at, one[function], depth),), Scalar.INTEGER)
        if function == "count":
            return self.ranged(at, depth, Scalar.INTEGER)
        return self.number_like(at, depth, Scalar.INTEGER, function)

    def number(self, at: tuple[str, ...], depth: int) -> ir.Expr:
        """Return a number from something else."""
        r = self.random
        function = r.choice(("number", "abs", "sum", "divide", "arith", "negate"))
        if function == "number":
            return ir.Call("number", (self.value(at, r.choice((Scalar.INTEGER, Scalar.MONEY)), depth),), Scalar.NUMBER)
        if function == "divide":
            sides = (self.value(at, Scalar.NUMBER, depth), self.value(at, Scalar.NUMBER, depth))
            return ir.Arith(ir.ArithOp.DIV, *sides, Scalar.NUMBER)
        return self.number_like(at, depth, Scalar.NUMBER, function)

    def money(self, at: tuple[str, ...], depth: int) -> ir.Expr:
        """Return money from something else."""
        r = self.random
        function = r.choice(("money", "abs", "sum", "times", "arith", "negate"))
        if function == "money":
            return ir.Call("money", (self.value(at, Scalar.INTEGER, depth),), Scalar.MONEY)
        if function == "times":
            sides = (self.value(at, Scalar.MONEY, depth), self.value(at, Scalar.INTEGER, depth))
            return ir.Arith(ir.ArithOp.MUL, *r.sample(sides, 2), Scalar.MONEY)
        return self.number_like(at, depth, Scalar.MONEY, function)

    def number_like(self, at: tuple[str, ...], depth: int, type_: Type, function: str) -> ir.Expr:
        """Return what all numeric types have."""
        r = self.random
        if function == "sum":
            relation = self.relation(at)
            inner = (relation.entity, *at)
            where = self.condition(inner, depth - 1) if r.random() < 0.6 else TRUE
            return ir.Sum(relation, self.value(inner, type_, depth - 1), where, type_)
        if function == "abs":
            return ir.Call("abs", (self.value(at, type_, depth),), type_)
        if function == "negate":
            return ir.Negate(self.value(at, type_, depth))
        ops = (ir.ArithOp.ADD, ir.ArithOp.SUB) if type_ is Scalar.MONEY else (ir.ArithOp.ADD, ir.ArithOp.SUB, ir.ArithOp.MUL)
        return ir.Arith(r.choice(ops), self.value(at, type_, depth), self.value(at, type_, depth), type_)

    def text(self, at: tuple[str, ...], depth: int) -> ir.Expr:
        """Return a text from another."""
        function = self.random.choice(("email_domain", "url_domain", "lower", "upper"))
        return ir.Call(function, (self.value(at, Scalar.TEXT, depth),), Scalar.TEXT)

    def date(self, at: tuple[str, ...], depth: int) -> ir.Expr:
        """Return a date from something else."""
        r = self.random
        match r.choice(("today", "shift", "start", "of")):
            case "today":
                return ir.Today()
            case "shift":
                count = r.choice((r.randint(-40, 40), r.randint(-40, 40), r.choice((-5_000, 5_000, 4_000_000))))
                return ir.Shift(self.value(at, Scalar.DATE, depth), count, r.choice(DATE_UNITS))
            case "start":
                unit = r.choice(PERIODS)
                return ir.StartOf(self.value(at, Scalar.DATE, depth), unit, r.randint(1, 12) if r.random() < 0.4 else 1)
            case _:
                return ir.DateOf(self.value(at, Scalar.DATETIME, depth))

    def datetime(self, at: tuple[str, ...], depth: int) -> ir.Expr:
        """Return an instant from something else."""
        r = self.random
        start = self.value(at, Scalar.DATETIME, depth)
        match r.choice(("now", "shift", "business", "arith")):
            case "now":
                return ir.Now()
            case "shift":
                return ir.Shift(start, r.choice((r.randint(-40, 40), r.choice((-90_000, 90_000)))), r.choice(tuple(Unit)))
            case "business":
                return ir.BusinessShift(start, r.randint(-30, 30), r.choice((Unit.HOUR, Unit.DAY, Unit.MINUTE)), "office")
            case _:
                op = r.choice((ir.ArithOp.ADD, ir.ArithOp.SUB))
                return ir.Arith(op, start, self.value(at, Scalar.DURATION, depth), Scalar.DATETIME)

    def duration(self, at: tuple[str, ...], depth: int) -> ir.Expr:
        """Return a length of time from something else."""
        r = self.random
        match r.choice(("between", "sum", "times", "negate", "abs")):
            case "between":
                type_ = r.choice((Scalar.DATE, Scalar.DATETIME))
                return ir.Arith(ir.ArithOp.SUB, self.value(at, type_, depth), self.value(at, type_, depth), Scalar.DURATION)
            case "sum":
                op = r.choice((ir.ArithOp.ADD, ir.ArithOp.SUB))
                sides = (self.value(at, Scalar.DURATION, depth), self.value(at, Scalar.DURATION, depth))
                return ir.Arith(op, *sides, Scalar.DURATION)
            case "times":
                sides = (self.value(at, Scalar.DURATION, depth), self.value(at, Scalar.INTEGER, depth))
                return ir.Arith(ir.ArithOp.MUL, *r.sample(sides, 2), Scalar.DURATION)
            case "negate":
                return ir.Negate(self.value(at, Scalar.DURATION, depth))
            case _:
                return ir.Call("abs", (self.value(at, Scalar.DURATION, depth),), Scalar.DURATION)


CONDITIONS = (
    "not", "and", "and", "or", "or", "at least", "compare", "compare", "compare", "ranged", "ranged",
    "one of", "list", "known", "known", "related", "text", "matches", "other",
)  # fmt: skip

OWN: dict[Type | None, Callable[[Maker, tuple[str, ...], int], ir.Expr]] = {
    Scalar.BOOLEAN: Maker.condition,
    Scalar.INTEGER: Maker.integer,
    Scalar.NUMBER: Maker.number,
    Scalar.MONEY: Maker.money,
    Scalar.TEXT: Maker.text,
    Scalar.DATE: Maker.date,
    Scalar.DATETIME: Maker.datetime,
    Scalar.DURATION: Maker.duration,
}


def word(type_: Type) -> str:
    """Return the start of the names of fields of ``type_``."""
    return type_.name.partition(".")[2] if isinstance(type_, EnumType) else type_.value


def is_ranged(expr: ir.Expr) -> bool:
    """Return whether a definition with that expression is ranged."""
    match expr:
        case ir.Count() | ir.Points():
            return True
        case ir.Ref(ranged=ranged):
            return ranged
        case ir.Arith(ir.ArithOp.ADD | ir.ArithOp.SUB | ir.ArithOp.MUL, left, right):
            return is_ranged(left) or is_ranged(right)
        case ir.Negate(operand):
            return is_ranged(operand)
        case _:
            return False


def as_condition(criteria: ir.Criteria) -> ir.Expr:
    """Return criteria as one expression."""
    if isinstance(criteria, ir.Criterion):
        return criteria.condition
    conditions = tuple(map(as_condition, criteria.members))
    if criteria.kind is ir.GroupKind.AT_LEAST:
        return ir.AtLeast(criteria.count, conditions)
    return ir.And(conditions) if criteria.kind is ir.GroupKind.ALL else ir.Or(conditions)


def constant(r: Random, type_: Type) -> ir.Value:
    """Return a value of ``type_``, often one of a few, so that equal ones meet."""
    extreme = r.random() < 0.08
    match type_:
        case Scalar.BOOLEAN:
            return r.random() < 0.5
        case Scalar.INTEGER:
            return r.choice((-(2**63), 2**63 - 1, 2**53 + 1)) if extreme else r.choice((-1, 0, 1, 2, 3, 5, 10, 60, 100))
        case Scalar.NUMBER:
            return r.choice((1e308, -1e308, 5e-324, 1e16)) if extreme else r.choice((-1.5, 0.0, 0.1, 0.2, 0.3, 1.0, 2.5, 100.0))
        case Scalar.MONEY:
            amounts = ("99999999999999.9999", "0.0001") if extreme else ("-5", "0", "0.5", "1", "12.34", "5000")
            return Decimal(r.choice(amounts)).quantize(Decimal("0.0001"))
        case Scalar.TEXT:
            return r.choice(TEXTS)
        case Scalar.DATE:
            if extreme:
                return r.choice((datetime.date.min, datetime.date.max, datetime.date(2024, 2, 29)))
            return datetime.date(2026, 11, 21) + datetime.timedelta(days=r.choice((-400, -90, -31, -1, 0, 1, 30, 365)))
        case Scalar.DATETIME:
            if extreme:
                return r.choice((datetime.datetime.min, datetime.datetime.max)).replace(tzinfo=datetime.UTC)
            around = r.choice(
                (datetime.datetime(2026, 10, 25, 0, 30), datetime.datetime(2026, 3, 29, 1), datetime.datetime(2026, 11, 21))
            )
            return around.replace(tzinfo=datetime.UTC) + datetime.timedelta(hours=r.choice((-2000, -100, -30, -1, 0, 1, 24, 48)))
        case Scalar.DURATION:
            if extreme:
                return datetime.timedelta(microseconds=r.choice((2**63 - 1, -(2**63), 1)))
            return datetime.timedelta(hours=r.choice((-24, 0, 1, 24, 48, 720)))
        case EnumType():
            return r.choice(type_.member_names)
