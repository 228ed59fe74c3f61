"""Who waits at a terminal sees what goes on; who does not, sees nothing of it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

WORK = {
    "waiting": "with waiting('the database places the records'): time.sleep(1.4)",
    "progress": "with progress() as show:\n  for n in range(15):\n    time.sleep(0.1)\n    if show: show(n / 15, 15_000)",
}
TOLD = {"waiting": "the database places the records", "progress": "rows a second"}


@pytest.mark.parametrize("name", WORK)
@pytest.mark.skipif(not hasattr(os, "openpty"), reason="there are no terminals to make")
def test_work_that_takes_longer_than_a_moment_is_seen_on_a_terminal_only(name: str) -> None:
    program = f"import time\nfrom revrules.cli.waiting import progress, waiting\n{WORK[name]}"
    here, there = os.openpty()
    done = subprocess.run([sys.executable, "-c", program], stderr=there, env={**os.environ, "TERM": "xterm"}, check=True)
    os.close(there)
    seen = b""
    try:
        while chunk := os.read(here, 4096):
            seen += chunk
    except OSError:  # how Linux says that nobody writes there any more
        pass
    os.close(here)
    assert done.returncode == 0 and TOLD[name] in seen.decode()
    quiet = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert quiet.stderr == quiet.stdout == b""
