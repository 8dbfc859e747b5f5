"""Several processes for work that falls apart into pieces: each is a copy of this one, and knows what this one knew.

A copy that is killed is noticed at once, whoever did it. Copies leave an interrupt to the one who made them, and end with it.
"""

import gc
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from pickle import PicklingError
from typing import Any, TypeVar

from windlass.model.failure import World

Piece = TypeVar("Piece")
Result = TypeVar("Result")


class ForkedHands:
    """`ports.Hands` by copies of this process; alone where the system makes none, or other threads run here."""

    def __init__(self, most: int | None = None) -> None:
        """``most`` copies at once; else one for each core that this process may use."""
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
        self._most = cores if most is None else most

    def each(self, do: Callable[[Piece], Result], pieces: Sequence[Piece]) -> Iterator[Result]:
        """Results in the order of the pieces. Raises `World` (WL556) where a copy ends before its work."""
        count = min(self._most, len(pieces))
        if count < 2 or threading.active_count() > 1:
            yield from map(do, pieces)
            return
        copies: dict[Connection, ForkProcess] = {}
        gc.freeze()
        try:
            for _ in range(count):
                _begin(do, pieces, copies)
            yield from _gathered(copies, len(pieces))
        finally:
            gc.unfreeze()
            for copy in copies.values():
                copy.kill()
            for line, copy in copies.items():
                line.close()
                copy.join()


def _begin(do: Callable[[Any], Any], pieces: Sequence[Any], copies: dict[Connection, ForkProcess]) -> None:
    """One more copy. It has what is done and with what: only numbers and results are sent."""
    ours, theirs = multiprocessing.Pipe()
    copy = multiprocessing.get_context("fork").Process(target=_work, args=(do, pieces, theirs, [*copies, ours]))
    copy.start()
    copies[ours] = copy
    theirs.close()


def _gathered(copies: dict[Connection, ForkProcess], count: int) -> Iterator[Any]:
    """Give each copy the next piece as soon as it is done with one."""
    todo, results, told = deque(range(count)), dict[int, Any](), 0
    busy = {line: _given(line, copy, todo.popleft()) for line, copy in copies.items()}
    while busy:
        for line in wait(list(busy)):
            assert isinstance(line, Connection)
            number = busy.pop(line)
            try:
                results[number], error = line.recv()
            except (EOFError, OSError):
                raise _died(copies[line]) from None
            if isinstance(error, MemoryError):
                raise _died(copies[line]) from error
            if error is not None:
                raise error
            if todo:
                busy[line] = _given(line, copies[line], todo.popleft())
        while told in results:
            yield results.pop(told)
            told += 1


def _given(line: Connection, copy: ForkProcess, number: int) -> int:
    try:
        line.send(number)
    except OSError:
        raise _died(copy) from None
    return number


def _work(do: Callable[[Any], Any], pieces: Sequence[Any], line: Connection, others: Sequence[Connection]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # a copy makes many values that live as long as its piece: looking for garbage among them all the time finds none
    gc.set_threshold(50_000, 20, 50)
    for one in others:
        one.close()  # else nobody here would hear that the maker has ended
    try:
        while True:
            number = line.recv()
            try:
                result, error = do(pieces[number]), None
            except Exception as raised:  # noqa: BLE001 -- whatever it is, it is raised where the work was given out
                result, error = None, raised
            try:
                line.send((result, error))
            except (AttributeError, TypeError, PicklingError) as unsent:
                line.send((None, RuntimeError(f"{error or unsent!r}")))
    except (EOFError, OSError):
        return


def _died(copy: ForkProcess) -> World:
    copy.join(1)
    how = f"signal {-copy.exitcode}" if copy.exitcode is not None and copy.exitcode < 0 else "no word"
    hint = "often that is too little memory: give it more, or fewer cores (`taskset -c 0 windlass ...`)"
    return World.one("WL556", f"a process that shared the work ended before it was done ({how})", hint)
