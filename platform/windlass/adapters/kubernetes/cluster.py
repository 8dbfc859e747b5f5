"""The port `Cluster` by HTTP: the verbs of the API on plain objects."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from windlass.adapters.kubernetes import lease
from windlass.adapters.kubernetes.lease import Lease
from windlass.adapters.kubernetes.requests import APPLY, JSON, METADATA, Requests
from windlass.engine.cluster.refusals import diagnostic
from windlass.model.failure import Refused, World
from windlass.model.plan import Identity
from windlass.model.refusal import Refusal, refusal
from windlass.ports.cluster import Item, Kind, Live, Place, Result, Written

PAGE = "500"
THREADS = 8
"""Requests at a time: the server answers several at once, and one that waits costs nothing."""
AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


class HttpCluster:
    """A cluster behind an API server."""

    def __init__(self, requests: Requests) -> None:
        """Nothing is asked yet."""
        self._requests = requests
        self._kinds: dict[tuple[str, str], tuple[Kind, ...]] | None = None
        self._fence: Callable[[], None] = lambda: None

    @property
    def place(self) -> str:
        """The server's address."""
        return self._requests.connection.address

    def served(self) -> Mapping[tuple[str, str], tuple[Kind, ...]]:
        """Asked once, in two requests (aggregated discovery)."""
        if self._kinds is None:
            found: dict[tuple[str, str], list[Kind]] = {}
            for path in ("/api", "/apis"):
                for kind in _kinds(self._well(*self._requests.ask("GET", path, accept=AGGREGATED))):
                    found.setdefault((kind.group, kind.name), []).append(kind)
            self._kinds = {key: tuple(kinds) for key, kinds in found.items()}
        return self._kinds

    def forget(self) -> None:
        """Ask anew what is served: a definition of a kind may have come."""
        self._kinds = None

    def listed(
        self, kind: Kind, label: str, namespaces: Collection[str], known: Collection[Place] | None = None
    ) -> list[Live]:
        """All namespaces at once, where that is allowed."""
        return self._listed(kind, {"labelSelector": label}, namespaces, known, METADATA)

    def whole(
        self, kind: Kind, label: str, namespaces: Collection[str], known: Collection[Place] | None = None
    ) -> list[Live]:
        """As `listed`."""
        return self._listed(kind, {"labelSelector": label}, namespaces, known, JSON)

    def inside(self, kind: Kind, namespace: str, known: Collection[Place]) -> list[Live]:
        """Without a label; a namespace that is not there has none."""
        return list(self._inside(kind, namespace, {}, known, METADATA))

    def read(self, kind: Kind, namespace: str, name: str) -> Live | None:
        """GET."""
        status, answer = self._requests.ask("GET", _path(kind, namespace, name))
        return None if status == 404 else self._well(status, answer)

    def apply(
        self, kind: Kind, sent: Live, manager: str, *, dry: bool = False, force: bool = False
    ) -> Written | Refusal:
        """PATCH as an apply, with unknown fields refused."""
        query = {"fieldManager": manager, "fieldValidation": "Strict", "force": "true" if force else "false"}
        if dry:
            query["dryRun"] = "All"
        meta = sent["metadata"]
        path = _path(kind, meta.get("namespace", ""), meta["name"])
        warned: list[str] = []
        allowed = (lambda: None) if dry else self._fence
        status, answer = self._requests.ask("PATCH", path, query, sent, APPLY, warned=warned.append, allowed=allowed)
        well = status in (200, 201)
        return Written(answer, status == 201, tuple(warned)) if well else refusal(status, answer)

    def delete(self, kind: Kind, identity: Identity, uid: str, version: str | None = None) -> Refusal | None:
        """DELETE with preconditions: the uid, and the version where one is said."""
        conditions = {"uid": uid, **({"resourceVersion": version} if version else {})}
        body = {"propagationPolicy": "Background", "preconditions": conditions}
        path = _path(kind, identity.namespace, identity.name)
        status, answer = self._requests.ask("DELETE", path, body=body, allowed=self._fence)
        return None if status in (200, 202, 404) else refusal(status, answer)

    def create(self, kind: Kind, sent: Live) -> Live | Refusal:
        """POST; asked once."""
        path = _path(kind, sent["metadata"].get("namespace", ""))
        status, answer = self._requests.ask("POST", path, body=sent, once=True, allowed=self._fence)
        return answer if status in (200, 201) else refusal(status, answer)

    def replace(self, kind: Kind, sent: Live) -> Live | Refusal:
        """PUT; a repetition of one that was done is refused by its version."""
        meta = sent["metadata"]
        path = _path(kind, meta.get("namespace", ""), meta["name"])
        status, answer = self._requests.ask("PUT", path, body=sent, allowed=self._fence)
        return answer if status == 200 else refusal(status, answer)

    def events(self, namespace: str, names: Collection[str]) -> list[Live]:
        """Of the core's own events."""
        status, answer = self._requests.ask("GET", f"/api/v1/namespaces/{quote(namespace)}/events")
        found = [
            one for one in self._well(status, answer).get("items") or () if one["involvedObject"].get("name") in names
        ]
        return sorted(found, key=lambda one: one.get("lastTimestamp") or one.get("eventTime") or "")

    def pods(self, namespace: str, labels: Mapping[str, str]) -> list[Live]:
        """By their labels."""
        chosen = {"labelSelector": ",".join(f"{key}={value}" for key, value in sorted(labels.items()))}
        status, answer = self._requests.ask("GET", f"/api/v1/namespaces/{quote(namespace)}/pods", chosen)
        return list(self._well(status, answer).get("items") or ())

    def log(self, namespace: str, pod: str, container: str, lines: int) -> str:
        """The one before it first: it tells why a container started anew."""
        path = f"/api/v1/namespaces/{quote(namespace)}/pods/{quote(pod)}/log"
        query = {"container": container, "tailLines": str(lines)}
        return self._requests.text(path, {**query, "previous": "true"}) or self._requests.text(path, query)

    def changed(self, kind: Kind, namespace: str, version: str, seconds: float) -> None:
        """A watch, ended by the first event."""
        self._requests.watch(_path(kind, namespace), version, seconds)

    def each(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Sequence[Result]:
        """In threads, also where there is one item: an interrupt never comes between a request and its answer. Once one has
        failed, none is begun any more; after an interrupt nothing is asked again either."""
        with ThreadPoolExecutor(THREADS) as pool:
            waiting = [pool.submit(work, one) for one in items]
            try:
                return [one.result() for one in waiting]
            except BaseException as error:
                if not isinstance(error, Exception):
                    self._requests.end()
                pool.shutdown(cancel_futures=True)
                raise

    @contextmanager
    def hold(self, place: Identity, holder: str, patience: float) -> Iterator[None]:
        """By a `Lease`, which is asked before each write and each repetition of one; after it nothing is written any more."""
        brief = Requests(self._requests.connection, deadline=lease.RENEW, timeout=lease.RENEW)
        with Lease(HttpCluster(self._requests), HttpCluster(brief), place, holder, patience) as held:
            self._fence = held.check
            yield

    def ours(self) -> None:
        """As before each write."""
        self._fence()

    def _listed(
        self,
        kind: Kind,
        query: Mapping[str, str],
        namespaces: Collection[str],
        known: Collection[Place] | None,
        form: str,
    ) -> list[Live]:
        status, answer = self._page(kind, "", query, form)
        if status == 404:
            return []
        if status == 403 and kind.namespaced:
            return [one for space in sorted(namespaces) for one in self._inside(kind, space, query, known, form)]
        if status == 403 and known is not None:
            return list(self._named(kind, "", query, known, form))
        return list(self._rest(kind, "", query, form, self._well(status, answer)))

    def _inside(
        self, kind: Kind, namespace: str, query: Mapping[str, str], known: Collection[Place] | None, form: str
    ) -> Iterator[Live]:
        status, answer = self._page(kind, namespace, query, form)
        if status == 403 and known is not None:
            return self._named(kind, namespace, query, known, form)
        return self._rest(kind, namespace, query, form, self._well(status, answer))

    def _named(
        self, kind: Kind, namespace: str, query: Mapping[str, str], known: Collection[Place], form: str
    ) -> Iterator[Live]:
        for name in sorted(name for space, name in known if space == namespace):
            one = {**query, "fieldSelector": f"metadata.name={name}"}
            yield from self._rest(kind, namespace, one, form, self._well(*self._page(kind, namespace, one, form)))

    def _rest(self, kind: Kind, namespace: str, query: Mapping[str, str], form: str, answer: Live) -> Iterator[Live]:
        while True:
            for one in answer.get("items") or ():
                yield {**one, "kind": kind.name, "apiVersion": kind.api}
            following = (answer.get("metadata") or {}).get("continue", "")
            if not following:
                return
            answer = self._well(*self._page(kind, namespace, {**query, "continue": following}, form))

    def _page(self, kind: Kind, namespace: str, query: Mapping[str, str], form: str) -> tuple[int, dict[str, Any]]:
        return self._requests.ask("GET", _path(kind, namespace), {**query, "limit": PAGE}, accept=form)

    def _well(self, status: int, answer: dict[str, Any]) -> dict[str, Any]:
        """The answer, where it is one. Raises `Refused` where something may not be read, `World` for the rest."""
        if status < 300:
            return answer
        told = refusal(status, answer)
        found = diagnostic(Identity(kind="cluster", name=self.place, owner=""), told)
        raise (Refused if status == 403 else World)([found])


def _path(kind: Kind, namespace: str = "", name: str = "") -> str:
    root = f"/apis/{kind.group}/{kind.version}" if kind.group else f"/api/{kind.version}"
    inside = f"/namespaces/{quote(namespace)}" if kind.namespaced and namespace else ""
    return f"{root}{inside}/{kind.plural}" + (f"/{quote(name, safe='')}" if name else "")


def _kinds(answer: Mapping[str, Any]) -> Iterator[Kind]:
    for group in answer.get("items", ()):
        for version in group.get("versions", ()):
            for one in version.get("resources", ()):
                about = one.get("responseKind") or {}
                if "patch" in one.get("verbs", ()) and "list" in one.get("verbs", ()):
                    yield Kind(
                        group=group["metadata"].get("name", ""),
                        version=version["version"],
                        name=about.get("kind", ""),
                        plural=one["resource"],
                        namespaced=one.get("scope") == "Namespaced",
                    )
