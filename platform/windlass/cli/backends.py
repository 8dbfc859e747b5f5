"""List the backends: what each spells, for which target, what an environment may set, and where it is from.

A repository's own templates/AXIS/NAME/ comes first: a file there stands in for the shipped one of the same name, a folder with a
backend.yaml is a backend of your own. `windlass init backend AXIS NAME` writes a start. With --check they must make what their
examples expect."""

import argparse

from windlass.cli import screen
from windlass.model.failure import Exit

EXAMPLE = "windlass backends --check"


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    parser.add_argument(
        "--check", action="store_true", help="compare this repository's own backends with their examples"
    )
    parser.add_argument(
        "--write", action="store_true", help="with --check: take over what they make as what is expected"
    )


def run(arguments: argparse.Namespace) -> Exit:
    """List, or check."""
    return screen.guarded(arguments.output, lambda: _check(arguments) if arguments.check else _list(arguments))


def _list(arguments: argparse.Namespace) -> Exit:
    from windlass.adapters import survey
    from windlass.cli import misuse, wiring
    from windlass.flows import backends
    from windlass.views import backends as view
    from windlass.views import diagnostics

    if arguments.write:
        raise misuse.usage("`--write` takes over what --check found", "windlass backends --check --write")
    ports = wiring.reader(survey.repository(arguments.directory) or arguments.directory)
    found, wrong = backends.every(ports.templates)
    screen.data(view.as_json(found) if arguments.output == "json" else view.as_text(found))
    screen.talk(diagnostics.as_text(wrong))
    return Exit.FINDINGS if wrong else Exit.OK


def _check(arguments: argparse.Namespace) -> Exit:
    from windlass.adapters import survey
    from windlass.cli import wiring
    from windlass.flows import backends
    from windlass.views import diagnostics
    from windlass.views.words import plural

    ports = wiring.reader(survey.repository(arguments.directory) or arguments.directory)
    names, found, right = backends.check(ports.templates)
    if arguments.write:
        backends.take_over(ports, right)
        names, found, right = backends.check(ports.templates)
    code = Exit.FINDINGS if found else Exit.OK
    if arguments.output == "json":
        screen.data(diagnostics.as_json(found, int(code), backends=list(names)))
        return code
    screen.data(diagnostics.as_text(found))
    if not found:
        told = f"{plural(len(names), 'backend')} of this repository: each makes what its examples expect"
        screen.talk(told if names else "this repository has no backends of its own: `windlass init backend AXIS NAME`")
    return code
