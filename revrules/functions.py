"""The catalogue of functions: names, signatures and words of what may be called.

The meanings are in grammar/language.md, section 4. Each backend implements them by the same names,
Python in ``revrules.runtime``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from revrules.types import Scalar, is_ordered

if TYPE_CHECKING:
    from revrules.types import Type


@dataclass(frozen=True, slots=True)
class Overload:
    """One way to call a function: the types it takes and the type it gives."""

    parameters: tuple[Scalar, ...]
    result: Scalar


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the language.

    ``overloads`` is empty for the functions that take two or more values of one ordered type and give that type.
    ``call`` shows how it is written, ``example`` a call with its value as (expression, value) in the language's own spelling.
    """

    name: str
    call: str
    doc: str
    example: tuple[str, str]
    overloads: tuple[Overload, ...] = ()

    @property
    def variadic(self) -> bool:
        """Whether it takes two or more values of one ordered type."""
        return not self.overloads

    @property
    def arity(self) -> int:
        """The number of arguments; the least number for a variadic function."""
        return 2 if self.variadic else len(self.overloads[0].parameters)

    def accepts(self, type_: Type) -> bool:
        """Return whether a value of ``type_`` may be its (first) argument."""
        if self.variadic:
            return is_ordered(type_)
        return any(overload.parameters[0] == type_ for overload in self.overloads)

    def result(self, types: tuple[Type, ...]) -> Type | None:
        """Return the type of a call with arguments of these ``types``, or None where it cannot be called so."""
        if self.variadic:
            return types[0] if len(types) >= 2 and len(set(types)) == 1 and is_ordered(types[0]) else None
        return next((overload.result for overload in self.overloads if overload.parameters == types), None)


def _takes(result: Scalar, *parameters: Scalar) -> tuple[Overload, ...]:
    return tuple(Overload((parameter,), result) for parameter in parameters)


def _keeps(*types: Scalar) -> tuple[Overload, ...]:
    return tuple(Overload((type_,), type_) for type_ in types)


_S = Scalar

FUNCTIONS: dict[str, Function] = {
    function.name: function
    for function in (
        Function(
            "email_domain",
            "email_domain(text)",
            "What follows the last `@` of an address, in small letters; missing where there is none.",
            ('email_domain("Ada@Example.COM")', '"example.com"'),
            _takes(_S.TEXT, _S.TEXT),
        ),
        Function(
            "url_domain",
            "url_domain(text)",
            "The host of a web address, without `www.`, in small letters; missing where there is none.",
            ('url_domain("https://www.example.com/x")', '"example.com"'),
            _takes(_S.TEXT, _S.TEXT),
        ),
        Function(
            "lower",
            "lower(text)",
            "The text with capital letters made small (Latin, Greek, Cyrillic).",
            ('lower("Closed Won")', '"closed won"'),
            _takes(_S.TEXT, _S.TEXT),
        ),
        Function(
            "upper",
            "upper(text)",
            "The text with small letters made capital (Latin, Greek, Cyrillic).",
            ('upper("de")', '"DE"'),
            _takes(_S.TEXT, _S.TEXT),
        ),
        Function(
            "length",
            "length(text)",
            "The number of characters.",
            ('length("DE")', "2"),
            _takes(_S.INTEGER, _S.TEXT),
        ),
        Function(
            "least",
            "least(a, b, …)",
            "The smallest of the known values; missing where none is known.",
            ("least(3, 2)", "2"),
        ),
        Function(
            "greatest",
            "greatest(a, b, …)",
            "The largest of the known values; missing where none is known.",
            ("greatest(3, 2)", "3"),
        ),
        Function(
            "abs",
            "abs(x)",
            "The value without its sign.",
            ("abs(-3)", "3"),
            _keeps(_S.INTEGER, _S.NUMBER, _S.MONEY, _S.DURATION),
        ),
        Function(
            "number",
            "number(x)",
            "An integer or money as a number.",
            ("number(3)", "3.0"),
            _takes(_S.NUMBER, _S.INTEGER, _S.MONEY),
        ),
        Function(
            "money",
            "money(x)",
            "An integer as money.",
            ("money(3)", "3"),
            _takes(_S.MONEY, _S.INTEGER),
        ),
        Function("year", "year(d)", "The year of a date.", ("year(2026-11-21)", "2026"), _takes(_S.INTEGER, _S.DATE)),
        Function("month", "month(d)", "The month of a date, 1 to 12.", ("month(2026-11-21)", "11"), _takes(_S.INTEGER, _S.DATE)),
        Function("day", "day(d)", "The day of the month of a date.", ("day(2026-11-21)", "21"), _takes(_S.INTEGER, _S.DATE)),
        Function(
            "weekday",
            "weekday(d)",
            "The day of the week of a date; Monday is 1.",
            ("weekday(2026-11-21)", "6"),
            _takes(_S.INTEGER, _S.DATE),
        ),
        Function(
            "days",
            "days(x)",
            "The whole days in a duration, cut towards zero.",
            ("days(36 hours)", "1"),
            _takes(_S.INTEGER, _S.DURATION),
        ),
        Function(
            "hours",
            "hours(x)",
            "The whole hours in a duration, cut towards zero.",
            ("hours(90 minutes)", "1"),
            _takes(_S.INTEGER, _S.DURATION),
        ),
    )
}
