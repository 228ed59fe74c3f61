"""Tests and answers into texts that people would write, which may give these answers: the best first."""

from __future__ import annotations

from itertools import chain, islice, zip_longest
from typing import TYPE_CHECKING

from revrules.backends.smt.languages import Kind
from revrules.backends.smt.preimages import spelled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from revrules.backends.smt.languages import Language

HOSTS = ("acme.example", "globex.example", "initech.example", "umbra.example", "pay.example")
HINTS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("email", "mail"), ("ann@acme.example", "bob@globex.example", "cleo@initech.example", "dan@umbra.example")),
    (("website", "url", "link", "page"), tuple(f"https://{host}" for host in HOSTS)),
    (("domain", "host", "site"), HOSTS),
    (("country",), ("US", "DE", "FR", "JP", "BR", "IN")),
    (("currency",), ("USD", "EUR", "GBP", "JPY")),
    (("language", "locale"), ("en", "de", "fr", "ja")),
    (("phone", "mobile", "fax"), ("+1 555 0100", "+1 555 0101", "+1 555 0102")),
    (("zip", "postal", "postcode"), ("10001", "20095", "75001")),
    (("city", "town"), ("Springfield", "Hamburg", "Lyon", "Osaka")),
    (("state", "province", "region"), ("CA", "NY", "TX", "WA")),
    (("title", "role", "position", "seniority"), ("Head of Finance", "Analyst", "Engineer", "Office Manager")),
    (("owner", "person", "by", "rep", "manager", "contact", "user", "buyer", "champion"), ("Ann", "Bob", "Cleo", "Dan")),
    (("source", "channel", "medium", "campaign"), ("Web", "Event", "Referral", "Partner")),
    (("industry", "sector", "vertical"), ("Software", "Retail", "Health", "Logistics")),
    (("plan", "product", "sku", "package"), ("Basic", "Plus", "Pro")),
    (("id", "key", "number", "code", "ref"), ("A-1001", "A-1002", "A-1003", "A-1004")),
)
"""Words in the name of a field, and what such a field may hold."""
NAMES = ("Acme", "Globex", "Initech", "Umbra", "Hooli")
MOST_INNER = 12
LONGEST = 100_000
"""Characters that are added to make a text long enough."""


def hints(field: str) -> tuple[str, ...]:
    """Return what a field of that name may hold."""
    words = field.casefold().split("_")
    return next((texts for marks, texts in HINTS if any(mark in words for mark in marks)), NAMES)


def candidates(wanted: Sequence[tuple[Language, bool]], like: Sequence[str] = ()) -> Iterator[str]:
    """Yield texts made of what the tests ask for and of ``like`` (names, without it)."""
    asked = [test for test, answer in wanted if answer]
    like = like or NAMES
    if not asked:
        yield from like
    for test in asked:
        if not test.through and test.kind in (Kind.EQUALS, Kind.AMONG):
            items = (test.operand,) if test.kind is Kind.EQUALS else test.items.texts[:MOST_INNER]
            yield from _in_cases(items, any_case=test.any_case)
    composed = _in_cases(_composed(asked, like), any_case=any(test.any_case for test in asked))
    for one, other in zip_longest(_spelled(wanted, asked, like), composed):
        yield from (text for text in (one, other) if text is not None)
    yield from (_numbered(text, number) for number in range(2, 30) for text in like)


def _spelled(wanted: Sequence[tuple[Language, bool]], asked: Sequence[Language], like: Sequence[str]) -> Iterator[str]:
    """Yield texts of which functions make what is asked for."""
    start, parts, _ = _pieces(asked)
    middle = "".join(parts)
    for function in dict.fromkeys(test.through[0] for test in asked if test.through):
        inner = [(test.inside(), answer) for test, answer in wanted if test.through[:1] == (function,)]
        made = list(islice(candidates(inner, HOSTS if function.endswith("domain") else like), MOST_INNER))
        if start or parts:
            yield from (
                start + between + text for between in (middle, f"{middle}@", f"{middle}/", f"ann{middle}") for text in made
            )
        yield from (text for each in made for text in spelled(function, each))


def _in_cases(texts: Iterable[str], *, any_case: bool) -> Iterator[str]:
    for text in texts:
        if any_case:
            yield from (text.title() if len(text) > 3 else text.upper(), text)
        yield text


def _pieces(asked: Iterable[Language]) -> tuple[str, list[str], str]:
    """Return the beginning, the parts and the end that are asked for."""
    plain = [test for test in asked if not test.through]
    start = max((test.operand for test in plain if test.kind is Kind.STARTS), key=len, default="")
    end = max((test.operand for test in plain if test.kind is Kind.ENDS), key=len, default="")
    parts = list(dict.fromkeys(test.operand for test in plain if test.kind is Kind.CONTAINS))
    return start, [part for part in parts if not any(part in other and part != other for other in (*parts, start, end))], end


def _composed(asked: Sequence[Language], like: Sequence[str]) -> Iterator[str]:
    """Yield texts with the beginnings, parts and ends that are asked for, and as long as is asked for."""
    start, parts, end = _pieces(asked)
    parts = [part for part in parts if part not in (start, end)]
    shortest = max((test.least for test in asked if not test.through and test.kind is Kind.LENGTH), default=0)
    if not end:
        yield start + " ".join(parts)
    more = (_numbered(text, number) for number in range(2, 8) for text in like)
    for base in chain(like, more, ("",)):
        base = base.rpartition("@")[2] if "@" in start else base
        stem = base.split("@" if end.startswith("@") else ".")[0] if end else base
        for mark in (" ", "", ".", "-") if parts else ("",):
            middle = mark.join(parts)
            for whole in (_joined(stem, middle, mark), _joined(middle, base, mark), middle):
                filler = "" if end.startswith((".", "@")) or not end.isalpha() or not whole else mark or " "
                yield start + whole + filler + end
                missing = shortest - len(start + whole + end)
                if 0 < missing <= LONGEST:
                    yield start + whole + f" {base or NAMES[0]}" * (1 + missing // (1 + len(base or NAMES[0]))) + end


def _joined(one: str, other: str, mark: str) -> str:
    return one + mark + other if one and other else one + other


def _numbered(text: str, number: int) -> str:
    if text.isdecimal():
        return str(int(text) + number)
    head, mark, tail = text.partition("@" if "@" in text else ".")
    return f"{head}{number}{mark}{tail}" if mark else f"{text} {number}"
