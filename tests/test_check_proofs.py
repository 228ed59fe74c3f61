"""`revrules check` and the prover: what is said of the questions, what fails, what is saved, what is kept."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from revrules import cache
from revrules.backends.smt.answers import Answer, Verdict
from revrules.proofs import kept_answers, questions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from place import Place

    from revrules.backends.smt.answers import Want

CLAIM = """
team sales
team marketing

entity account key account_id {
  account_id text required
  employees  integer 0..100000
  arr        money 0..
  signed_on  date
}

define big of account { owner sales  means employees >= 100 }
define rich of account { owner sales  means arr > 1000 }

lifecycle revenue of account {
  stage lead { entry  owner marketing }
  stage customer { owner sales  from lead  requires all of { big: big  signed: signed_on is known }  won }
  allow won-is-the-end because "renewals are kept elsewhere"
  allow no-lost-stage because "losses are kept elsewhere"
}

assert big_ones: every big of account has rich
"""
SOUND = CLAIM.replace("has rich", "has employees >= 50")
HARD = """
team sales
entity deal { x integer  y integer  z integer }
define cubes of deal { owner sales  means x * x * x + y * y * y + z * z * z = 33 and x > y and y > z }
lifecycle deals of deal { stage open { entry  owner sales  requires { cubes: cubes }  won } allow no-lost-stage because "it is" }
"""
LINE = re.compile(r"(\d+) questions?: (\d+) proved, (\d+) refuted, (\d+) undecided, in \d+\.\d s")
AS_OF = ("--as-of", "2026-11-21")


def counts(err: str) -> tuple[int, ...]:
    """Return asked, proved, refuted, undecided."""
    found = LINE.search(err)
    assert found is not None, err
    return tuple(map(int, found.groups()))


@pytest.fixture
def hard(monkeypatch: pytest.MonkeyPatch) -> None:
    """A prover that decides nothing: the real one takes its time until it says so."""

    class Stumped:
        def __init__(self, *_: object) -> None:
            pass

        def find(self, _entity: str, _wants: Sequence[Want], *, alone: bool = False, core: bool = True) -> Answer:
            return Answer(Verdict.UNDECIDED, reason="it takes more steps than the limit")

    monkeypatch.setattr(questions, "_z3", Stumped)


# --- what is said ------------------------------------------------------------------------------------------------


def test_the_end_says_how_many_questions_were_asked_and_what_became_of_them(place: Place) -> None:
    place.write("rules.rev", SOUND)
    done = place.run("check", *AS_OF)
    first, second = done.err.splitlines()
    assert first.startswith("1 ruleset, 2 definitions, 1 lifecycle: ")
    asked, *became = counts(second)
    assert asked == sum(became)
    assert asked > 5
    assert became[2] == 0


def test_a_claim_that_a_record_contradicts_is_told_with_the_record_as_a_small_table(place: Place) -> None:
    place.write("rules.rev", CLAIM)
    done = place.run("check", *AS_OF)
    assert done.code == 1
    assert "    = example: employees  100\n               arr        1000\n" in done.out


def test_every_layout_tells_the_record_and_the_exchange_formats_the_counts(place: Place) -> None:
    place.write("rules.rev", CLAIM)
    asked, proved, refuted, undecided = counts(place.run("check", *AS_OF).err)
    told = {"asked": asked, "proved": proved, "refuted": refuted, "undecided": undecided}
    report = json.loads(place.run("check", *AS_OF, "--output-format", "json").out)
    assert report["proofs"] == told
    (witness,) = [found["witness"] for found in report["diagnostics"] if found["witness"]]
    assert witness == [{"field": "employees", "value": "100"}, {"field": "arr", "value": "1000"}]
    log = json.loads(place.run("check", *AS_OF, "--output-format", "sarif").out)
    assert log["runs"][0]["properties"] == {"proofs": told}
    for style in ("sarif", "github"):
        assert "example: employees = 100, arr = 1000" in place.run("check", *AS_OF, "--output-format", style).out.replace(
            "\\n", "\n"
        )


def test_the_report_is_the_same_twice_byte_for_byte(place: Place) -> None:
    place.write("rules.rev", CLAIM)
    for style in ("json", "sarif", "full"):
        assert place.run("check", "--output-format", style).out == place.run("check", "--output-format", style).out


def test_questions_of_several_rulesets_are_counted_together(place: Place) -> None:
    place.write("rules.rev", CLAIM)
    one = counts(place.run("check", "rules.rev").err)
    (place.folder / "more").mkdir()
    place.write("more/other.rev", CLAIM)
    assert counts(place.run("check", "rules.rev", "more/other.rev").err) == tuple(2 * count for count in one)


def test_a_ruleset_on_standard_input_is_proved_too(place: Place) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "revrules", "check", "-"], input=CLAIM, capture_output=True, text=True, timeout=120, check=False
    )
    assert "claim-refuted" in done.stdout
    assert counts(done.stderr)[0] > 5


# --- without proofs ----------------------------------------------------------------------------------------------


def test_the_fast_pass_asks_nothing_and_says_so(place: Place, hard: None) -> None:
    place.write("rules.rev", CLAIM)
    done = place.run("check", "--no-proofs", *AS_OF)
    assert done.code == 0
    assert "claim-refuted" not in done.out
    assert done.err.splitlines()[-1] == "no questions to the prover: proofs are switched off"
    assert json.loads(place.run("check", "--no-proofs", "--output-format", "json").out)["proofs"] is None


def test_the_settings_switch_proofs_off_and_the_command_line_on_again(place: Place) -> None:
    place.write("rules.rev", CLAIM)
    place.write("revrules.toml", "proofs = false\n")
    assert "claim-refuted" not in place.run("check").out
    assert "claim-refuted" in place.run("check", "--proofs").out


def test_errors_come_first(place: Place) -> None:
    place.write("rules.rev", CLAIM.replace("arr > 1000", "arrr > 1000"))
    assert place.run("check").err.splitlines()[-1] == "no questions to the prover: errors come first"
    place.write(
        "rules.rev", CLAIM.replace("from lead", "from lead, customer").replace("stage lead {", "stage lead { from customer")
    )
    assert place.run("check").err.splitlines()[-1] == "no questions to the prover: errors come first"


def test_z3_is_imported_only_when_a_question_is_asked(place: Place) -> None:
    place.write("rules.rev", CLAIM)
    code = "import sys; from revrules.cli.main import main; main(sys.argv[1:]); print('z3' in sys.modules)"
    said = []
    for words in (("--no-proofs",), (), ()):
        command = [sys.executable, "-c", code, "check", *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        said.append(done.stdout.splitlines()[-1])
    assert said == ["False", "True", "False"]


# --- undecided ---------------------------------------------------------------------------------------------------


def test_what_stays_undecided_is_a_remark_with_the_reason(place: Place, hard: None) -> None:
    place.write("rules.rev", HARD)
    done = place.run("check", "--fail-on", "warning")
    asked, _, _, undecided = counts(done.err)
    assert asked == undecided > 0
    assert done.code == 0
    assert "info[REV599] undecided: cannot tell whether a record can meet `cubes`" in done.out
    assert "why:  it takes more steps than the limit" in done.out


def test_what_stays_undecided_fails_when_proofs_are_strict(place: Place, hard: None) -> None:
    place.write("rules.rev", HARD)
    assert place.run("check", "--strict").code == 1
    place.write("revrules.toml", "strict = true\n")
    assert place.run("check").code == 1
    assert place.run("check", "--no-strict").code == 0


def test_what_stays_undecided_can_be_accepted(place: Place, hard: None) -> None:
    place.write("rules.rev", HARD)
    place.write("revrules.toml", 'strict = true\n[levels]\nundecided = "off"\n')
    done = place.run("check")
    assert done.code == 0
    assert "REV599" not in done.out
    assert counts(done.err)[3] > 0


def test_strict_proofs_that_decide_everything_fail_nothing(place: Place) -> None:
    place.write("rules.rev", SOUND)
    done = place.run("check", "--strict", "--fail-on", "error")
    assert (done.code, counts(done.err)[3]) == (0, 0)


# --- kept between runs -------------------------------------------------------------------------------------------


def test_a_second_run_says_the_same_from_what_was_kept(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.write("rules.rev", CLAIM)
    first = place.run("check", *AS_OF)

    def none(*_: object) -> None:
        raise AssertionError("every answer was kept")

    monkeypatch.setattr(questions, "_z3", none)
    second = place.run("check", *AS_OF)
    assert (second.code, second.out, counts(second.err)) == (first.code, first.out, counts(first.err))


def test_a_broken_cache_changes_nothing(place: Place) -> None:
    place.write("rules.rev", CLAIM)
    first = place.run("check", *AS_OF)
    cache.write(kept_answers._key(place.folder.name), b"\xff\x00 broken")
    for file in (place.folder / "cache").iterdir():
        file.write_bytes(b"broken")
    second = place.run("check", *AS_OF)
    assert (second.code, second.out) == (first.code, first.out)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
def test_ctrl_c_stops_at_once_and_keeps_what_was_answered(place: Place) -> None:
    place.write("rules.rev", HARD)
    process = subprocess.Popen(
        [sys.executable, "-m", "revrules", "check"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    time.sleep(4)
    assert process.poll() is None, "the question is hard enough to be interrupted"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (130, b"\nstopped\n")
    assert any((place.folder / "cache").iterdir())


# --- examples ----------------------------------------------------------------------------------------------------


def test_records_that_findings_show_are_saved_as_examples_that_pass(place: Place) -> None:
    place.write("rules.rev", CLAIM)
    done = place.run("check", *AS_OF, "--save-examples", "found.rev")
    assert done.err.splitlines()[-1] == 'found.rev: 1 new example; `import "found.rev"` makes them a part of the ruleset'
    saved = place.read("found.rev")
    assert "# REV513 claim-refuted at rules.rev:22:1\n" in saved
    assert "given { employees = 100  arr = 1000 }" in saved
    for expected in ("stage lead", "violates big_ones", "big is true", "rich is false"):
        assert f"  expect {expected}\n" in saved
    place.write("rules.rev", 'import "found.rev"\n' + CLAIM)
    tested = place.run("test", "rules.rev")
    assert (tested.code, tested.err) == (0, "1 example: as expected\n"), tested


def test_examples_are_added_once_and_nothing_is_overwritten(place: Place) -> None:
    place.write("rules.rev", CLAIM)
    own = '# mine\nexample "mine" of account as of 2026-11-21 { given { employees = 5 } expect stage lead }\n'
    place.write("found.rev", own)
    place.run("check", "rules.rev", *AS_OF, "--save-examples", "found.rev")
    once = place.read("found.rev")
    assert once.startswith(own)
    done = place.run("check", "rules.rev", *AS_OF, "--save-examples", "found.rev")
    assert done.err.splitlines()[-1] == "found.rev: no new examples"
    assert place.read("found.rev") == once
    place.write("rules.rev", 'import "found.rev"\n' + CLAIM)
    place.run("check", "rules.rev", *AS_OF, "--save-examples", "other.rev")
    assert "other.rev" not in place.names()


def test_examples_can_be_added_to_the_ruleset_itself(place: Place) -> None:
    place.write("rules.rev", CLAIM)
    done = place.run("check", "rules.rev", *AS_OF, "--save-examples", "rules.rev")
    assert done.err.splitlines()[-1] == "rules.rev: 1 new example"
    assert place.read("rules.rev").startswith(CLAIM)
    assert place.run("test", "rules.rev").code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("rules.rev", "--save-examples", "found.txt"),
            "found.txt: examples are a part of a ruleset; name a file that ends in `.rev`",
        ),
        (("rules.rev", "more.rev", "--save-examples", "found.rev"), "examples of 2 rulesets do not belong in one file"),
        (("rules.rev", "--save-examples", "none/found.rev"), "none"),
    ],
)
def test_where_examples_cannot_be_saved_that_is_said(place: Place, words: tuple[str, ...], said: str) -> None:
    place.write("rules.rev", CLAIM)
    place.write("more.rev", CLAIM)
    before = place.names()
    done = place.run("check", *words)
    assert done.code == 2
    assert said in done.err
    assert place.names() == before


# --- real records ------------------------------------------------------------------------------------------------


def test_a_real_record_is_shown_where_one_fits(place: Place) -> None:
    place.write("rules.rev", CLAIM)
    place.write("accounts.csv", "account_id,employees,arr\nR-1,5,7\nR-2,731,10\nR-3,900,\n")
    for words in (("--data", "accounts.csv"), ("--data", "account=accounts.csv")):
        done = place.run("check", *AS_OF, *words)
        assert '= example: account_id  "R-2"\n               employees   731\n               arr         10\n' in done.out


def test_related_tables_are_joined_to_real_records(place: Place) -> None:
    place.write("rules.rev", RELATED)
    place.write("accounts.csv", "account_id\nA-1\nA-2\n")
    place.write("meetings.csv", "meeting_id,account_id,kind\nM-1,A-1,call\nM-2,A-2,demo\n")
    done = place.run("check", "rules.rev", *AS_OF, "--data", "account=accounts.csv", "--data", "meetings=meetings.csv")
    assert '= example: account_id  "A-2"\n               meetings    [{ kind = demo }]\n' in done.out


RELATED = """
team sales
entity account key account_id { account_id text required  arr money  meetings many meeting by account_id }
entity meeting key meeting_id { meeting_id text  account_id text  kind enum { demo, call } }
define shown of account { owner sales  means any(meetings where kind = demo) }
lifecycle deals of account {
  stage lead { entry  owner sales }
  stage customer { owner sales  from lead  requires { shown: shown } }
}
assert shown_is_rich: every shown of account has arr is known
"""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--data", "nowhere.csv"), "nowhere.csv"),
        (("--data", "thing=deals.csv"), "`thing`"),
    ],
)
def test_data_that_cannot_be_used_stop_the_check(place: Place, words: tuple[str, ...], said: str) -> None:
    place.write("rules.rev", CLAIM)
    done = place.run("check", *words)
    assert done.code == 2
    assert said in done.err


def test_data_without_a_name_need_one_entity_that_they_can_be_of(place: Place) -> None:
    place.write("rules.rev", CLAIM + "entity note { text text }\nlifecycle notes of note { stage new { entry  owner sales } }\n")
    done = place.run("check", "--data", "deals.csv")
    assert done.code == 2
    assert "say what is in `deals.csv`: --data NAME=deals.csv, where NAME is one of account, note" in done.err


def test_other_files_of_the_folder_stay_as_they_are(place: Place, tmp_path: Path) -> None:
    place.write("rules.rev", CLAIM)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    place.run("check", *AS_OF, "--save-examples", "found.rev", "--data", "account=deals.csv")
    after = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    assert {name: content for name, content in after.items() if name != "found.rev"} == before
