"""The port `Workflows` over an Argo Server."""

import time
from collections.abc import Collection, Mapping
from typing import Any

from windlass.adapters.argo.requests import Requests
from windlass.engine.cluster import refusals, stamp
from windlass.model.failure import Refused, World
from windlass.model.plan import Identity
from windlass.model.refusal import Refusal
from windlass.ports.cluster import Live

MAIN = "main"
"""The container that does the work of a step."""
PATIENCE, POLL = 5.0, 0.2
"""Seconds in which the server learns of a template that was written just now, and between two questions."""


class ServerWorkflows:
    """Runs behind an Argo Server."""

    def __init__(self, requests: Requests) -> None:
        """Nothing is asked yet."""
        self._requests = requests

    def listed(self, label: str, namespaces: Collection[str]) -> list[Live]:
        """One request for each namespace. What the server's archive has of a run that is there, too, is left out."""
        found: dict[tuple[str, str], Live] = {}
        for space in sorted(namespaces):
            method = self._requests.service.list_workflows
            answer = self._well(self._requests.ask(method, space, list_options_label_selector=label))
            for one in self._requests.data(answer).get("items") or ():
                whole = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", **one}
                found.setdefault((space, one["metadata"]["name"]), whole)
        return list(found.values())

    def submit(self, workflow: Live) -> bool:
        """A create: the server refuses a name that is taken."""
        identity, limit = stamp.identity(workflow), time.monotonic() + PATIENCE
        method, request = self._requests.service.create_workflow, _request(workflow)
        answer = self._requests.ask(method, identity.namespace, request)
        while isinstance(answer, Refusal) and _unlearnt(answer) and time.monotonic() < limit:
            time.sleep(POLL)
            answer = self._requests.ask(method, identity.namespace, request)
        if isinstance(answer, bytes):
            return bool(self._requests.data(answer))
        if answer.code == 409:
            return False
        raise refusals.failure(identity, answer)

    def output(self, namespace: str, name: str, lines: int, pod: str | None = None) -> Mapping[str, str]:
        """The server finds the pods, and tells line by line whose it is."""
        asked = {"log_options_container": MAIN, "log_options_tail_lines": str(lines)}
        one = {"pod_name": pod} if pod else {}
        answer = self._requests.ask(self._requests.service.workflow_logs, namespace, name, **asked, **one)
        if isinstance(answer, Refusal) and answer.code == 404:
            return {}
        found: dict[str, list[str]] = {}
        for line in self._well(answer).splitlines():
            entry = self._requests.data(line).get("result") or {}
            found.setdefault(str(entry.get("podName", "")), []).append(str(entry.get("content", "")))
        return {pod: "\n".join(told) for pod, told in found.items() if pod}

    def _well(self, answer: bytes | Refusal) -> bytes:
        """The answer, where it is one. Raises `Refused` where something may not be read, `World` for the rest."""
        if isinstance(answer, bytes):
            return answer
        server = Identity(kind="Argo Server", name=self._requests.address, owner="")
        raise (Refused if answer.code == 403 else World)([refusals.diagnostic(server, answer)])


def _unlearnt(told: Refusal) -> bool:
    """Whether the server does not know the template of a run."""
    return told.code == 404 and told.details.get("kind") == "workflowtemplates.argoproj.io"


def _request(workflow: Live) -> Any:
    """As the client wants it, with what it would check left alone."""
    from argo_workflows.model.io_argoproj_workflow_v1alpha1_workflow_create_request import (
        IoArgoprojWorkflowV1alpha1WorkflowCreateRequest,
    )

    return IoArgoprojWorkflowV1alpha1WorkflowCreateRequest(workflow=dict(workflow), _check_type=False)
