"""Automata of what a function gives into automata of what it is given: domains of addresses, other cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from revrules.backends.smt.automata import Alphabet, explored, smallest
from revrules.runtime.texts import CAPITAL_OF, SMALL_OF, SMALL_OF_ASCII, WHITE_SPACE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from revrules.backends.smt.automata import Machine

LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
SCHEME_MARKS = frozenset("0123456789+-.")
PREFIX = "www."


def behind(machine: Machine, function: str) -> Machine | None:
    """Return the automaton of the texts of which ``function`` makes one that ``machine`` accepts; None where too large."""
    match function:
        case "email_domain":
            return _email(machine)
        case "url_domain":
            return _url(machine)
        case "lower":
            return _in_other_letters(machine, SMALL_OF)
        case _:
            return _in_other_letters(machine, CAPITAL_OF)


def spelled(function: str, text: str) -> tuple[str, ...]:
    """Return some texts of which ``function`` may make ``text``, the most likely first."""
    match function:
        case "email_domain":
            return tuple(f"{name}@{text}" for name in ("ann", "bob", "cleo", "dan", "eve"))
        case "url_domain":
            return (f"https://{text}", text, f"https://www.{text}", f"https://{text}/home", f"http://{text}")
        case _:
            return tuple(dict.fromkeys((text, text.title(), text.upper(), text.lower(), text.capitalize())))


def _in_other_letters(machine: Machine, mapping: Mapping[int, int]) -> Machine:
    letters, _ = _refined(machine, mapping, lambda _: "")
    kinds = tuple(machine.alphabet.kind(mapping.get(start, start)) for start in (0, *letters.starts))
    return smallest(machine._replace(alphabet=Alphabet(letters.starts, kinds)))


def _refined(machine: Machine, mapping: Mapping[int, int], role: Callable[[str], str]) -> tuple[Alphabet, list[tuple[str, int]]]:
    """Return an alphabet, and for each column the role of its characters and their column in ``machine`` once mapped."""
    changing = (point for point, to in mapping.items() if machine.alphabet.kind(point) != machine.alphabet.kind(to))
    special = (point for point in range(128) if role(chr(point)))
    starts = sorted({0, *machine.alphabet.starts, *_around(changing), *_around(special)})
    columns: dict[tuple[str, int], int] = {}
    kinds = []
    for start in starts:
        key = (role(chr(start)), machine.alphabet.kind(mapping.get(start, start)))
        kinds.append(columns.setdefault(key, len(columns)))
    return Alphabet(tuple(starts[1:]), tuple(kinds)), list(columns)


def _around(points: Iterable[int]) -> Iterable[int]:
    for point in points:
        yield point
        yield point + 1


# --- addresses of mail -------------------------------------------------------------------------------------------


class _Address(NamedTuple):
    """Where the reading of an address stands: the domain's state once it has begun, and whether white space followed it."""

    state: int | None = None
    after_at: bool = False
    ended: bool = False


NO_DOMAIN = _Address()
"""No ``@`` yet, or white space before or within what followed the last one."""


def _email(machine: Machine) -> Machine | None:
    letters, columns = _refined(machine, SMALL_OF_ASCII, lambda mark: "@" if mark == "@" else " " if mark in WHITE_SPACE else "")

    def step(at: _Address, column: int) -> _Address:
        role, kind = columns[column]
        if role == "@":
            return _Address(None, after_at=True)
        if role == " ":
            return at._replace(ended=True) if at.state is not None else NO_DOMAIN
        if not at.after_at or at.ended:
            return NO_DOMAIN
        return at._replace(state=machine.moves[at.state or 0][kind])

    return explored(letters, NO_DOMAIN, step, lambda at: at.state is not None and machine.accepting[at.state])


# --- web addresses -----------------------------------------------------------------------------------------------


class _Host(NamedTuple):
    """A host as far as it is read: the state of its language, whether a dot was in it, and how much of ``www.`` (-1: no more)."""

    state: int = 0
    dotted: bool = False
    prefix: int = 0
    begun: bool = False


class _Web(NamedTuple):
    """Where the reading of a web address stands.

    ``part``: "start" (white space is dropped), "host", "ended" (white space after the host), "bad" (white space inside),
    "port", "path" (nothing can change any more). ``scheme``: "" (not begun), "letters", ":", "/", "none".
    """

    part: str = "start"
    host: _Host = _Host()
    scheme: str = ""


def _url(machine: Machine) -> Machine | None:
    letters, columns = _refined(machine, SMALL_OF_ASCII, _role)
    nowhere = _Host()

    def read(host: _Host, role: str, kind: int) -> _Host:
        mark = role.removeprefix("letter ")
        prefix = host.prefix + 1 if host.prefix >= 0 and mark == PREFIX[host.prefix] else -1
        if prefix == len(PREFIX):
            return _Host(prefix=-1, begun=True)
        return _Host(machine.moves[host.state][kind], host.dotted or mark == ".", prefix, begun=True)

    def step(at: _Web, column: int) -> _Web:
        role, kind = columns[column]
        scheme = _scheme(at.scheme, role)
        if scheme == "//":
            return _Web("host", nowhere, "none")
        if at.part == "path":
            return at._replace(scheme=scheme)
        if role == "@":
            return _Web("host", nowhere, scheme)
        if role in ("/", "?#"):
            return _Web("path", at.host if at.part in ("host", "port") else nowhere, scheme)
        if at.part == "port":
            return at._replace(scheme=scheme)
        if role == ":":
            return _Web("port", at.host, scheme) if at.part in ("start", "host") else _Web("bad", nowhere, scheme)
        if role == " ":
            if at.part == "start":
                return at
            return (
                _Web("ended", at.host, scheme) if at.part in ("host", "ended") and at.host.begun else _Web("bad", nowhere, scheme)
            )
        if at.part in ("ended", "bad"):
            return _Web("bad", nowhere, scheme)
        return _Web("host", read(at.host, role, kind), scheme)

    def accepting(at: _Web) -> bool:
        return at.host.dotted and machine.accepting[at.host.state]

    return explored(letters, _Web(), step, accepting)


def _role(mark: str) -> str:
    """Return what a character can mean in a web address."""
    if mark in WHITE_SPACE:
        return " "
    if mark in "?#":
        return "?#"
    if mark in "@:/.":
        return mark
    if mark in LETTERS:
        return "letter w" if mark in "wW" else "letter"
    return "scheme" if mark in SCHEME_MARKS else ""


def _scheme(scheme: str, role: str) -> str:
    """Return how much of ``scheme://`` is read: "//" when all of it is."""
    if scheme == "":
        return "" if role == " " else "letters" if role.startswith("letter") else "none"
    if scheme == "letters":
        return ":" if role == ":" else "letters" if role in ("letter", "letter w", "scheme", ".") else "none"
    if scheme == ":":
        return "/" if role == "/" else "none"
    return "//" if scheme == "/" and role == "/" else "none"
