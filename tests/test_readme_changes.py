"""The README's commands about changes, and its jobs for CI: they are run as they stand there, against a small repository."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from repositories import Repo

from revrules.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "README.md").read_text(encoding="utf-8")
SAMPLE = re.findall(r"^```rev\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)[0]
EXPORT = """\
account_id,Company Domain Name,Number of Employees,engagement,signed_on,lost_reason,Lifecycle Stage
A-1,pay.example,240,64,,,MQL
A-2,acme.example,90,88,,,MQL
A-3,shop.example,70,66,,,lead
"""
BASH = shutil.which("bash")
CONTEXT = {"github.token": "a token", "github.event.number": "7"}
GH = r"""#!/usr/bin/env bash
# Stands in for GitHub's command: keeps one comment in a folder and says what was asked.
printf '%s\n' "gh $*" >> "$HOST/calls"
[ -n "$GH_TOKEN" ] || exit 4
case "$*" in
  *--jq*) [ ! -f "$HOST/comment" ] || { grep -q '^### What this change means' "$HOST/comment" && echo 31; } ;;
  *--method\ PATCH*)
    [ -f "$HOST/comment" ] || exit 1
    for word; do case "$word" in body=@*) cp "${word#body=@}" "$HOST/comment" ;; esac; done ;;
  "pr comment 7 --body-file "*) [ ! -f "$HOST/comment" ] || exit 1; cp "$5" "$HOST/comment" ;;
  *) exit 2 ;;
esac
"""
CURL = r"""#!/usr/bin/env bash
printf '%s\n' "curl $*" >> "$HOST/calls"
for word; do case "$word" in body@*) cp "${word#body@}" "$HOST/comment" ;; esac; done
"""


# --- the commands of the section ---------------------------------------------------------------------------------


def section(heading: str) -> str:
    """Return what stands under a heading of the page."""
    return PAGE.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


def console() -> list[tuple[str, list[str]]]:
    """Return the commands of the section about changes, each with the lines of output that stand below it."""
    (block,) = re.findall(r"^```console\n(.*?)^```$", section("What a change means"), re.DOTALL | re.MULTILINE)
    found: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return found


def history(folder: Path) -> Repo:
    """Make the repository that the section tells of."""
    repo = Repo(folder)
    repo.commit({"rules/rules.rev": SAMPLE}, "First definitions")
    repo.commit(
        {"rules/rules.rev": SAMPLE.replace("engagement >= 60", "engagement >= 70")}, "Call only those who show real interest"
    )
    repo.commit({"rules/rules.rev": SAMPLE.replace("engagement >= 60", "not (engagement < 70)")}, "Say it the other way round")
    (folder / "export.csv").write_text(EXPORT, encoding="utf-8")
    return repo


@pytest.mark.parametrize(("command", "lines"), console())
def test_a_command_about_changes_prints_what_stands_there(
    command: str, lines: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    history(tmp_path)
    monkeypatch.chdir(tmp_path)
    program, *words = command.split()
    assert program == "revrules"
    main([*words, *(["--as-of", "2026-11-22"] if "log" not in words else [])])
    shown = capsys.readouterr().out.rstrip("\n").splitlines()
    hashes = re.compile(r"^[0-9a-f]{10}  ")
    assert [hashes.sub("", line) for line in shown][: len(lines)] == [hashes.sub("", line) for line in lines]


# --- the jobs ----------------------------------------------------------------------------------------------------


def jobs() -> list[Any]:
    """Return what the YAML blocks of the page say."""
    return [
        yaml.safe_load(block)
        for block in re.findall(r"^```yaml\n(.*?)^```$", section("In a pull request"), re.DOTALL | re.MULTILINE)
    ]


STEPS, WORKFLOW, GITLAB = jobs()


class Host:
    """A machine that runs jobs: the repository of a pull request, programs that only note what they are asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.repo = Repo(folder / "work")
        self.base = self.repo.commit({"rules/rules.rev": SAMPLE}, "base")
        programs = {
            "gh": GH,
            "curl": CURL,
            "pip": "#!/bin/sh\n",
            "revrules": f'#!/bin/sh\nexec "{sys.executable}" -m revrules "$@"\n',
        }
        (folder / "bin").mkdir()
        for name, text in programs.items():
            path = folder / "bin" / name
            path.write_text(text, encoding="utf-8")
            path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def run(self, script: str, variables: Mapping[str, str]) -> int:
        """Run a script as a runner does: every line has to succeed."""
        assert BASH is not None
        environment = {
            **os.environ, "PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}", "HOST": str(self.folder),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary"), "GITHUB_REPOSITORY": "acme/rules", **variables,
        }  # fmt: skip
        return subprocess.run(
            [BASH, "-e", "-c", script], cwd=self.repo.folder, env=environment, check=False, timeout=120
        ).returncode

    def steps(self, steps: list[dict[str, Any]]) -> list[int]:
        """Run steps until one fails; return their exit codes."""
        context = CONTEXT | {"github.event.pull_request.base.sha": self.base}
        codes: list[int] = []
        for step in steps:
            if "run" in step and not any(codes):
                given = {
                    name: re.sub(r"\$\{\{ ([\w.]+) \}\}", lambda m: context[m[1]], text)
                    for name, text in step.get("env", {}).items()
                }
                codes.append(self.run(step["run"], given))
        return codes

    def text(self, name: str) -> str:
        """Return what was written to a file of the host, nothing where there is none."""
        path = self.folder / name
        return path.read_text(encoding="utf-8") if path.exists() else ""


@pytest.fixture
def host(tmp_path: Path) -> Host:
    if BASH is None:
        pytest.skip("there is no bash to run the steps")
    return Host(tmp_path)


def test_the_workflow_is_one_that_github_knows() -> None:
    assert set(WORKFLOW) == {True, "permissions", "jobs"}, "YAML reads the word on as true"
    assert WORKFLOW[True] == "pull_request"
    assert WORKFLOW["permissions"] == {"contents": "read", "pull-requests": "write"}
    (job,) = WORKFLOW["jobs"].values()
    assert set(job) == {"runs-on", "steps"}
    for step in [*STEPS, *job["steps"]]:
        assert len({"uses", "run"} & set(step)) == 1
        assert set(step) <= {"uses", "run", "with", "env"}
        assert "${{" not in step.get("run", ""), "what others wrote never becomes part of a script"
    assert job["steps"][0] == {"uses": "actions/checkout@v4", "with": {"fetch-depth": 0}}


def test_the_steps_that_check_a_ruleset_pass_for_one_without_faults_and_fail_for_a_broken_one(host: Host) -> None:
    assert host.run("revrules fmt rules", {}) == 0
    assert host.steps(STEPS) == [0, 0, 0, 0]
    laid_out = (host.repo.folder / "rules/rules.rev").read_text(encoding="utf-8")
    host.repo.write({"rules/rules.rev": laid_out.replace("engagement >= 60", "engagements >= 60")})
    assert host.steps(STEPS) == [0, 0, 1]


def test_the_job_of_github_writes_one_comment_and_writes_it_anew(host: Host) -> None:
    steps = WORKFLOW["jobs"]["meaning"]["steps"]
    host.repo.commit({"rules/rules.rev": SAMPLE.replace("engagement >= 60", "engagement >= 70")}, "stricter")
    assert set(host.steps(steps)) == {0}
    first = host.text("comment")
    assert "worth_a_call.interest` is stricter" in first
    assert host.text("summary") == first
    host.repo.commit({"rules/rules.rev": SAMPLE.replace("engagement >= 60", "engagement >= 50")}, "looser")
    assert set(host.steps(steps)) == {0}
    assert "worth_a_call.interest` is looser" in host.text("comment")
    assert "--method PATCH repos/acme/rules/issues/comments/31" in host.text("calls")
    host.repo.commit({"rules/rules.rev": SAMPLE}, "as before")
    assert set(host.steps(steps)) == {0}
    assert "No change in meaning" in host.text("comment")


def test_the_job_of_github_leaves_the_comments_of_others_alone(host: Host) -> None:
    (host.folder / "comment").write_text("something else\n", encoding="utf-8")
    host.repo.commit({"rules/rules.rev": SAMPLE.replace("engagement >= 60", "engagement >= 70")}, "stricter")
    host.steps(WORKFLOW["jobs"]["meaning"]["steps"])
    assert "PATCH" not in host.text("calls")
    assert host.text("comment") == "something else\n"


def test_the_job_of_github_fails_before_it_comments_where_nothing_can_be_compared(host: Host) -> None:
    host.repo.commit({"rules/rules.rev": "define {"}, "broken")
    assert host.steps(WORKFLOW["jobs"]["meaning"]["steps"])[-1] == 2
    assert host.text("calls") == ""


def test_the_job_of_gitlab_sends_the_comment(host: Host) -> None:
    job = GITLAB["meaning"]
    assert set(job) == {"rules", "image", "variables", "script"}
    host.repo.commit({"rules/rules.rev": SAMPLE.replace("engagement >= 60", "engagement >= 70")}, "stricter")
    variables = {"CI_MERGE_REQUEST_DIFF_BASE_SHA": host.base, "GITLAB_TOKEN": "a token", "CI_API_V4_URL": "https://git.example/api/v4",
                 "CI_PROJECT_ID": "5", "CI_MERGE_REQUEST_IID": "9"}  # fmt: skip
    assert host.run("\n".join(job["script"]), variables) == 0
    assert "worth_a_call.interest` is stricter" in host.text("comment")
    assert "https://git.example/api/v4/projects/5/merge_requests/9/notes" in host.text("calls")
