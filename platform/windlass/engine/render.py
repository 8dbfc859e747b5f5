"""Workload -> documents: a backend's templates spell what `lower` decided.

Jinja runs sandboxed, strictly and with delimiters of our own (``[= value =]``, ``[% if %]``, ``[# note #]``), because
``{{`` belongs to Argo and ``${`` to DVC and shells. Filters are a closed set of pure functions; Jinja's own are gone,
apart from the few that are listed here. Jinja is imported on first use, since most verbs never render.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import yaml

from windlass.engine import spelling
from windlass.model.document import Document

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

BACKEND = "backend.yaml"
HEADER = "rendered by windlass"
KEPT = ("join", "length", "sort", "unique", "map", "selectattr", "list", "first", "indent")


def render(files: Mapping[str, str], workload: Document) -> dict[str, bytes]:
    """The documents of one backend by their path, from the backend's files and one workload. A template sees the
    workload's fields under their outside names (``dependsOn``), each one present (absent is null); so does a path. A
    template that renders nothing makes no document.

    Raises jinja2.UndefinedError for a name that the workload does not have: a bug of the backend.
    """
    environment = _environment(tuple(sorted(files.items())))
    fields = workload.model_dump(mode="json", by_alias=True)
    documents = yaml.load(files[BACKEND], yaml.CSafeLoader)["documents"]
    made = {
        environment.from_string(entry["path"]).render(fields): environment.get_template(entry["template"]).render(
            fields
        )
        for entry in documents
    }
    return {path: text.encode() for path, text in made.items() if text.strip()}


def target(files: Mapping[str, str]) -> str:
    """What a backend's documents are for: ``files`` beside the code, or objects of a cluster (``kubernetes``)."""
    return str(yaml.load(files[BACKEND], yaml.CSafeLoader)["target"])


@functools.cache
def _environment(files: tuple[tuple[str, str], ...]) -> SandboxedEnvironment:
    import jinja2
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Fields(ImmutableSandboxedEnvironment):
        """A name after a dot is a field of the workload first: `pod.update` is no method of a dict."""

        def getattr(self, obj: Any, attribute: str) -> Any:
            if isinstance(obj, Mapping) and attribute in obj:
                return obj[attribute]
            return super().getattr(obj, attribute)

    environment = Fields(
        loader=jinja2.DictLoader(dict(files)),
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        block_start_string="[%",
        block_end_string="%]",
        variable_start_string="[=",
        variable_end_string="=]",
        comment_start_string="[#",
        comment_end_string="#]",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    own: dict[str, Any] = dict(spelling.FILTERS)
    environment.filters = {name: environment.filters[name] for name in KEPT} | own
    environment.globals = {"header": HEADER}
    return environment
