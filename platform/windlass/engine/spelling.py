"""The filters of templates: canonical values in the spelling of engines. Pure, and no others exist."""

import functools
import json
import re
from collections.abc import Callable, Mapping
from json.encoder import encode_basestring
from typing import Any

PLAIN = re.compile(r"[A-Za-z_./][A-Za-z0-9_./ =-]*[A-Za-z0-9_./=-]|[A-Za-z_/]")
"""Text that YAML takes as it stands: no sign that means something, no space at an end."""
HIDDEN = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""Characters that JSON leaves as they are and that YAML refuses, or takes for the end of a line."""
_ENCODER = json.JSONEncoder(sort_keys=True, ensure_ascii=False, allow_nan=False)
WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", ".nan", ".inf"})


def json_text(value: Any) -> str:
    """One line of JSON, keys sorted."""
    if isinstance(value, str):
        return encode_basestring(value)  # what the line below comes to, much later
    return _ENCODER.encode(value)


def scalar(value: Any) -> str:
    """A YAML scalar that every dialect reads alike: text stands bare where that is safe, else in JSON's quotes."""
    return _text(value) if isinstance(value, str) else _quoted(value)


@functools.lru_cache(maxsize=16384)
def _text(value: str) -> str:
    """Names and digests are written many times each."""
    return value if PLAIN.fullmatch(value) and not _special(value) else _quoted(value)


def _quoted(value: object) -> str:
    return HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", json_text(value))


def block(values: Mapping[str, str], indent: int) -> str:
    """A mapping of texts as lines of YAML, each ``indent`` spaces in; no line end at the end."""
    return "\n".join(f"{' ' * indent}{scalar(key)}: {scalar(value)}" for key, value in values.items())


def dvc(text: str) -> str:
    """Text in which DVC finds nothing to fill in: its ``${`` is escaped."""
    return text.replace("${", "\\${")


def cpu(millis: int) -> str:
    """Thousandths of a core as Kubernetes stores them: ``500m``, ``2``."""
    return f"{millis}m" if millis % 1000 else str(millis // 1000)


def bytes_si(count: int) -> str:
    """Bytes in the largest binary unit that says them exactly: ``1Gi``."""
    units = ["", "Ki", "Mi", "Gi", "Ti"]
    while count and count % 1024 == 0 and len(units) > 1:
        count, units = count // 1024, units[1:]
    return f"{count}{units[0]}"


def prom(seconds: int) -> str:
    """Seconds in the largest unit of Prometheus that says them exactly: ``5m``, ``3d``."""
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def ident(name: str) -> str:
    """A name as an identifier of programming languages."""
    return name.replace("-", "_")


def ignored(path: str) -> str:
    """A path as one exact line of a ``.gitignore``, as DVC writes it."""
    return "/" + re.sub(r"([*?\[\]!#])", r"\\\1", path)


def _special(text: str) -> bool:
    # `7e10`, `1_000` and dates start with a digit and never get here; `.5` does.
    return text.lower() in WORDS or (text[0] == "." and text[1:2].isdigit())


FILTERS: dict[str, Callable[..., str]] = {
    "json": json_text,
    "scalar": scalar,
    "block": block,
    "dvc": dvc,
    "cpu": cpu,
    "bytes_si": bytes_si,
    "prom": prom,
    "ident": ident,
    "ignored": ignored,
}
