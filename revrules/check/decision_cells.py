"""The text of a cell in a decision table into what it asks of its column's value (grammar/language.md, section 8)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from revrules import ir
from revrules.check.decision_values import UnfitError, read_value
from revrules.check.intervals import complement, is_empty, overlap, united
from revrules.problems.names import near, one_of
from revrules.runtime.texts import fold
from revrules.types import EnumType, Scalar, is_ordered, type_name

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping

    from revrules.check.tables import Domain
    from revrules.types import Type

ANY_WORDS = frozenset(["", "-", "–", "—", "*", "any"])
LONGEST = 32_767
"""Characters of a cell: as many as a spreadsheet allows."""
_PIECE = re.compile(r'\s*(?:"((?:[^"]|"")*)"|([^,;]*?))\s*([,;]|\Z)')
_NOT = re.compile(r"(not|!=|<>|≠)(?:\s+|(?=[(\"\d])|(?<=[=>≠]))(.+)", re.IGNORECASE | re.DOTALL)
_COMPARED = re.compile(r"(>=|<=|=>|=<|≥|≤|==?|>|<)\s*(.*)", re.DOTALL)
_RANGE = re.compile(r"(.*?)\s*(<?\.\.<?)\s*(.*)", re.DOTALL)
_PLAIN = r"(?:[0-9][0-9_]*(?:\.[0-9]+)?%?)"
_DASHED = re.compile(rf"({_PLAIN})\s*[-–—]\s*({_PLAIN})")
_OPEN_END = re.compile(rf"{_PLAIN}\s*\+")
_LIKE_TEST = re.compile(rf"(?:[<>≤≥]=?|=[<>])\s*\S.*|{_PLAIN}\s*[-–—]\s*{_PLAIN}|{_PLAIN}?\s*<?\.\.<?\s*{_PLAIN}?|{_PLAIN}\s*\+")
_SIGNS = {"=>": ">=", "=<": "<=", "≥": ">=", "≤": "<=", "==": "="}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the cells of a column are asked of: a type, how texts are compared, the domain that no value leaves.

    ``spellings`` leads from the names and labels of an enum to its members; ``truths`` from further words to truth values.
    """

    type: Type
    zone: datetime.tzinfo
    any_case: bool = False
    spellings: Mapping[str, str] | None = None
    truths: Mapping[str, bool] | None = None
    domain: Domain | None = None


def read_cell(text: str, asked: Asked) -> ir.Cell:
    """Return what a cell asks; raises ``UnfitError``."""
    text = text.strip()
    if len(text) > LONGEST:
        raise UnfitError(f"a cell has at most {LONGEST:,} characters, this one has {len(text):,}")
    word = _word(text, asked)
    if word is not None:
        return word
    if asked.spellings is not None and text in asked.spellings:
        return ir.Cell((asked.spellings[text],))
    inner = _NOT.fullmatch(text)
    if inner is not None and not (_is_text(asked) and _capital(inner[1], text, asked)):
        return _turned(_read(_bare(inner[2]), asked), asked, text)
    return _read(text[1:-1] if text[:1] + text[-1:] == "{}" else text, asked)


def _word(text: str, asked: Asked) -> ir.Cell | None:
    """Return the cell that a word of the language is, None where ``text`` is none."""
    lowered = text.casefold()
    if asked.spellings is not None and text in asked.spellings and lowered in (*ANY_WORDS, "missing", "known"):
        meant = {"missing": "`not known`", "known": "`not missing`"}.get(lowered, "nothing")
        help_ = (f'write `"{text}"` in quotes for the member', f"write {meant} for what the word means")
        raise UnfitError(f"`{text}` is a member of `{type_name(asked.type)}` and a word of tables", help_, unclear=True)
    if lowered in ANY_WORDS:
        return ir.ANY_CELL
    if lowered in ("missing", "known"):
        if _is_text(asked) and text != lowered:
            told = f"write `{lowered}` for the state, in small letters, or the text in quotes"
            raise UnfitError(f"`{text}` may be a text or the word for a state", (told,), unclear=True)
        return ir.Cell(negated=lowered == "known", when_missing=lowered == "missing")
    return None


def _capital(word: str, text: str, asked: Asked) -> bool:
    """Refuse a text such as `Not applicable`, which may be meant as it stands."""
    if word.isalpha() and word != "not":
        help_ = (f"write `not {text[4:]}` for anything but that", f'write `"{text}"` in quotes for the text')
        raise UnfitError(f"`{text}` may be a text, or mean anything but what follows the word", help_, unclear=True)
    return False


def _is_text(asked: Asked) -> bool:
    return asked.type is Scalar.TEXT


def _bare(text: str) -> str:
    """Return what stands inside braces or parentheses after `not`, without them."""
    text = text.strip()
    if text[:1] + text[-1:] in ("{}", "()"):
        return text[1:-1].strip()
    return text


def _turned(cell: ir.Cell, asked: Asked, text: str) -> ir.Cell:
    """Return the cell that is true where another is false."""
    when_missing = None if cell.when_missing is None else not cell.when_missing
    if cell.ranges:
        rest = complement(cell.ranges, asked.type)
        if not rest:
            raise UnfitError(f"no value fulfils `{text}`")
        if any(interval.low is None and interval.high is None for interval in rest):
            raise UnfitError(f"every value fulfils `{text}`", ("leave the cell empty for anything",))
        return ir.Cell(ranges=rest, when_missing=when_missing)
    if cell == ir.ANY_CELL:
        raise UnfitError(f"no value fulfils `{text}`")
    return ir.Cell(cell.values, negated=not cell.negated, when_missing=when_missing)


# --- sets --------------------------------------------------------------------------------------------------------


def _read(text: str, asked: Asked) -> ir.Cell:
    """Return the cell of a set: values, ranges and comparisons with commas or semicolons between them."""
    if asked.type in (Scalar.INTEGER, Scalar.NUMBER, Scalar.MONEY) and re.search(r"[0-9],[0-9]", text):
        digits = text.replace(",", "")
        one = f"write `{digits}` for one number" if digits.isdigit() else "write a number with a point, as in 1.5"
        several = f"write `{re.sub(', *', '; ', text)}` for several"
        raise UnfitError(f"the comma in `{text}` may part digits or numbers", (one, several), unclear=True)
    values: dict[ir.Value, None] = {}
    ranges: list[ir.Interval] = []
    missing = False
    pieces = _pieces(text)
    for piece, quoted in pieces:
        word = None if quoted else _word(piece, asked)
        if word == ir.Cell(when_missing=True):
            missing = True
        elif word is not None:
            if len(pieces) > 1:
                shown = f"`{piece}`" if piece else "an empty place"
                raise UnfitError(f"{shown} stands beside other values in `{text}`", ("a set has values, ranges and `missing`",))
            return word
        elif isinstance(asked.type, EnumType) or not is_ordered(asked.type):
            values.update(dict.fromkeys(_choices(piece, quoted, asked)))
        else:
            ranges.append(_interval(piece, quoted, asked))
    found = united(ranges, asked.type)
    if any(interval.low is None and interval.high is None for interval in found):
        raise UnfitError(f"every value fulfils `{text}`", ("leave the cell empty for anything",))
    if not values and not found:
        return ir.Cell(when_missing=True)
    return ir.Cell(tuple(values), found, when_missing=True if missing else None)


def _pieces(text: str) -> list[tuple[str, bool]]:
    """Return the parts of a set, and whether each stands in quotes."""
    found: list[tuple[str, bool]] = []
    at = 0
    while True:
        piece = _PIECE.match(text, at)
        if piece is None:
            raise UnfitError(f"`{text}` has a quote that does not end where the value does", ('write a quote twice: `""`',))
        quoted = piece[1] is not None
        if not quoted and piece[2].startswith('"'):
            raise UnfitError(f"`{text}` opens a quote that is not closed")
        found.append((piece[1].replace('""', '"') if quoted else piece[2], quoted))
        at = piece.end()
        if not piece[3]:
            break
    if len(found) > 1 and found[-1] == ("", False):
        found.pop()
    return found


# --- values of types without order, and members ------------------------------------------------------------------


def _choices(piece: str, quoted: bool, asked: Asked) -> tuple[ir.Value, ...]:
    """Return the truth value, text or members that a part of a set stands for."""
    if asked.type is Scalar.BOOLEAN:
        found = (asked.truths or {}).get(piece.casefold())
        if found is None:
            raise UnfitError(f"`{piece}` is no truth value", ("write `yes` or `no`, `true` or `false`",))
        return (found,)
    if isinstance(asked.type, EnumType):
        return _members(piece, quoted, asked.type, asked.spellings or {})
    if not piece.strip():
        raise UnfitError("an empty text is no value", ("write `missing`",))
    if not quoted and _LIKE_TEST.fullmatch(piece):
        help_ = f'write `"{piece}"` in quotes for the text; texts have no order'
        raise UnfitError(f"`{piece}` looks like a test of a number, and a text is asked", (help_,), unclear=True)
    return (fold(piece) if asked.any_case else piece,)


def _members(piece: str, quoted: bool, type_: EnumType, spellings: Mapping[str, str]) -> tuple[str, ...]:
    """Return the members that a name, label, range or comparison stands for."""
    if piece in spellings:
        return (spellings[piece],)
    order = type_.member_names
    compared = None if quoted or not type_.ordered else _COMPARED.fullmatch(piece)
    if compared is not None:
        at = order.index(_member(compared[2], type_, spellings))
        sign = _SIGNS.get(compared[1], compared[1])
        low, high = {"=": (at, at + 1), ">": (at + 1, None), ">=": (at, None), "<": (0, at), "<=": (0, at + 1)}[sign]
        found = order[low:high]
    else:
        limits = None if quoted or not type_.ordered else _RANGE.fullmatch(piece)
        if limits is None or not (limits[1] or limits[3]):
            return (_member(piece, type_, spellings),)
        first = order.index(_member(limits[1], type_, spellings)) if limits[1] else 0
        last = order.index(_member(limits[3], type_, spellings)) if limits[3] else len(order) - 1
        found = order[first + (limits[2][0] == "<" and bool(limits[1])) : last + (limits[2][-1] != "<" or not limits[3])]
    if not found:
        raise UnfitError(f"no member of `{type_.name}` fulfils `{piece}`")
    return found


def _member(text: str, type_: EnumType, spellings: Mapping[str, str]) -> str:
    found = spellings.get(text)
    if found is not None:
        return found
    close = near(text, spellings)
    known = tuple(dict.fromkeys(spellings))
    help_ = f"did you mean {one_of(close)}?" if close else f"there is {one_of(known)}" if 0 < len(known) <= 8 else ""
    raise UnfitError(f"`{text}` is no member of `{type_.name}`", (help_,) if help_ else ())


# --- values of types with an order -------------------------------------------------------------------------------


def _interval(piece: str, quoted: bool, asked: Asked) -> ir.Interval:
    """Return the values that a value, range or comparison stands for."""
    found = _written_interval(piece.strip(), quoted, asked)
    if is_empty(found, asked.type):
        raise UnfitError(f"no value fulfils `{piece}`", ("the smaller end of a range comes first",))
    domain = asked.domain
    if domain is not None:
        whole = ir.Interval(domain.low, domain.high, False, domain.high_open)
        if is_empty(overlap(found, whole), asked.type):
            raise UnfitError(f"`{piece}` lies outside the domain of `{domain.name}`, so no record can fulfil it")
    return found


def _written_interval(piece: str, quoted: bool, asked: Asked) -> ir.Interval:
    if quoted:
        value = read_value(piece, asked.type, asked.zone)
        return ir.Interval(value, value)
    compared = _COMPARED.fullmatch(piece)
    if compared is not None:
        value = read_value(compared[2], asked.type, asked.zone)
        sign = _SIGNS.get(compared[1], compared[1])
        if sign == "=":
            return ir.Interval(value, value)
        if sign[0] == ">":
            return ir.Interval(value, None, low_open=sign == ">")
        return ir.Interval(None, value, high_open=sign == "<")
    limits = _RANGE.fullmatch(piece)
    if limits is not None and (limits[1] or limits[3]):
        low = read_value(limits[1], asked.type, asked.zone) if limits[1] else None
        high = read_value(limits[3], asked.type, asked.zone) if limits[3] else None
        marks = limits[2]
        return ir.Interval(low, high, marks[0] == "<" and low is not None, marks[-1] == "<" and high is not None)
    dashed = _DASHED.fullmatch(piece)
    if dashed is not None and asked.type in (Scalar.INTEGER, Scalar.NUMBER, Scalar.MONEY):
        low, high = (read_value(end, asked.type, asked.zone) for end in (dashed[1], dashed[2]))
        return ir.Interval(low, high)
    if _OPEN_END.fullmatch(piece):
        number = piece.rstrip("+ ")
        help_ = (f"write `{number}..` (or `>= {number}`) if it belongs to it", f"write `> {number}` if it does not")
        raise UnfitError(f"`{piece}` does not say whether {number} belongs to it", help_, unclear=True)
    value = read_value(piece, asked.type, asked.zone)
    return ir.Interval(value, value)
