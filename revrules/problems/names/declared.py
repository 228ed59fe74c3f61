"""Problems of names, REV22x and REV23x: declared twice, unknown, ambiguous."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from revrules.diagnostics import Diagnostic, Edit, Label, Problem, Severity
from revrules.problems.names.nearness import near, one_of, spelled, unknown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from revrules.source import Span
    from revrules.syntax import Name

_E = Severity.ERROR

DUPLICATE_NAME = Problem("REV220", "duplicate-name", _E, "one name is declared twice")
UNKNOWN_NAME = Problem("REV221", "unknown-name", _E, "an entity has no field, relation or definition of that name")
UNKNOWN_TEAM = Problem("REV222", "unknown-team", _E, "a team is named that is not declared")
UNKNOWN_SYSTEM = Problem("REV223", "unknown-system", _E, "a system is named that is not declared")
UNKNOWN_LIST = Problem("REV224", "unknown-list", _E, "a list is named that is not declared")
UNKNOWN_ENUM = Problem("REV259", "unknown-enum", _E, "an enum is named that is not declared")
UNKNOWN_CALENDAR = Problem("REV225", "unknown-calendar", _E, "a calendar is named that is not declared, or none is declared")
UNKNOWN_ENTITY = Problem("REV226", "unknown-entity", _E, "an entity is named that is not declared")
UNKNOWN_STAGE = Problem("REV227", "unknown-stage", _E, "a stage is named that the lifecycle does not have")
UNKNOWN_LIFECYCLE = Problem("REV228", "unknown-lifecycle", _E, "a lifecycle is named that is not declared")
UNKNOWN_MEMBER = Problem("REV229", "unknown-member", _E, "a value is not a member of the enum it stands beside")
UNKNOWN_FUNCTION = Problem("REV230", "unknown-function", _E, "a function is called that does not exist")
UNKNOWN_FINDING = Problem("REV231", "unknown-finding", _E, "an allow names a finding that does not exist or cannot be allowed")
UNKNOWN_TIME_ZONE = Problem("REV232", "unknown-time-zone", _E, "a time zone does not exist")
UNKNOWN_WORD = Problem("REV233", "unknown-word", _E, "a word is none of those that may stand there")
DEFINITION_CYCLE = Problem("REV234", "definition-cycle", _E, "definitions refer to each other in a circle")
WHICH_VARIANT = Problem("REV235", "which-variant", _E, "a name has variants for several teams, and none is chosen")
VARIANTS_NEED_TEAMS = Problem("REV236", "variants-need-teams", _E, "two definitions share a name, and one is for no team")
UNKNOWN_SUBJECT = Problem("REV237", "unknown-subject", _E, "what an assertion or an allow speaks of does not exist")
UNKNOWN_CRITERION = Problem("REV238", "unknown-criterion", _E, "an example expects a criterion or rule that does not exist")
OLD_NAME_IN_USE = Problem("REV239", "old-name-in-use", _E, "an old name is that of something else now, or that of two")


def duplicate_name(span: Span, what: str, name: str, first: Span) -> Diagnostic:
    """A name is declared again; ``what`` is such as "team" or "field of `account`"."""
    return Diagnostic(
        DUPLICATE_NAME, f"{what} `{name}` is declared twice", span, label="again here", related=(Label(first, "first here"),)
    )


def duplicate_label(span: Span, label: str, owner: str, first: Span) -> Diagnostic:
    """A label or id stands for two members or stages."""
    message = f"`{label}` already stands for `{owner}`"
    return Diagnostic(DUPLICATE_NAME, message, span, label="and here for another", related=(Label(first, "first here"),))


def old_name_in_use(span: Span, declared: tuple[str, str], old: str, living: Span) -> Diagnostic:
    """What something was called before is the name of something else now; ``declared`` are its kind and name."""
    what, name = declared
    if old == name:
        message, help_ = f"{what} `{name}` says that it was `{old}`, which is its name now", "leave the old name out"
        return Diagnostic(OLD_NAME_IN_USE, message, span, help=(help_,), subjects=(name,))
    return Diagnostic(
        OLD_NAME_IN_USE,
        f"{what} `{name}` says that it was `{old}`, but another is called `{old}` now",
        span,
        related=(Label(living, "has this name now"),),
        help=("leave the old name out, or give the new one a name that was never used",),
        subjects=(name,),
    )


def old_name_of_two(span: Span, declared: tuple[str, str], old: str, first: Name) -> Diagnostic:
    """Two say that they were called the same before; ``declared`` are the kind and name of the second."""
    what, name = declared
    return Diagnostic(
        OLD_NAME_IN_USE,
        f"{what} `{name}` says that it was `{old}`, and so does `{first.text}`",
        span,
        related=(Label(first.span, "says so, too"),),
        help=("keep the old name at the one that takes its place",),
        subjects=(name,),
    )


def repeated(span: Span, what: str, first: Span) -> Diagnostic:
    """Something that may stand once stands again."""
    return Diagnostic(
        DUPLICATE_NAME, f"{what} may stand only once", span, label="again here", related=(Label(first, "first here"),)
    )


def unknown_name(span: Span, name: str, entity: str, candidates: Iterable[str]) -> Diagnostic:
    """An entity has nothing by that name."""
    return unknown(UNKNOWN_NAME, span, f"unknown field or definition `{name}` of {entity}", (name, candidates))


def unknown_value(found: Diagnostic, span: Span, name: str) -> Diagnostic:
    """The same where a value belongs: the name may be a text without quotes, or a word of another language."""
    if found.code != UNKNOWN_NAME.code:
        return found
    if (truth := _TRUTHS.get(name.lower())) is not None:
        return replace(found, help=(f"the truth value is written `{truth}`",), edits=(Edit(span, truth),))
    if name.lower() in _DAYS:
        return replace(found, help=(f"that day is written `{_DAYS[name.lower()]}`",), edits=())
    if found.edits or any("did you mean" in line for line in found.help):
        return found
    return replace(found, help=(*found.help, f'a text stands in quotes: `"{name}"`'))


_DAYS = {"yesterday": "today - 1 day", "tomorrow": "today + 1 day", "gestern": "today - 1 day", "morgen": "today + 1 day"}
_TRUTHS = {"yes": "true", "ja": "true", "true": "true", "no": "false", "nein": "false", "false": "false"}


def needs_this(span: Span, name: str, entity: str, outer: str) -> Diagnostic:
    """Inside an aggregate, a name belongs to the record being judged."""
    return Diagnostic(
        UNKNOWN_NAME,
        f"unknown field or definition `{name}` of {entity}",
        span,
        label=f"names here are those of {entity}",
        help=(f"`this.{name}` is that of the {outer} being judged",),
        edits=(Edit(span, f"this.{spelled(name)}"),),
    )


def not_a_step(span: Span, name: str, entity: str) -> Diagnostic:
    """A path goes on after something that is not a relation."""
    return Diagnostic(UNKNOWN_NAME, f"`{name}` of {entity} is not a relation, so nothing can follow it after a dot", span)


def no_variant(span: Span, name: str, team: str, variants: tuple[str, ...]) -> Diagnostic:
    """A name has no variant for that team."""
    message = f"`{name}` has no variant for {team}"
    if not variants:
        return Diagnostic(UNKNOWN_NAME, message, span, help=(f"write `{name}` alone: it is the same for all",))
    return Diagnostic(UNKNOWN_NAME, message, span, help=(f"there is {one_of(f'{name} for {team}' for team in variants)}",))


def which_variant(span: Span, name: str, teams: tuple[str, ...]) -> Diagnostic:
    """A name has variants, and the place does not choose one."""
    return Diagnostic(
        WHICH_VARIANT,
        f"`{name}` means something else to each team: say whose is meant",
        span,
        help=(f"write {one_of(f'{name} for {team}' for team in teams)}",),
    )


def variants_need_teams(span: Span, name: str, first: Span) -> Diagnostic:
    """Two definitions of one name, and one has no team."""
    return Diagnostic(
        VARIANTS_NEED_TEAMS,
        f"`{name}` is defined twice: variants of one name each need a team",
        span,
        related=(Label(first, "also defined here"),),
        help=(f"write `define {name} … for <team>` in both places, or give one another name",),
    )


def unknown_team(span: Span, name: str, candidates: Iterable[str]) -> Diagnostic:
    """A team is not declared."""
    otherwise = f'declare it: `team {name} "…"`'
    return unknown(UNKNOWN_TEAM, span, f"unknown team `{name}`", (name, candidates), otherwise=otherwise)


def unknown_system(span: Span, name: str, candidates: Iterable[str]) -> Diagnostic:
    """A system is not declared."""
    otherwise = f"declare it: `system {name}`"
    return unknown(UNKNOWN_SYSTEM, span, f"unknown system `{name}`", (name, candidates), otherwise=otherwise)


def unknown_list(span: Span, name: str, candidates: Iterable[str]) -> Diagnostic:
    """A list is not declared."""
    otherwise = f'declare it: `list {name} {{ "…" }}`, or write the values here in braces'
    return unknown(UNKNOWN_LIST, span, f"unknown list `{name}`", (name, candidates), otherwise=otherwise)


def unknown_enum(span: Span, name: str, candidates: Iterable[str]) -> Diagnostic:
    """An enum is not declared."""
    otherwise = f"declare it: `enum {name} {{ … }}`, or write the members here in braces"
    return unknown(UNKNOWN_ENUM, span, f"unknown enum `{name}`", (name, candidates), otherwise=otherwise)


def unknown_calendar(span: Span, name: str, candidates: Iterable[str]) -> Diagnostic:
    """A calendar is not declared."""
    return unknown(UNKNOWN_CALENDAR, span, f"unknown calendar `{name}`", (name, candidates), otherwise="declare it: `calendar …`")


def which_calendar(span: Span, candidates: tuple[str, ...]) -> Diagnostic:
    """Business time without a calendar, and there is not exactly one."""
    if not candidates:
        message, help_ = (
            "business time needs a calendar, and none is declared",
            "declare one: `calendar office { days … hours … }`",
        )
    else:
        message, help_ = "business time needs one of the calendars", f"add `on {candidates[0]}`, or another of them"
    return Diagnostic(UNKNOWN_CALENDAR, message, span, help=(help_,))


def unknown_entity(span: Span, name: str, candidates: Iterable[str]) -> Diagnostic:
    """An entity is not declared."""
    return unknown(UNKNOWN_ENTITY, span, f"unknown entity `{name}`", (name, candidates))


def unknown_stage(span: Span, name: str, lifecycle: str, candidates: Iterable[str]) -> Diagnostic:
    """A stage is not declared."""
    return unknown(UNKNOWN_STAGE, span, f"unknown stage `{name}` of {lifecycle}", (name, candidates))


def unknown_lifecycle(span: Span, name: str, candidates: Iterable[str]) -> Diagnostic:
    """A lifecycle is not declared."""
    return unknown(UNKNOWN_LIFECYCLE, span, f"unknown lifecycle `{name}`", (name, candidates))


def which_lifecycle(span: Span, entity: str, candidates: tuple[str, ...]) -> Diagnostic:
    """An expectation about a stage, and the entity has no lifecycle or several."""
    if not candidates:
        return Diagnostic(UNKNOWN_LIFECYCLE, f"{entity} has no lifecycle, so no stage can be expected", span)
    help_ = f"add `of {candidates[0]}`, or another of them"
    return Diagnostic(UNKNOWN_LIFECYCLE, f"{entity} has {len(candidates)} lifecycles: say which is meant", span, help=(help_,))


def foreign_lifecycle(span: Span, lifecycle: str, entity: str) -> Diagnostic:
    """An expectation names a lifecycle of another entity."""
    return Diagnostic(UNKNOWN_LIFECYCLE, f"`{lifecycle}` is not a lifecycle of {entity}", span)


def unknown_member(span: Span, text: str, enum: str, members: tuple[tuple[str, ...], bool]) -> Diagnostic:
    """A value is not in the enum; ``members`` are (the spellings that exist, whether a text was written)."""
    spellings, quoted = members
    close = near(text, spellings)
    message = f"`{text}` is not a member of enum {enum}"
    if not close:
        known = one_of(spellings) if len(spellings) <= 12 else f"one of {len(spellings)} members"
        return Diagnostic(UNKNOWN_MEMBER, message, span, help=(f"there is {known}",) if spellings else ())
    edit = f'"{close[0]}"' if quoted else spelled(close[0])
    edits = (Edit(span, edit),) if len(close) == 1 else ()
    return Diagnostic(UNKNOWN_MEMBER, message, span, help=(f"did you mean {one_of(close)}?",), edits=edits)


def unknown_function(span: Span, name: str, candidates: Iterable[str]) -> Diagnostic:
    """A function does not exist."""
    message = f"unknown function `{name}`"
    if (here := _ELSEWHERE.get(name.lower())) is not None:
        return Diagnostic(UNKNOWN_FUNCTION, message, span, help=(f"write {here}",))
    return unknown(UNKNOWN_FUNCTION, span, message, (name, candidates))


_ELSEWHERE = {
    **dict.fromkeys(("exists", "isnotnull", "notnull", "is_set", "isnotblank", "isnotempty", "known", "defined"), "`x is known`"),
    **dict.fromkeys(("isnull", "is_null", "isblank", "isempty", "is_empty", "missing", "empty", "null"), "`x is missing`"),
    **dict.fromkeys(("coalesce", "ifnull", "nvl", "isnull_or", "iferror"), "`x or else y`"),
    **dict.fromkeys(("len", "strlen"), "`length(x)`"),
    **dict.fromkeys(("datediff", "date_diff", "days_between", "dateadd", "date_add"), "`d - e` or `d + 30 days`"),
    **dict.fromkeys(("contains", "startswith", "starts_with", "like"), '`x contains "a"` or `x starts with "a"`'),
    **dict.fromkeys(("today", "current_date", "curdate"), "`today`, without brackets"),
    **dict.fromkeys(("now", "current_timestamp", "getdate"), "`now`, without brackets"),
    **dict.fromkeys(("and", "or"), "`x and y` or `x or y`"),
    **dict.fromkeys(("ispickval", "text"), "`stage = open`, with the member's name"),
    **dict.fromkeys(("countif", "sumif"), "`count(meetings where …)` or `sum(amount of deals where …)`"),
    **dict.fromkeys(("round", "floor", "ceil", "ceiling", "int"), "the comparison without rounding: there is no such function"),
    **dict.fromkeys(
        ("concat", "concatenate", "trim", "substring", "left", "right", "mid"),
        'a test of the text, as in `x ends with "a"` or `x matches "[A-Z]+"`: texts are not made here',
    ),
}
"""What other languages call a function, and how it is said here."""


def unknown_finding(span: Span, name: str, candidates: Iterable[str]) -> Diagnostic:
    """An allow names no finding."""
    otherwise = "the name stands in brackets after the code of each finding, as in `warning[REV402] no-way-in`"
    return unknown(UNKNOWN_FINDING, span, f"there is no finding `{name}`", (name, candidates), otherwise=otherwise)


def not_allowable(span: Span, name: str) -> Diagnostic:
    """An allow names an error."""
    return Diagnostic(UNKNOWN_FINDING, f"`{name}` is an error, and errors cannot be allowed: only findings can", span)


def unknown_time_zone(span: Span, name: str, candidates: Iterable[str]) -> Diagnostic:
    """A time zone does not exist."""
    by_city = {zone.rsplit("/", 1)[-1]: zone for zone in candidates}
    zones = {*by_city.values(), *candidates}
    close = near(name, zones) or tuple(by_city[city] for city in near(name.rsplit("/", 1)[-1].replace(" ", "_"), by_city))
    message = f"unknown time zone `{name if len(name) <= 60 else name[:57] + '…'}`"
    if not close:
        return Diagnostic(UNKNOWN_TIME_ZONE, message, span, help=('write a zone as in "Europe/Berlin", or "UTC"',))
    edits = (Edit(span, f'"{close[0]}"'),)
    return Diagnostic(UNKNOWN_TIME_ZONE, message, span, help=(f"did you mean {one_of(close)}?",), edits=edits)


def unknown_word(span: Span, what: str, word: str, choices: Iterable[str]) -> Diagnostic:
    """A word out of a fixed set is expected; ``what`` is such as "level"."""
    words = tuple(choices)
    close = near(word, words)
    edits = (Edit(span, close[0]),) if len(close) == 1 else ()
    return Diagnostic(UNKNOWN_WORD, f"unknown {what} `{word}`", span, help=(f"write {one_of(words)}",), edits=edits)


def bad_currency(span: Span, word: str) -> Diagnostic:
    """A currency is no code."""
    return Diagnostic(UNKNOWN_WORD, f"`{word}` is not a currency code: three capital letters such as `USD` or `EUR`", span)


def definition_cycle(span: Span, chain: tuple[str, ...], places: tuple[Span, ...]) -> Diagnostic:
    """Definitions refer to each other; ``chain`` begins and ends with the same one."""
    return Diagnostic(
        DEFINITION_CYCLE,
        f"`{chain[0]}` is defined by itself: {' → '.join(chain)}",
        span,
        related=tuple(Label(place, "takes part in the circle") for place in places),
        help=("break the circle: one of them has to be said without the others",),
    )


def unknown_subject(span: Span, name: str, of: str | None, candidates: Iterable[str]) -> Diagnostic:
    """An assertion speaks of something that does not exist."""
    if of is None:
        message = f"`{name}` is not an entity; a stage or definition needs `of` and its lifecycle or entity"
    else:
        message = f"`{of}` has no stage or condition `{name}`"
    return unknown(UNKNOWN_SUBJECT, span, message, (name, candidates))


def unknown_owner_of(span: Span, name: str, candidates: Iterable[str]) -> Diagnostic:
    """What follows `of` in an assertion is neither a lifecycle nor an entity."""
    return unknown(UNKNOWN_SUBJECT, span, f"`{name}` is neither a lifecycle nor an entity", (name, candidates))


def unknown_declaration(span: Span, name: str, candidates: Iterable[str]) -> Diagnostic:
    """An allow is on something that is not declared."""
    return unknown(UNKNOWN_SUBJECT, span, f"nothing by the name `{name}` is declared", (name, candidates))


def unknown_criterion(span: Span, name: str, where: str, candidates: Iterable[str]) -> Diagnostic:
    """An example expects a criterion that is not there; ``where`` is such as "lifecycle `revenue`"."""
    return unknown(UNKNOWN_CRITERION, span, f"{where} has no criterion `{name}`", (name, candidates))


def unknown_rule(span: Span, name: str, entity: str, candidates: Iterable[str]) -> Diagnostic:
    """An example expects a rule that is not there."""
    return unknown(UNKNOWN_CRITERION, span, f"{entity} has no rule or assertion `{name}`", (name, candidates))
