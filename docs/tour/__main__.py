"""The GitOps story of Windlass, played by three people in a scratch repository with a real remote: ``python docs/tour``.

Every command is printed before it runs, and is the real one. It ends with a check that each of the auditor's answers is
right, and exits 1 where one is not. dev, staging and prod are rehearsed on this machine, on ports 3100, 3200 and 3300.
"""

import argparse
import shutil
import socket
import sys
import tempfile
import time
from pathlib import Path

from answers import checked
from stage import Stage, Wrong
from story import PORTS, Story

CAST = """Ada    writes models, and agrees to what Grace proposes
Grace  reviews, trains in dev, proposes and applies (in real life CI does that for her)
Olga   audits: she has a clone of the repository and nothing else"""


def main() -> int:
    """Play; 0 where every answer is right."""
    parser = argparse.ArgumentParser(
        prog="tour", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, help="the scratch folder (default: a new one; it must not exist)")
    parser.add_argument("--keep", action="store_true", help="leave the scratch folder for you to look around in")
    parser.add_argument(
        "--fast", action="store_true", help="stop after the first model is in dev: no promotion, no audit"
    )
    arguments = parser.parse_args()
    taken = [port for port in PORTS.values() if not _free(port)]
    if taken:
        print(
            f"the tour serves on port {taken[0]}, which is taken: `windlass down` where you rehearsed", file=sys.stderr
        )
        return 5
    folder = arguments.folder or Path(tempfile.mkdtemp(prefix="windlass-tour-")) / "tour"
    if folder.exists():
        print(f"{folder} exists already; name another folder", file=sys.stderr)
        return 2
    stage = Stage(folder.absolute())
    try:
        return _play(stage, arguments.fast)
    except Wrong as wrong:
        stage.say(f"the tour stopped: {wrong}")
        return 1
    except KeyboardInterrupt:
        stage.say("interrupted")
        return 130
    finally:
        stage.strike(arguments.keep)
        if not arguments.folder and not arguments.keep:
            shutil.rmtree(folder.parent, ignore_errors=True)


def _free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _play(stage: Stage, fast: bool) -> int:
    stage.print("Windlass, the GitOps story: one model, three environments, three people\n\n" + CAST)
    stage.set()
    story = Story(
        stage,
        stage.enter("Ada", "data scientist"),
        stage.enter("Grace", "platform engineer"),
        stage.enter("Olga", "auditor"),
    )
    story.a_change()
    story.a_release()
    if fast:
        stage.say("that was the short tour; without --fast it goes on to prod, back, and through an audit")
        return 0
    story.to_prod()
    story.a_refusal()
    story.a_better_one()
    story.a_rollback()
    story.an_audit()
    return _judge(stage, story)


def _judge(stage: Stage, story: Story) -> int:
    stage.act("8. Is each answer right?")
    stage.print("")
    wrong = 0
    for question, right in checked(story):
        wrong += not right
        stage.print(f"  {'right' if right else 'WRONG'}  {question}")
    took = time.monotonic() - stage.began
    stage.say(f"{'every answer is right' if not wrong else f'{wrong} answers are wrong'}   {took:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
