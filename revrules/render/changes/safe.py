"""Lines with somebody's names in them into Markdown and HTML in which these stay names: no markup, no mention, no link."""

from __future__ import annotations

import html
import re

BREAK = "\N{ZERO WIDTH SPACE}"
MARKUP = re.compile(r"([\\*_\[\]()<>#|~!&{}$+-])")
LINKED = re.compile(r"[@#](?=\w)|(?<=\w)(?=://)|\bwww(?=\.)|(?<=\bGH)(?=-\d)", re.IGNORECASE)


def marked(line: str) -> str:
    """Return one line as Markdown: what stands between backticks as code, all else as it is, whatever it holds.

    >>> marked("`a|b` is <new>")
    '`a|b` is \\\\<new\\\\>'
    """
    parts = line.split("`")
    if len(parts) % 2 == 0:  # a backtick without a partner
        parts[-2:] = ["ˋ".join(parts[-2:])]
    return "".join(f"`{part}`" if at % 2 and part.strip() else inert(part) for at, part in enumerate(parts))


def inert(text: str) -> str:
    """Return text that Markdown shows as it is, and in which nobody is mentioned and nothing linked."""
    return _unlinked(MARKUP.sub(r"\\\1", re.sub(r"\s+", " ", text)).replace("`", "ˋ"))


def summary(line: str) -> str:
    """Return one line as the words of an HTML element, what stands between backticks as code."""
    parts = line.split("`")
    if len(parts) % 2 == 0:
        parts[-2:] = ["ˋ".join(parts[-2:])]
    return "".join(
        f"<code>{html.escape(_unlinked(part))}</code>" if at % 2 and part.strip() else html.escape(_unlinked(part))
        for at, part in enumerate(parts)
    )


def code(text: str) -> str:
    """Return text between backticks.

    >>> code("HEAD~3")
    '`HEAD~3`'
    """
    return f"`{' '.join(text.split()).replace('`', 'ˋ')}`"


def _unlinked(text: str) -> str:
    return LINKED.sub(lambda found: found.group() + BREAK, text)
