"""What a service says of its requests: one line of JSON each, on standard output, for whatever collects it.

The file that ``WINDLASS_REQUEST_LOG`` names says how: under which names (`names`, so that the format is data), with which
constant fields, of how many answered requests (`percent`), with whose values (`mode`) and of which fields never (`redact`).
Without it there is no request log. A redacted value is not replaced but left out, and named: nothing that a mapping or a
dashboard could take for a value takes its place. A request that was refused shows no values at all, because a key that is
not in the contract may itself be one.
"""

import json
import os
import random
import sys
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

VARIABLE = "WINDLASS_REQUEST_LOG"
LONGEST = 16 * 1024
"""Characters of a line: containers' runtimes cut longer ones in pieces, which are no JSON any more. Values go first."""
TRACES = 2**64
"""Sampling goes by the low half of the trace id, as OpenTelemetry's does, so that services of one trace agree."""
MANY = "/predict_batch"
"""The route of several rows: they stand below the key `rows`."""
Send = Callable[[dict[str, Any]], Any]
fault: ContextVar[list[str]] = ContextVar("fault")
"""What went wrong inside the model while a request was answered: its kind and where, never with which values."""


class RequestLog:
    """Writes lines as a configuration says. Raises KeyError where the configuration lacks something."""

    def __init__(self, configuration: Mapping[str, Any], write: Callable[[str], Any] | None = None) -> None:
        self._constant: Mapping[str, Any] = configuration["constant"]
        self._names: Mapping[str, str] = configuration["names"]
        self._redact = frozenset(configuration["redact"])
        self._share: float = configuration["percent"] / 100
        self._input = configuration["mode"] in ("all", "request")
        self._output = configuration["mode"] in ("all", "response")
        self._write = write or _print

    def begin(self, scope: Mapping[str, Any]) -> "Entry":
        """A request came: from now on its time is taken."""
        trace, span = _trace()
        chosen = (int(trace, 16) if trace else random.getrandbits(64)) % TRACES < self._share * TRACES
        known = {"method": scope["method"], "path": scope["path"]}
        return Entry(self, known | ({"trace": trace, "span": span} if trace else {}), chosen)

    def say(self, facts: Mapping[str, Any], given: Any, answer: Any) -> None:
        """Write one line. ``given`` and ``answer`` are a row or a list of rows, as they are: what must not be seen is left
        out here, and None where there is nothing to show."""
        values: dict[str, Any] = {}
        if self._input and given is not None:
            values["input"] = self._open(given)
        if self._output and answer is not None:
            values["output"] = self._open(answer)
        if values and self._redact:
            values["redacted"] = sorted(self._redact)
        line = self._line({**facts, **values})
        self._write(line if len(line) < LONGEST else self._line({**facts, "omitted": sorted(values)}))

    @property
    def wants_answers(self) -> bool:
        """Whether bodies of answers must be kept until they are logged."""
        return self._output

    def _open(self, values: Any) -> Any:
        if isinstance(values, list):
            return [self._open(row) for row in values]
        return {name: value for name, value in values.items() if name not in self._redact}

    def _line(self, facts: Mapping[str, Any]) -> str:
        return json.dumps({**self._constant, **{self._names[key]: value for key, value in facts.items()}})


class Entry:
    """One request on its way to its line."""

    def __init__(self, log: RequestLog, known: dict[str, Any], chosen: bool) -> None:
        self._log, self._known, self._chosen = log, known, chosen
        self._at, self._began = datetime.now(UTC), time.perf_counter_ns()
        self._status: int | None = None
        self._answer = b""
        self._given: Callable[[], Any] = lambda: None
        self._fault: list[str] = []
        self._ended = False
        fault.set(self._fault)

    def watched(self, send: Send, size: int, given: Callable[[], Any] | None = None, reason: str = "") -> Send:
        """The same ``send``, which writes the line once the answer is out. ``given`` gives the request's values, where they
        are right; ``reason`` says why they are not."""
        self._known["size"] = size
        self._given = given or self._given
        if reason:
            self._known["reason"] = reason

        async def watching(message: dict[str, Any]) -> None:
            await send(message)
            if message["type"] == "http.response.start":
                self._status = message["status"]
            elif message["type"] == "http.response.body":
                if self._log.wants_answers and self._status == 200:
                    self._answer += message.get("body", b"")
                if not message.get("more_body", False):
                    self.end()

        return watching

    def end(self, trouble: str = "") -> None:
        """Write the line, once, if the request failed or was chosen. ``trouble`` is why no answer went out."""
        failed = self._status is None or self._status >= 400
        if self._ended or not (failed or self._chosen):
            return
        self._ended = True
        broken = self._status is None or self._status >= 500
        facts = {
            **self._known,
            "time": self._at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": "error" if broken else "warn" if failed else "info",
            "message": f"{self._known['method']} {self._known['path']} {self._status or 'without an answer'}",
            "outcome": "failure" if failed else "success",
            "duration": time.perf_counter_ns() - self._began,
            **({"status": self._status} if self._status else {}),
            **dict(zip(("trouble", "reason"), self._fault or [trouble] * bool(trouble), strict=False)),
        }
        answer = json.loads(self._answer) if self._answer else None
        given = self._given()
        if self._known["path"] == MANY:
            given, answer = (one["rows"] if one else one for one in (given, answer))
        self._log.say(facts, given, answer)


def configured() -> RequestLog | None:
    """The request log that the environment asks for. One that cannot be read ends the server: it would log the wrong things."""
    path = os.environ.get(VARIABLE)
    return RequestLog(json.loads(Path(path).read_bytes())) if path else None


def _trace() -> tuple[str, str]:
    from opentelemetry import trace

    context = trace.get_current_span().get_span_context()
    return (f"{context.trace_id:032x}", f"{context.span_id:016x}") if context.is_valid else ("", "")


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
