"""The command line: finds the verb, imports that file alone, and turns failures into words and an exit code."""

import gc
import importlib
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from types import FrameType
from typing import NoReturn

from windlass import __version__
from windlass.cli import misuse

VERBS = {
    "init": "make this folder a config repository",
    "new": "write a working start: new model TEAM/NAME",
    "validate": "check every spec and say every mistake at once",
    "explain": "tell more about a code: explain WL212",
    "lock": "pin requirements by hash, render dvc.yaml and params.json",
    "render": "show what the specs become",
    "show": "a model's spec in an environment, and who set each value",
    "backends": "list the backends and their options, check your own",
    "schema": "write the JSON Schemas for editors",
    "up": "train, release and serve here",
    "status": "what runs, against what git says",
    "logs": "the log of a service",
    "down": "stop what runs here",
    "runs": "compare training runs",
    "bootstrap": "print the rights that an environment needs in its cluster",
    "affected": "what a branch concerns: environments to plan, models to test",
    "plan": "show what an environment would change",
    "apply": "do it, exactly as planned",
    "record": "put a receipt into the ledger",
    "drift": "what somebody changed by hand, and who",
    "train": "train a model for an environment and propose its release",
    "collect": "propose what trainings in a cluster ended with",
    "step": "one step of a training, as a pod of a cluster takes it",
    "tune": "run a search: what the stage `tune` of a dvc.yaml calls",
    "promote": "propose a release for the next environment",
    "rollback": "propose the release before",
    "verify": "recompute the digests of releases",
    "audit": "what ran, when, from what, approved by whom",
}
EPILOG = "example: windlass up vision/digits        each verb has its own: windlass up --help"


class Terminated(KeyboardInterrupt):
    """SIGTERM: it ends a command as Ctrl-C does, which finishes what is under way and tells it."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Never raises: a bug of ours is one line, a report file and exit 70."""
    # what a command makes lives as long as it does: looking for garbage among it all the time finds none
    gc.set_threshold(50_000, 20, 50)
    words = list(sys.argv[1:] if argv is None else argv)
    if words[:1] == ["--version"]:
        sys.stdout.write(f"windlass {__version__}\n")
        return 0
    try:
        _listen()
        return _run(list(words))
    except KeyboardInterrupt as end:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # a second one would only disturb the end
        sys.stderr.write("\ninterrupted: what was finished is kept; the same command goes on from there\n")
        return 143 if isinstance(end, Terminated) else 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 -- the last door: everything that gets here and is no failure is our bug
        from windlass.model.failure import Failure

        if isinstance(error, Failure):
            from windlass.cli import screen

            return int(screen.failed(error, misuse.output(words)))
        from windlass.cli.trouble import report

        return report(error, words)


def _listen() -> None:
    """Hear of SIGTERM, unless whoever started us wants it to be ignored."""
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        with suppress(ValueError):  # only a main thread is told of signals
            signal.signal(signal.SIGTERM, _terminate)


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    raise Terminated


def _run(words: list[str]) -> int:
    at = _verb_at(words)
    verb = words.pop(at) if at is not None else None
    if verb is None or verb not in VERBS:
        return _overview(words, verb)
    module = importlib.import_module(f"windlass.cli.{verb}")
    parser = misuse.Parser(verb, module.__doc__, module.EXAMPLE)
    module.configure(parser)
    parser.add_argument("--output", choices=["text", "json"], default="text", help="what stdout speaks (default: text)")
    parser.add_argument("-C", dest="directory", metavar="DIR", default=".", help="act as if started in DIR")
    parser.add_argument("-v", "--verbose", action="store_true", help="show the output of stages and tools")
    return int(module.run(parser.parse(words)))


def _verb_at(words: Sequence[str]) -> int | None:
    """Where the verb stands: the first word that is neither an option nor the value of one."""
    values = {at + 1 for at, word in enumerate(words) if word in ("-C", "--output")}
    return next((at for at, word in enumerate(words) if not word.startswith("-") and at not in values), None)


def _overview(words: list[str], verb: str | None) -> int:
    if verb is not None:
        raise misuse.no_verb(verb, VERBS)
    if not set(words) <= {"-h", "--help"}:
        known = ("-C", "--output", "-v", "--verbose")
        message = (
            "there is no verb" if words[0].partition("=")[0] in known else f"no option `{words[0]}` without a verb"
        )
        raise misuse.usage(message, "`windlass --help` lists the verbs")
    lines = ["usage: windlass VERB [...]", "", "Declarative GitOps for machine learning.", ""]
    lines += [f"  {name:<10} {about}" for name, about in VERBS.items()]
    lines += ["", EPILOG, ""]
    sys.stdout.write("\n".join(lines))
    return 0 if words else 2
