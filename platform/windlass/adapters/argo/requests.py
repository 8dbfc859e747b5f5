"""Requests to an Argo Server by Argo's own client.

The client's types are those of an older Argo than ours, so answers are read as plain data and what is sent is not checked: no
field is refused or lost. It takes a sixth of a second to import, and is imported when something is asked.
"""

import json
import logging
import os
import re
from collections.abc import Callable
from functools import cached_property
from typing import Any

from windlass.model.failure import World
from windlass.model.refusal import Refusal

TIMEOUT, REPETITIONS = 15.0, 3
"""Seconds for one request, and how often it is asked again where nobody answers: a run's name makes that harmless."""
BUSY = (429, 502, 503, 504)
"""Answers that may be others in a moment."""
ELSEWHERE = (301, 302, 303, 307, 308, 404, 405, 501)
"""Answers of who is no Argo Server; one answers 404, too, with a code of gRPC."""
GRPC = range(17)
MISSING = re.compile(r'(\S+) "[^"]*" not found$')
"""How the server says of which kind something is not there."""


class Requests:
    """Requests to one address. ``token`` is what stands in `Authorization`, as `argo auth token` says it; one without a word before
    it is a bearer's. Without one nobody is named."""

    def __init__(self, address: str, token: str, timeout: float = TIMEOUT) -> None:
        """Nothing is asked yet. ``timeout`` in seconds."""
        self.address = address.rstrip("/")
        self._token, self._timeout = token, timeout

    @cached_property
    def service(self) -> Any:
        """The client's methods for Workflows."""
        import urllib3
        from argo_workflows import ApiClient, Configuration
        from argo_workflows.api.workflow_service_api import WorkflowServiceApi

        said = self._token if " " in self._token or not self._token else f"Bearer {self._token}"
        configuration = Configuration(host=self.address, api_key={"BearerToken": said} if said else None)
        configuration.ssl_ca_cert = os.environ.get("REQUESTS_CA_BUNDLE")
        # what is tried again is told once, in our words, when it was in vain
        configuration.logger["urllib3_logger"].setLevel(logging.ERROR)
        configuration.retries = urllib3.Retry(
            REPETITIONS,
            status_forcelist=BUSY,
            allowed_methods=None,
            backoff_factor=0.2,
            raise_on_status=False,
            redirect=False,
        )
        return WorkflowServiceApi(ApiClient(configuration))

    def ask(self, method: Callable[..., Any], *words: Any, **more: Any) -> bytes | Refusal:
        """One request by a method of the ``service``: the answer as it came, or what it was refused with. Raises `World`: nobody
        answers (WL580), the server does not know who asks (WL581), it is no Argo Server (WL582)."""
        import urllib3
        from argo_workflows.exceptions import ApiException

        try:
            answer: bytes = method(*words, **more, _preload_content=False, _request_timeout=self._timeout).data
        except urllib3.exceptions.HTTPError as error:
            raise self._unreached(error) from error
        except ApiException as error:
            if not error.status:  # its way to say that a certificate is not trusted
                raise self._unreached(error) from error
            return self._refused(error.status, str(error.reason), error.body or "")
        return answer

    def data(self, answer: bytes) -> dict[str, Any]:
        """An answer's content. Raises `World` (WL582) where it is none of an Argo Server's."""
        try:
            found = json.loads(answer)
        except ValueError as error:
            raise self._other("it answers with something else") from error
        return found if isinstance(found, dict) else {}

    def _refused(self, status: int, reason: str, body: str) -> Refusal:
        said = _said(body)
        message = str(said.get("message") or reason)
        if status == 401:
            raise World.one("WL581", f"{self.address} does not know who asks: {message}", _LOGIN)
        if status in ELSEWHERE and not (status == 404 and said.get("grpc_code", said.get("code")) in GRPC):
            raise self._other(message)
        missing = MISSING.match(message)
        return Refusal(status, reason, message, {"kind": missing[1]} if missing else {})

    def _other(self, why: str) -> World:
        return World.one("WL582", f"{self.address} is no Argo Server: {why}", _ADDRESS)

    def _unreached(self, error: Exception) -> World:
        why = str(getattr(error, "reason", None) or error).rpartition(": ")[2]
        return World.one("WL580", f"{self.address} cannot be reached: {why}", _LATER)


_LATER = (
    "nothing is lost: when it is back, the next apply submits what is missing; REQUESTS_CA_BUNDLE names whom to trust"
)
_LOGIN = "ARGO_TOKEN is what `argo auth token` says, or the token of an account that may ask"
_ADDRESS = "`target.argoServer` of the environment is the address of an Argo Server, with the path that it is served at"


def _said(body: str) -> dict[str, Any]:
    """What an Argo Server says of why: of a log, it stands one level below."""
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    inner = found.get("error", found) if isinstance(found, dict) else None
    return inner if isinstance(inner, dict) else {}
