"""The YAML that Windlass writes: keys as given, no anchors, no wrapped lines, the same bytes for the same value."""

from typing import Any

import yaml


class Inline(dict[str, Any]):
    """A mapping to be written in one line."""


class _Writer(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        """Write a value wherever it stands: our own reader refuses anchors."""
        return True


def _inline(writer: _Writer, value: Inline) -> yaml.Node:
    return writer.represent_mapping("tag:yaml.org,2002:map", value.items(), flow_style=True)


_Writer.add_representer(Inline, _inline)


def dump(value: Any) -> str:
    """A value as block YAML."""
    text: str = yaml.dump(
        value, Dumper=_Writer, sort_keys=False, allow_unicode=True, default_flow_style=False, width=100_000
    )
    return text
