"""Problems of what a declaration lacks or cannot have, REV25x."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.diagnostics import Diagnostic, Edit, Problem, Severity
from revrules.problems.names.nearness import unknown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from revrules.source import Span

_E = Severity.ERROR

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
