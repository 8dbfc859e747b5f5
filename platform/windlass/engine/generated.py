"""What the generated files beside a spec must be, and how the real ones differ. `lock` writes them, `validate` compares."""

from collections.abc import Collection, Iterable, Mapping

from windlass.engine import lockfile
from windlass.engine.backend import FILE, declared
from windlass.engine.lower import names
from windlass.engine.render import HEADER, render
from windlass.model.diagnostic import Diagnostic, Place
from windlass.model.workload import Pipeline

BESIDE = ("pipelines", "dvc")
"""The backend whose files are committed beside the code, whatever an environment renders besides: DVC runs every stage."""
HINT, REMOVES = "`windlass lock` writes it", "`windlass lock` removes it"


def file_names(templates: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the files that a backend renders beside each spec."""
    return tuple(entry.path for entry in declared(templates[FILE]).documents)


def files(pipeline: Pipeline, templates: Mapping[str, str]) -> dict[str, bytes]:
    """Every generated file of a pipeline by its path in the repository. ``templates`` are the backend's files."""
    return {names.joined(pipeline.folder, path): data for path, data in render(templates, pipeline).items()}


def left_over(wanted: Collection[str], beside: Iterable[str], actual: Mapping[str, bytes | None]) -> tuple[str, ...]:
    """The paths of files that an older spec asked for and this one does not: ``beside`` are those of all files that there may
    be. Only what carries our header is ours."""
    unasked = (path for path in sorted(beside) if path not in wanted)
    return tuple(path for path in unasked if HEADER.encode() in (actual.get(path) or b""))


def beside(pipeline: Pipeline, templates: Mapping[str, str]) -> tuple[str, ...]:
    """The path of every file that a pipeline may have beside its spec."""
    return tuple(names.joined(pipeline.folder, name) for name in file_names(templates))


def differences(
    pipeline: Pipeline, templates: Mapping[str, str], actual: Mapping[str, bytes | None]
) -> tuple[Diagnostic, ...]:
    """A finding for each generated file that is missing, was edited or is left over (WL301). ``actual`` holds the files as they
    are."""
    made = files(pipeline, templates)
    differing = tuple(
        _differs(path, wanted, actual.get(path), pipeline.source)
        for path, wanted in sorted(made.items())
        if actual.get(path) != wanted
    )
    over = (
        Diagnostic("WL301", f"`{path}` is left over: `{pipeline.source}` asks for none", Place(path), REMOVES)
        for path in left_over(made, beside(pipeline, templates), actual)
    )
    return (*differing, *over)


def lock_findings(requirements: str, lock: str, actual: Mapping[str, bytes | None]) -> tuple[Diagnostic, ...]:
    """What is wrong with a requirements lock (WL302). ``requirements`` and ``lock`` are paths in the repository."""
    asked, pins = actual.get(requirements), actual.get(lock)
    if asked is None:
        hint = "name the packages that the code imports, one a line"
        return (Diagnostic("WL303", f"there is no `{requirements}`", Place(requirements), hint),)
    if pins is None:
        return (
            Diagnostic("WL302", f"`{requirements}` is not locked: there is no `{lock}`", Place(requirements), HINT),
        )
    if lockfile.stale(asked, pins):
        message = f"`{lock}` was made of other requirements than `{requirements}` holds now"
        return (Diagnostic("WL302", message, Place(lock), "`windlass lock` makes it anew"),)
    if bare := lockfile.unhashed(pins):
        message = f"`{lock}` pins {bare[0]} without a hash"
        return (Diagnostic("WL302", message, Place(lock), "`windlass lock` makes it anew"),)
    return ()


def _differs(path: str, wanted: bytes, actual: bytes | None, source: str) -> Diagnostic:
    if actual is None:
        return Diagnostic("WL301", f"`{path}` is missing: it is rendered from `{source}`", Place(path), HINT)
    line, before, after = _first_difference(actual.decode(errors="replace"), wanted.decode())
    said = f"`{before}` stands where `{after}` must" if after else f"`{before}` is too much"
    cause = "edited by hand" if HEADER in actual.decode(errors="replace") else "not written by Windlass"
    message = f"`{path}` is {cause} or older than `{source}`: {said if before else f'`{after}` is missing'}"
    return Diagnostic("WL301", message, Place(path, line, 1, len(before)), HINT)


def _first_difference(actual: str, wanted: str) -> tuple[int, str, str]:
    one, other = actual.splitlines(), wanted.splitlines()
    for number in range(max(len(one), len(other))):
        before = one[number] if number < len(one) else ""
        after = other[number] if number < len(other) else ""
        if before != after:
            return number + 1, before.strip(), after.strip()
    return max(len(one), 1), "the end of the file", "a line end"
