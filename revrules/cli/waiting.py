"""Work that takes a while into what somebody at a terminal sees of it: how far it is, how fast, how long it will take."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Timer
from time import monotonic
from typing import TYPE_CHECKING

from revrules.cli.records import on_a_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from revrules.tables.database import Progress

PATIENCE = 1.0
"""Seconds before anything appears."""


@contextmanager
def progress() -> Iterator[Progress | None]:
    """Yield what shows which part of so many rows is done; None where nobody looks."""
    if not on_a_terminal():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    layout = (BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[rate]}"), TimeElapsedColumn(), TimeRemainingColumn())
    bar = Bar(*layout, console=Console(stderr=True), transient=True)
    task = bar.add_task("", total=100, rate="")
    start = monotonic()

    def show(share: float, rows: int) -> None:
        waited = monotonic() - start
        if waited < PATIENCE:
            return
        bar.start()
        rate = f"{rows * share / waited:,.0f} rows a second" if rows else ""
        bar.update(task, completed=100 * share, rate=rate)

    try:
        yield show
    finally:
        bar.stop()


@contextmanager
def waiting(words: str) -> Iterator[None]:
    """Show ``words`` and the time since then, for work that cannot say how far it is."""
    if not on_a_terminal():
        yield
        return
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    bar = Bar(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=Console(stderr=True), transient=True
    )
    bar.add_task(words, total=None)
    timer = Timer(PATIENCE, bar.start)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        bar.stop()
