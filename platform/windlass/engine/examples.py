"""Examples of a backend: a workload as `examples/<case>/input.yaml`, and below `expected/` what it must become, byte for byte."""

from collections.abc import Mapping

from pydantic import ValidationError

from windlass.engine import shape
from windlass.engine.parse import parse
from windlass.engine.render import render
from windlass.model import workload
from windlass.model.backend import Backend
from windlass.model.diagnostic import Diagnostic, Place
from windlass.model.document import Document
from windlass.model.failure import Findings

FOLDER, INPUT, EXPECTED = "examples", "input.yaml", "expected"
HINT = "read the difference, then `windlass backends --check --write` takes it over"


def check(
    backend: Backend, files: Mapping[str, str], examples: Mapping[str, bytes]
) -> tuple[list[Diagnostic], dict[str, bytes]]:
    """What is wrong, and the files of `examples/` as they would be right. ``files`` and ``examples`` are by their path in
    the backend's folder."""
    inputs = [path for path in sorted(examples) if path.endswith(f"/{INPUT}") and path.count("/") == 2]
    if not inputs:
        message = f"backend {backend.axis}/{backend.name} has no example: nothing says what it makes"
        return [Diagnostic("WL279", message, Place(backend.folder), f"write {FOLDER}/first/{INPUT}, a workload")], {}
    findings: list[Diagnostic] = []
    right: dict[str, bytes] = {}
    for path in inputs:
        found, made = _case(backend, files, path, examples)
        findings += found
        right |= made
    return findings, right


def _case(
    backend: Backend, files: Mapping[str, str], path: str, examples: Mapping[str, bytes]
) -> tuple[list[Diagnostic], dict[str, bytes]]:
    parsed = parse(f"{backend.folder}/{path}", examples[path])
    kind: type[Document] = getattr(workload, backend.workload)
    # a text that other dialects of YAML would read as a number is no mistake here: it is what examples are for
    if parsed.source is None:
        return list(parsed.diagnostics), {}
    try:
        rendered = render(files, kind.model_validate(parsed.source.value, by_alias=True, by_name=False))
    except ValidationError as error:
        return shape.explain(parsed.source, kind, error), {}
    except Findings as failure:
        return list(failure.diagnostics), {}
    folder = f"{path.removesuffix(INPUT)}{EXPECTED}"
    wanted = {f"{folder}/{name}": data for name, data in rendered.items()}
    held = {name: data for name, data in examples.items() if name.startswith(f"{folder}/")}
    findings = [
        _differs(f"{backend.folder}/{name}", held.get(name), wanted.get(name))
        for name in sorted(held.keys() | wanted.keys())
        if held.get(name) != wanted.get(name)
    ]
    return findings, {path: examples[path], **wanted}


def _differs(path: str, held: bytes | None, wanted: bytes | None) -> Diagnostic:
    if held is None or wanted is None:
        why = "is made, and no example expects it" if held is None else "is expected, and not made"
        return Diagnostic("WL279", f"`{path.partition(f'/{EXPECTED}/')[2]}` {why}", Place(path), HINT)
    before, after = (data.decode(errors="replace").splitlines() for data in (held, wanted))
    number = next((at for at, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), None)
    at = min(len(before), len(after)) if number is None else number
    made = after[at].strip() if at < len(after) else "the end"
    expected = before[at].strip() if at < len(before) else "the end"
    return Diagnostic("WL279", f"`{made}` is made where `{expected}` is expected", Place(path, at + 1), HINT)
