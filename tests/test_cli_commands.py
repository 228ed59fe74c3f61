"""check, fmt, test and explain, run as users run them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

if TYPE_CHECKING:
    from pathlib import Path

QUIET = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "REVRULES_DEBUG")}

GOOD = """\
team sales
system crm

entity deal key id {
  id      text required  from crm
  amount  money 0..      from crm
  signed  boolean        from crm
  reason  text           from crm
}

lifecycle deals of deal {
  stage open {
    entry
    owner sales
    requires { worth: amount > 0 }
  }

  stage done {
    owner sales
    from open
    requires { signed: signed }
    won
  }

  stage lost {
    owner sales
    from open
    requires { reason: reason is known }
    lost
  }
}
"""
BAD = GOOD.replace("amount > 0", "amuont > 0")
WARNED = GOOD.replace("    owner sales\n    from open\n    requires { signed", "    from open\n    requires { signed")
EXAMPLE = """
example "a signed deal" of deal as of 2026-11-21 {
  given { id = "D-1"  amount = 5  signed = SIGNED }
  expect stage done
}
"""


def revrules(*words: str, cwd: Path, env: dict[str, str] | None = None, given: bytes = b"") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "revrules", *words]
    done = subprocess.run(
        command, cwd=cwd, env={**QUIET, **(env or {})}, input=given, capture_output=True, check=False, timeout=120
    )
    out, err = done.stdout.decode(), done.stderr.decode()
    assert "Traceback" not in err
    return subprocess.CompletedProcess(command, done.returncode, out, err)


def write(folder: Path, text: str, name: str = "rules.rev") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


# --- check -------------------------------------------------------------------------------------------------------


def test_a_clean_ruleset_gives_code_0_and_says_what_was_looked_at(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    done = revrules("check", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("1 ruleset, 0 definitions, 1 lifecycle: no findings\n")


def test_a_mistake_gives_code_1_its_place_on_stdout_and_the_count_on_stderr(tmp_path: Path) -> None:
    write(tmp_path, BAD)
    done = revrules("check", "rules.rev", cwd=tmp_path)
    assert done.returncode == 1
    assert "--> rules.rev:15:23" in done.stdout
    assert "`amount`" in done.stdout
    assert done.stderr.splitlines()[0].endswith(": 1 error")


def test_a_warning_fails_unless_only_errors_shall(tmp_path: Path) -> None:
    write(tmp_path, WARNED)
    assert revrules("check", cwd=tmp_path).returncode == 1
    assert revrules("check", "--fail-on", "error", cwd=tmp_path).returncode == 0
    assert revrules("check", cwd=tmp_path, env={"REVRULES_CHECK_FAIL_ON": "error"}).returncode == 0


def test_the_command_line_beats_the_environment_and_that_the_file(tmp_path: Path) -> None:
    write(tmp_path, WARNED)
    write(tmp_path, 'fail-on = "error"\noutput-format = "concise"\n', "revrules.toml")
    done = revrules("check", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.startswith("rules.rev:")
    assert revrules("check", cwd=tmp_path, env={"REVRULES_CHECK_OUTPUT_FORMAT": "github"}).stdout.startswith("::warning")
    env = {"REVRULES_CHECK_FAIL_ON": "error", "REVRULES_CHECK_OUTPUT_FORMAT": "github"}
    done = revrules("check", "--fail-on", "warning", "--output-format", "json", cwd=tmp_path, env=env)
    assert (done.returncode, done.stdout[0]) == (1, "{")


def test_levels_of_the_file_change_severities_or_drop_findings(tmp_path: Path) -> None:
    write(tmp_path, WARNED)
    code = revrules("check", "--output-format", "concise", cwd=tmp_path).stdout.split("[")[1].split("]")[0]
    write(tmp_path, f'[levels]\n{code} = "error"\n', "revrules.toml")
    assert f"error[{code}]" in revrules("check", "--fail-on", "error", cwd=tmp_path).stdout
    write(tmp_path, f'[levels]\n{code} = "off"\n', "revrules.toml")
    assert code not in revrules("check", cwd=tmp_path).stdout


def test_a_mistake_in_the_settings_stops_with_code_2_and_its_place(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    write(tmp_path, "[tool.revrules]\nfailon = 1\n", "pyproject.toml")
    done = revrules("check", cwd=tmp_path)
    assert done.returncode == 2
    assert "pyproject.toml:2:1: there is no setting `failon`; did you mean `fail-on`?" in done.stderr


def test_excluded_rulesets_are_left_out_of_a_folder_but_not_when_named(tmp_path: Path) -> None:
    write(tmp_path, GOOD, "a/rules.rev")
    write(tmp_path, BAD, "old/rules.rev")
    write(tmp_path, 'exclude = ["old"]\n', "revrules.toml")
    assert revrules("check", cwd=tmp_path).returncode == 0
    assert revrules("check", "old/rules.rev", cwd=tmp_path).returncode == 1


def test_several_rulesets_are_counted_together(tmp_path: Path) -> None:
    write(tmp_path, GOOD, "a/rules.rev")
    write(tmp_path, BAD, "b/rules.rev")
    done = revrules("check", "a", "b", "a/rules.rev", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("2 rulesets, ")


def test_without_a_ruleset_it_is_said_where_and_for_what_was_looked(tmp_path: Path) -> None:
    done = revrules("check", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("error: no ruleset found in `.`: looked for files that end in `.rev`")


@pytest.mark.parametrize("style", ["json", "sarif"])
def test_machine_formats_are_whole_documents_even_without_findings(tmp_path: Path, style: str) -> None:
    write(tmp_path, GOOD)
    done = revrules("check", "--output-format", style, "-q", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["version"]


def test_a_ruleset_is_read_from_standard_input(tmp_path: Path) -> None:
    assert revrules("check", "-", cwd=tmp_path, given=GOOD.encode()).returncode == 0
    done = revrules("check", "-", cwd=tmp_path, given=BAD.encode())
    assert done.returncode == 1
    assert "<stdin>:15:23" in done.stdout
    assert revrules("check", "-", cwd=tmp_path, given=b"\xff\xfe").returncode == 2


def test_colours_come_when_asked_for(tmp_path: Path) -> None:
    write(tmp_path, BAD)
    assert "\x1b[" not in revrules("check", cwd=tmp_path).stdout
    assert "\x1b[" in revrules("check", "--color", "always", cwd=tmp_path).stdout
    assert "\x1b[" in revrules("check", cwd=tmp_path, env={"FORCE_COLOR": "1"}).stdout
    assert "\x1b[" not in revrules("check", "--color", "never", cwd=tmp_path, env={"FORCE_COLOR": "1"}).stdout


NO_RECORD = """
entity meeting key m { m text  account_id text }
entity account key id { id text  meetings many meeting by account_id }
example "x" of account { given { meetings = [ 3 ] } expect id = "a" }
"""
CONTENTS = {
    "empty": b"",
    "mark": b"\xef\xbb\xbf",
    "utf-16": b"\xff\xfe\x00",
    "nothing but zeros": b"\x00" * 1000,
    "parentheses": b"(" * 10_000,
    "every byte": bytes(range(256)) * 20,
    "no record": NO_RECORD.encode(),
    "jumble": b'entity""key meeting_id{required as""from',
}


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_no_content_of_a_file_brings_more_than_findings(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "rules.rev").write_bytes(content)
    done = revrules("check", cwd=tmp_path)
    assert done.returncode == 1
    assert "error[REV" in done.stdout


# --- fmt ---------------------------------------------------------------------------------------------------------

UGLY = GOOD.replace("  stage open {\n    entry\n", "  stage   open {entry\n")


def test_fmt_rewrites_a_file_once_and_then_finds_it_well(tmp_path: Path) -> None:
    path = write(tmp_path, UGLY)
    done = revrules("fmt", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "formatted rules.rev\n1 file formatted\n")
    text = path.read_text(encoding="utf-8")
    assert text != UGLY
    assert revrules("fmt", cwd=tmp_path).stderr == "1 file already well laid out\n"
    assert path.read_text(encoding="utf-8") == text
    assert revrules("check", cwd=tmp_path).returncode == 0


def test_fmt_check_lists_what_would_change_and_writes_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, UGLY)
    done = revrules("fmt", "--check", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (1, "rules.rev\n", "1 file would change\n")
    assert path.read_text(encoding="utf-8") == UGLY


def test_fmt_diff_shows_what_would_change_and_writes_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, UGLY)
    done = revrules("fmt", "--diff", cwd=tmp_path)
    assert done.returncode == 1
    assert "--- rules.rev\n" in done.stdout
    assert "-  stage   open {entry\n" in done.stdout
    assert path.read_text(encoding="utf-8") == UGLY


def test_fmt_passes_standard_input_through(tmp_path: Path) -> None:
    done = revrules("fmt", "-", "-q", cwd=tmp_path, given=UGLY.encode())
    assert (done.returncode, done.stderr) == (0, "")
    assert revrules("fmt", "-", "-q", cwd=tmp_path, given=done.stdout.encode()).stdout == done.stdout
    assert revrules("fmt", "-", "--check", cwd=tmp_path, given=UGLY.encode()).returncode == 1


def test_fmt_leaves_a_file_with_mistakes_alone_and_says_why(tmp_path: Path) -> None:
    broken = GOOD.replace("entry\n", "entry }\n")
    path = write(tmp_path, broken)
    write(tmp_path, UGLY, "b.rev")
    done = revrules("fmt", cwd=tmp_path)
    assert done.returncode == 1
    assert "error[REV1" in done.stderr
    assert path.read_text(encoding="utf-8") == broken
    assert (tmp_path / "b.rev").read_text(encoding="utf-8") != UGLY
    assert revrules("fmt", "-", cwd=tmp_path, given=broken.encode()).stdout == ""


def test_fmt_writes_lf_and_no_byte_order_mark(tmp_path: Path) -> None:
    well = revrules("fmt", "-", cwd=tmp_path, given=GOOD.encode()).stdout
    path = tmp_path / "rules.rev"
    path.write_bytes(b"\xef\xbb\xbf" + well.replace("\n", "\r\n").encode())
    assert revrules("fmt", "--check", cwd=tmp_path).returncode == 1
    assert revrules("fmt", cwd=tmp_path).returncode == 0
    assert path.read_bytes() == well.encode()


def test_fmt_keeps_every_comment(tmp_path: Path) -> None:
    text = "# first\n" + UGLY.replace("    requires { worth", "    # why\n    requires { worth") + "# last\n"
    path = write(tmp_path, text)
    assert revrules("fmt", cwd=tmp_path).returncode == 0
    assert [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if "#" in line] == [
        "# first",
        "# why",
        "# last",
    ]


def test_fmt_tells_of_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "rules.rev").write_bytes(b"team \xff\n")
    done = revrules("fmt", cwd=tmp_path)
    assert done.returncode == 2
    assert "rules.rev: this is not UTF-8 text (byte 6)" in done.stderr
    assert (tmp_path / "rules.rev").read_bytes() == b"team \xff\n"


# --- test --------------------------------------------------------------------------------------------------------


def test_examples_that_come_out_give_code_0(tmp_path: Path) -> None:
    write(tmp_path, GOOD + EXAMPLE.replace("SIGNED", "true"))
    done = revrules("test", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "1 example: as expected\n")


def test_an_example_that_fails_gives_code_1_its_place_and_the_reasons(tmp_path: Path) -> None:
    write(tmp_path, GOOD + EXAMPLE.replace("SIGNED", "false"))
    done = revrules("test", cwd=tmp_path)
    assert done.returncode == 1
    assert '"a signed deal": expected stage `done`, found stage `open`' in done.stdout
    assert "--> rules.rev:" in done.stdout
    assert "`done` needs `signed` (signed = false)" in done.stdout
    assert done.stderr == "1 example: 1 of 1 failed\n"


def test_no_examples_are_no_failure_but_are_told(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    done = revrules("test", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "no examples in 1 ruleset\n")


def test_a_ruleset_with_errors_runs_no_examples_and_fails(tmp_path: Path) -> None:
    write(tmp_path, BAD + EXAMPLE.replace("SIGNED", "true"))
    done = revrules("test", cwd=tmp_path)
    assert done.returncode == 1
    assert "error[REV2" in done.stdout
    assert "1 error to mend first" in done.stderr


def test_results_of_examples_come_as_json(tmp_path: Path) -> None:
    write(tmp_path, GOOD + EXAMPLE.replace("SIGNED", "false"))
    report = json.loads(revrules("test", "--output-format", "json", cwd=tmp_path).stdout)
    assert report["summary"] == {"examples": 1, "failed": 1, "errors": 0}
    assert report["examples"][0]["title"] == "a signed deal"
    assert report["examples"][0]["place"]["path"] == "rules.rev"
    assert report["examples"][0]["expectations"][0]["found"] == "stage `open`"


def test_results_of_examples_come_as_junit(tmp_path: Path) -> None:
    write(
        tmp_path,
        GOOD + EXAMPLE.replace("SIGNED", "false") + EXAMPLE.replace("SIGNED", "true").replace("a signed", "a <&> \\u{1}"),
    )
    done = revrules("test", "--output-format", "junit", cwd=tmp_path)
    suite = ElementTree.fromstring(done.stdout).find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert [case.get("name") for case in suite.iter("testcase")] == ["a signed deal", "a <&> \ufffd deal"]
    assert "`done` needs `signed`" in (suite.findtext("testcase/failure") or "")


def test_junit_tells_of_rulesets_that_could_not_run(tmp_path: Path) -> None:
    write(tmp_path, BAD)
    done = revrules("test", "--output-format", "junit", cwd=tmp_path)
    assert done.returncode == 1
    assert ElementTree.fromstring(done.stdout).find("testsuite/testcase/error") is not None


# --- explain -----------------------------------------------------------------------------------------------------


def test_explain_prints_the_page_as_it_stands(tmp_path: Path) -> None:
    done = revrules("explain", "rev780", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.startswith("# REV780 failed-example\n\n")
    assert revrules("explain", "failed-example", cwd=tmp_path).stdout == done.stdout


def test_explain_without_a_code_lists_every_finding(tmp_path: Path) -> None:
    from revrules.problems import catalogue

    lines = revrules("explain", cwd=tmp_path).stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(catalogue())


# --- odd files ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["check", "fmt"])
def test_a_link_in_a_circle_and_a_pipe_are_told_and_not_waited_for(tmp_path: Path, name: str) -> None:
    (tmp_path / "loop.rev").symlink_to("loop.rev")
    os.mkfifo(tmp_path / "pipe.rev")
    done = revrules(name, "loop.rev", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (2, "error: loop.rev: this link leads nowhere\n")
    done = revrules(name, "pipe.rev", cwd=tmp_path)
    assert done.returncode in (1, 2)
    assert "ordinary file" in done.stdout + done.stderr
    assert revrules(name, ".", cwd=tmp_path).returncode in (1, 2)


def test_a_file_name_that_is_no_text_is_shown_harmlessly(tmp_path: Path) -> None:
    name = os.fsdecode(b"n\xff\x1bame.rev")
    write(tmp_path, BAD, name)
    done = revrules("check", name, "--output-format", "concise", cwd=tmp_path)
    assert done.stdout.startswith("n\\udcff\\x1bame.rev:15:23: error[REV2")
    assert json.loads(revrules("check", name, "--output-format", "sarif", cwd=tmp_path).stdout)["runs"]


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_goes_away_in_the_middle_is_no_trouble(tmp_path: Path, unbuffered: str) -> None:
    write(tmp_path, GOOD + "".join(f"define d{i} of deal {{ owner nobody{i} means signed }}\n" for i in range(2000)))
    script = f"{sys.executable} -m revrules check -q | head -1; echo ${{PIPESTATUS[0]}}"
    env = {**QUIET, "PYTHONUNBUFFERED": unbuffered}
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, env=env, capture_output=True, text=True, check=False, timeout=120)
    assert done.stderr == ""
    assert done.stdout.splitlines()[1] == "141"


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    write(tmp_path, GOOD).chmod(0)
    done = revrules("check", cwd=tmp_path)
    assert done.returncode == 1
    assert "permission denied" in done.stdout
