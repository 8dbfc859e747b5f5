"""Answer from git alone: what served when, trained from which data and code, let in by whom.

Without --at the whole timeline, and the lineage of what serves now. An approver is a name that is claimed, unless a good
signature proves it. What does not verify ends with exit 4."""

import argparse
from datetime import datetime

from windlass.cli import rehearsal, screen
from windlass.model.failure import Exit, Usage

EXAMPLE = "windlass audit prod vision/digits --rehearse --at 2026-03-03T14:00:00Z"


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    parser.add_argument(
        "subjects", metavar="ENV TEAM/MODEL", nargs="*", help="one environment, one model, or both (default: all)"
    )
    parser.add_argument("--at", metavar="TIME", help="what served then: RFC 3339, to the second, with an offset or Z")
    rehearsal.option(parser, "read the ledgers of rehearsals")


def run(arguments: argparse.Namespace) -> Exit:
    """Ask git, and tell."""
    return screen.guarded(arguments.output, lambda: _audit(arguments))


def _audit(arguments: argparse.Namespace) -> Exit:
    from windlass.cli import subjects, wiring
    from windlass.flows import audit, load
    from windlass.views import audit as view
    from windlass.views import audit_json

    at = _instant(arguments.at)
    ports = wiring.ports(arguments)
    project, _ = load.load(ports)
    environments, slug = subjects.chosen(project, arguments.subjects)
    found = audit.audit(ports, environments, slug, at, arguments.rehearse)
    screen.data(audit_json.as_json(found) if arguments.output == "json" else view.as_text(found, arguments.rehearse))
    return Exit.OK if found.sound else Exit.REFUSED


def _instant(text: str | None) -> datetime | None:
    from windlass.engine import replay

    if text is None:
        return None
    try:
        return replay.instant(text)
    except ValueError as error:
        hint = "2026-03-03T14:00:00Z, or with an offset: 2026-03-03T15:00:00+01:00"
        raise Usage.one("WL641", f"`{text}` is no instant: {error}", hint) from error
