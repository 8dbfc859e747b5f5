"""What a rendered document must be before it is written: YAML, an object with a name, at a path of its own below the output."""

from collections.abc import Iterable

import yaml

from windlass.engine import scalars

IDENTITY = ("apiVersion", "kind")
QUOTED = ("'", '"', "|", ">")


def misplaced(path: str, taken: Iterable[str]) -> str:
    """Why a document cannot go to a path, or nothing."""
    if path in taken:
        return f"two documents at `{path}`"
    if not path or path.startswith("/") or "\\" in path or {"", ".", ".."} & set(path.split("/")):
        return f"the path `{path}` is not one below the output"
    return ""


def unusable(text: str) -> tuple[str, int] | None:
    """Why a document is no object of Kubernetes, and the line of it; None where it is one."""
    try:
        root = yaml.compose(text, yaml.CBaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        return f"no YAML: {problem}", mark.line + 1 if mark is not None else 1
    top = _entries(root)
    for key in IDENTITY:
        if not _text(top.get(key)):
            return f"no `{key}`", _line(root)
    if not _text(_entries(top.get("metadata")).get("name")):
        return "no `metadata.name`", _line(top.get("metadata", root))
    return None


def _entries(node: yaml.Node | None) -> dict[str, yaml.Node]:
    return {key.value: value for key, value in node.value} if isinstance(node, yaml.MappingNode) else {}


def _text(node: yaml.Node | None) -> bool:
    """Whether a node is a text that is not empty; the loader leaves that open, since it costs much for every other node."""
    if not isinstance(node, yaml.ScalarNode) or not node.value:
        return False
    return node.style in QUOTED or isinstance(scalars.resolve(node.value), str)


def _line(node: yaml.Node | None) -> int:
    return int(node.start_mark.line) + 1 if node is not None else 1
