"""The parts of entities, lifecycles, assertions and examples into their nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, cast

from revrules import syntax
from revrules.parse.clauses import Clause, Clauses, clause
from revrules.parse.expressions import unit_of
from revrules.syntax import Expected

if TYPE_CHECKING:
    from collections.abc import Callable

    from revrules.parse.lexer import Token
    from revrules.parse.site import Site
    from revrules.source import Span
    from revrules.syntax import Expr, FieldType, GivenValue, Literal, Member, Name, Text

Names: TypeAlias = "tuple[Name, ...]"
Texts: TypeAlias = "tuple[Text, ...]"


def entity(
    site: Site, span: Span, name: Name, label: Text | None, was: Names | None, key: Name | None, *parts: object
) -> syntax.Entity:
    """``entity account "Company" key account_id { … }``."""
    clauses = Clauses(site, parts)
    return syntax.Entity(
        name,
        key,
        clauses.nodes(syntax.FieldDecl),
        clauses.nodes(syntax.RelationDecl),
        label,
        clauses.nodes(syntax.Allow),
        site.doc(span),
        was or (),
        span=span,
    )


def field(site: Site, span: Span, name: Name, kind: FieldType, domain: syntax.Range | None, *parts: object) -> syntax.FieldDecl:
    """``employees integer 1.. as "Number of Employees" from hubspot owner marketing``."""
    clauses = Clauses(site, parts)
    return syntax.FieldDecl(
        name,
        kind,
        domain,
        required=clauses.one("required", bool) or False,
        columns=clauses.one("as", tuple) or (),
        format=clauses.one("in", syntax.Format),
        missing_when=clauses.one("missing when", tuple) or (),
        systems=clauses.names("from"),
        owners=clauses.names("owner"),
        allows=clauses.nodes(syntax.Allow),
        doc=site.doc(span),
        was=clauses.names("was"),
        span=span,
    )


def simple_type(site: Site, span: Span, word: Token) -> FieldType:
    """``integer``, ``text``."""
    return syntax.FieldType(word.text, span=span)


def enum_type(site: Site, span: Span, members: tuple[Member, ...]) -> FieldType:
    """``enum { … }``."""
    return syntax.FieldType("enum", members, span=span)


def named_type(site: Site, span: Span, name: Name) -> FieldType:
    """``enum deal_stage``."""
    return syntax.FieldType("enum", named=name, span=span)


def ordered_type(site: Site, span: Span, members: tuple[Member, ...]) -> FieldType:
    """``ordered enum { … }``."""
    return syntax.FieldType("enum", members, ordered=True, span=span)


def members(site: Site, span: Span, *values: Member) -> tuple[Member, ...]:
    """The members of an enum."""
    return values


def bound(site: Site, span: Span, value: Literal) -> Literal:
    """One end of a domain."""
    return value


def texts(site: Site, span: Span, *values: Text) -> Texts:
    """Texts with ``|`` between them."""
    return values


def columns(site: Site, span: Span, *values: Text) -> Clause:
    """``as "A" | "B"``."""
    return Clause("as", values, span)


def format_(site: Site, span: Span, values: Texts, false_values: Texts | None) -> Clause:
    """``in "%d-%m-%y"``, ``in "Yes" / "No"``."""
    return Clause("in", syntax.Format(values, false_values or (), span=span), span)


def format_unit(site: Site, span: Span, unit: Token) -> Clause:
    """``in hours``."""
    return Clause("in", syntax.Format(unit=unit_of(unit), span=span), span)


def relation(
    site: Site,
    span: Span,
    name: Name,
    how_many: Token,
    entity: Name,
    by: Name,
    columns: Texts | None,
    was: Names | None,
) -> syntax.RelationDecl:
    """``meetings many meeting by account_id``."""
    return syntax.RelationDecl(name, how_many.text == "many", entity, by, columns or (), site.doc(span), was or (), span=span)


def lifecycle(
    site: Site, span: Span, name: Name, label: Text | None, was: Names | None, entity: Name, *parts: object
) -> syntax.Lifecycle:
    """``lifecycle revenue of account { … }``."""
    clauses = Clauses(site, parts)
    return syntax.Lifecycle(
        name,
        entity,
        clauses.one("tracks", syntax.Name),
        clauses.nodes(syntax.Stage),
        label,
        clauses.nodes(syntax.Allow),
        site.doc(span),
        was or (),
        span=span,
    )


def stage(site: Site, span: Span, name: Name, labels: Texts | None, was: Names | None, *parts: object) -> syntax.Stage:
    """``stage mql "Marketing qualified lead" was prospect { … }``."""
    clauses = Clauses(site, parts)
    return syntax.Stage(
        name,
        labels or (),
        was or (),
        entry=clauses.one("entry", bool) or False,
        owners=clauses.names("owner"),
        froms=clauses.nodes(syntax.From),
        requires=clauses.criteria("requires"),
        stamped_by=clauses.one("stamped by", syntax.Name),
        leave_within=clauses.one("leave within", syntax.Duration),
        outcome=clauses.one("won or lost", str),
        probability=clauses.one("probability", syntax.Number),
        forecast=clauses.one("forecast", syntax.Name),
        allows=clauses.nodes(syntax.Allow),
        doc=site.doc(span),
        span=span,
    )


def from_stages(site: Site, span: Span, names: Names, condition: Expr | None) -> syntax.From:
    """``from lead, mql when …``."""
    return syntax.From(names, condition=condition, span=span)


def from_any(site: Site, span: Span, condition: Expr | None) -> syntax.From:
    """``from any``."""
    return syntax.From((), any_stage=True, condition=condition, span=span)


def back_from(site: Site, span: Span, names: Names, condition: Expr | None) -> syntax.From:
    """``back from churned``."""
    return syntax.From(names, back=True, condition=condition, span=span)


def _outcome(word: str) -> Callable[[Site, Span], Clause]:
    def build(site: Site, span: Span) -> Clause:
        return Clause("won or lost", word, span)

    return build


def assertion(
    site: Site,
    span: Span,
    name: Name | None,
    quantifier: Token,
    subject: Name,
    of: Name | None,
    where: Expr | None,
    has: Expr | None,
    because: Text | None,
) -> syntax.Assertion:
    """``assert every customer of revenue has arr > 0 because "…"``."""
    return syntax.Assertion(quantifier.text, subject, of, where, has, because, name, site.doc(span), span=span)


def example(
    site: Site, span: Span, title: Text, entity: Name, as_of: syntax.Date | syntax.DateTime | None, *parts: object
) -> syntax.Example:
    """``example "…" of account as of 2026-11-21 { given { … } expect … }``."""
    clauses = Clauses(site, parts)
    given = clauses.one("given", syntax.RecordValue) or syntax.RecordValue((), span=span)
    expectations = tuple(claim for group in clauses.nodes(tuple) if not isinstance(group, Clause) for claim in group)
    return syntax.Example(title, entity, as_of, given, expectations, site.doc(span), span=span)


def expect(site: Site, span: Span, *claims: syntax.Expectation) -> tuple[syntax.Expectation, ...]:
    """``expect stage x blocked by y``."""
    return claims


def expect_stage(site: Site, span: Span, name: Name | None, of: Name | None) -> syntax.Expectation:
    """``stage customer of revenue``, ``stage none``."""
    return syntax.Expectation(Expected.STAGE, (name,) if name else (), of, span=span)


def no_stage(site: Site, span: Span) -> None:
    """``none`` in the place of a stage."""


def no_names(site: Site, span: Span) -> Names:
    """``none`` in the place of names."""
    return ()


def expect_verdict(site: Site, span: Span, name: Name, of: Name | None) -> syntax.Expectation:
    """``verdict ahead``."""
    return syntax.Expectation(Expected.VERDICT, (name,), of, span=span)


def expect_blocked(site: Site, span: Span, names: Names, of: Name | None) -> syntax.Expectation:
    """``blocked by signed, fit``."""
    return syntax.Expectation(Expected.BLOCKED_BY, names, of, span=span)


def expect_missing(site: Site, span: Span, names: Names) -> syntax.Expectation:
    """``missing arr, parent.country``."""
    return syntax.Expectation(Expected.MISSING, names, span=span)


def paths(site: Site, span: Span, *paths: Names) -> Names:
    """Fields with commas between them, those of related records with dots."""
    return tuple(
        path[0] if len(path) == 1 else syntax.Name(".".join(name.text for name in path), span=path[0].span.to(path[-1].span))
        for path in paths
    )


def expect_violates(site: Site, span: Span, names: Names) -> syntax.Expectation:
    """``violates amount_set``."""
    return syntax.Expectation(Expected.VIOLATES, names, span=span)


def expect_value(site: Site, span: Span, reference: syntax.Reference, value: GivenValue) -> syntax.Expectation:
    """``segment = small``."""
    return syntax.Expectation(Expected.VALUE, reference=reference, value=value, span=span)


def expect_state(site: Site, span: Span, reference: syntax.Reference, state: Token) -> syntax.Expectation:
    """``qualified for sales is true``."""
    return syntax.Expectation(Expected.VALUE, reference=reference, state=state.text, span=span)


def expect_collected(site: Site, span: Span, reference: syntax.Reference, *outputs: Name | Text) -> syntax.Expectation:
    """``flags = { emea, "Key account" }``."""
    return syntax.Expectation(Expected.VALUE, reference=reference, outputs=outputs, span=span)


def expect_contains(
    site: Site, span: Span, reference: syntax.Reference, output: Name | Text, state: Token | None
) -> syntax.Expectation:
    """``flags contains emea``, ``flags contains emea is unknown``."""
    found = state.text if state is not None else "true"
    return syntax.Expectation(Expected.VALUE, reference=reference, state=found, outputs=(output,), span=span)


def expect_lacks(site: Site, span: Span, reference: syntax.Reference, output: Name | Text) -> syntax.Expectation:
    """``flags not contains emea``."""
    return syntax.Expectation(Expected.VALUE, reference=reference, state="false", outputs=(output,), span=span)


def expect_reference(site: Site, span: Span, *parts: Name | None) -> syntax.Reference:
    """``qualified for sales`` before ``=`` or ``is``."""
    return syntax.Reference(cast("Names", parts[:-1]), parts[-1], span=span)


def record(site: Site, span: Span, *fields: tuple[Name, GivenValue]) -> syntax.RecordValue:
    """``{ kind = discovery }``."""
    return syntax.RecordValue(fields, span=span)


def given_field(site: Site, span: Span, name: Name, value: GivenValue) -> tuple[Name, GivenValue]:
    """``kind = discovery`` in a given record."""
    return name, value


def record_list(site: Site, span: Span, *items: syntax.RecordValue) -> syntax.ListValue:
    """``[ { … }, { … } ]``."""
    return syntax.ListValue(items, span=span)


def nothing(site: Site, span: Span) -> syntax.Nothing:
    """``missing`` as a given value."""
    return syntax.Nothing(span=span)


BUILDERS: dict[str, Callable[..., object]] = {
    **{
        builder.__name__: builder
        for builder in (
            entity, field, simple_type, enum_type, ordered_type, named_type,
            no_names, members, bound, texts, columns, format_unit, relation, lifecycle,
            stage, from_stages, from_any, back_from, assertion, example, expect, expect_stage, no_stage, expect_verdict,
            expect_blocked, expect_missing, paths, expect_violates, expect_value, expect_state, expect_reference, record,
            expect_collected, expect_contains, expect_lacks,
            given_field, record_list, nothing,
        )
    },
    **{word: clause(word) for word in ("required", "tracks", "entry", "requires", "probability", "forecast", "given")},
    "format": format_,
    "missing_when": clause("missing when"),
    "systems": clause("from"),
    "field_was": clause("was"),
    "stamped_by": clause("stamped by"),
    "leave_within": clause("leave within"),
    "won": _outcome("won"),
    "lost": _outcome("lost"),
}  # fmt: skip
"""What each rule of the grammar about these declarations becomes."""
