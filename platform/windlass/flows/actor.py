"""Who acts, as receipts and holds say it."""

import getpass

from windlass.ports import Ports


def name(ports: Ports) -> str:
    """The git identity of whoever runs this, else the login."""
    person, address = ports.git.user()
    return f"{person} <{address}>" if person else getpass.getuser()
