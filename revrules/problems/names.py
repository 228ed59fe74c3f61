"""Problems of files, names and schema, REV2xx."""

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import TYPE_CHECKING

from revrules.diagnostics import Diagnostic, Edit, Label, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from revrules.source import Span
    from revrules.syntax import Name

_E = Severity.ERROR

# --- files -------------------------------------------------------------------------------------------------------

MISSING_FILE = Problem("REV201", "missing-file", _E, "a file that is named does not exist")
UNREADABLE_FILE = Problem("REV202", "unreadable-file", _E, "a file cannot be read, or is no ordinary file")
NOT_UTF8 = Problem("REV203", "not-utf8", _E, "a file is not text in UTF-8")
EMPTY_FILE = Problem("REV204", "empty-file", _E, "a ruleset declares nothing")
FILE_TOO_LARGE = Problem("REV205", "file-too-large", _E, "a file is larger than 16 MiB")
TOO_MANY_FILES = Problem("REV206", "too-many-files", _E, "a ruleset has more than 1,000 files or 32 MiB of text")
OUTSIDE_FOLDER = Problem("REV207", "outside-folder", _E, "a file lies outside the ruleset's folder")
IMPORT_CYCLE = Problem("REV208", "import-cycle", _E, "files import each other in a circle")
NO_OTHER_FILES = Problem("REV209", "no-other-files", _E, "a ruleset given as a text names a file")
WHICH_RULESET = Problem("REV210", "which-ruleset", _E, "a folder does not say which file is the ruleset")
BAD_LINE = Problem("REV211", "bad-line", _E, "a line of a list or holiday file cannot be used")


def near(name: str, candidates: Iterable[str]) -> tuple[str, ...]:
    """Return at most four of ``candidates`` that look like ``name``, the nearest first."""
    folded = {
        candidate.casefold(): candidate for candidate in candidates if abs(len(candidate) - len(name)) <= 2 + len(name) // 3
    }
    return tuple(folded[match] for match in difflib.get_close_matches(name.casefold(), folded, n=4, cutoff=0.7))


def one_of(words: Iterable[str]) -> str:
    """Return the words as a message lists them: `a`, `b` or `c`."""
    quoted = [f"`{word}`" for word in words]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}" if quoted else "nothing"


def spelled(name: str) -> str:
    """Return how a name is written in a ruleset: in backticks where it is no plain word."""
    return name if name.isidentifier() else f"`{name}`"


def unknown(problem: Problem, span: Span, message: str, names: tuple[str, Iterable[str]], *, otherwise: str = "") -> Diagnostic:
    """Return the diagnostic of a name that is not known; ``names`` are the one written and the ones that exist."""
    written, candidates = names
    known = tuple(candidates)
    close = near(written, known)
    if close:
        edits = (Edit(span, spelled(close[0])),) if len(close) == 1 else ()
        return Diagnostic(problem, message, span, help=(f"did you mean {one_of(close)}?",), edits=edits)
    if otherwise:
        return Diagnostic(problem, message, span, help=(otherwise,))
    if 0 < len(known) <= 8:
        return Diagnostic(problem, message, span, help=(f"there is {one_of(known)}",))
    return Diagnostic(problem, message, span)


def missing_file(span: Span | None, path: str) -> Diagnostic:
    """A file that a command, an import or a list names does not exist."""
    return Diagnostic(MISSING_FILE, f"there is no file `{path}`", span, label="named here" if span else "")


def unreadable_file(span: Span | None, path: str, reason: str) -> Diagnostic:
    """A file exists but cannot be read; ``reason`` is a clause such as "it is a folder"."""
    return Diagnostic(UNREADABLE_FILE, f"`{path}` cannot be read: {reason}", span)


def not_utf8(span: Span, place: tuple[str, int, int], guess: str) -> Diagnostic:
    """A file is no UTF-8; ``place`` is (path, line, byte offset), ``guess`` the encoding that it looks like, or empty."""
    path, line, offset = place
    looks = f"; it looks like {guess}" if guess else ""
    message = f"`{path}` is not text in UTF-8: line {line}, byte {offset}{looks}"
    return Diagnostic(NOT_UTF8, message, span, label="cannot be read from here on", help=("save the file as UTF-8",))


def empty_file(span: Span | None, path: str) -> Diagnostic:
    """The ruleset has no declaration at all."""
    return Diagnostic(
        EMPTY_FILE, f"`{path}` declares nothing", span, help=("`revrules init` writes a first ruleset to start from",)
    )


def file_too_large(span: Span | None, path: str) -> Diagnostic:
    """A file is over the limit."""
    return Diagnostic(FILE_TOO_LARGE, f"`{path}` is larger than 16 MiB, the most that a file may hold", span)


def too_many_files(span: Span) -> Diagnostic:
    """The ruleset has too many files, or too much text in them."""
    message = "a ruleset has at most 1,000 files and 32 MiB of text, and this import is one too many"
    return Diagnostic(TOO_MANY_FILES, message, span)


def outside_folder(span: Span, path: str, root: str) -> Diagnostic:
    """An import or list file leads out of the ruleset's folder."""
    return Diagnostic(
        OUTSIDE_FOLDER,
        f"`{path}` lies outside the ruleset's folder `{root}`",
        span,
        help=("move the file into that folder, and name it relative to this file",),
    )


def foreign_path(span: Span, path: str) -> Diagnostic:
    """An import or list file is named in a way that does not work on every machine."""
    return Diagnostic(
        OUTSIDE_FOLDER, f"`{path}` is not a path relative to this file", span, help=('write it as in "teams/sales.rev"',)
    )


def import_cycle(span: Span, chain: tuple[str, ...]) -> Diagnostic:
    """Files import each other; ``chain`` begins and ends with the same file."""
    return Diagnostic(
        IMPORT_CYCLE,
        f"this import closes a circle: {' → '.join(chain)}",
        span,
        help=("all files of a ruleset share one space of names: one file that imports the others is enough",),
    )


def no_other_files(span: Span, path: str) -> Diagnostic:
    """A text without a place in a folder names another file."""
    return Diagnostic(NO_OTHER_FILES, f"this ruleset is a text without a folder, so it cannot read `{path}`", span)


def no_ruleset(path: str) -> Diagnostic:
    """A folder holds no ruleset."""
    return Diagnostic(WHICH_RULESET, f"there is no `.rev` file in `{path}`", help=("`revrules init` writes a first ruleset",))


def which_ruleset(path: str, candidates: tuple[str, ...]) -> Diagnostic:
    """A folder holds several rulesets."""
    shown = f"{', '.join(candidates[:8])}{', …' if len(candidates) > 8 else ''}"
    return Diagnostic(
        WHICH_RULESET,
        f"`{path}` holds {len(candidates)} rulesets, and none is named `rules.rev`",
        help=(f"name one of them: {shown}" if candidates else "name the file to start from",),
    )


def bad_holiday(span: Span, text: str) -> Diagnostic:
    """A line of a holiday file is no date."""
    return Diagnostic(BAD_LINE, f"`{text}` is not a date as in 2026-12-25", span)


def too_many_items(span: Span) -> Diagnostic:
    """A list is over the limit."""
    return Diagnostic(BAD_LINE, "a list has at most 1,000,000 items", span, label="one too many")


# --- names -------------------------------------------------------------------------------------------------------

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


# --- schema ------------------------------------------------------------------------------------------------------

KEY_NOT_A_FIELD = Problem("REV250", "key-not-a-field", _E, "the key of an entity is not one of its fields")
RELATION_WITHOUT_KEY = Problem("REV251", "relation-without-key", _E, "a relation leads to or from an entity without a key")
UNCLEAR_CRITERIA = Problem("REV252", "unclear-criteria", _E, "several criteria do not say whether all or any are meant")
RESERVED_NAME = Problem("REV253", "reserved-name", _E, "a name is kept for the language")
AT_LEAST_COUNT = Problem("REV254", "at-least-count", _E, "`at least` asks for none or for more criteria than there are")
NEEDS_CLAUSE = Problem("REV255", "needs-clause", _E, "a declaration lacks a clause that it needs")
BAD_FORMAT = Problem("REV256", "bad-format", _E, "a format of an export cannot be used")
EMPTY_RANGE = Problem("REV257", "empty-range", _E, "a range holds no value")
TOO_DEEP = Problem("REV258", "beyond-limits", _E, "a path, aggregate or expression is larger than the language allows")


def key_not_a_field(span: Span, key: str, entity: str, candidates: Iterable[str]) -> Diagnostic:
    """The key is not declared as a field."""
    otherwise = f"declare it: `{key} text required`"
    return unknown(KEY_NOT_A_FIELD, span, f"the key `{key}` is not a field of {entity}", (key, candidates), otherwise=otherwise)


def relation_without_key(span: Span, relation: str, entity: str) -> Diagnostic:
    """A relation needs the key of an entity that has none."""
    return Diagnostic(
        RELATION_WITHOUT_KEY,
        f"relation `{relation}` needs a key of {entity}, which has none",
        span,
        help=(f"name it: `entity {entity} key <field>`",),
    )


def unclear_criteria(span: Span, count: int, brace: Span) -> Diagnostic:
    """A bare group holds several criteria; ``brace`` is the place where the word belongs."""
    return Diagnostic(
        UNCLEAR_CRITERIA,
        f"these {count} criteria do not say how they count",
        span,
        help=("write `all of { … }` if every one must hold", "write `any of { … }` if one is enough"),
        edits=(Edit(brace, "all of "),),
    )


def empty_criteria(span: Span) -> Diagnostic:
    """A group holds nothing."""
    return Diagnostic(NEEDS_CLAUSE, "this group holds no criterion", span, help=("write at least one: `name: condition`",))


def reserved_name(span: Span, name: str, meaning: str) -> Diagnostic:
    """A name that the language uses itself."""
    return Diagnostic(RESERVED_NAME, f"`{name}` cannot be the name of a criterion: it stands for {meaning}", span)


def needs_name(span: Span) -> Diagnostic:
    """A criterion in a group has no name."""
    return Diagnostic(NEEDS_CLAUSE, "every criterion of a group needs a name, as in `size: employees >= 50`", span)


def at_least_count(span: Span, count: int, members: int) -> Diagnostic:
    """The count of `at least` does not fit."""
    if count < 1:
        return Diagnostic(AT_LEAST_COUNT, f"`at least {count} of` is always true: ask for 1 or more", span)
    return Diagnostic(AT_LEAST_COUNT, f"`at least {count} of` {members} criteria can never be true", span)


def needs_clause(span: Span, what: str, clause: str) -> Diagnostic:
    """A declaration lacks something; ``what`` is such as "rule `amount_set`", ``clause`` such as "`require`"."""
    return Diagnostic(NEEDS_CLAUSE, f"{what} needs {clause}", span)


def bad_format(span: Span, reason: str, help_: str) -> Diagnostic:
    """A format cannot be used; both texts are written by the checker of formats."""
    return Diagnostic(BAD_FORMAT, reason, span, help=(help_,))


def empty_range(span: Span, low: str, high: str) -> Diagnostic:
    """The lower end lies above the upper end."""
    return Diagnostic(EMPTY_RANGE, f"the range {low}..{high} holds no value: its first end is above its last", span)


def path_too_long(span: Span) -> Diagnostic:
    """A path has too many relations."""
    return Diagnostic(TOO_DEEP, "a path follows at most 10 relations", span)


def aggregates_too_deep(span: Span) -> Diagnostic:
    """Aggregates are nested too deep."""
    return Diagnostic(TOO_DEEP, "aggregates stand at most 3 deep inside one another", span)


def beyond_limits(span: Span | None, what: str, clause: str) -> Diagnostic:
    """Something goes too far; ``clause`` is such as "follows more than 10 relations one after another"."""
    return Diagnostic(TOO_DEEP, f"{what} {clause}, what the definitions do that it uses counted in", span)


def too_large(span: Span) -> Diagnostic:
    """An expression is too large to be handled."""
    return Diagnostic(TOO_DEEP, "this expression is too large", span, help=("give parts of it a name with `define`",))
