"""Several processes for work that falls apart into pieces: each is a copy of this one, and knows what this one knew."""

import gc
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

Piece = TypeVar("Piece")
Result = TypeVar("Result")
_doing: list[Callable[[Any], Any]] = []


class ForkedHands:
    """`ports.Hands` by copies of this process; alone where the system makes none, or other threads run here."""

    def each(self, do: Callable[[Piece], Result], pieces: Sequence[Piece]) -> Iterator[Result]:
        """Results in the order of the pieces."""
        count = min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1, len(pieces))
        if count < 2 or threading.active_count() > 1:
            yield from map(do, pieces)
            return
        # What is done need not be sent to a copy, which has it: only pieces and results are.
        _doing.append(do)
        gc.freeze()
        try:
            with multiprocessing.get_context("fork").Pool(count, _begin) as pool:
                yield from pool.imap(_do, pieces)
        finally:
            gc.unfreeze()
            _doing.pop()


def _begin() -> None:
    """A copy makes many values that live as long as its piece: looking for garbage among them all the time finds none."""
    gc.set_threshold(50_000, 20, 50)


def _do(piece: Any) -> Any:
    return _doing[-1](piece)
