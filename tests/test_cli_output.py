"""Files are written whole or not at all, whatever goes wrong."""

from __future__ import annotations

import errno
import os
import resource
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from revrules.cli.output import atomic_path, atomic_writer

WRITE = "from revrules.cli.output import atomic_writer\nwith atomic_writer({path!r}) as f:\n    {body}\n"


def only(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_replaced_when_the_block_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old", encoding="utf-8")
    with atomic_writer(path) as stream:
        stream.write("größe\n")
        assert path.read_text(encoding="utf-8") == "old"
    assert path.read_bytes() == "größe\n".encode()
    assert only(tmp_path) == ["a.txt"]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, ValueError, SystemExit])
def test_whatever_stops_the_block_leaves_the_old_file_alone(tmp_path: Path, stop: type[BaseException]) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(stop), atomic_writer(path) as stream:
        stream.write("half")
        raise stop
    assert path.read_text(encoding="utf-8") == "old"
    assert only(tmp_path) == ["a.txt"]


def test_a_new_file_that_fails_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="stop"), atomic_path(tmp_path / "new.txt"):
        raise ValueError("stop")
    assert only(tmp_path) == []


def test_permissions_and_links_are_kept(tmp_path: Path) -> None:
    real, link = tmp_path / "real.txt", tmp_path / "link.txt"
    real.write_text("old", encoding="utf-8")
    real.chmod(0o640)
    link.symlink_to(real)
    with atomic_writer(link) as stream:
        stream.write("new")
    assert link.is_symlink()
    assert real.read_text(encoding="utf-8") == "new"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


def test_a_new_file_has_the_permissions_that_the_user_gives_new_files(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        with atomic_writer(tmp_path / "a.txt") as stream:
            stream.write("x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == 0o640


def test_line_ends_are_those_that_were_asked_for(tmp_path: Path) -> None:
    with atomic_writer(tmp_path / "a.csv", newline="\r\n") as stream:
        stream.write("a\nb\n")
    assert (tmp_path / "a.csv").read_bytes() == b"a\r\nb\r\n"


def test_a_folder_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError) as caught, atomic_writer(tmp_path):
        raise AssertionError("the block is not entered")
    assert caught.value.filename == str(tmp_path)


def test_a_folder_that_is_not_there_is_told_with_the_users_path(tmp_path: Path) -> None:
    wanted = tmp_path / "no" / "a.txt"
    with pytest.raises(FileNotFoundError) as caught, atomic_writer(wanted):
        raise AssertionError("the block is not entered")
    assert caught.value.filename == str(wanted)


def test_a_device_is_written_to_and_not_replaced() -> None:
    with atomic_writer("/dev/null") as stream:
        stream.write("gone")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_device_is_told_with_its_name() -> None:
    with pytest.raises(OSError, match="No space left") as caught, atomic_writer("/dev/full") as stream:
        stream.write("x" * 100_000)
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, "/dev/full")


@pytest.mark.parametrize("size", [10_000, 5_000_000])
def test_a_disk_that_fills_up_leaves_the_old_file_and_names_it(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old", encoding="utf-8")
    code = WRITE.format(path=str(path), body=f"f.write('x' * {size})")

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    done = subprocess.run([sys.executable, "-B", "-c", code], capture_output=True, text=True, check=False, preexec_fn=limit)
    assert done.stderr.splitlines()[-1] == f"OSError: [Errno 27] File too large: {str(path)!r}"
    assert path.read_text(encoding="utf-8") == "old"
    assert only(tmp_path) == ["a.txt"]


def test_standard_output_is_utf8_whatever_the_terminal_says() -> None:
    code = WRITE.format(path="-", body="f.write('größe → 顧客\\n')") + "print('after')"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, env={**os.environ, "PYTHONIOENCODING": "ascii"}
    )
    assert done.stdout.decode() == "größe → 顧客\nafter\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("size", [10, 100_000])
def test_a_full_standard_output_is_told_without_noise(size: int) -> None:
    code = "import sys\nfrom revrules.cli.trouble import report\ntry:\n"
    code += "".join(f"    {line}\n" for line in WRITE.format(path="-", body=f"f.write('x' * {size})").splitlines())
    code += "except OSError as error:\n    sys.exit(report(error, debug=False))\n"
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([sys.executable, "-c", code], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "error: standard output: the disk is full\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("size", [10, 100_000])
def test_a_full_standard_output_can_be_handled_by_the_command_itself(size: int) -> None:
    code = "import sys\ntry:\n"
    code += "".join(f"    {line}\n" for line in WRITE.format(path="-", body=f"f.write('x' * {size})").splitlines())
    code += "except OSError as error:\n    sys.stdout.flush()\n    sys.exit('full')\n"
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([sys.executable, "-c", code], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "full\n")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_file_that_may_not_be_written_is_told_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old", encoding="utf-8")
    path.chmod(0o400)
    with pytest.raises(PermissionError) as caught, atomic_writer(path):
        raise AssertionError("the block is not entered")
    assert caught.value.filename == str(path)
