"""Texts into folded texts, domains and parts, the same way on every engine: no locale, no Unicode tables of the platform."""

from __future__ import annotations

WHITE_SPACE = " \t\n\r\f\v"
"""Space, tab, line ends, form feed, vertical tab: what a blank text is made of."""

CAPITALS = (
    (0x0041, 0x005A, 1, 32),  # A to Z
    (0x00C0, 0x00D6, 1, 32),  # Latin-1
    (0x00D8, 0x00DE, 1, 32),
    (0x0100, 0x012E, 2, 1),  # Latin Extended-A, without the Turkish dotted capital I: its small letter is two characters
    (0x0132, 0x0136, 2, 1),
    (0x0139, 0x0147, 2, 1),
    (0x014A, 0x0176, 2, 1),
    (0x0178, 0x0178, 1, -121),
    (0x0179, 0x017D, 2, 1),
    (0x01A0, 0x01A0, 1, 1),  # Latin Extended-B: Vietnamese, Pinyin, Romanian and the rest of the accented letters
    (0x01AF, 0x01AF, 1, 1),
    (0x01CD, 0x01DB, 2, 1),
    (0x01DE, 0x01EE, 2, 1),
    (0x01F4, 0x01F4, 1, 1),
    (0x01F8, 0x021E, 2, 1),
    (0x0226, 0x0232, 2, 1),
    (0x0386, 0x0386, 1, 38),  # Greek
    (0x0388, 0x038A, 1, 37),
    (0x038C, 0x038C, 1, 64),
    (0x038E, 0x038F, 1, 63),
    (0x0391, 0x03A1, 1, 32),
    (0x03A3, 0x03AB, 1, 32),
    (0x0400, 0x040F, 1, 80),  # Cyrillic
    (0x0410, 0x042F, 1, 32),
    (0x0460, 0x0480, 2, 1),
    (0x048A, 0x04BE, 2, 1),
    (0x04C1, 0x04CD, 2, 1),
    (0x04D0, 0x052E, 2, 1),
    (0x1E00, 0x1E94, 2, 1),  # Latin Extended Additional
    (0x1E9E, 0x1E9E, 1, -7615),
    (0x1EA0, 0x1EFE, 2, 1),
)
"""First and last capital letter of a run, their distance, and how far the small letter is: one character to one character."""

SMALL_OF = {capital: capital + distance for first, last, step, distance in CAPITALS for capital in range(first, last + 1, step)}
CAPITAL_OF = {small: capital for capital, small in SMALL_OF.items()}
SMALL_OF_ASCII = {capital: capital + 32 for capital in range(0x41, 0x5B)}


def fold(text: str) -> str:
    """Return ``text`` with small letters for capital ones: what ``any case`` compares, and ``lower``."""
    return text.lower() if text.isascii() else text.translate(SMALL_OF)


def to_capitals(text: str) -> str:
    """Return ``text`` with capital letters for small ones: ``upper``, the inverse of ``fold``."""
    return text.upper() if text.isascii() else text.translate(CAPITAL_OF)


def fold_ascii(text: str) -> str:
    """Return ``text`` with small letters for the capitals A to Z, as in domain names."""
    return text.lower() if text.isascii() else text.translate(SMALL_OF_ASCII)


def has_white_space(text: str) -> bool:
    """Return whether there is white space anywhere in ``text``."""
    return any(mark in text for mark in WHITE_SPACE)


def is_unicode(text: str) -> bool:
    """Return whether ``text`` has no half of a surrogate pair: such a text cannot be written anywhere."""
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def email_domain(text: str) -> str | None:
    """Return what follows the last ``@``, in small letters.

    >>> email_domain(" Ada@Mail.Example ")
    'mail.example'
    """
    _, at, domain = text.strip(WHITE_SPACE).rpartition("@")
    return fold_ascii(domain) if at and domain and not has_white_space(domain) else None


def url_domain(text: str) -> str | None:
    """Return the host of a web address, in small letters, without ``www.``.

    >>> url_domain("https://www.Example.com:8080/pricing?x=1")
    'example.com'
    """
    rest = text.strip(WHITE_SPACE)
    scheme, mark, after = rest.partition("://")
    if mark and is_scheme(scheme):
        rest = after
    for end in "/?#":
        rest = rest.partition(end)[0]
    host = fold_ascii(rest.rpartition("@")[2].partition(":")[0]).removeprefix("www.")
    return host if "." in host and not has_white_space(host) else None


def is_scheme(text: str) -> bool:
    """Return whether ``text`` can stand before ``://`` (RFC 3986)."""
    return text.isascii() and text[:1].isalpha() and all(mark.isalnum() or mark in "+-." for mark in text)
