"""Tell more about the code of a diagnostic: why it matters, what to do, an example. Without a code, list them all."""

import argparse
import json

from windlass.cli import screen
from windlass.model.failure import Exit

EXAMPLE = "windlass explain WL212"


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    parser.add_argument("code", metavar="CODE", nargs="?", help="as it stands in a finding: WL212")


def run(arguments: argparse.Namespace) -> Exit:
    """Print the page, or the list."""
    return screen.guarded(arguments.output, lambda: _explain(arguments))


def _explain(arguments: argparse.Namespace) -> Exit:
    from windlass.adapters.files import DiskFiles
    from windlass.adapters.templates import shipped
    from windlass.flows import explain

    folder, machine = shipped("docs/diagnostics"), arguments.output == "json"
    if arguments.code is None:
        every = explain.pages(DiskFiles(), folder)
        titles = {code: page.title for code, page in sorted(every.items())}
        lines = "\n".join(f"{code}  {title}" for code, title in titles.items())
        screen.data(json.dumps(titles, indent=2, ensure_ascii=False) if machine else lines)
        return Exit.OK
    page = explain.page(DiskFiles(), folder, arguments.code)
    told = {"code": page.code, "title": page.title, "text": page.text}
    screen.data(json.dumps(told, indent=2, ensure_ascii=False) if machine else page.text)
    return Exit.OK
