"""The fixed service program: one BentoML service for every model, told by `contract.json` and `model/` beside it.

``POST /predict`` takes one row and gives one answer; ``POST /predict_batch`` takes ``{"rows": [...]}``. Requests are judged
here before BentoML sees them, because BentoML writes refused requests into its log with their values. Other errors answer
an opaque 500, and the log says where they happened, not with which values.
"""

import json
import logging
import traceback
from pathlib import Path
from typing import Any

import bentoml
from bentoml.exceptions import InternalServerError
from pydantic import BaseModel, ValidationError

from . import requestlog
from .contract import SHOWN, batch_model, batch_output_model, input_model, output_model, problems

HOME = Path(__file__).resolve().parent.parent
CONTRACT: dict[str, Any] = json.loads((HOME / "contract.json").read_bytes())
LARGEST = 32 * 1024 * 1024
"""Bytes of a request that are read at all."""
Row = input_model(CONTRACT["input"])
Answer = output_model(CONTRACT["output"])
Rows, Answers = batch_model(Row), batch_output_model(Answer)
ROUTES: dict[str, type[BaseModel]] = {"/predict": Row, "/predict_batch": Rows}
KNOWN = frozenset(field["name"] for field in CONTRACT["input"]) | {"rows"}
log = logging.getLogger("bentoml.windlass")
requests = requestlog.configured()
"""Where it is, it tells of refused and failed requests too, in place of the plain log."""


class Judge:
    """ASGI middleware that answers bad requests by itself: 400 with each reason, 413 for too large a body.

    It also reads a body as JSON whatever its content type says, so that a plain ``curl -d @row.json`` works.
    """

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Judge a POST to one of our routes, pass everything else on."""
        model = ROUTES.get(scope.get("path", "")) if scope.get("method") == "POST" else None
        if model is None:
            await self.app(scope, receive, send)
            return
        entry = requests.begin(scope) if requests else None
        try:
            await self._judge(model, entry, scope, receive, send)
        except BaseException as error:
            if entry:
                entry.end(type(error).__name__)  # it was called off: the server's time is up, or the caller has gone
            raise

    async def _judge(self, model: type[BaseModel], entry: Any, scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body, more = body + message.get("body", b""), message.get("more_body", False)
            if len(body) > LARGEST:
                send = entry.watched(send, len(body), reason="body too large") if entry else send
                await _refuse(send, 413, f"the body is larger than {LARGEST} bytes", [])
                return
        try:
            row = model.model_validate_json(body or b"null")
        except ValidationError as error:
            told, logged = problems(error, KNOWN)
            reason = "; ".join(logged[:SHOWN])
            if entry:
                send = entry.watched(send, len(body), reason=reason)
            else:
                log.warning("400 %s: %s", scope["path"], reason)
            first = f"{told[0]['field']} {told[0]['problem']}" if body else "the body is empty"
            await _refuse(send, 400, first, told)
            return
        if entry:
            send = entry.watched(send, len(body), given=row.model_dump)
        headers = [pair for pair in scope["headers"] if pair[0].lower() not in (b"content-type", b"content-length")]
        headers += [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await self.app({**scope, "headers": headers}, _replay(body, receive), send)


@bentoml.service(name="model", workers=1, logging={"access": {"enabled": False}})
class Model:
    """The service. Its model is loaded once per worker."""

    def __init__(self) -> None:
        from .estimator import Estimator  # scikit-learn: the supervisor and the packager's import do without it

        self.estimator = Estimator(HOME / "model", CONTRACT)

    @bentoml.api(input_spec=Row, output_spec=Answer, route="/predict")  # type: ignore[untyped-decorator]
    def predict(self, **row: Any) -> Any:
        """One answer for one row."""
        return Answer(**self._answer([row])[0])

    @bentoml.api(input_spec=Rows, output_spec=Answers, route="/predict_batch")  # type: ignore[untyped-decorator]
    def predict_batch(self, rows: list[Any]) -> Any:
        """One answer per row, in order."""
        return Answers(rows=[Answer(**answer) for answer in self._answer([row.model_dump() for row in rows])])

    def _answer(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        try:
            return self.estimator.answer(rows)
        except Exception as error:  # noqa: BLE001 -- the message may quote the request, so only its kind and places are kept
            places = " > ".join(
                f"{Path(at.filename).name}:{at.lineno}" for at in traceback.extract_tb(error.__traceback__)
            )
            if requests:
                requestlog.fault.get([])[:] = [type(error).__name__, places]
            else:
                log.error("500 %s at %s", type(error).__name__, places)  # noqa: TRY400 -- no traceback: see above
            raise InternalServerError("the model could not answer") from None


Model.add_asgi_middleware(Judge)  # type: ignore[attr-defined]


def _replay(body: bytes, receive: Any) -> Any:
    given = False

    async def again() -> Any:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def _refuse(send: Any, status: int, reason: str, told: list[dict[str, str]]) -> None:
    answer: dict[str, Any] = {"error": reason, "problems": told[:SHOWN]}
    if len(told) > SHOWN:
        answer["more"] = len(told) - SHOWN
    body = json.dumps(answer).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
