"""Step `data` of training: a dataset's source stage, then the checks of its schema, recorded once per revision."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from windlass.flows.training.material import Material
from windlass.flows.training.stages import Stages
from windlass.model import digests
from windlass.model.candidate import DataPin
from windlass.model.diagnostic import Diagnostic, Place, Related
from windlass.model.failure import Findings
from windlass.model.project import Loaded
from windlass.model.specs.dataset import Dataset
from windlass.ports import Bench, DataFinding, DataReport, StageRunner, Store

STEP = "data"


def collect_data(
    bench: Bench,
    runner: StageRunner,
    store: Store,
    work: Path,
    name: str,
    dataset: tuple[Loaded[Dataset], Material],
    keep: bool,
) -> tuple[DataPin, Stages]:
    """The dataset's revision, made and checked; ``name`` is what the model calls it. Raises `Findings`: WL501 where the
    source stage fails, WL510 for data that breaks its schema, with every broken rule."""
    loaded, material = dataset
    slug = loaded.spec.metadata.slug
    bench.progress.begin(STEP, slug)
    python = bench.interpreters.ensure(material.lock, bench.progress)
    stages = Stages(bench, runner, work, material, python, keep, {}, replace=not material.settled({}), shown=False)
    stages.run()
    out = loaded.spec.spec.source.out
    pin, facts = checked(bench, store, name, loaded, stages.md5(out), lambda: stages.bring(out))
    bench.progress.point("train.data")
    bench.progress.end(STEP, stages.runs[0].outcome, f"{slug.partition('/')[2]}  {facts}")
    return pin, stages


def checked(
    bench: Bench, store: Store, name: str, loaded: Loaded[Dataset], md5: str, bring: Callable[[], Path]
) -> tuple[DataPin, str]:
    """The pin of a revision whose data is as its schema says, and that in a few words. It is looked at once, and ``bring``
    puts the data at a path then. Raises `Findings` (WL510) with every broken rule."""
    facts = known(store, loaded, md5) or _check(bench, store, loaded, md5, bring())
    return pin(name, loaded, md5, facts), f"{facts['rows']:,} rows, {facts['columns']} columns, schema ok"


def pin(name: str, loaded: Loaded[Dataset], md5: str, facts: Mapping[str, Any]) -> DataPin:
    """A revision with what its check found."""
    spec = loaded.spec.spec
    return DataPin(
        name=name,
        dataset=loaded.spec.metadata.slug,
        md5=md5,
        sha256=facts["sha256"],
        rows=facts["rows"],
        licence=spec.licence,
        personal_data=spec.personal_data,
    )


def known(store: Store, loaded: Loaded[Dataset], md5: str) -> Mapping[str, Any] | None:
    """What the check of this revision by this schema found before. A record that cannot be read says nothing, and the data is
    checked again."""
    try:
        facts = json.loads(store.record(_record(loaded, md5)) or b"null")
    except ValueError:
        return None
    return facts if isinstance(facts, dict) and facts.keys() >= {"rows", "columns", "sha256"} else None


def _check(bench: Bench, store: Store, loaded: Loaded[Dataset], md5: str, path: Path) -> Mapping[str, Any]:
    spec = loaded.spec.spec
    report = bench.checks.check(path, spec.format, spec.data_schema)
    if report.findings:
        raise Findings(_told(bench, loaded, path, report))
    schema = digests.of_value(spec.data_schema.plain())
    facts = {"rows": report.rows, "columns": report.columns, "sha256": report.sha256, "schema": schema}
    store.write_record(_record(loaded, md5), digests.canonical(facts))
    return facts


def _record(loaded: Loaded[Dataset], md5: str) -> str:
    schema = digests.of_value(loaded.spec.spec.data_schema.plain())
    return f"checks/{loaded.spec.metadata.slug}/{md5}-{digests.short(schema)}.json"


def _told(bench: Bench, loaded: Loaded[Dataset], path: Path, report: DataReport) -> list[Diagnostic]:
    relative = path.relative_to(bench.root).as_posix()
    return [_diagnostic(loaded, relative, finding) for finding in report.findings]


def _diagnostic(loaded: Loaded[Dataset], path: str, finding: DataFinding) -> Diagnostic:
    table = ("spec", "schema")
    rule = table if finding.rule is None else (*table, "columns", finding.rule)
    return Diagnostic(
        "WL510",
        f"{loaded.spec.metadata.slug}: {finding.message}",
        Place(path, finding.lines[0] if finding.lines else 1),
        "correct the source, or the schema if the data is right; nothing was trained",
        related=(Related("the rule", loaded.source.place(*rule)),),
    )
