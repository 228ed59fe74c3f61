"""The parts of declarations into their nodes: header, teams, lists, calendars, definitions, classifications, scores, rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, cast

from revrules import syntax
from revrules.parse.clauses import Clause, Clauses, clause
from revrules.source import Span

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable

    from revrules.parse.lexer import Token
    from revrules.parse.site import Site
    from revrules.syntax import Allow, Date, Expr, Literal, Member, Name, Number, Reference, Text

Names: TypeAlias = "tuple[Name, ...]"
_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def file(site: Site, span: Span, *declarations: syntax.Declaration) -> syntax.File:
    """A whole file."""
    return syntax.File(declarations, span=span)


def ruleset(site: Site, span: Span, name: Name, *parts: object) -> syntax.Header:
    """``ruleset name { … }``."""
    clauses = Clauses(site, parts)
    return syntax.Header(
        name,
        title=clauses.one("title", syntax.Text),
        steward=clauses.one("steward", syntax.Name),
        currency=clauses.one("currency", syntax.Name),
        timezone=clauses.one("timezone", syntax.Text),
        review_by=clauses.one("review by", syntax.Date),
        fiscal_year_start=clauses.one("fiscal year starts", syntax.Name),
        doc=site.doc(span),
        span=span,
    )


def import_file(site: Site, span: Span, path: Text) -> syntax.Import:
    """``import "core.rev"``."""
    return syntax.Import(path, span=span)


def file_owner(site: Site, span: Span, team: Name) -> syntax.FileOwner:
    """``for team sales``."""
    return syntax.FileOwner(team, span=span)


def team(site: Site, span: Span, name: Name, label: Text | None, was: Names | None) -> syntax.Team:
    """``team sales "Sales" was field_sales``."""
    return syntax.Team(name, label, site.doc(span), was or (), span=span)


def system(site: Site, span: Span, name: Name, label: Text | None) -> syntax.System:
    """``system hubspot "HubSpot"``."""
    return syntax.System(name, label, site.doc(span), span=span)


def list_of_items(site: Site, span: Span, name: Name, items: tuple[Literal, ...] | None) -> syntax.ListDecl:
    """``list name { … }``."""
    return syntax.ListDecl(name, items or (), None, site.doc(span), span=span)


def enum_of_members(site: Site, span: Span, name: Name, members: tuple[syntax.Member, ...]) -> syntax.EnumDecl:
    """``enum deal_stage { … }``."""
    return syntax.EnumDecl(name, members, doc=site.doc(span), span=span)


def ordered_of_members(site: Site, span: Span, name: Name, members: tuple[syntax.Member, ...]) -> syntax.EnumDecl:
    """``ordered enum tier { … }``."""
    return syntax.EnumDecl(name, members, ordered=True, doc=site.doc(span), span=span)


def list_of_file(site: Site, span: Span, name: Name, path: Text) -> syntax.ListDecl:
    """``list name from "lists/x.txt"``."""
    return syntax.ListDecl(name, None, path, site.doc(span), span=span)


def literals(site: Site, span: Span, *values: Literal) -> tuple[Literal, ...]:
    """Literals with commas between them."""
    return values


def names(site: Site, span: Span, *values: Name) -> Names:
    """Names with commas between them."""
    return values


def calendar(site: Site, span: Span, name: Name, *parts: object) -> syntax.Calendar:
    """``calendar office { … }``."""
    clauses = Clauses(site, parts)
    hours = cast("tuple[datetime.time, datetime.time]", clauses.one("hours", tuple) or (None, None))
    holidays = cast("tuple[Date, ...] | Text", clauses.one("holidays", object) or ())
    return syntax.Calendar(
        name,
        clauses.names("days"),
        *hours,
        clauses.one("timezone", syntax.Text),
        holidays if isinstance(holidays, tuple) else (),
        holidays if isinstance(holidays, syntax.Text) else None,
        site.doc(span),
        span=span,
    )


def days(site: Site, span: Span, *ranges: Names) -> Clause:
    """``days monday..friday, sunday``."""
    return Clause("days", tuple(day for part in ranges for day in part), span)


def day_range(site: Site, span: Span, first: Name, last: Name | None) -> Names:
    """One day, or the days from one to another, past the end of the week too."""
    if last is None:
        return (first,)
    if first.text not in _WEEK or last.text not in _WEEK:
        return (first, last)
    start, length = _WEEK.index(first.text), (_WEEK.index(last.text) - _WEEK.index(first.text)) % 7
    return tuple(syntax.Name(_WEEK[(start + n) % 7], span=span) for n in range(length + 1))


def hours(site: Site, span: Span, opens: datetime.time, closes: datetime.time) -> Clause:
    """``hours 09:00..17:00``."""
    return Clause("hours", (opens, closes), span)


def dates(site: Site, span: Span, *values: Date) -> tuple[Date, ...]:
    """Dates with commas between them."""
    return values


def holidays(site: Site, span: Span, values: tuple[Date, ...] | None) -> Clause:
    """``holidays { 2026-12-25 }``."""
    return Clause("holidays", values or (), span)


def allow(site: Site, span: Span, finding: Name, on: Name | None, because: Text, until: Date | None) -> Allow:
    """``allow no-owner on lead because "…" until 2027-01-31``."""
    return syntax.Allow(finding, on, because, until, span=span)


def finding(site: Site, span: Span, *words: Name) -> Name:
    """The name of a finding: words with hyphens between them."""
    return syntax.Name("-".join(word.text for word in words), span=span)


def define(
    site: Site,
    span: Span,
    name: Name,
    label: Text | None,
    was: Names | None,
    entity: Name,
    team: Name | None,
    relation: syntax.VariantRelation | None,
    *parts: object,
) -> syntax.Define:
    """``define name of entity for team narrows other { … }``."""
    clauses = Clauses(site, parts)
    return syntax.Define(
        name,
        entity,
        team,
        relation,
        clauses.names("owner"),
        clauses.criteria("means"),
        label,
        clauses.nodes(syntax.Allow),
        site.doc(span),
        was or (),
        span=span,
    )


def _variant(word: str) -> Callable[[Site, Span, Reference], syntax.VariantRelation]:
    def build(site: Site, span: Span, of: Reference) -> syntax.VariantRelation:
        return syntax.VariantRelation(word, of, span=span)

    return build


def classify(site: Site, span: Span, name: Name, was: Names | None, entity: Name, mode: str, *parts: object) -> syntax.Classify:
    """``classify name of entity, mode { … }``."""
    clauses = Clauses(site, parts)
    return syntax.Classify(
        name,
        entity,
        mode,
        clauses.nodes(syntax.Branch),
        clauses.one("otherwise", syntax.Member),
        clauses.names("owner"),
        clauses.nodes(syntax.Allow),
        site.doc(span),
        was=was or (),
        span=span,
    )


def classify_table(
    site: Site, span: Span, name: Name, was: Names | None, entity: Name, mode: str, path: Text, *parts: object
) -> syntax.Classify:
    """``classify name of entity, mode from "file.csv" { … }``."""
    clauses = Clauses(site, parts)
    gives, outputs = cast("tuple[Text | None, tuple[Member, ...]]", clauses.one("gives", tuple) or (None, ()))
    source = syntax.TableSource(
        path,
        gives,
        outputs,
        clauses.one("by", tuple) or (),
        clauses.one("ignore", tuple) or (),
        clauses.nodes(syntax.TableColumn),
        bool(clauses.one("any case", object)),
        span=path.span,
    )
    return syntax.Classify(
        name,
        entity,
        mode,
        (),
        clauses.one("otherwise", syntax.Member),
        clauses.names("owner"),
        clauses.nodes(syntax.Allow),
        site.doc(span),
        source,
        was or (),
        span=span,
    )


def gives(site: Site, span: Span, heading: Text, outputs: tuple[Member, ...] | None) -> Clause:
    """``gives "Territory" { emea, amer }``."""
    return Clause("gives", (heading, outputs or ()), span)


def gives_outputs(site: Site, span: Span, outputs: tuple[Member, ...]) -> Clause:
    """``gives { emea, amer }``."""
    return Clause("gives", (None, outputs), span)


def outputs(site: Site, span: Span, members: tuple[Member, ...]) -> tuple[Member, ...]:
    """``{ emea, amer "Americas" }``."""
    return members


def headings(site: Site, span: Span, *texts: Text) -> tuple[Text, ...]:
    """Headings of columns with commas between them."""
    return texts


def heading(site: Site, span: Span, written: Text | Names) -> Text:
    """The heading of a column: a text, or a name like it."""
    if isinstance(written, syntax.Text):
        return written
    return syntax.Text(".".join(name.text for name in written), span=span)


def column_is(site: Site, span: Span, heading: Text, value: Expr) -> syntax.TableColumn:
    """``column "Company size" is employees``."""
    return syntax.TableColumn(heading, value, span=span)


def _mode(mode: str) -> Callable[[Site, Span], str]:
    def build(site: Site, span: Span) -> str:
        return mode

    return build


def branch(site: Site, span: Span, member: Member, condition: Expr) -> syntax.Branch:
    """``smb "Small" when employees < 100``."""
    return syntax.Branch(member, condition, site.doc(span), span=span)


def member(site: Site, span: Span, name: Name, *parts: Text | Names | None) -> Member:
    """``closed_won "Closed Won" | "closedwon" was won``."""
    labels = tuple(part for part in parts if isinstance(part, syntax.Text))
    was = next((part for part in parts if isinstance(part, tuple)), ())
    return syntax.Member(name, labels, was, span=span)


def was(site: Site, span: Span, names: Names) -> Names:
    """``was prospect, suspect``."""
    return names


def was_one(site: Site, span: Span, *names: Name) -> Names:
    """``was won | signed``, where a comma would begin the next member."""
    return names


def score(
    site: Site, span: Span, name: Name, was: Names | None, entity: Name, limits: syntax.Range | None, *parts: object
) -> syntax.Score:
    """``score name of entity 0..100 { … }``."""
    clauses = Clauses(site, parts)
    return syntax.Score(
        name,
        entity,
        limits,
        clauses.nodes(syntax.ScoreLine),
        clauses.names("owner"),
        clauses.nodes(syntax.Allow),
        site.doc(span),
        was or (),
        span=span,
    )


def score_line(
    site: Site, span: Span, sign: Token, points: Number, per: tuple[Expr, Number | None] | None, condition: Expr | None
) -> syntax.ScoreLine:
    """``+40 when c``, ``-5 per count(visits) up to 20 when c``."""
    if sign.text == "-":
        points = syntax.Number(-points.value, points.percent, span=Span(site.path, sign.start, points.span.end))
    times, up_to = per or (None, None)
    return syntax.ScoreLine(points, condition, times, up_to, span=span)


def per(site: Site, span: Span, times: Expr, up_to: Number | None) -> tuple[Expr, Number | None]:
    """``per count(visits) up to 20``."""
    return times, up_to


def base(site: Site, span: Span, points: Number) -> syntax.ScoreLine:
    """``base 10``."""
    return syntax.ScoreLine(points, None, span=span)


def rule(site: Site, span: Span, name: Name, was: Names | None, entity: Name, level: Name, *parts: object) -> syntax.Rule:
    """``rule name of entity, warn { … }``."""
    clauses = Clauses(site, parts)
    return syntax.Rule(
        name,
        entity,
        level,
        clauses.names("owner"),
        clauses.criteria("when"),
        clauses.criteria("require"),
        clauses.one("message", syntax.Text),
        clauses.nodes(syntax.Allow),
        site.doc(span),
        was or (),
        span=span,
    )


_CLAUSES = ("title", "steward", "currency", "timezone", "owner", "means", "otherwise", "when", "require", "message")
BUILDERS: dict[str, Callable[..., object]] = {
    **{
        builder.__name__: builder
        for builder in (
            file, ruleset, import_file, file_owner, team, system, list_of_items, list_of_file,
            enum_of_members, ordered_of_members, literals, names, calendar, days,
            day_range, hours, dates, holidays, allow, finding, define, classify, classify_table,
            gives, gives_outputs, outputs, headings, heading, column_is, branch, member, was, was_one, score, score_line,
            per, base, rule,
        )
    },
    **{word: clause(word) for word in _CLAUSES},
    "review_by": clause("review by"),
    "fiscal_year": clause("fiscal year starts"),
    "holidays_file": clause("holidays"),
    "narrows": _variant("narrows"),
    "widens": _variant("widens"),
    "same_as": _variant("same as"),
    "exactly_one": _mode("exactly one"),
    "first_match": _mode("first match"),
    "collect": _mode("collect"),
    "by_columns": clause("by"),
    "ignored_columns": clause("ignore"),
    "any_case_of_columns": clause("any case"),
    "branch_member": member,
}  # fmt: skip
"""What each rule of the grammar about these declarations becomes."""
