"""Texts: folding is one character to one character and can be undone; the rest of Unicode stays as it is."""

from __future__ import annotations

import sys

from revrules.runtime.texts import CAPITAL_OF, SMALL_OF, fold, to_capitals


def test_every_capital_letter_has_one_small_letter_and_back() -> None:
    assert len(SMALL_OF) == len(CAPITAL_OF) == 469
    assert not SMALL_OF.keys() & CAPITAL_OF.keys()
    assert all(chr(capital).isupper() and chr(small) == chr(capital).lower() for capital, small in SMALL_OF.items())


def test_all_other_characters_stay() -> None:
    others = "".join(chr(c) for c in range(sys.maxunicode + 1) if c not in SMALL_OF and not 0xD800 <= c <= 0xDFFF)
    assert fold(others) == others


def test_folding_keeps_the_length_and_folds_once() -> None:
    text = "".join(map(chr, (*SMALL_OF, *SMALL_OF.values()))) + "İıſKΩ"
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)
    assert fold(to_capitals(fold(text))) == fold(text)


def test_living_languages_are_folded() -> None:
    pairs = (
        ("ÄÖÜẞ", "äöüß"),
        ("ÇĞŞ", "çğş"),
        ("ŁŻŹĆ", "łżźć"),
        ("ȘȚ", "șț"),
        ("ƠƯẠỄ", "ơưạễ"),
        ("ΆΈΉΊΌΎΏ", "άέήίόύώ"),
        ("ЁЇҐЉ", "ёїґљ"),
    )
    for capitals, small in pairs:
        assert fold(capitals) == small
        assert to_capitals(small) == capitals
