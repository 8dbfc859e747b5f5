"""Step `data` of training: a dataset's source stage, then the checks of its schema, recorded once per revision."""

import json
from collections.abc import Mapping
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
from windlass.ports import DataFinding, DataReport, Ports, StageRunner, Store

STEP = "data"


def collect_data(
    ports: Ports,
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
    ports.progress.begin(STEP, slug)
    python = ports.interpreters.ensure(material.lock, ports.progress)
    stages = Stages(ports, runner, work, material, python, keep, {}, replace=not material.settled({}), shown=False)
    stages.run()
    md5 = stages.md5(loaded.spec.spec.source.out)
    facts = _checked(ports, store, loaded, stages, md5)
    ports.progress.point("train.data")
    outcome = stages.runs[0].outcome
    detail = f"{slug.partition('/')[2]}  {facts['rows']:,} rows, {facts['columns']} columns, schema ok"
    ports.progress.end(STEP, outcome, detail)
    pin = DataPin(
        name=name,
        dataset=slug,
        md5=md5,
        sha256=facts["sha256"],
        rows=facts["rows"],
        licence=loaded.spec.spec.licence,
        personal_data=loaded.spec.spec.personal_data,
    )
    return pin, stages


def _checked(ports: Ports, store: Store, loaded: Loaded[Dataset], stages: Stages, md5: str) -> Mapping[str, Any]:
    """What the check of this revision by this schema found, now or before."""
    spec = loaded.spec.spec
    schema = digests.of_value(spec.data_schema.plain())
    record = f"checks/{loaded.spec.metadata.slug}/{md5}-{digests.short(schema)}.json"
    known = _facts(store.record(record))
    if known is not None:
        return known
    path = stages.bring(spec.source.out)
    report = ports.checks.check(path, spec.format, spec.data_schema)
    if report.findings:
        raise Findings(_told(ports, loaded, path, report))
    facts = {"rows": report.rows, "columns": report.columns, "sha256": report.sha256, "schema": schema}
    store.write_record(record, digests.canonical(facts))
    return facts


def _facts(data: bytes | None) -> Mapping[str, Any] | None:
    """What a record says; one that cannot be read says nothing, and the data is checked again."""
    try:
        facts = json.loads(data or b"null")
    except ValueError:
        return None
    return facts if isinstance(facts, dict) and facts.keys() >= {"rows", "columns", "sha256"} else None


def _told(ports: Ports, loaded: Loaded[Dataset], path: Path, report: DataReport) -> list[Diagnostic]:
    relative = path.relative_to(ports.root).as_posix()
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
