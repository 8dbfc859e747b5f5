"""WL310: where a platform is asked for machines and not for cores, there is one that fits."""

from collections.abc import Iterator
from dataclasses import replace

from windlass.engine.finding import at, at_key
from windlass.engine.lower.cluster import asked
from windlass.engine.lower.instances import smallest
from windlass.engine.lower.quantities import resources
from windlass.engine.spelling import bytes_si, cpu
from windlass.engine.tree import Tree
from windlass.engine.wording import listed
from windlass.model.diagnostic import Diagnostic, Related
from windlass.model.project import Loaded
from windlass.model.specs.environment import Environment, InstanceType
from windlass.model.specs.model import Model

TABLE = ("spec", "instanceTypes")


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Environments whose serving backend takes instance types: that they list some, and that every service fits one."""
    for name, environment in sorted(tree.project.environments.items()):
        spec, known = environment.spec.spec, tree.known.backends if tree.known else {}
        backend = known.get(("serving", spec.backends.serving))
        if backend is None:
            continue
        if "instanceType" not in _taken(backend.capabilities.get("resources", ())):
            if spec.instance_types:
                message = f"no backend of `{name}` asks for machines: `{backend.name}` asks for cores and memory"
                yield at_key(environment.source, TABLE, "WL310", message, "take `instanceTypes` away")
            continue
        if not spec.instance_types:
            message = f"the serving backend `{backend.name}` takes instance types, and `{name}` lists none"
            hint = "list them: `instanceTypes: [{name: cpu.2, cpu: '2', memory: 4Gi}]`"
            yield at(environment.source, ("spec", "backends", "serving"), "WL310", message, hint)
            continue
        for slug, written in tree.project.models.items():
            yield from _fits(environment, tree.overlaid.get((name, slug), written))


def _fits(environment: Loaded[Environment], loaded: Loaded[Model]) -> Iterator[Diagnostic]:
    serving, name, table = (
        loaded.spec.spec.serving,
        environment.spec.metadata.name,
        environment.spec.spec.instance_types,
    )
    if serving is None:
        return
    needs = asked(resources(serving.resources))
    if smallest(needs, table) is None:
        parts = [
            f"{cpu(needs.cpu_millis.request or 0)} cores",
            f"{bytes_si(needs.memory_bytes.request or 0)} of memory",
        ]
        parts += [f"{needs.gpu.count} GPUs"] if needs.gpu else []
        message = f"no instance type of {name} holds {listed(parts)}"
        hint = f"there are {listed(_said(one) for one in table)}"
        related = (Related("the instance types", environment.source.place(*TABLE)),)
        found = at(loaded.source, ("spec", "serving", "resources"), "WL310", message, hint, related)
        yield replace(found, environments=(name,))


def _taken(said: object) -> tuple[object, ...]:
    return said if isinstance(said, tuple) else (said,)


def _said(one: InstanceType) -> str:
    gpus = f", {one.gpu} GPUs" if one.gpu else ""
    return f"{one.name} ({one.cpu} cores, {one.memory}{gpus})"
