"""What a person sees of long work: a live line per step on a terminal, plain lines elsewhere, raw output on request.

The rows are spelled here and not in `views`, because they are drawn while time passes; what is said at the end is a view.
"""

import sys
import threading
import time

FRAMES = "|/-\\"
WIDTH_STEP, WIDTH_OUTCOME = 10, 11
TICK = 0.12


class TerminalProgress:
    """`ports.Progress` on stderr. ``live`` redraws one line (a terminal); otherwise a line is written when a step ends."""

    def __init__(self, verbose: bool = False, live: bool | None = None) -> None:
        self._verbose = verbose
        self._live = sys.stderr.isatty() if live is None else live
        self._step = ""
        self._about = ""
        self._since = 0.0
        self._ticker: threading.Thread | None = None
        self._stop = threading.Event()

    def begin(self, step: str, about: str = "") -> None:
        """Start a step; on a terminal its line counts the seconds."""
        self._quiet()
        self._step, self._about, self._since = step, about, time.monotonic()
        if self._live:
            self._stop.clear()
            self._ticker = threading.Thread(target=self._tick, daemon=True)
            self._ticker.start()

    def output(self, text: str) -> None:
        """The team's own output: shown as it comes with ``-v``, otherwise kept by whoever fails."""
        if self._verbose:
            self._clear()
            sys.stderr.write("".join(f"    {line}\n" for line in text.splitlines()))
            sys.stderr.flush()

    def end(self, step: str, outcome: str, detail: str = "") -> None:
        """The step's one lasting line: name, outcome, detail, seconds (where they say something)."""
        took = time.monotonic() - self._since if step == self._step else 0.0
        self._quiet()
        self._step = ""
        seconds = f"{took:.1f} s" if took >= 0.05 else ""
        row = f"  {step:<{WIDTH_STEP - 1}} {outcome:<{WIDTH_OUTCOME}} {detail}"
        self._write(f"{row:<84} {seconds:>7}".rstrip())

    def note(self, text: str) -> None:
        """One line of talk, between steps or within one."""
        self._clear()
        self._write(text)

    def point(self, name: str) -> None:
        """Named points are for tests that kill; nothing is shown."""

    def _tick(self) -> None:
        turn = 0
        while not self._stop.wait(TICK):
            took = time.monotonic() - self._since
            row = f"  {self._step:<{WIDTH_STEP - 1}} {FRAMES[turn % 4]:<{WIDTH_OUTCOME}} {self._about}"
            sys.stderr.write(f"\r{row[:84]:<84} {took:>5.1f} s")
            sys.stderr.flush()
            turn += 1

    def _quiet(self) -> None:
        if self._ticker is not None:
            self._stop.set()
            self._ticker.join()
            self._ticker = None
        self._clear()

    def _clear(self) -> None:
        if self._live:
            sys.stderr.write("\r" + " " * 96 + "\r")

    def _write(self, text: str) -> None:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()
