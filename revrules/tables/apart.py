"""Work that does not hear of Ctrl-C, done by another thread, so that the one that waits for it does."""

from __future__ import annotations

from threading import Event, Thread
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

POLL = 0.1
"""Seconds between two looks at whether it is done."""
Result = TypeVar("Result")


def apart(work: Callable[[], Result], stop: Callable[[Event], None], meanwhile: Callable[[], None] = lambda: None) -> Result:
    """Return what ``work`` returns; raises what it raises.

    ``meanwhile`` is called while it runs. Where the wait is broken off, ``stop`` has to end the work; its event is set once that
    has ended.
    """
    done: list[Result] = []
    failed: list[Exception] = []
    ended = Event()  # to join a thread and be interrupted takes it for ended (bpo-45274)

    def run() -> None:
        try:
            done.append(work())
        except Exception as error:  # noqa: BLE001 - handed on to the thread that waits
            failed.append(error)
        finally:
            ended.set()

    Thread(target=run, daemon=True).start()
    try:
        while not ended.wait(POLL):
            meanwhile()
    except BaseException:
        stop(ended)
        raise
    if failed:
        raise failed[0]
    return done[0]
