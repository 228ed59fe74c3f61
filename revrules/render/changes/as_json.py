"""A difference into JSON for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from revrules.diff.agree import PARTS, agreements
from revrules.diff.causes import causes
from revrules.diff.changes import Change, Kind
from revrules.proofs.witnesses import as_pairs
from revrules.render.changes.words import roots

if TYPE_CHECKING:
    from collections.abc import Sequence

    from revrules.backends.smt.answers import Witness
    from revrules.diff import Difference


def as_json(difference: Difference, names: tuple[str, str]) -> str:
    """Return everything that changed, and how much was compared and asked."""
    counts = difference.counts
    first = roots(difference)
    found = {
        "old": names[0],
        "new": names[1],
        "same": difference.same,
        "compared": len(difference.changes),
        "undecided": difference.undecided,
        "changes": [
            {**_change(change), "follows_from": _follows_from(difference, change, first)} for change in difference.changed
        ],
        "declared": [
            {
                "what": shape.what,
                "name": shape.name,
                "change": shape.told,
                "owners": list(shape.owners),
                "in_meaning": not shape.aside,
            }
            for shape in difference.shape
        ],
        "renamed": [
            {"what": change.what.value, "name": change.name, "of": change.of, "was": change.was}
            for change in difference.changes
            if change.was and change.kind is Kind.SAME
        ],
        "ask": [{"team": each.team, "because": list(each.reasons)} for each in agreements(difference)],
        "questions": {
            "asked": counts.asked,
            "proved": counts.proved,
            "refuted": counts.refuted,
            "undecided": counts.undecided,
        },
    }
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def _change(change: Change) -> dict[str, object]:
    return {
        "what": change.what.value,
        "name": change.name,
        "of": change.of,
        "entity": change.entity,
        "kind": change.kind.value,
        "was": change.was,
        "inherited": change.inherited,
        "said": {"old": change.said[0], "new": change.said[1]},
        "because": list(change.because),
        "direction": change.direction,
        "only_missing": change.only_missing,
        "lost": _record(change.lost),
        "gained": _record(change.gained),
        "owners": {"old": list(change.owners[0]), "new": list(change.owners[1])},
        "reserve": change.reserve,
    }


def _follows_from(difference: Difference, change: Change, first: Sequence[Change]) -> list[dict[str, str]]:
    """Return what a word or stage follows from that says what it said."""
    found = causes(difference, change, first) if change.inherited and change.what not in PARTS else ()
    return [
        {"what": each.what.value, "name": each.title} if isinstance(each, Change) else {"what": each.what, "name": each.name}
        for each in found
    ]


def _record(witness: Witness | None) -> dict[str, str] | None:
    if witness is None:
        return None
    return {"as_of": witness.as_of.isoformat().replace("+00:00", "Z"), **dict(as_pairs(witness))}
