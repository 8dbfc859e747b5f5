"""The writing of one apply: the inventory grows, objects are written wave by wave, what leaves goes, the inventory shrinks."""

from collections.abc import Mapping
from typing import Any

from windlass import __version__
from windlass.engine.cluster import applyset, order, prune, refusals, stamp
from windlass.engine.cluster.applyset import Inventory, Key
from windlass.flows.applying.receipts import Act, Done
from windlass.flows.cluster import runs, until
from windlass.flows.cluster.dryrun import ask
from windlass.flows.cluster.look import kind_of
from windlass.flows.cluster.plan import Seen
from windlass.flows.cluster.reach import CONFIGMAP, Reach, inventory
from windlass.flows.cluster.runs import Run
from windlass.flows.releasing import release
from windlass.model.failure import Failure, Refused, World
from windlass.model.plan import Change
from windlass.model.receipt import Outcome
from windlass.model.refusal import Refusal
from windlass.ports.cluster import Fence, Written

ROOT = "windlass-applyset"
"""Who writes the inventory, by the name that the standard gives."""


class Writing:
    """The hands of one apply. ``broken`` are the owners of which something could not be done."""

    def __init__(self, act: Act, reach: Reach, now: Seen, fence: Fence, done: Done) -> None:
        """Nothing is written yet."""
        self._act, self._cluster, self._now, self._fence, self._done = act, reach.cluster, now, fence, done
        self._home = inventory(act.environment)
        self._reach, self._asked = reach, dict(now.looked.asked)
        self._uids = {**now.looked.held.members} | {key: one["metadata"]["uid"] for key, one in now.looked.live.items()}
        self.broken: set[str] = set()

    def all(self) -> None:
        """Everything. Raises `World` where nothing more can be done; what failed of single objects is told in ``done``."""
        trainings = {run.change.identity.key for run in self._now.runs.every}
        changes = [change for change in self._now.plan.pending if change.identity.key not in trainings]
        coming = [one for one in changes if one.identity.key in self._now.looked.asked]
        self._keep(applyset.grown(self._now.looked.held, [sent.identity for sent in self._now.wanted.objects]))
        for wave in order.waves(coming):
            self._wave(wave)
        leaving = order.leaving([one for one in changes if one.identity.key not in self._now.looked.asked])
        for change in leaving:
            self._noted(change, self._leave)
        self._keep(applyset.inventory(self._exactly()))

    def submit(self) -> None:
        """Every training that nobody has the result of. One that cannot be is told; the others go."""
        trainings = {run.change.identity.key: run for run in self._now.runs.every}
        for change in self._now.plan.pending:
            if change.identity.key in trainings:
                self._noted(change, lambda change: self._submit(trainings[change.identity.key]))

    def _submit(self, run: Run) -> str:
        act = self._act
        release.merged(act.ports, act.project.models[run.change.identity.owner], act.environment)
        return runs.submit(act.ports, self._reach, act.project, act.environment, run, self._fence)

    def rest(self) -> None:
        """Say of every change that was not begun that it was not, and put all in order."""
        told = {(one.kind, one.name) for one in self._done.objects}
        for change in self._now.plan.pending:
            one = _outcome(change, "skipped", "the apply stopped before")
            if (one.kind, one.name) not in told:
                self._done.objects.append(one)
        self._done.objects.sort(key=lambda one: (one.owner, one.kind, one.name))

    def _wave(self, wave: list[Change]) -> None:
        progress = self._act.ports.progress
        kinds = sorted({one.identity.kind for one in wave})
        progress.begin("apply", f"{len(wave)} objects: {', '.join(kinds)}")
        self._cluster.each(lambda change: self._noted(change, self._write), wave)
        if any(change.identity.kind in order.GATES for change in wave):
            until.served(self._act, self._reach, [change.identity for change in wave])
            self._check_later()
        progress.end("apply", "written", "")

    def _noted(self, change: Change, do: Any) -> None:
        """Do one change and say how it ended. Raises only where nothing more can be done."""
        owner = change.identity.owner
        if owner and owner in self.broken:
            self._done.objects.append(_outcome(change, "skipped", "something before it failed"))
            return
        try:
            self._done.objects.append(_outcome(change, "done", do(change)))
        except Failure as failure:
            self._done.objects.append(_outcome(change, "failed", str(failure)))
            self.broken.add(owner)
            if isinstance(failure, World):
                raise
            self._done.failures.append(failure)

    def _write(self, change: Change) -> str:
        asked = self._asked[change.identity.key]
        kind = kind_of(self._reach, change.identity.group, change.identity.kind, change.identity.api)
        assert kind is not None  # the plan was refused otherwise
        if change.action == "replace":
            self._fence.check()
            assert change.observed.uid is not None
            refused = self._cluster.delete(kind, change.identity, change.observed.uid)
            if refused is not None:
                raise refusals.failure(change.identity, refused)
            until.gone(self._act, self._cluster, kind, change.identity, change.observed.uid)
        self._fence.check()
        answer = self._cluster.apply(kind, _same_one(asked.object, change), stamp.MANAGER, force=asked.force)
        if isinstance(answer, Refusal):
            raise refusals.failure(change.identity, answer)
        self._uids[change.identity.key] = answer.live["metadata"]["uid"]
        self._act.ports.progress.point("cluster.written")
        return "created" if answer.created else "written"

    def _leave(self, change: Change) -> str:
        """Delete an object, or leave it as nobody's, after a last look at whether it is ours."""
        identity = change.identity
        kind = kind_of(self._reach, identity.group, identity.kind)
        live = self._cluster.read(kind, identity.namespace, identity.name) if kind else None
        if kind is None or live is None:
            self._uids.pop(identity.key, None)
            return "gone already"
        if why := prune.foreign(
            live, self._act.environment.metadata.name, Inventory({identity.key: change.observed.uid or ""})
        ):
            raise Refused.one(
                "WL410", f"{identity} is not what the plan saw: {why}", "plan again, and look at what is different"
            )
        self._fence.check()
        if change.action == "delete":
            refused = self._cluster.delete(kind, identity, live["metadata"]["uid"], live["metadata"]["resourceVersion"])
            if refused is not None:
                raise refusals.failure(identity, refused)
            self._act.ports.progress.point("cluster.deleted")
            if not until.gone(self._act, self._cluster, kind, identity, live["metadata"]["uid"]):
                return "is being deleted: something holds it by a finalizer"
        else:
            refusal = self._cluster.replace(kind, _nobodys(live))
            if isinstance(refusal, Refusal):
                raise refusals.failure(identity, refusal)
        self._uids.pop(identity.key, None)
        return "deleted" if change.action == "delete" else "left as nobody's"

    def _check_later(self) -> None:
        """Ask the server of what it could not be asked before, now that namespaces and kinds are there. Raises `Refused` with
        everything that it does not take, before any of it is written."""
        later = [one for one in self._asked.values() if one.untold]
        again = self._cluster.each(lambda one: ask(self._cluster, one.sent, None, (), False), later)
        if found := [why for one in again for why in one.why]:
            raise Refused(found)
        self._asked |= {one.change.identity.key: one for one in again}

    def _exactly(self) -> Mapping[Key, str]:
        """What is there now and ours: what is asked for and was written, and what would not go."""
        wanted = {one.identity.key for one in self._now.wanted.objects}
        there = {change.identity.key for change in self._now.plan.changes if change.observed.present}
        return {key: uid for key, uid in self._uids.items() if uid and (key in wanted or key in there)}

    def _keep(self, held: Inventory) -> None:
        if applyset.too_large(held):
            message = f"{len(held.members)} objects are more than the inventory of one environment can list"
            raise Refused.one("WL454", message, "divide the environment: by teams, each with a target of its own")
        self._fence.check()
        document = applyset.parent(self._home, held, __version__)
        answer: Written | Refusal = self._cluster.apply(CONFIGMAP, document, ROOT)
        if isinstance(answer, Refusal) and answer.code == 409:
            self._act.ports.progress.note(f"warning: somebody has written into {self._home}; it is set right")
            answer = self._cluster.apply(CONFIGMAP, document, ROOT, force=True)
        if isinstance(answer, Refusal):
            raise refusals.failure(self._home, answer)
        self._act.ports.progress.point("cluster.inventory")


def _same_one(sent: Mapping[str, Any], change: Change) -> Mapping[str, Any]:
    """What is sent, bound to the object that the plan saw: one that was deleted since is not made anew."""
    if change.action != "update" or change.observed.uid is None:
        return sent
    return {**sent, "metadata": {**sent["metadata"], "uid": change.observed.uid}}


def _nobodys(live: Mapping[str, Any]) -> Mapping[str, Any]:
    """An object without what we say of ourselves on it."""
    meta = dict(live["metadata"])
    meta["labels"] = {key: value for key, value in (meta.get("labels") or {}).items() if key != applyset.PART_OF}
    own = (stamp.OWNER, stamp.APPLIED, stamp.ON_REMOVAL)
    meta["annotations"] = {key: value for key, value in (meta.get("annotations") or {}).items() if key not in own}
    return {**live, "metadata": meta}


def _outcome(change: Change, outcome: Any, detail: str) -> Outcome:
    identity = change.identity
    return Outcome(
        kind=identity.kind,
        name=f"{identity.namespace}/{identity.name}" if identity.namespace else identity.name,
        owner=identity.owner,
        action=change.action,
        outcome=outcome,
        detail=detail,
    )
