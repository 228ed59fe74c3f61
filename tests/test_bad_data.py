"""Whatever is wrong with the data, the files or the disk: a code, a plain sentence, an exit code, and nothing half written."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
import time

import pytest
from place import DEALS, RULES, Place

HEADINGS = DEALS.splitlines()[0]


@pytest.mark.parametrize(
    ("content", "words", "code"),
    [
        (b"", (), "REV702"),
        (b"PK\x03\x04 and so on", (), "REV703"),
        (b"Deal ID,Deal Stage\n\x81\x8d,Open\n", (), "REV704"),
        (b"Deal ID,Deal Stage\nD,Open\n", ("--encoding", "klingon"), "REV704"),
        (random.Random(7).randbytes(5_000_000), (), "REV705"),
        (b"Deal ID;Deal Stage\nD;Open\n", ("--delimiter", ","), "REV706"),
        (b"deal id,Deal Stage,DEAL ID\n1,Open,2\n", (), "REV707"),
        (b"Deal ID,Deal Stage,Deal ID\n1,Open,2\n", (), "REV707"),
        (b"Deal Number,Deal Stage\n1,Open\n", (), "REV709"),
        (b"Deal ID,Deal Stages\n1,Open\n", (), "REV710"),
        (b"Deal ID,Deal Stage\n1,Open\n", ("--data", "meeting=none.csv"), "REV701"),
        (b"Deal ID,Deal Stage\n1,Open\n", ("--data", "meetngs=deals.csv"), "REV716"),
        (b"Deal ID,Deal Stage\n1,Open\n", ("-o", "none/placed.csv"), "REV718"),
        (b"Deal ID,Deal Stage\n1,Open\n", ("-o", "deals.csv"), "REV719"),
        (b"Deal ID,Deal Stage\n1,Open\n", ("-o", "./../{here}/deals.csv"), "REV719"),
        (b"Deal ID,Deal Stage\n1,Open\n", ("--rejects", "deals.csv"), "REV719"),
        (b"Deal ID,Deal Stage\n1,Open\n", ("--lifecycle", "deal"), "REV720"),
        (b"Deal ID,Deal Stage\n1,Open\n", ("--entity", "company"), "REV728"),
        (b'[{"Deal ID": 1}, {"Deal ID" 2}]', (), "REV722"),
        (b"Deal ID,Deal Stage\n1,Open\n", ("--as-of", "31.12.2026"), "REV724"),
        (b"Deal ID,Deal Stage\n1,Open\n", ("--columns", "stages"), "REV726"),
    ],
)
def test_a_run_that_cannot_be_done_says_why_and_writes_nothing(
    place: Place, content: bytes, words: tuple[str, ...], code: str
) -> None:
    place.write("deals.csv", content)
    before = place.names()
    given = tuple(word.format(here=place.folder.name) for word in words)
    found = place.run("evaluate", "rules.rev", "deals.csv", *given)
    assert found.code == 2, found.err
    assert f"error[{code}]" in found.err
    assert "Traceback" not in found.err
    assert "internal error" not in found.err
    assert place.names() == before
    assert (place.folder / "deals.csv").read_bytes() == content


def test_a_heading_that_is_written_exactly_is_meant_whatever_stands_beside_it(place: Place) -> None:
    place.write("deals.csv", b"Deal ID,Deal Stage,deal id,DEAL ID\n1,Open,2,3\n")
    assert place.run("evaluate", "rules.rev", "deals.csv").code == 0


def test_near_misses_are_named(place: Place) -> None:
    place.write("deals.csv", "DealID,Deal_Stage,Amount\n1,Open,2\n")
    assert "it looks like `DealID`" in place.run("evaluate", "rules.rev", "deals.csv").err
    place.write("deals.csv", "Deal ID,DealStage,Amount\n1,Open,2\n")
    assert "it looks like `DealStage`" in place.run("evaluate", "rules.rev", "deals.csv").err
    place.write("deals.csv", "Deal ID,Deal Stage,Amonut\n1,Open,2\n")
    assert "it looks like `Amonut`" in place.run("evaluate", "rules.rev", "deals.csv").err


def test_a_folder_and_a_missing_file_are_told_apart(place: Place) -> None:
    assert "there is no such file" in place.run("evaluate", "rules.rev", "nothing.csv").err
    assert "it is a folder" in place.run("evaluate", "rules.rev", ".").err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_told(place: Place) -> None:
    place.write("deals.csv", DEALS).chmod(0)
    assert "permission denied" in place.run("evaluate", "rules.rev", "deals.csv").err


def test_a_cell_on_a_later_line_of_its_row_is_found_there(place: Place) -> None:
    text = f'{HEADINGS}\r\nD-1,Open,1,2026-01-01,"a\r\nb\r\nc","d\ne",,\r\nD-2,Open,1,oops,,,,\r\n"D\n3",Open,none,,,,,\r\n'
    place.write("deals.csv", text.encode())
    place.evaluate("-o", "placed.csv")
    listed = [
        (row["line"], row["column"], row["value"]) for row in place.rows("placed.csv.rejects.csv") if row["file"] == "deals.csv"
    ]
    assert listed == [("6", "Close Date", "oops"), ("8", "Amount", "none")]
    lines = text.replace("\r\n", "\n").split("\n")
    assert all(value in lines[int(line) - 1] for line, _, value in listed)


def test_every_record_of_a_broken_export_is_placed_or_rejected(place: Place) -> None:
    dice = random.Random(11)
    rows = [f"D-{n},Open,{n},,,,," for n in range(500)]
    for n in range(0, 500, 7):
        rows[n] = dice.choice(['x,"open', "too,few", rows[n] + ",more", 'a,"b"c,,,,,,', rows[n] + "\0"])
    place.write("deals.csv", "\n".join([HEADINGS, *rows]))
    found = place.evaluate("-o", "placed.csv")
    broken = len(range(0, 500, 7))
    assert f"500 rows read = {500 - broken} deals placed + {broken} rejected" in found.err
    lines = [int(row["line"]) for row in place.rows("placed.csv.rejects.csv") if row["code"] == "REV711"]
    assert lines == [n + 2 for n in range(0, 500, 7)]


def test_a_related_table_with_faults_is_listed_under_its_own_name(place: Place) -> None:
    place.write("meetings.csv", "meeting_id,deal_id,kind\nM-1,D-1,lunch\nM-2\n")
    place.evaluate("-o", "placed.csv")
    listed = [(row["line"], row["value"]) for row in place.rows("placed.csv.rejects.csv") if row["file"] == "meetings.csv"]
    assert sorted(listed) == [("2", "lunch"), ("3", "M-2")]


def test_values_that_are_no_scalars_are_data_problems(place: Place) -> None:
    place.write("deals.json", '[{"Deal ID": {"a": 1}, "Amount": [1], "Close Date": true, "meetings": 7, "account": [1]}]')
    found = place.run("evaluate", "rules.rev", "deals.json", "--output-format", "jsonl")
    assert found.code == 1
    assert "internal error" not in found.err
    assert '"stage": "open"' in found.out


def test_a_full_disk_is_told_and_nothing_is_left(place: Place) -> None:
    found = place.evaluate("-o", "/dev/full", "--output-format", "csv")
    assert found.code == 2
    assert "the disk is full" in found.err


def test_standard_output_that_is_full_is_told(place: Place) -> None:
    command = [sys.executable, "-m", "revrules", "evaluate", "rules.rev", "deals.csv", "--output-format", "csv"]
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False, timeout=60)
    assert done.returncode == 2
    assert b"cannot write to standard output: the disk is full" in done.stderr


@pytest.mark.parametrize("name", ["placed.csv", "placed.jsonl", "placed.parquet"])
def test_a_file_that_may_not_grow_leaves_the_old_one(place: Place, name: str) -> None:
    rows = "".join(f"D-{n},Open,{n},,,{n * 7919:x},,\n" for n in range(3000))
    place.write("deals.csv", HEADINGS + "\n" + rows)
    place.write(name, "the old one")

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    command = [sys.executable, "-m", "revrules", "evaluate", "rules.rev", "deals.csv", "--keep", "-o", name]
    done = subprocess.run(command, preexec_fn=limit, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2, done.stderr
    assert "error" in done.stderr
    assert "Traceback" not in done.stderr
    assert "internal error" not in done.stderr
    assert place.read(name) == "the old one"
    assert not place.unfinished()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a named pipe")
def test_ctrl_c_leaves_nothing_half_written(place: Place) -> None:
    rows = "".join(f"D-{n},Open,{n},,,,,\n" for n in range(400_000))
    place.write("deals.csv", HEADINGS + "\n" + rows)
    place.write("placed.csv", "the old one")
    command = [sys.executable, "-m", "revrules", "evaluate", "rules.rev", "deals.csv", "-o", "placed.csv"]
    running = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    for _ in range(400):
        if place.unfinished():
            break
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=60)
    assert running.returncode == 130, told
    assert "Traceback" not in told
    assert place.read("placed.csv") == "the old one"
    assert not place.unfinished()


def test_a_reader_that_goes_away_is_no_trouble(place: Place) -> None:
    rows = "".join(f"D-{n},Open,{n},,,,,\n" for n in range(20_000))
    place.write("deals.csv", HEADINGS + "\n" + rows)
    command = f"{sys.executable} -m revrules evaluate rules.rev deals.csv --output-format csv --no-summary | head -1"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout.startswith("deal_id,")
    assert "Traceback" not in done.stderr


def test_a_ruleset_with_errors_places_nothing(place: Place) -> None:
    place.write("rules.rev", RULES.replace("amount > 0", "amuont > 0"))
    found = place.evaluate("-o", "placed.csv")
    assert found.code == 1
    assert "amuont" in found.err
    assert not (place.folder / "placed.csv").exists()


@pytest.mark.parametrize("words", [("--delimiter", "ab"), ("--data", "meetings"), ("--limit", "0"), ("--mode", "x")])
def test_options_that_make_no_sense_are_usage_mistakes(place: Place, words: tuple[str, ...]) -> None:
    assert place.run("evaluate", "rules.rev", "deals.csv", *words).code == 2
