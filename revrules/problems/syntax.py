"""Problems of spelling and grammar, REV1xx."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.diagnostics import Diagnostic, Edit, Label, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from revrules.source import Span

UNEXPECTED = Problem("REV101", "unexpected-word", Severity.ERROR, "a word or mark stands where another was expected")
UNCLOSED = Problem("REV102", "unclosed-bracket", Severity.ERROR, "a brace, bracket or parenthesis is opened but never closed")
NOTHING_OPEN = Problem("REV103", "nothing-to-close", Severity.ERROR, "a closing mark stands where nothing is open")
UNCLOSED_TEXT = Problem(
    "REV104", "unclosed-text", Severity.ERROR, "a text in quotes or a name in backticks does not end on its line"
)
STRANGE = Problem("REV105", "strange-character", Severity.ERROR, "a character that the language does not use")
OTHER_OPERATOR = Problem("REV106", "other-spelling", Severity.ERROR, "an operator in the spelling of another language")
OTHER_QUOTES = Problem("REV107", "other-quotes", Severity.ERROR, "a text in single or typographic quotes")
NULL = Problem("REV108", "null", Severity.ERROR, "`null` or `empty` where the language says `missing`")
WORD_AS_NAME = Problem("REV109", "word-as-name", Severity.ERROR, "a word of the language stands in a name's place")
MISSPELLED = Problem("REV110", "misspelled-word", Severity.ERROR, "a word that nearly is a word of the language")
NO_COLON = Problem("REV111", "missing-colon", Severity.ERROR, "no colon after the name of a criterion")
CHAINED = Problem("REV112", "chained-comparison", Severity.ERROR, "two comparisons in a row, as in `1 < x < 5`")
COMMA = Problem("REV113", "comma", Severity.ERROR, "a comma is missing, or stands where none belongs")
OTHER_DATE = Problem("REV114", "other-date-order", Severity.ERROR, "a date in another order than year, month, day")
NO_UNIT = Problem("REV115", "missing-unit", Severity.ERROR, "a length of time without a unit")
NO_SUCH_DATE = Problem("REV116", "no-such-date", Severity.ERROR, "a date or time that does not exist")
UNKNOWN_ESCAPE = Problem("REV117", "unknown-escape", Severity.ERROR, "a backslash that starts no known escape")
REPEATED = Problem("REV118", "repeated-clause", Severity.ERROR, "a clause stands twice in one declaration")
NO_NAME = Problem("REV119", "criterion-without-name", Severity.ERROR, "a criterion in braces has no name")
TOO_DEEP = Problem("REV120", "too-deep", Severity.ERROR, "expressions, groups or blocks are nested too deeply")
TOO_LARGE = Problem("REV121", "too-large", Severity.ERROR, "a ruleset's file is larger than 4 MiB")
NOT_A_RULESET = Problem("REV122", "not-a-ruleset", Severity.ERROR, "a file that holds no text")
TOO_MANY = Problem("REV123", "too-many-mistakes", Severity.ERROR, "reading stopped after many mistakes")
TOO_LONG = Problem("REV124", "too-long-number", Severity.ERROR, "a number with more digits than any value can have")
COLON = Problem("REV125", "colon-after-clause", Severity.ERROR, "a colon after the word of a clause")
WRONG_PLACE = Problem("REV126", "wrong-place", Severity.ERROR, "a clause or declaration stands where another kind belongs")
EMPTY = Problem("REV127", "empty-braces", Severity.ERROR, "braces with nothing between them")
NOT_A_CHOICE = Problem(
    "REV128", "not-a-choice", Severity.ERROR, "`in` is followed by neither a set, a range, a list nor a period"
)
ECHOES = frozenset([UNEXPECTED, COMMA, NO_NAME, NO_COLON, UNCLOSED, NOTHING_OPEN])
"""What a missing quote makes of the rest of its line."""


def no_such_date(span: Span, text: str, why: str) -> Diagnostic:
    """``2026-02-30`` and ``25:00``: well written, but not in the calendar or on the clock."""
    return Diagnostic(NO_SUCH_DATE, f"`{text}` does not exist: {why}", span, label=why)


def too_long_number(span: Span, limit: int) -> Diagnostic:
    """A number with more than ``limit`` digits."""
    return Diagnostic(TOO_LONG, f"a number has at most {limit} digits, and values have at most 19", span, label="too many digits")


def unknown_escape(span: Span, escape: str) -> Diagnostic:
    r"""``"\q"``: only a few escapes exist."""
    known = r"`\"`, `\\`, `\n`, `\t` and `\u{20AC}`"
    help_ = (r"write `\\` for a backslash",)
    return Diagnostic(UNKNOWN_ESCAPE, f"`{escape}` is no escape; a text knows {known}", span, label="unknown escape", help=help_)


def repeated_clause(span: Span, word: str, first: Span) -> Diagnostic:
    """A clause that stands a second time in its declaration; ``first`` is where it stood before."""
    return Diagnostic(
        REPEATED,
        f"`{word}` stands twice in one declaration, where it may stand once",
        span,
        label="again here",
        related=(Label(first, f"`{word}` stands here already"),),
        help=("keep one of the two, or join them into one",),
    )


def not_a_choice(span: Span) -> Diagnostic:
    """``x in 5``: no set, range, list or period."""
    return Diagnostic(
        NOT_A_CHOICE,
        "after `in` stands a set, a range, the name of a list or a period",
        span,
        help=('as in `in { "DE", "FR" }`, `in 1..5`, `in core_countries` or `in this quarter`',),
    )


def other_spelling(span: Span, written: str, meant: str) -> Diagnostic:
    """``==``, ``&&``, ``<>``, ``AND``: how other languages write it."""
    return Diagnostic(
        OTHER_OPERATOR,
        f"`{written}` is written `{meant}` here",
        span,
        label=f"write `{meant}`",
        edits=(Edit(span, meant),),
    )


def other_brackets(opening: Span, closing: Span, written: str) -> Diagnostic:
    """``in ("a", "b")``, ``enum [ a, b ]``."""
    edits = (Edit(opening, "{"), Edit(closing, "}"))
    return Diagnostic(
        OTHER_OPERATOR, f"`{written}` is written `{{ … }}` here", opening.to(closing), label="write `{ … }`", edits=edits
    )


def other_quotes(span: Span, text: str) -> Diagnostic:
    """A text in single or typographic quotes."""
    return Diagnostic(
        OTHER_QUOTES,
        f'a text stands in straight double quotes: `"{text}"`',
        span,
        label="other quotes",
        edits=(Edit(span, f'"{text}"'),) if '"' not in text and "\\" not in text else (),
    )


def other_date_order(span: Span, written: str, candidates: tuple[str, ...]) -> Diagnostic:
    """``11/21/2026``: the language writes year, month, day."""
    choices = " or ".join(f"`{candidate}`" for candidate in candidates) or "as in `2026-11-21`,"
    return Diagnostic(
        OTHER_DATE,
        f"a date is written year-month-day: {choices} for `{written}`",
        span,
        label="another order",
        edits=(Edit(span, candidates[0]),) if len(candidates) == 1 else (),
    )


def unclosed_text(span: Span, mark: str) -> Diagnostic:
    """A text or a quoted name that does not end on its line."""
    what = "a name in backticks" if mark == "`" else "a text"
    return Diagnostic(
        UNCLOSED_TEXT, f"{what} ends on the line where it starts: a closing `{_mark(mark)}` is missing", span, label="starts here"
    )


def strange_characters(span: Span, described: str) -> Diagnostic:
    """Characters that mean nothing outside texts and comments."""
    return Diagnostic(STRANGE, f"{described} means nothing here; such characters stand in texts and comments only", span)


def _mark(mark: str) -> str:
    return "backtick" if mark == "`" else mark


def unexpected(span: Span, written: str, expected: Sequence[str], *, joined: str = "") -> Diagnostic:
    """A word or mark (or the end of the file) where only ``expected`` can stand; ``joined``: with the name before as one."""
    here = f"`{written}` cannot stand here" if written else "the file ends too early"
    wanted = f": expected {_joined(expected)}" if expected else ""
    help_ = (f"a name is one word, such as `{joined}`",) if joined else ()
    return Diagnostic(UNEXPECTED, here + wanted, span, help=help_)


def name_in_quotes(span: Span, written: str, expected: Sequence[str]) -> Diagnostic:
    """``owner "Sales"``."""
    wanted = f": expected {_joined(expected)}"
    return Diagnostic(UNEXPECTED, f"`{written}` cannot stand here{wanted}", span, help=("a name stands without quotes",))


def name_of_words(span: Span, written: str) -> Diagnostic:
    """``Mail Address: …``."""
    letters = "".join(c if c.isalnum() else "_" for c in written.strip('"')).lower().strip("_")
    word = letters if letters and not letters[0].isdigit() else f"c_{letters}"
    return Diagnostic(
        UNEXPECTED, f"the name of a criterion is one word without quotes, such as `{word}`", span, label="more than that"
    )


def points_without_when(span: Span, line: str) -> Diagnostic:
    """``+20 if business``."""
    return Diagnostic(UNEXPECTED, f"a line of points says when they count: `{line}`", span, label="without `when`")


def every_without_have(span: Span) -> Diagnostic:
    """``every(visits where c)``."""
    return Diagnostic(
        UNEXPECTED,
        "`every` says what each record should have, as in `every(visits where paid have at is known)`",
        span,
        label="`have` is missing before this",
    )


def other_aggregate(span: Span, written: str, meant: str) -> Diagnostic:
    """``max(visits.at)``."""
    return Diagnostic(UNEXPECTED, f"`{written}` is written `{meant}` here: first what, then of which records", span)


def other_comment(span: Span, mark: str) -> Diagnostic:
    """``// …``."""
    return Diagnostic(OTHER_OPERATOR, f"a comment starts with `#` here, not with `{mark}`", span, label="write `#`")


def window_without_end(span: Span, written: str, length: str) -> Diagnostic:
    """``created within 30 days``."""
    return Diagnostic(
        UNEXPECTED,
        f"`{written}` does not say from when: write `within last {length}`, `within next {length}` or `within {length} after …`",
        span,
    )


def compared_with_ago(span: Span, length: str) -> Diagnostic:
    """``created < 30 days ago``."""
    return Diagnostic(
        UNEXPECTED,
        f"`ago` follows `more than`, `less than`, `at least` and `at most`: as in `more than {length} ago`",
        span,
    )


def word_after_number(span: Span, written: str, number: str) -> Diagnostic:
    """``1000 EUR``, ``5k``."""
    message = f"`{written}` is no number: write the number in full, without a currency or unit"
    return Diagnostic(UNEXPECTED, message, span, label=f"a word follows `{number}`")


def left_out(span: Span, written: str, missing: str) -> Diagnostic:
    """Something is missing before ``written`` (the end of the file when empty)."""
    before = f"before `{written}`" if written else "at the end of the file"
    return Diagnostic(UNEXPECTED, f"{missing} is missing {before}", span)


def left_out_after(span: Span, written: str, missing: str) -> Diagnostic:
    """Something is missing after ``written``, which ends its line."""
    return Diagnostic(UNEXPECTED, f"{missing} is missing after `{written}`", span)


def lacks_name(diagnostic: Diagnostic) -> bool:
    """Return whether a name is missing: nobody knows which."""
    return diagnostic.problem is UNEXPECTED and diagnostic.message.startswith("a name is missing")


def name_left_out(span: Span, clause: str, follows: str) -> Diagnostic:
    """``owner`` with nothing after it."""
    return Diagnostic(
        UNEXPECTED,
        f"a name is missing after `{clause}`: `{follows}` is a word of the language",
        span,
        help=(f"write it in backticks, `` `{follows}` ``, if it is the name",),
    )


def wrong_place(span: Span, written: str, place: str, expected: Sequence[str]) -> Diagnostic:
    """A clause or declaration that belongs elsewhere."""
    return Diagnostic(
        WRONG_PLACE,
        f"`{written}` belongs in {place}; here can stand {_joined(expected)}",
        span,
        help=("look for a closing `}` too many, or one that is missing",),
    )


def unclosed(span: Span, mark: str, where: Span) -> Diagnostic:
    """An opening mark without its closing one; ``where`` is what came instead."""
    closing = {"{": "}", "(": ")", "[": "]"}[mark]
    return Diagnostic(
        UNCLOSED,
        f"this `{mark}` is never closed: a `{closing}` is missing",
        span,
        label="opened here",
        related=(Label(where, f"the `{closing}` is missing before this"),),
    )


def nothing_to_close(span: Span, mark: str) -> Diagnostic:
    """A closing mark too many."""
    return Diagnostic(
        NOTHING_OPEN, f"this `{mark}` closes nothing: one closing mark too many", span, label="nothing is open here"
    )


def other_closer(span: Span, written: str, meant: str) -> Diagnostic:
    """``)`` where ``}`` closes what is open."""
    return Diagnostic(
        NOTHING_OPEN,
        f"`{meant}` closes what is open here, not `{written}`",
        span,
        label=f"write `{meant}`",
        edits=(Edit(span, meant),),
    )


def is_null(span: Span, written: str, meant: str) -> Diagnostic:
    """``is null``, ``is not empty``."""
    return Diagnostic(NULL, f"`{written}` is written `{meant}`", span, label=f"write `{meant}`", edits=(Edit(span, meant),))


def chained_comparison(span: Span) -> Diagnostic:
    """``1 < x < 5``."""
    return Diagnostic(
        CHAINED,
        "comparisons do not chain: for `1 < x < 5` write `x > 1 and x < 5`, or a range such as `x in 1..5`",
        span,
        label="a second comparison",
    )


def missing_colon(span: Span, name: str) -> Diagnostic:
    """``{ reachable domain is known }``."""
    edit = Edit(span, f"{name}:")
    return Diagnostic(
        NO_COLON, f"a colon is missing after the name of the criterion: `{name}:`", span, label="no colon", edits=(edit,)
    )


def criterion_without_name(span: Span) -> Diagnostic:
    """``{ domain is known }``."""
    return Diagnostic(
        NO_NAME,
        "a criterion in braces has a name and a colon before its condition",
        span,
        label="a name is missing",
        help=("as in `reachable: domain is known`; reports and findings speak of the criterion by this name",),
    )


def colon_after_clause(span: Span, word: str, mark: str) -> Diagnostic:
    """``owner: marketing``."""
    return Diagnostic(
        COLON,
        f"no `{mark}` stands after `{word}`: a clause is its word and what it says",
        span,
        label="leave it out",
        edits=(Edit(span, ""),),
    )


def calendar_afterwards(span: Span, meant: str) -> Diagnostic:
    """``within 2 business hours after seen_at on office``."""
    return Diagnostic(WRONG_PLACE, f"the calendar stands beside the length of time: `{meant}`", span, label="not here")


def extra_comma(span: Span) -> Diagnostic:
    """A comma where none belongs."""
    return Diagnostic(COMMA, "a comma too many: none belongs here", span, label="leave it out", edits=(Edit(span, ""),))


def empty_braces(span: Span, wanted: str) -> Diagnostic:
    """``requires { }``."""
    return Diagnostic(EMPTY, f"nothing stands between these marks, where {wanted} must stand", span, label="empty")


def missing_comma(span: Span, written: str) -> Diagnostic:
    """``{ "DE" "FR" }``."""
    return Diagnostic(COMMA, f"a comma is missing before `{written}`", span, label="missing before this")


def missing_unit(span: Span, number: str) -> Diagnostic:
    """``within last 30``."""
    units = "`days`, `hours`, `weeks`, `months`, `quarters`, `years`, `minutes` or `seconds`"
    return Diagnostic(NO_UNIT, f"a length of time needs a unit: `{number}` and one of {units}", span, label="no unit")


def misspelled(span: Span, written: str, meant: str) -> Diagnostic:
    """A word that nearly is one that can stand here."""
    return Diagnostic(
        MISSPELLED,
        f"`{written}` cannot stand here: did you mean `{meant}`?",
        span,
        label=f"near to `{meant}`",
        edits=(Edit(span, meant),),
    )


def word_as_name(span: Span, word: str) -> Diagnostic:
    """A word of the language as a name."""
    return Diagnostic(
        WORD_AS_NAME,
        f"`{word}` is a word of the language here; as a name it stands in backticks",
        span,
        label="write it in backticks",
        edits=(Edit(span, f"`{word}`"),),
    )


def too_many_mistakes(span: Span, limit: int) -> Diagnostic:
    """More than ``limit`` mistakes in one file."""
    return Diagnostic(
        TOO_MANY,
        f"reading stopped here after {limit} mistakes",
        span,
        help=("mend the first ones; later ones often follow from them",),
    )


def too_large(span: Span, limit: int) -> Diagnostic:
    """A file larger than ``limit`` bytes."""
    return Diagnostic(TOO_LARGE, f"a file has at most {limit // 1024 // 1024} MiB", span)


def not_a_ruleset(span: Span) -> Diagnostic:
    """Bytes that are no text."""
    return Diagnostic(
        NOT_A_RULESET, "this is no ruleset: a ruleset is text in UTF-8, and here stand bytes that are no text", span
    )


def _joined(phrases: Sequence[str]) -> str:
    return phrases[0] if len(phrases) == 1 else f"{', '.join(phrases[:-1])} or {phrases[-1]}"


def too_deep(span: Span, limit: int) -> Diagnostic:
    """More nesting than ``limit``."""
    return Diagnostic(
        TOO_DEEP,
        f"nested too deeply: expressions, groups and blocks nest at most {limit} levels",
        span,
        help=("give a part of it a name with `define` and use the name",),
    )


def null(span: Span, op: str) -> Diagnostic:
    """``x = null``."""
    meant = "is missing" if op == "=" else "is known"
    return Diagnostic(NULL, f"there is no `null`: `{op} null` is written `{meant}`", span, label=f"write `{meant}`")


def any_case_with_order(span: Span, op: str) -> Diagnostic:
    """``x < "a" any case``."""
    return Diagnostic(OTHER_OPERATOR, f"`any case` follows `=` and `!=`, not `{op}`", span)
