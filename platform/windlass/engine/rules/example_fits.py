"""WL230: an example request is JSON with exactly the fields that the service takes: it is asked of every server."""

import json
from collections.abc import Iterator

from windlass.engine.finding import at
from windlass.engine.named_paths import of_model
from windlass.engine.tree import Tree
from windlass.engine.wording import clipped, listed, meant, near
from windlass.model.diagnostic import Diagnostic, Place


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Every example whose file was read."""
    for loaded in tree.project.models.values():
        serving = loaded.spec.spec.serving
        for named in of_model(loaded):
            if named.role != "example" or serving is None or named.inside is None:
                continue
            data = tree.fact("", named.inside).data
            if data is None:
                continue
            wrong = _read(named.inside, data)
            if isinstance(wrong, Diagnostic):
                yield wrong
                continue
            for message, hint in _fields(wrong, list(serving.input)):
                yield at(loaded.source, named.path, "WL230", f"`{named.text}` {message}", hint)


def _read(path: str, data: bytes) -> object:
    try:
        return json.loads(data)
    except json.JSONDecodeError as error:
        return Diagnostic(
            "WL230", f"no JSON: {error.msg.lower()}", Place(path, error.lineno, error.colno, 1), "mend it"
        )
    except (UnicodeDecodeError, RecursionError):
        return Diagnostic("WL230", "no JSON", Place(path), "write the fields of `serving.input` as one JSON mapping")


def _fields(request: object, known: list[str]) -> Iterator[tuple[str, str]]:
    if not isinstance(request, dict):
        yield "is no mapping", f"its fields are {listed(known)}"
        return
    unknown = sorted(request.keys() - set(known))
    for name in unknown:
        yield f"has an unknown field `{clipped(name)}`", meant(name, known, "the fields are")
    for name in known:
        if name not in request and not any(near(other, [name]) for other in unknown):
            yield f"lacks the field `{name}`", "every field of `serving.input` is asked for"
