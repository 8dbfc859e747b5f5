"""What a pod must be let reach, by the address of a server."""

import re

PORTS = {"https": 443, "http": 80}
ADDRESS = re.compile(r"(https?)://[^/:]+(?::([0-9]+))?")


def port(address: str) -> int:
    """The port of an address of the form that specs have it in."""
    found = ADDRESS.match(address)
    assert found is not None  # the field of the spec has this form
    return int(found[2] or PORTS[found[1]])
