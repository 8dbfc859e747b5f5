"""Print what whoever keeps a cluster gives an environment once: a planner that only tries, and an applier that writes nothing but
the kinds and the namespaces of the environment.

`windlass bootstrap cluster ENV | kubectl apply --server-side -f -` makes them. With --check nothing is printed but what is missing
of the rights of whoever kubeconfig says one is, before an apply stops half way.

exit codes: 4 with --check, where a right is missing"""

import argparse
from typing import TYPE_CHECKING

from windlass.cli import screen
from windlass.model.failure import Exit

if TYPE_CHECKING:
    from windlass.model.project import Project
    from windlass.model.specs.environment import Environment
    from windlass.ports import Ports

EXAMPLE = "windlass bootstrap cluster staging | kubectl apply --server-side -f -"


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    parser.add_argument("what", choices=["cluster"], help="what is given: rights in a cluster")
    parser.add_argument("environment", metavar="ENV", help="an environment that goes to a cluster")
    for who in ("planner", "applier"):
        parser.add_argument(
            f"--{who}-user", metavar="NAME", help=f"the {who} is a user of this name, not an account of the cluster"
        )
    parser.add_argument(
        "--check",
        choices=["planner", "applier"],
        nargs="?",
        const="applier",
        help="ask the cluster whether one has the rights of an applier, or of a planner",
    )


def run(arguments: argparse.Namespace) -> Exit:
    """Print, or ask."""
    return screen.guarded(arguments.output, lambda: _bootstrap(arguments))


def _bootstrap(arguments: argparse.Namespace) -> Exit:
    from windlass.cli import wiring
    from windlass.engine import resolve
    from windlass.flows import load

    ports = wiring.ports(arguments)
    project = load.require_environment(ports, arguments.environment)
    environment = resolve.environment(project, arguments.environment, rehearse=False)
    if arguments.check:
        return _check(arguments, ports, project, environment)
    return _print(arguments, ports, project, environment)


def _print(arguments: argparse.Namespace, ports: "Ports", project: "Project", environment: "Environment") -> Exit:
    from windlass.cli import wiring
    from windlass.flows.cluster import bootstrap
    from windlass.views import bootstrap as view

    users = {"planner": arguments.planner_user, "applier": arguments.applier_user}
    named = {who: user for who, user in users.items() if user}
    made = bootstrap.documents(ports, wiring.surroundings(), project, environment, named)
    screen.data(view.as_json(made) if arguments.output == "json" else view.as_text(made))
    return Exit.OK


def _check(arguments: argparse.Namespace, ports: "Ports", project: "Project", environment: "Environment") -> Exit:
    from windlass.cli import wiring
    from windlass.flows.cluster import bootstrap
    from windlass.views import bootstrap as view

    reach = wiring.reach(ports, environment)
    bootstrap.check(ports, reach, project, environment, arguments.check)
    told = view.checked_json if arguments.output == "json" else view.checked
    screen.data(told(environment.metadata.name, arguments.check, reach.cluster.place))
    return Exit.OK
