"""Values, records and names into the text that a ruleset would have for them."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from revrules.parse.leaves import MOST_DIGITS
from revrules.parse.lexer import readings_of
from revrules.parse.vocabulary import NAMES
from revrules.types import EnumType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from revrules.ir import Ruleset

LIKE_THOUSANDS = re.compile(r"-?[1-9][0-9]{0,2}\.[0-9]{3}")
"""An amount that could be read in two ways: the language asks for a fourth place."""
UNITS = {"day": 86_400, "hour": 3_600, "minute": 60, "second": 1}
ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


class Member(str):
    """A text that names a member of an enum."""

    __slots__ = ()


def marked(ruleset: Ruleset, entity: str, record: Mapping[str, object]) -> dict[str, object]:
    """Return ``record`` in the order in which its entity is declared, with the members of enums told from texts."""
    declared = ruleset.entity(entity)
    found: dict[str, object] = {}
    for field in declared.fields:
        if field.name in record:
            value = record[field.name]
            found[field.name] = Member(value) if isinstance(field.type, EnumType) and isinstance(value, str) else value
    for relation in declared.relations:
        related = record.get(relation.name)
        if isinstance(related, list):
            found[relation.name] = [marked(ruleset, relation.entity, each) for each in related]
        elif related is not None:
            found[relation.name] = marked(ruleset, relation.entity, cast("Mapping[str, object]", related))
    return found


def spelled(value: object) -> str:
    """Return a value, a record or a list of records as an example gives it.

    >>> spelled({"tier": Member("gold"), "name": 'a "b"', "arr": Decimal("1.125"), "meetings": [{}, {"held": True}]})
    '{ tier = gold  name = "a \\\\"b\\\\""  arr = 1.1250  meetings = [{ } { held = true }] }'
    """
    match value:
        case bool():
            return str(value).lower()
        case Member():
            return written(value)
        case str():
            return text(value)
        case Decimal():
            amount = f"{value.normalize():f}"
            return f"{amount}0" if LIKE_THOUSANDS.fullmatch(amount) else amount
        case float():
            return f"{Decimal(repr(value)):f}"
        case datetime.datetime():
            return _instant(value)
        case datetime.timedelta():
            return length(value)
        case list():
            return f"[{' '.join(map(spelled, value))}]"
        case dict():
            inside = "  ".join(f"{written(name, '=')} = {spelled(each)}" for name, each in value.items())
            return f"{{ {inside} }}" if inside else "{ }"
        case datetime.date():
            return value.isoformat()
        case _:
            return str(value)


def text(value: str) -> str:
    """Return a text in quotes.

    >>> text("Ann\\u0007")
    '"Ann\\\\u{7}"'
    """
    return f'"{"".join(map(_character, value))}"'


def written(name: str, follower: str = "") -> str:
    """Return a name as it stands before ``follower``: in backticks where it would be read as a word of the language.

    >>> written("stage_name"), written("true"), written("from"), written("from", "=")
    ('stage_name', '`true`', '`from`', 'from')
    """
    readings = readings_of(name, follower)
    plain = bool(readings) and (readings[0] in NAMES if follower else set(readings) <= NAMES)
    return name if plain else f"`{name}`"


def length(value: datetime.timedelta) -> str:
    """Return a length of time in the largest unit in which it is whole.

    >>> length(datetime.timedelta(days=2)), length(datetime.timedelta(minutes=-90)), length(datetime.timedelta(milliseconds=1500))
    ('2 days', '-90 minutes', '1.5 seconds')
    """
    micros = value // datetime.timedelta(microseconds=1)
    for unit, seconds in UNITS.items():
        if micros and micros % (seconds * 1_000_000) == 0:
            count = micros // (seconds * 1_000_000)
            return f"{count} {unit}{'' if abs(count) == 1 else 's'}"
    return f"{Decimal(micros) / 1_000_000:f} seconds"


def can_be_given(value: object) -> bool:
    """Return whether an example can give this value, record or list: the language has no literal for some."""
    match value:
        case datetime.timedelta():
            return value >= datetime.timedelta() and not value.microseconds
        case float():
            return len(spelled(value)) <= MOST_DIGITS
        case dict():
            return all(map(can_be_given, value.values()))
        case list():
            return all(map(can_be_given, value))
        case _:
            return True


def _instant(value: datetime.datetime) -> str:
    """Return an instant in UTC, without the parts that are zero."""
    utc = value.astimezone(datetime.UTC)
    precision = "microseconds" if utc.microsecond else "seconds" if utc.second else "minutes"
    return utc.replace(tzinfo=None).isoformat(timespec=precision) + "Z"


def _character(character: str) -> str:
    if character in ESCAPES:
        return ESCAPES[character]
    return character if character.isprintable() or character == "\u00a0" else f"\\u{{{ord(character):X}}}"
