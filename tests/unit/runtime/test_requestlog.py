"""The request log, alone: who is logged, and what is never seen."""

import asyncio
import json
from typing import Any

import pytest

from windlass.runtime import requestlog
from windlass.runtime.requestlog import RequestLog

SAID = ("duration", "input", "level", "message", "method", "omitted", "outcome", "output", "path", "reason", "redacted")
SAID = ("duration", "input", "level", "message", "method", "omitted", "outcome", "output", "path", "reason", "redacted")
NAMES = {name: name for name in (*SAID, "size", "span", "status", "time", "trace", "trouble")}
SCOPE = {"method": "POST", "path": "/predict"}
ROW = {"age": 61, "card": "4929 1234"}


def asked(
    answer: dict[str, Any] | None,
    status: int = 200,
    given: Any = ROW,
    path: str = "/predict",
    times: int = 1,
    **configuration: Any,
) -> list[dict[str, Any]]:
    """The lines that requests leave, each answered with this status and body; None: it was called off."""
    lines: list[str] = []
    whole = {"constant": {"app": "shop"}, "names": NAMES, "mode": "all", "percent": 100, "redact": [], **configuration}
    log = RequestLog(whole, lines.append)

    async def sent(message: dict[str, Any]) -> None:
        pass

    async def once() -> None:
        entry = log.begin({**SCOPE, "path": path})
        send = entry.watched(sent, 10, given=lambda: given)
        if answer is None:
            entry.end("CancelledError")
            return
        body = json.dumps(answer).encode()
        await send({"type": "http.response.start", "status": status})
        await send({"type": "http.response.body", "body": body[:5], "more_body": True})
        await send({"type": "http.response.body", "body": body[5:]})

    for _ in range(times):
        asyncio.run(once())
    return [json.loads(line) for line in lines]


def test_an_answer_is_one_line_with_its_values() -> None:
    (line,) = asked({"risk": 0.5})
    assert line["input"] == ROW
    assert line["output"] == {"risk": 0.5}
    assert (line["app"], line["status"], line["level"], line["outcome"]) == ("shop", 200, "info", "success")
    assert line["message"] == "POST /predict 200"
    assert line["time"].endswith("Z")
    assert line["duration"] > 0


@pytest.mark.parametrize(
    ("mode", "seen"),
    [("all", {"input", "output"}), ("request", {"input"}), ("response", {"output"}), ("none", set())],
)
def test_a_mode_says_whose_values_are_kept(mode: str, seen: set[str]) -> None:
    (line,) = asked({"risk": 0.5}, mode=mode)
    assert line.keys() & {"input", "output"} == seen


def test_a_redacted_field_is_left_out_and_named() -> None:
    (line,) = asked({"card": "4929 1234", "risk": 0.5}, redact=["card"])
    assert line["input"] == {"age": 61}
    assert line["output"] == {"risk": 0.5}
    assert line["redacted"] == ["card"]
    assert "4929" not in json.dumps(line)


def test_every_row_of_many_is_redacted() -> None:
    rows = {"rows": [ROW, ROW]}
    (line,) = asked(rows, given=rows, path=requestlog.MANY, redact=["card"])
    assert line["input"] == line["output"] == [{"age": 61}] * 2


def test_a_field_that_is_called_rows_is_a_field() -> None:
    (line,) = asked({"rows": [1]}, given={"rows": [[1]], "card": "4929"}, redact=["card"])
    assert line["input"] == {"rows": [[1]]}
    assert line["output"] == {"rows": [1]}


def test_a_share_of_answers_and_every_failure_is_logged() -> None:
    assert asked({}, times=20, percent=0) == []
    assert len(asked({"error": ""}, status=500, times=3, percent=0)) == 3
    assert 20 < len(asked({}, times=200, percent=25)) < 80


def test_an_answer_that_is_no_answer_is_not_shown() -> None:
    (line,) = asked({"error": "4929"}, status=500)
    assert "output" not in line
    assert line["level"] == "error"


def test_a_request_that_was_called_off_is_logged() -> None:
    (line,) = asked(None, percent=0, mode="none")
    assert (line["trouble"], line["outcome"], line["message"]) == (
        "CancelledError",
        "failure",
        "POST /predict without an answer",
    )
    assert "status" not in line


def test_a_line_that_would_be_cut_loses_its_values() -> None:
    (line,) = asked({"risk": 0.5}, given={"text": "x" * requestlog.LONGEST})
    assert line["omitted"] == ["input", "output"]
    assert "input" not in line


def test_a_configuration_that_lacks_something_ends_the_server() -> None:
    with pytest.raises(KeyError, match="redact"):
        RequestLog({"constant": {}, "names": NAMES, "mode": "all", "percent": 1})
