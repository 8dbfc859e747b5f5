"""`windlass validate`, the long way: read everything, judge it, and remember a judgement without findings."""

from contextlib import suppress

from windlass import __version__
from windlass.engine import fingerprint
from windlass.flows import load, recall
from windlass.flows.gather import Reader
from windlass.flows.load import Loading
from windlass.model import layout
from windlass.model.failure import Usage, World


def validate(ports: Reader, disk: recall.Disk) -> Loading:
    """Judge the repository. Raises `Usage` (WL605) where there is nothing to judge."""
    loading = load.read(ports)
    if not loading.documents and not loading.diagnostics:
        hint = "`windlass init` makes a config repository, `windlass new model TEAM/NAME` a first model"
        raise Usage.one("WL605", f"nothing to check: no spec below {layout.SPECS}/ or {layout.ENVIRONMENTS}/", hint)
    if not loading.diagnostics:
        _remember(ports, disk, loading)
    return loading


def _remember(ports: Reader, disk: recall.Disk, loading: Loading) -> None:
    facts = {path: (fact.kind, fact.data) for path, fact in loading.facts.items()}
    mark = fingerprint.of(recall.tool(disk, __version__), {**loading.files, **loading.templates}, loading.links, facts)
    # Without findings no exemption has ended, so the first that ends is the end of this judgement.
    policies = (loaded.spec.spec for loaded in loading.project.policies.values())
    until = min((one.until for policy in policies for one in policy.exemptions), default=None)
    data = recall.record(loading.documents, loading.asked, mark, until)
    # A disk that cannot be written costs the next run its short cut, nothing else.
    with suppress(World):
        ports.files.write(ports.root / layout.STATE / ".gitignore", b"*\n")
        ports.files.write(ports.root / recall.CACHE, data)
