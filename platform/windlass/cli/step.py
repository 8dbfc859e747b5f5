"""Take one step of a training by itself, as the pods of a cluster do: everything comes from the environment's store.

`windlass step run STEP` starts in an empty folder, brings code, pins, documents and data by their digests, does what the step
does and gives the store what it made; `windlass step fetch` brings what a service needs before it starts. Their arguments are
written by `windlass render`. `windlass step upload ENV [TEAM/MODEL]` puts into the store what the pods will ask for: until
apply does it, it is said by hand, from the commit that was rendered. `windlass step install LOCK` is for who builds an image:
the lock's interpreter lies beside Windlass then, and pods of that image install nothing.

exit codes: 1 the team's code or files, 4 a gate or a digest says no, 5 the world (try again)"""

import argparse
from pathlib import Path

from windlass.cli import misuse, screen
from windlass.model.failure import Exit

EXAMPLE = "windlass step upload dev vision/digits"
RUN = ("model", "environment", "store", "code", "lock", "spec", "out")
FETCH = ("store", "digest", "bento")


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    parser.add_argument(
        "what", metavar="run STEP | fetch | upload ENV [TEAM/MODEL] | install LOCK", nargs="+", help="what to do"
    )
    parser.add_argument("--store", metavar="URI", help="run, fetch: the environment's store")
    parser.add_argument("--model", metavar="TEAM/MODEL", help="run: whose step")
    parser.add_argument("--environment", metavar="ENV", help="run: the environment that trains")
    for name, about in (
        ("code", "the archive of declared code"),
        ("lock", "the pins of the requirements"),
        ("spec", "the documents"),
    ):
        parser.add_argument(f"--{name}", metavar="DIGEST", help=f"run: {about}")
    parser.add_argument("--data", metavar="TEAM/NAME@md5:...,...", default="", help="run: the revisions of datasets")
    parser.add_argument("--inputs", metavar="DIGEST", default="", help="run: what the run is named by, if it is")
    parser.add_argument("--refresh", choices=["true", "false"], default="false", help="run: collect new data first")
    parser.add_argument("--trial", type=int, metavar="N", default=0, help="run trial: which one, counted from 1")
    parser.add_argument("--run", metavar="NAME", default="", help="run report: the run that ended")
    parser.add_argument("--status", metavar="STATUS", default="", help="run report: how")
    parser.add_argument("--out", metavar="DIR", help="run: where small values for the scheduler go")
    parser.add_argument("--digest", help="fetch: the bento")
    parser.add_argument("--bento", metavar="DIR", help="fetch: where it goes")
    parser.add_argument(
        "--library", metavar="DIR", help="fetch: where the packages of its lock go, if they go anywhere"
    )
    parser.add_argument(
        "--wheels",
        metavar="DIR",
        nargs="?",
        const="",
        help="upload: the packages of every lock, too, so that pods ask no package index: from there, or from a folder",
    )


def run(arguments: argparse.Namespace) -> Exit:
    """Do it. Talk goes to the log, the exit code to the scheduler."""
    match arguments.what:
        case ["run", step]:
            _needs(arguments, f"run {step}", RUN)
            return screen.guarded(arguments.output, lambda: _run(arguments, step))
        case ["fetch"]:
            _needs(arguments, "fetch", FETCH)
            return screen.guarded(arguments.output, lambda: _fetch(arguments))
        case ["install", lock]:
            return screen.guarded(arguments.output, lambda: _install(arguments, lock))
        case ["upload", environment]:
            return screen.guarded(arguments.output, lambda: _upload(arguments, environment, None))
        case ["upload", environment, model]:
            return screen.guarded(arguments.output, lambda: _upload(arguments, environment, model))
    words = " ".join(arguments.what)
    raise misuse.usage(f"`windlass step` cannot `{words}`", f"`windlass step --help` tells what it can: {EXAMPLE}")


def _needs(arguments: argparse.Namespace, what: str, options: tuple[str, ...]) -> None:
    missing = [f"--{name}" for name in options if getattr(arguments, name) is None]
    if missing:
        raise misuse.usage(f"`windlass step {what}` needs {', '.join(missing)}", "`windlass render` writes them all")


def _run(arguments: argparse.Namespace, step: str) -> Exit:
    from windlass.cli import wiring
    from windlass.engine.lower.training import read_revisions
    from windlass.flows import step as steps
    from windlass.flows.steps.asked import Asked

    try:
        data = read_revisions(arguments.data)
    except ValueError as error:
        raise misuse.usage(f"`--data {arguments.data}` is no revision", "team/name@md5:<hash>, with commas") from error
    bench = wiring.bench(arguments, arguments.store)
    asked = Asked(
        step=step,
        slug=arguments.model,
        environment=arguments.environment,
        code=arguments.code,
        lock=arguments.lock,
        spec=arguments.spec,
        data=data,
        out=Path(arguments.directory, arguments.out).absolute(),
        inputs=arguments.inputs,
        collect=arguments.refresh == "true",
        trial=arguments.trial,
        run=arguments.run,
        status=arguments.status,
    )
    steps.step(bench, bench.store(arguments.environment), asked)
    return Exit.OK


def _fetch(arguments: argparse.Namespace) -> Exit:
    from windlass.cli import wiring
    from windlass.flows.steps import fetch

    bench = wiring.bench(arguments, arguments.store)
    bento = Path(arguments.directory, arguments.bento).absolute()
    library = Path(arguments.directory, arguments.library).absolute() if arguments.library else None
    fetch.fetch(bench, bench.store(""), arguments.digest, bento, library)
    return Exit.OK


def _install(arguments: argparse.Namespace, lock: str) -> Exit:
    from windlass.adapters.files import DiskFiles
    from windlass.adapters.interpreters import INSTALLED, UvInterpreters
    from windlass.adapters.progress import TerminalProgress

    pins = DiskFiles().read(Path(arguments.directory, lock))
    if pins is None:
        raise misuse.usage(f"there is no file `{lock}`", "name the `requirements.lock` of a model")
    UvInterpreters(INSTALLED).ensure(pins, TerminalProgress())
    return Exit.OK


def _upload(arguments: argparse.Namespace, name: str, model: str | None) -> Exit:
    from windlass.adapters import stores
    from windlass.cli import wiring
    from windlass.engine import resolve
    from windlass.flows import load
    from windlass.flows.steps import upload
    from windlass.views import upload as view

    ports = wiring.ports(arguments)
    project = load.require_environment(ports, name)
    environment = resolve.environment(project, name, rehearse=False)
    named = upload.address(project, environment)
    store, remote = stores.at(named.uri, named.endpoint), wiring.remote(named.uri, named.endpoint, ports.progress)
    slugs = [resolve.slug(project.models, model)] if model else sorted(project.models)
    source = None if arguments.wheels is None else wiring.wheels(arguments, ports.root, name)
    done = [upload.upload(ports, project, project.models[slug], environment, store, remote, source) for slug in slugs]
    screen.data(view.as_json(done) if arguments.output == "json" else view.as_text(done))
    return Exit.OK
