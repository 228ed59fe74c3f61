"""Problems of types, REV3xx."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.diagnostics import Diagnostic, Edit, Label, Problem, Severity
from revrules.problems.names import one_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from revrules.source import Span

_E = Severity.ERROR

DIFFERENT_TYPES = Problem("REV301", "different-types", _E, "two values of different types are compared")
NOT_A_CONDITION = Problem("REV302", "not-a-condition", _E, "a value stands where a condition is needed")
NOT_ORDERED = Problem("REV303", "not-ordered", _E, "values without an order are compared by size")
WRONG_OPERANDS = Problem("REV304", "wrong-operands", _E, "an operation does not exist for values of these types")
NOT_A_VALUE = Problem("REV305", "not-a-value", _E, "a literal is no value of the type that stands beside it")
OUTSIDE_DOMAIN = Problem("REV306", "outside-domain", _E, "a literal that the field beside it can never have")
WRONG_ARGUMENTS = Problem("REV307", "wrong-arguments", _E, "a function is called with arguments that it does not take")
NO_FIXED_LENGTH = Problem("REV308", "no-fixed-length", _E, "a length of time is used where it has no meaning")
DATE_AND_DATETIME = Problem("REV309", "date-and-datetime", _E, "a date and a moment in time are mixed")
BUSINESS_TIME = Problem("REV310", "business-time", _E, "business time stands where it has no meaning")
BAD_PATTERN = Problem("REV311", "bad-pattern", _E, "a pattern cannot be used")
NEEDS_TEXT = Problem("REV312", "needs-text", _E, "a test of text is made on something else")
RELATION_AS_VALUE = Problem("REV313", "relation-as-value", _E, "a relation stands where a value is needed")
NOT_RELATED = Problem("REV314", "not-related", _E, "a value stands where related records are needed")
MIXED_LIST = Problem("REV315", "mixed-list", _E, "the items of a list are of several types")
PROBABILITY = Problem("REV316", "probability", _E, "a probability is not between 0 and 1")
FIELD_TYPE = Problem("REV317", "field-type", _E, "a clause names a field of a type that it cannot use")
KEY_TYPES = Problem("REV318", "key-types", _E, "a relation joins two fields of different types")
BRANCH_TYPES = Problem("REV319", "branch-types", _E, "the values to choose from are of different types")
NOT_COMPARABLE = Problem("REV320", "not-comparable", _E, "a declared relation joins definitions that cannot be compared")
NOT_FOR_TYPE = Problem("REV321", "not-for-type", _E, "a clause of a field does not fit its type")
GIVEN_VALUE = Problem("REV322", "given-value", _E, "a value in an example does not fit its field")
CONSTANT_NEEDED = Problem("REV323", "constant-needed", _E, "a computed value stands where a literal is needed")


def different_types(span: Span, left: tuple[str, str, Span], right: tuple[str, str, Span]) -> Diagnostic:
    """Two sides of a comparison differ; each is (type, what to write to turn it into the other, place)."""
    helps = tuple(f"write `{fix}`" for _, fix, _ in (left, right) if fix)
    return Diagnostic(
        DIFFERENT_TYPES,
        f"{a(left[0])} and {a(right[0])} cannot be compared",
        span,
        related=(Label(left[2], a(left[0])), Label(right[2], a(right[0]))),
        help=helps,
    )


def literal_mismatch(span: Span, text: str, type_: str, help_: str = "") -> Diagnostic:
    """A literal stands beside a value of another type."""
    return Diagnostic(DIFFERENT_TYPES, f"`{text}` cannot be compared with {a(type_)}", span, help=(help_,) if help_ else ())


def a(type_: str) -> str:
    """Return a type with its article, as in "an integer"."""
    if type_ in ("text", "money"):
        return type_
    if type_.startswith("enum "):
        return f"a member of {type_}"
    return f"{'an' if type_[0] in 'aeiou' else 'a'} {type_}"


def not_a_condition(span: Span, type_: str, help_: str) -> Diagnostic:
    """A value stands where a condition is needed."""
    return Diagnostic(
        NOT_A_CONDITION, f"a condition is needed here, and this is {a(type_)}", span, help=(help_,) if help_ else ()
    )


def not_ordered(span: Span, type_: str) -> Diagnostic:
    """Values without an order are compared by size."""
    help_ = (
        "say `ordered enum { … }` where the field is declared if its members stand in order"
        if type_.startswith("enum ")
        else "`=`, `!=` and `in { … }` work here"
    )
    return Diagnostic(
        NOT_ORDERED, f"{_plural(type_)} have no order, so none is less or greater than another", span, help=(help_,)
    )


def _plural(type_: str) -> str:
    words = {"boolean": "truth values", "text": "texts"}
    return words.get(type_) or (f"members of {type_}" if type_.startswith("enum ") else f"{type_}s")


def wrong_operands(span: Span, op: str, types: tuple[str, str], help_: str = "") -> Diagnostic:
    """An arithmetic operation does not exist for these types."""
    words = {"+": ("added to", 1), "-": ("subtracted from", -1), "*": ("multiplied with", 1), "/": ("divided by", 1)}
    verb, direction = words[op]
    first, second = types[::direction]
    return Diagnostic(WRONG_OPERANDS, f"{a(first)} cannot be {verb} {a(second)}", span, help=(help_,) if help_ else ())


def not_negatable(span: Span, type_: str) -> Diagnostic:
    """A minus stands before something that is no quantity."""
    return Diagnostic(WRONG_OPERANDS, f"{a(type_)} has no negative", span)


def not_a_value(span: Span, text: str, reason: str, help_: str = "") -> Diagnostic:
    """A literal does not fit the type; ``reason`` is a clause such as "it is not a whole number"."""
    return Diagnostic(NOT_A_VALUE, f"`{text}` cannot stand here: {reason}", span, help=(help_,) if help_ else ())


def outside_domain(span: Span, text: str, field: str, domain: str) -> Diagnostic:
    """A literal that a comparison with the field makes pointless."""
    return Diagnostic(OUTSIDE_DOMAIN, f"`{field}` lies in {domain}, so a comparison with {text} has one answer only", span)


def wrong_argument(span: Span, function: str, type_: str, accepted: Iterable[str]) -> Diagnostic:
    """A function does not take a value of this type."""
    return Diagnostic(WRONG_ARGUMENTS, f"`{function}` does not take {a(type_)}", span, help=(f"it takes {one_of(accepted)}",))


def wrong_count(span: Span, call: str, count: int) -> Diagnostic:
    """A function is called with too few or too many arguments."""
    many = "1 argument" if count == 1 else f"{count} arguments"
    return Diagnostic(WRONG_ARGUMENTS, f"`{call}` is called with {many}", span)


def no_fixed_length(span: Span, text: str) -> Diagnostic:
    """Months, quarters and years are used as a duration."""
    return Diagnostic(
        NO_FIXED_LENGTH,
        f"{text} is not a fixed length of time, so it cannot be compared or stored",
        span,
        help=("say it in days, or move a date by it: `close_date + 1 month`",),
    )


def hours_on_date(span: Span, text: str) -> Diagnostic:
    """A date is moved by hours, or watched by a clock of hours."""
    return Diagnostic(
        NO_FIXED_LENGTH, f"a date has no time of day, so {text} cannot be counted from it", span, help=("say it in days",)
    )


def date_and_datetime(span: Span, moment: str | None, edit: Span | None) -> Diagnostic:
    """A date meets a datetime; ``moment`` is the text of the datetime, ``edit`` its place."""
    if moment is None or edit is None:
        help_: tuple[str, ...] = ("`date of x` is the day of a moment x",)
        return Diagnostic(DATE_AND_DATETIME, "a date and a datetime cannot be compared", span, help=help_)
    return Diagnostic(
        DATE_AND_DATETIME,
        "a date and a datetime cannot be compared",
        span,
        related=(Label(edit, "a datetime"),),
        help=(f"write `date of {moment}` for the day of that moment",),
        edits=(Edit(edit, f"date of {moment}"),),
    )


def needs_moment(span: Span, type_: str) -> Diagnostic:
    """A window stands beside something that is no moment."""
    return Diagnostic(WRONG_OPERANDS, f"a date or datetime is needed here, and this is {a(type_)}", span)


def needs_date(span: Span, type_: str, moment: str) -> Diagnostic:
    """A date is needed and something else stands there."""
    if type_ != "datetime":
        return Diagnostic(WRONG_OPERANDS, f"a date is needed here, and this is {a(type_)}", span)
    return Diagnostic(
        DATE_AND_DATETIME,
        "a date is needed here, and this is a datetime",
        span,
        help=(f"write `date of {moment}`",),
        edits=(Edit(span, f"date of {moment}"),),
    )


def needs_datetime(span: Span, type_: str) -> Diagnostic:
    """`date of` stands before something that is no datetime."""
    if type_ == "date":
        return Diagnostic(DATE_AND_DATETIME, "this is a date already: `date of` takes a datetime", span, help=("drop `date of`",))
    return Diagnostic(WRONG_OPERANDS, f"`date of` takes a datetime, and this is {a(type_)}", span)


def business_time(span: Span, reason: str) -> Diagnostic:
    """Business time cannot stand here; ``reason`` is a whole clause."""
    return Diagnostic(
        BUSINESS_TIME,
        reason,
        span,
        help=("business time stands in `within`, `more than` and `less than … after` of datetimes, and in `leave within`",),
    )


def not_fiscal(span: Span, unit: str) -> Diagnostic:
    """A fiscal unit that does not exist."""
    return Diagnostic(NO_FIXED_LENGTH, f"there is no fiscal {unit}: only a fiscal quarter and a fiscal year", span)


def not_a_period(span: Span, unit: str) -> Diagnostic:
    """A unit that is no period."""
    return Diagnostic(NO_FIXED_LENGTH, f"{a(unit)} is not a period: there are week, month, quarter and year", span)


def bad_pattern(span: Span, reason: str) -> Diagnostic:
    """A pattern is refused; ``reason`` comes from the compiler of patterns."""
    return Diagnostic(BAD_PATTERN, f"this pattern cannot be used: {reason}", span)


def needs_text(span: Span, test: str, type_: str) -> Diagnostic:
    """A test of text on something else."""
    return Diagnostic(NEEDS_TEXT, f"`{test}` is a test of text, and this is {a(type_)}", span)


def relation_as_value(span: Span, name: str, entity: str, many: bool) -> Diagnostic:
    """A relation stands where a value is needed."""
    if many:
        help_ = f"ask `any({name} where …)`, `count({name})` or another question about them"
        return Diagnostic(RELATION_AS_VALUE, f"`{name}` stands for many records of {entity}", span, help=(help_,))
    help_ = f"name a field of it, as in `{name}.…`, or ask `{name} is known`"
    return Diagnostic(RELATION_AS_VALUE, f"`{name}` stands for a record of {entity}", span, help=(help_,))


def not_related(span: Span, name: str, reason: str) -> Diagnostic:
    """Related records are needed; ``reason`` is such as "it is a field"."""
    return Diagnostic(NOT_RELATED, f"`{name}` does not stand for related records: {reason}", span)


def mixed_list(span: Span, first: str, other: str) -> Diagnostic:
    """A list holds items of two types."""
    return Diagnostic(MIXED_LIST, f"the items of a list are of one type: the first is {a(first)}, this is {a(other)}", span)


def list_type(span: Span, name: str, item: str, type_: str) -> Diagnostic:
    """The items of a list are not of the type of the value."""
    return Diagnostic(DIFFERENT_TYPES, f"list `{name}` holds values of type {item}, and this is {a(type_)}", span)


def probability(span: Span, text: str, percent: str) -> Diagnostic:
    """A probability is not between 0 and 1; ``percent`` is what was probably meant, or empty."""
    edits = (Edit(span, percent),) if percent else ()
    help_ = f"write `{percent}`" if percent else "write it as in `20%` or `0.2`"
    return Diagnostic(
        PROBABILITY, f"a probability lies between 0% and 100%, and {text} does not", span, help=(help_,), edits=edits
    )


def field_type(span: Span, clause: str, field: tuple[str, str], needed: str) -> Diagnostic:
    """A clause names a field of the wrong type; ``field`` is its name and type."""
    name, type_ = field
    return Diagnostic(FIELD_TYPE, f"`{clause}` needs {needed}, and `{name}` is {a(type_)}", span)


def key_types(span: Span, relation: str, sides: tuple[str, str], first: Span | None) -> Diagnostic:
    """A relation joins fields of two types; ``sides`` describe them, such as "`account_id` (text)"."""
    related = (Label(first, "declared here"),) if first else ()
    message = f"relation `{relation}` joins {sides[0]} with {sides[1]}: they must be of one type"
    return Diagnostic(KEY_TYPES, message, span, related=related)


def branch_types(span: Span, first: tuple[str, Span], other: str) -> Diagnostic:
    """The values to choose from differ in type."""
    message = f"the values to choose from are of different types: {a(first[0])} and {a(other)}"
    return Diagnostic(BRANCH_TYPES, message, span, label=a(other), related=(Label(first[1], a(first[0])),))


def not_comparable(span: Span, word: str, reason: str) -> Diagnostic:
    """A declared relation joins things that cannot be compared."""
    return Diagnostic(NOT_COMPARABLE, f"`{word}` joins two conditions of one entity: {reason}", span)


def not_for_type(span: Span, clause: str, type_: str, help_: str = "") -> Diagnostic:
    """A clause of a field does not fit its type."""
    return Diagnostic(NOT_FOR_TYPE, f"{clause} does not fit {a(type_)} field", span, help=(help_,) if help_ else ())


def given_value(span: Span, field: str, needed: str) -> Diagnostic:
    """A value of an example has the wrong shape."""
    return Diagnostic(GIVEN_VALUE, f"`{field}` takes {needed}", span)


def state_of_value(span: Span, state: str, type_: str) -> Diagnostic:
    """An example expects a truth value of something that has none."""
    return Diagnostic(GIVEN_VALUE, f"this is {a(type_)}: it can be known or missing, but not {state}", span)


def constant_needed(span: Span, where: str) -> Diagnostic:
    """A literal is needed."""
    return Diagnostic(CONSTANT_NEEDED, f"{where} takes literals, and this is computed", span)
