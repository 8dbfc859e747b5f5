"""Do one change of a plan on this machine: train, start, relabel, stop, or point an alias. Each can be done twice."""

from collections.abc import Mapping
from dataclasses import dataclass

from windlass.flows import train
from windlass.flows.applying import contents
from windlass.flows.applying.observe import START_LIMIT
from windlass.flows.releasing import release, releases
from windlass.flows.releasing.releases import Held
from windlass.flows.training import registry
from windlass.model.plan import Change
from windlass.model.project import Project
from windlass.model.specs.environment import LOCAL, Environment
from windlass.model.workload import Service
from windlass.ports import Ports


@dataclass
class Steps:
    """The local target's hands for one apply."""

    ports: Ports
    project: Project
    environment: Environment
    held: Mapping[str, Held]
    services: Mapping[str, Service]
    lock: int | None = None

    def do(self, change: Change) -> str:
        """Do it; what to say of it in the receipt. Raises the `Failure` of whoever is at fault."""
        kind, gone = change.identity.kind, change.action == "delete"
        if kind == "PipelineRun":
            return self._train(change.identity.owner)
        if kind == "Alias":
            return self._drop(change) if gone else self._point(change)
        return self._stop(change) if gone else self._serve(change)

    def _train(self, slug: str) -> str:
        loaded = self.project.models[slug]
        found = releases.compared(self.project, self.environment, self.held, loaded)
        if self.environment.metadata.name != LOCAL:
            release.merged(self.ports, loaded, self.environment)
        candidate = train.train(self.ports, self.project, loaded, self.environment, found)
        proposal = release.propose(self.ports, self.project, candidate, self.environment)
        return proposal.summary

    def _point(self, change: Change) -> str:
        slug = change.identity.owner
        held, name = self.held[slug], self.environment.metadata.name
        pin = held.release.spec.pin.model
        registry.restore(self.ports, self.project, slug, pin.registry)
        if pin.digest not in self.ports.registry.versions(pin.registry):
            candidate = contents.candidate(self.ports, self.project, self.environment, held.release)
            registry.register(self.ports, name, candidate, held.spec)
        version = self.ports.registry.set_alias(pin.registry, name, pin.digest)
        self.ports.progress.point("apply.alias")
        return f"version {version}"

    def _drop(self, change: Change) -> str:
        name, _, alias = change.identity.name.partition("@")
        self.ports.registry.drop_alias(name, alias)
        return "removed"

    def _stop(self, change: Change) -> str:
        self.ports.servers.stop(self.environment.metadata.name, change.identity.owner)
        return "stopped"

    def _serve(self, change: Change) -> str:
        slug = change.identity.owner
        service, ports = self.services[slug], self.ports
        if change.action == "update":
            ports.servers.relabel(service)
            return "relabelled, still the same process"
        ports.progress.begin("serve", f"port {service.port}")
        python = contents.interpreter(ports, self.project, self.environment, self.held[slug].release)
        bento = contents.bento(ports, self.environment, self.held[slug].release)
        closed = ports.clock.monotonic() if self._predecessor(slug) else None
        if closed is not None:
            ports.servers.stop(service.environment, slug)
            ports.progress.point("serve.stopped")
        ports.servers.start(service, bento, python, self.lock)
        ports.progress.point("serve.started")
        took = ports.servers.wait_ready(service, START_LIMIT)
        told = f"ready after {took:.1f} s"
        if closed is not None:
            told += f", nobody was answered for {ports.clock.monotonic() - closed:.1f} s"
        ports.progress.end("serve", f"http://127.0.0.1:{service.port}", told)
        return told

    def _predecessor(self, slug: str) -> bool:
        """Whether a process of the model lives: one to replace, or one that does not answer and was not counted."""
        observed = self.ports.servers.observe(self.environment.metadata.name)
        return any(seen.present and seen.identity.owner == slug for seen in observed)
