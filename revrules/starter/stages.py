"""The values of a stage column into stages: their order, how they end, and what tells them apart in the data."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TRACKED = (
    "lifecycle stage", "lifecyclestage", "deal stage", "dealstage", "opportunity stage", "stage name", "stage", "lead stage",
    "pipeline stage", "lead status", "status", "lifecycle status", "account status", "customer status", "deal pipeline stage id",
)  # fmt: skip
"""Headings of the stage that a CRM claims, the likeliest first."""
OUTCOMES = ("converted", "is converted", "churn", "churned", "is churned", "won", "is won", "closed", "is closed")
"""Headings of truth values that say how it ended."""
MOST_STAGES = 25
LADDER = (
    "subscriber|raw|anonymous|visitor",
    "inquir|enquir",
    r"\bnew\b|open - not contacted|not contacted|unassigned|created",
    r"\blead\b|\bleads\b",
    "attempt|in progress",
    "working|contacted|open",
    r"\bmql\b|marketing ?qualified",
    r"accepted|\bsal\b",
    r"\bsql\b|sales ?qualified|qualified lead",
    "prospect",
    "appointment|meeting|connected",
    "qualification|qualify|qualified",
    "opportunity",
    "discovery",
    "needs|scoping",
    "engag",
    "value proposition|solution",
    "presentation|demo",
    "decision",
    "perception|evaluation|technical|trial|poc|pov",
    "propos|quote|pricing",
    "contract|signature|legal",
    "negotiat|verbal|commit|closing",
    "won|customer|active|converted|subscribed",
    "onboard|implementation|live",
    "renew|expan|evangelist",
    "paused|hold|recycle|nurtur",
    "lost|churn|cancel|dead|expired|not converted|disqualif|unqualif|duplicate|rejected",
)
"""How far along a stage is, by words that CRMs use in this order."""
WON = re.compile(r"\bwon\b|^customer$|closed - converted|^converted$|^active$", re.IGNORECASE)
LOST = re.compile(r"lost|churn|cancel|disqualif|unqualif|not converted|\bdead\b|duplicate|rejected", re.IGNORECASE)
ALWAYS = 0.98
SELDOM = 0.6
MOST_CRITERIA = 3


class StageGuess(NamedTuple):
    """A stage: the text of the export, how it ends (won, lost or empty), and the fields that are filled from here on."""

    label: str
    outcome: str
    filled: tuple[str, ...] = ()


def order_stages(labels: Sequence[str]) -> list[str]:
    """Return the stages in the order in which CRMs usually have them; unknown words keep their place after the known open ones.

    >>> order_stages(["Won", "Engaging", "Lost", "Prospecting"])
    ['Prospecting', 'Engaging', 'Won', 'Lost']
    """
    last_open = next(rung for rung, words in enumerate(LADDER) if words.startswith("negotiat"))
    ranked = [(_rung(label, last_open), position, label) for position, label in enumerate(labels)]
    return [label for _, _, label in sorted(ranked)]


def outcome(label: str) -> str:
    """Return how a stage ends: won, lost, or empty."""
    return "lost" if LOST.search(label) else "won" if WON.search(label) else ""


def guess_stages(labels: Sequence[str], filled: Mapping[str, Mapping[str, float]]) -> list[StageGuess]:
    """Return the stages in order. ``filled`` tells for each field which part of the records of each stage has it.

    A field tells a stage apart when nearly all records of the stage and of those after it have it, and few of those before.
    """
    ordered = order_stages(labels)
    found = []
    for position, label in enumerate(ordered):
        before = [stage for stage in ordered[:position] if outcome(stage) == ""]
        after = [stage for stage in ordered[position:] if stage == label or (outcome(label) == "" and outcome(stage) != "lost")]
        telling = [field for field, part in filled.items() if before and _tells(part, before, after)]
        found.append(StageGuess(label, outcome(label), tuple(telling[:MOST_CRITERIA])))
    return found


def _tells(part: Mapping[str, float], before: Sequence[str], after: Sequence[str]) -> bool:
    return all(part.get(stage, 0) >= ALWAYS for stage in after) and part.get(before[-1], 1) <= SELDOM


def _rung(label: str, otherwise: int) -> float:
    text = label.lower().replace("_", " ")
    if LOST.search(text):
        return len(LADDER)
    squeezed = text.replace(" ", "")
    found = [
        (len(match[0]), rung)
        for rung, words in enumerate(LADDER)
        if (match := re.search(words, text) or re.search(words, squeezed)) is not None
    ]
    if WON.search(text):
        return next(rung for rung, words in enumerate(LADDER) if words.startswith("won"))
    number = re.match(r"\s*([0-9]{1,2})\b", text)
    if number:
        return int(number[1]) / 100
    return max(found)[1] if found else otherwise + 0.5
