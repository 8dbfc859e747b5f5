"""From what a person types to what is meant: an environment, a model, a model as an environment's overlays make it."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile
from typing import Any

from pydantic import ValidationError

from windlass.engine import overlay
from windlass.engine.wording import listed, meant
from windlass.model import layout
from windlass.model.diagnostic import Diagnostic
from windlass.model.document import API_VERSION
from windlass.model.failure import Findings, Usage
from windlass.model.project import Loaded, Project
from windlass.model.specs.environment import LOCAL, Environment, EnvironmentSpec, Target
from windlass.model.specs.model import Model, ModelSpec

FIRST_PORT = 3000
PORTS_APART = 100


def environment(project: Project, name: str, rehearse: bool) -> Environment:
    """The environment of a name. ``rehearse`` replaces its target, backends and store by this machine's, each environment
    of the chain with ports of its own (from ``target.port`` where that is written, else 3100, 3200, ...). Raises `Usage`:
    WL603 for an unknown name, WL604 where `local` is rehearsed."""
    if name == LOCAL:
        if rehearse:
            raise Usage.one(
                "WL604", "`local` is this machine already: there is nothing to rehearse", "leave out --rehearse"
            )
        return _embedded()
    if name not in project.environments:
        raise unknown(name, (LOCAL, *chain(project)))
    declared = project.environments[name].spec
    return _rehearsed(declared, chain(project).index(name) + 1) if rehearse else declared


def unknown(name: str, known: Iterable[str]) -> Usage:
    """The failure of a name that is no environment (WL603), with the one that was probably meant."""
    return Usage.one("WL603", f"no environment `{name}`", meant(name, known, "there are"))


def unread(name: str) -> Environment:
    """An environment whose document cannot be read, or is gone, but whose state may still lie on this machine."""
    return _environment(name, EnvironmentSpec(target=Target(kind="local"), rehearsed=True))


def chain(project: Project) -> tuple[str, ...]:
    """The environments from the head on, each behind the one that it promotes from, ties by name. `local` is in no chain."""
    waiting = {name: loaded.spec.spec.promotes_from for name, loaded in sorted(project.environments.items())}
    done: list[str] = []
    while waiting:
        ready = [name for name, before in waiting.items() if before not in waiting]
        # A circle is a finding of its own; here it only has to end.
        for name in ready or list(waiting):
            done.append(name)
            del waiting[name]
    return tuple(done)


def head(project: Project) -> str | None:
    """The environment that trains: the one that promotes from none."""
    return next((name for name in chain(project) if project.environments[name].spec.spec.promotes_from is None), None)


def model(project: Project, text: str | None, here: str = "") -> Loaded[Model]:
    """The model that is meant: ``team/model``, ``model`` where one team alone has it, or a path to its folder. Without a
    text the one whose folder ``here`` (relative to the repository) is in, else the only one. Raises `Usage`: WL601 for an
    unknown model, WL602 where several could be meant."""
    return project.models[slug(project.models, text, here)]


def slug(known: Iterable[str], text: str | None, here: str = "") -> str:
    """The same among names alone (``team/model``), of models whose specs need not be right, or there any more."""
    every = list(known)
    wanted = _standing_in(every, here) if text is None else _slug(text)
    if wanted in every:
        return wanted
    named = [one for one in every if one.partition("/")[2] == wanted] if wanted else every
    if len(named) == 1:
        return named[0]
    if named:
        raise Usage.one("WL602", f"which model? {listed(named)}", f"name it: {named[0]}")
    if not every:
        raise Usage.one("WL601", "there is no model yet", "`windlass new model TEAM/NAME` writes a working start")
    raise Usage.one("WL601", f"no model `{wanted}`", meant(wanted, every, "there are"))


def effective(project: Project, document: Mapping[str, Any], environment_name: str) -> ModelSpec:
    """The spec of a model document (its plain value, also a promoted one) with an environment's overlays laid over it. Raises
    `Findings` (WL236) where they do not fit: overlays are of today, a promoted spec may be of last year."""
    laid = overlay.lay(project, environment_name, document)
    meta = document["metadata"]
    written = project.models.get(f"{meta['team']}/{meta['name']}")
    if written is not None and written.source.value is document and not laid.origins and not laid.history:
        return written.spec.spec  # the very same was read already, and nothing is laid over it
    try:
        return Model.model_validate(laid.value, by_alias=True, by_name=False).spec
    except ValidationError as error:
        raise Findings([_unfit(laid, document, environment_name, dict(one)) for one in error.errors()]) from error


def _unfit(laid: overlay.Laid, document: Mapping[str, Any], name: str, error: Mapping[str, Any]) -> Diagnostic:
    """What is wrong at one path, placed in the overlay that reaches nearest to it."""
    path = tuple(error["loc"])
    slug = f"{document['metadata']['team']}/{document['metadata']['name']}"
    near = max(laid.origins, key=lambda one: _shared(one, path), default=None)
    place = laid.origins[near][0].source.place(*laid.origins[near][1]) if near is not None else None
    where, why = ".".join(map(str, path)), error["msg"].lower()
    message = f"the spec of {slug} that {name} holds does not fit its overlays: `{where}`: {why}"
    hint = "change the overlay, or promote a release whose spec it fits"
    return Diagnostic("WL236", message, place, hint)


def _shared(one: Sequence[object], other: Sequence[object]) -> int:
    """How many parts two paths have in common from the top."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _embedded() -> Environment:
    return _environment(LOCAL, EnvironmentSpec(target=Target(kind="local", port=FIRST_PORT)))


def _rehearsed(declared: Environment, place: int) -> Environment:
    target = Target(kind="local", port=declared.spec.target.port or FIRST_PORT + PORTS_APART * place)
    local: dict[str, object] = {
        "target": target,
        "backends": EnvironmentSpec(target=target).backends,
        "store": None,
        "tracking": None,
        "queue": None,
        "options": {},
        "rehearsed": True,
    }
    return declared.model_copy(update={"spec": declared.spec.model_copy(update=local)})


def _environment(name: str, spec: EnvironmentSpec) -> Environment:
    return Environment.model_validate(
        {"apiVersion": API_VERSION, "kind": "Environment", "metadata": {"name": name}, "spec": spec.plain()}
    )


def _slug(text: str) -> str:
    return text.rstrip("/").removesuffix("/model.yaml").removeprefix("./").removeprefix(f"{layout.SPECS}/")


def _standing_in(known: Iterable[str], here: str) -> str:
    folders = ((one, f"{layout.SPECS}/{one}") for one in known)
    return next((one for one, folder in folders if here == folder or here.startswith(f"{folder}/")), "")
