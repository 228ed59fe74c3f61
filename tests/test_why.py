"""`revrules why`: one record in words."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest
    from place import Place

RELATED = ("--data", "account=companies.csv", "--data", "meetings=meetings.csv", "--as-of", "2026-11-21")


def test_a_record_is_told_in_words(place: Place) -> None:
    found = place.run("why", "rules.rev", "deals.csv", "D-2", *RELATED)
    assert (
        found.out
        == """\
Deal D-2 is in Open. It belongs to Sales. That is not certain: missing data could change it.

The CRM says Closed Won. Whether that is right cannot be told: too much is missing.

To reach Closed Won (Sales):
  - worth cannot be judged: amount is missing; missing: amount

To be lost as Closed Lost (Sales):
  - why is not met: reason is missing

Rules that cannot be judged:
  - worth

Missing, and could change the answer:
  - amount
"""
    )
    assert found.code == 0


def test_a_record_that_is_done_says_how_it_got_there(place: Place) -> None:
    told = place.run("why", "rules.rev", "deals.csv", "D-1", *RELATED).out
    assert "Deal D-1 is in Closed Won, which is won. It got there by way of Open. It belongs to Sales." in told
    assert "The CRM says Closed Won, and the evidence supports that." in told


def test_values_that_are_none_are_told(place: Place) -> None:
    told = place.run("why", "rules.rev", "deals.csv", "007", *RELATED).out
    assert 'closed_on: "31.12.2026" is not a date' in told


def test_broken_rules_are_told_with_their_message_and_owner(place: Place) -> None:
    record = '{"Deal ID": "D-9", "Deal Stage": "Closed Won", "Amount": 5}'
    place.write("one.json", record)
    assert "A won deal is worth something (worth, warn, Finance)" in place.run("why", "rules.rev", "one.json").out


def test_one_record_needs_no_key(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BytesIO(b'{"Deal ID": "D-9", "Deal Stage": "Open"}')

    monkeypatch.setattr(sys, "stdin", Stdin)
    assert place.run("why", "rules.rev", "-").out.startswith("Deal D-9 is in Open.")


def test_the_answer_is_there_as_json(place: Place) -> None:
    found = place.run("why", "rules.rev", "deals.csv", "D-1", "--output-format", "json", *RELATED)
    assert json.loads(found.out)["stage"] == "won"


def test_a_key_that_is_not_there_gets_near_misses(place: Place) -> None:
    found = place.run("why", "rules.rev", "deals.csv", "D-11")
    assert found.code == 2
    assert "error[REV721]" in found.err
    assert "it looks like `D-1`" in found.err


def test_several_records_and_no_key_ask_for_one(place: Place) -> None:
    found = place.run("why", "rules.rev", "deals.csv")
    assert found.code == 2
    assert "say which one by its key" in found.err


def test_no_record_at_all_is_told(place: Place) -> None:
    place.write("deals.csv", "Deal ID,Deal Stage\n")
    assert "has no record that can be read" in place.run("why", "rules.rev", "deals.csv").err


def test_the_condition_of_a_way_and_the_range_of_a_score_are_told_as_what_they_are(place: Place) -> None:
    place.write(
        "small.rev",
        """entity deal key id { id text  hot boolean  big boolean  note text }
        score heat of deal 0..50 { base 5  +20 when hot }
        lifecycle l of deal { stage a { entry }  stage b { from a when heat >= 30 requires { noted: note is missing } } }
        """,
    )
    place.write("small.csv", "id,hot,big,note\n1,,,0..25\n")
    told = place.run("why", "small.rev", "small.csv", "1").out
    assert "- the way's own condition (heat >= 30) is not met: heat is 5..25" in told
    assert '- noted is not met: note is "0..25"' in told


def test_zeros_that_a_spreadsheet_drops_are_told(place: Place) -> None:
    assert "but one with `007`: the zeros before it count" in place.run("why", "rules.rev", "deals.csv", "7").err
