"""Backends as they describe themselves: `backend.yaml` read and judged, and the options that an environment sets."""

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import yaml
from pydantic import ValidationError

from windlass.engine import shape
from windlass.engine.finding import at
from windlass.engine.parse import parse
from windlass.engine.wording import listed, meant
from windlass.model.backend import KINDS, Backend, Option
from windlass.model.diagnostic import Diagnostic, Place
from windlass.model.project import Source
from windlass.model.specs.dataset import Scalar

FILE = "backend.yaml"
TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}
SPELLED = re.compile(r"^apiVersion: (?:(?P<group>\S+)/)?\w+\nkind: (?P<kind>\w+)$", re.M)
WIDE = "cluster/"
"""Where objects go that live in no namespace."""


@dataclass(frozen=True, slots=True)
class Known:
    """The backends that there are: names by axis, and those that were read, by axis and name."""

    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    backends: Mapping[tuple[str, str], Backend] = field(default_factory=dict)


@functools.cache
def declared(text: str) -> Backend:
    """A `backend.yaml` that is known to be sound."""
    return Backend.model_validate(yaml.load(text, yaml.CSafeLoader), by_alias=True, by_name=False)


def read(axis: str, name: str, files: Mapping[str, str]) -> tuple[Backend | None, tuple[Diagnostic, ...]]:
    """The backend of a folder, or None, and everything that is wrong with how it describes itself (also WL277)."""
    parsed = parse(f"templates/{axis}/{name}/{FILE}", files[FILE].encode())
    if parsed.source is None or parsed.diagnostics:
        return None, tuple(parsed.diagnostics)
    try:
        backend = Backend.model_validate(parsed.source.value, by_alias=True, by_name=False)
    except ValidationError as error:
        return None, tuple(shape.explain(parsed.source, Backend, error))
    return backend, tuple(_findings(axis, name, files, backend, parsed.source))


def stray(axis: str, name: str, there: Iterable[str]) -> Diagnostic:
    """A folder of the repository's own that holds no backend, and stands in for none (WL277)."""
    folder = f"templates/{axis}/{name}"
    hint = f"{meant(name, there, f'backends of `{axis}` are')} A backend of your own has a `{FILE}`."
    return Diagnostic("WL277", f"no backend `{axis}/{name}` for what lies here", Place(folder), hint)


def values(backend: Backend, given: Mapping[str, Scalar]) -> dict[str, Scalar]:
    """Every option with the value that holds."""
    return {option.name: given.get(option.name, option.default) for option in backend.options}


def kinds(files: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    """The kinds, group and name, of the objects in namespaces that a backend's templates spell, whatever they are given."""
    made = [one.template for one in declared(files[FILE]).documents if not one.path.startswith(WIDE)]
    found = (SPELLED.finditer(files[template]) for template in made)
    return frozenset((one["group"] or "", one["kind"]) for several in found for one in several)


def unfit(option: Option, value: object) -> str:
    """Why a value is none for an option, or nothing."""
    right = isinstance(value, TYPES[option.type]) and isinstance(value, bool) == (option.type == "boolean")
    if not right:
        return f"must be {'an' if option.type == 'integer' else 'a'} {option.type}"
    if option.enum is not None and value not in option.enum:
        return f"must be one of {listed(map(str, option.enum))}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        if option.minimum is not None and value < option.minimum:
            return f"must be at least {option.minimum:g}"
        if option.maximum is not None and value > option.maximum:
            return f"must be at most {option.maximum:g}"
    return ""


def _findings(axis: str, name: str, files: Mapping[str, str], backend: Backend, source: Source) -> Iterator[Diagnostic]:
    for key, said, wanted in (
        ("axis", backend.axis, axis),
        ("name", backend.name, name),
        ("workload", backend.workload, KINDS.get(axis, backend.workload)),
    ):
        if said != wanted:
            message = f"`{key}` is `{said}`, but a backend in this folder has `{wanted}`"
            yield at(source, (key,), "WL277", message, f"write {key}: {wanted}")
    for number, made in enumerate(backend.documents):
        if made.template not in files:
            there = sorted(path for path in files if path != FILE and not path.startswith("_"))
            message = f"no template `{made.template}` beside {FILE}"
            yield at(
                source, ("documents", number, "template"), "WL277", message, meant(made.template, there, "there are")
            )
    used = {made.template for made in backend.documents}
    for path in sorted(set(files) - used - {FILE}):
        if not path.startswith("_"):
            hint = meant(path, used, "documents are made of") + " (what others include starts with `_`)"
            yield Diagnostic("WL277", "no document is made of this template", Place(f"{backend.folder}/{path}"), hint)
    for number, option in enumerate(backend.options):
        if why := unfit(option, option.default):
            message = f"the default of option `{option.name}` is `{option.default}`, it {why}"
            yield at(source, ("options", number, "default"), "WL277", message)
