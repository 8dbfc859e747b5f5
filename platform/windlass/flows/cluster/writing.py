"""The writing of one apply: the inventory grows, objects are written wave by wave, what leaves goes, the inventory shrinks."""

from collections.abc import Callable, Mapping

from windlass.engine.cluster import applyset, order, prune, refusals, stamp
from windlass.engine.cluster.applyset import Inventory, Key
from windlass.flows.applying.receipts import Act, Done
from windlass.flows.cluster import runs, until
from windlass.flows.cluster.dryrun import ask
from windlass.flows.cluster.listing import Listing
from windlass.flows.cluster.one import One
from windlass.flows.cluster.plan import Seen
from windlass.flows.cluster.reach import Reach
from windlass.flows.releasing import release
from windlass.model.failure import Failure, Refused, World
from windlass.model.plan import Change
from windlass.model.receipt import Outcome


class Writing:
    """The hands of one apply."""

    def __init__(self, act: Act, reach: Reach, now: Seen, done: Done) -> None:
        """Nothing is written yet."""
        self._act, self._reach, self._cluster, self._now, self._done = act, reach, reach.cluster, now, done
        self._asked, self._runs = dict(now.looked.asked), {run.change.identity.key: run for run in now.runs.every}
        self._listing = Listing(act, reach, now.looked.parent)
        self._one = One(act, reach)
        self._uids = {**now.looked.held.members} | {key: one["metadata"]["uid"] for key, one in now.looked.live.items()}
        self._broken: set[str] = set()

    def all(self) -> None:
        """Everything. Raises `World` where nothing more can be done; what failed of single objects is told in ``done``."""
        apart = {*self._runs, *(change.identity.key for change in self._now.aliases.changes)}
        changes = [change for change in self._now.plan.pending if change.identity.key not in apart]
        coming = [one for one in changes if one.identity.key in self._asked]
        anew = {one.identity.key for one in coming if one.action in ("create", "replace")}
        wanted = [sent.identity for sent in self._now.wanted.objects]
        self._listing.keep(applyset.grown(self._now.looked.held, wanted, anew))
        for wave in order.waves([one for one in coming if one.identity.kind in order.GATES]):
            self._wave(wave)
        if any(one.untold for one in self._asked.values()):
            until.served(self._act, self._reach, [one for one in wanted if one.kind in order.GATES])
            self._check_later()
        for wave in order.waves([one for one in coming if one.identity.kind not in order.GATES]):
            self._wave(wave)
        for wave in order.leaving([one for one in changes if one.identity.key not in self._asked]):
            self._cluster.each(lambda change: self._noted(change, self._leave), wave)
        self._listing.keep(applyset.inventory(self._exactly()))

    def submit(self) -> None:
        """Every training that nobody has the result of. One that cannot be is told; the others go."""
        for change in self._now.plan.pending:
            if change.identity.key in self._runs:
                self._noted(change, self._submit)

    def _submit(self, change: Change) -> str:
        act, run = self._act, self._runs[change.identity.key]
        release.merged(act.ports, act.project.models[change.identity.owner], act.environment)
        return runs.submit(act.ports, self._reach, act.project, act.environment, run)

    def rest(self) -> None:
        """Say of every change that was not begun that it was not, and put all in order."""
        told = {(one.kind, one.name) for one in self._done.objects}
        for change in self._now.plan.pending:
            one = Outcome.of(change.identity, change.action, "skipped", "the apply stopped before")
            if (one.kind, one.name) not in told:
                self._done.objects.append(one)
        self._done.objects.sort(key=lambda one: (one.owner, one.kind, one.name))

    def _wave(self, wave: list[Change]) -> None:
        kinds = sorted({one.identity.kind for one in wave})
        self._act.ports.progress.begin("apply", f"{len(wave)} objects: {', '.join(kinds)}")
        self._cluster.each(lambda change: self._noted(change, self._write), wave)
        self._act.ports.progress.end("apply", "written", "")

    def _noted(self, change: Change, do: Callable[[Change], str]) -> None:
        """Do one change and say how it ended. Raises only where nothing more can be done."""
        owner = change.identity.owner
        if owner and owner in self._broken:
            self._done.objects.append(
                Outcome.of(change.identity, change.action, "skipped", "something before it failed")
            )
            return
        try:
            self._done.objects.append(Outcome.of(change.identity, change.action, "done", do(change)))
        except Failure as failure:
            self._done.objects.append(Outcome.of(change.identity, change.action, "failed", str(failure)))
            self._broken.add(owner)
            if isinstance(failure, World) and failure.diagnostics[0].code != refusals.HELD_UP:
                raise
            self._done.failures.append(failure)

    def _write(self, change: Change) -> str:
        asked = self._asked[change.identity.key]
        seen = self._now.looked.live.get(change.identity.key)
        before = stamp.said(seen, stamp.APPLIED) if seen is not None else ""
        live, detail = self._one.write(change, asked.object, asked.force, before)
        self._uids[change.identity.key] = live["metadata"]["uid"]
        return detail

    def _leave(self, change: Change) -> str:
        """Delete an object, or leave it as nobody's, after a last look at whether it is ours."""
        identity = change.identity
        kind = self._reach.kind(identity.group, identity.kind)
        listed = Inventory({identity.key: change.observed.uid or ""})
        detail = "gone already"
        if kind is not None:
            detail = self._one.leave(
                change, kind, lambda live: prune.foreign(live, self._act.environment.metadata.name, listed)
            )
        self._uids.pop(identity.key, None)
        return detail

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
