"""A second, throw-away spelling of a Pipeline and a Service keeps the Workload honest: nothing in it may be DVC's or BentoML's.

The pipeline becomes a shell script, which then really trains; the service becomes a unit file of an init system.
"""

import subprocess
import sys
from pathlib import Path

from tests.train.shop import FILES
from windlass.engine import render
from windlass.model.workload import (
    Contract,
    EnvEntry,
    MetricsFile,
    Parameter,
    Pipeline,
    Probe,
    Probes,
    Profile,
    Resources,
    Scale,
    Service,
    Step,
    Variant,
)

ABOUT = "axis: {0}\nname: other\nworkload: {1}\ntarget: files\n"
SHELL = {
    "backend.yaml": ABOUT.format("pipelines", "Pipeline")
    + "documents: [{path: run.sh, template: run.sh.j2}, {path: params.json, template: params.json.j2}]\n",
    "params.json.j2": "{[% for one in parameters %][= one.name | json =]: [= one.value | json =]"
    "[= ', ' if not loop.last =][% endfor %]}\n",
    "run.sh.j2": """\
#!/bin/sh -eu
# [= header =]: [= name =], in [= folder =]
[% for step in steps if step.command %]
# [= step.name =] after [= step.dependsOn | join(', ') or 'nothing' =]
[% for profile in profiles if profile.name == step.profile %]
[% for entry in profile.env %]
export [= entry.name =]=[= entry.value | json =]
[% endfor %]
[% endfor %]
[% for out in step.outs %]
rm -rf [= out | json =]
[% endfor %]
[= step.command =]

[% endfor %]
""",
}
UNIT = {
    "backend.yaml": ABOUT.format("serving", "Service")
    + "documents: [{path: model.service, template: model.service.j2}]\n",
    "model.service.j2": """\
# [= header =]
[Service]
[% for variant in variants if variant.role == 'stable' %]
ExecStart=serve --bento [= variant.bento =] --port [= port =]
[% endfor %]
[% for entry in env %]
[% set ref = entry.secretRef %]
Environment=[= entry.name =]=[% if ref %]%d/[= ref.name =].[= ref.key =][% else %][= entry.value =][% endif %]

[% endfor %]
[% if resources.memoryBytes.limit %]
MemoryMax=[= resources.memoryBytes.limit =]
[% endif %]
TimeoutStopSec=[= shutdownGraceSeconds =]
# ready: GET [= probes.ready.path =], every [= probes.ready.periodSeconds =] s
# takes: [= contract.input | map(attribute='name') | join(', ') =]
""",
}


def shop() -> Pipeline:
    return Pipeline(
        name="shop-price-train",
        purpose="train",
        team="shop",
        model="price",
        environment="local",
        folder="specs/shop/price",
        source="specs/shop/price/model.yaml",
        requirements="requirements.lock",
        parameters=(
            Parameter(name="deep", type="boolean", value=False, text="false"),
            Parameter(name="factor", type="integer", value=2, text="2"),
        ),
        profiles=(Profile(name="default", env=(EnvEntry(name="MODE", value="a b"),)), Profile(name="tool")),
        steps=(
            Step(name="tidy", kind="stage", profile="default", command="python tidy.py", outs=("tidy.json",)),
            Step(
                name="fit",
                kind="stage",
                profile="default",
                command="python fit.py",
                outs=("model",),
                depends_on=("tidy",),
            ),
            Step(
                name="score",
                kind="stage",
                profile="default",
                command="python score.py",
                depends_on=("fit",),
                metrics=(MetricsFile(path="metrics.json", names=("f1",)),),
            ),
            Step(name="gates", kind="gate", profile="tool", depends_on=("score",)),
        ),
    )


def test_a_shell_can_train_it(tmp_path: Path):
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    (tmp_path / "specs/shop/datasets/sales/sales.csv").write_text("item,price\napple,1.5\npear,2\nplum,3\n")
    folder = tmp_path / "specs/shop/price"
    for path, data in render.render(SHELL, shop()).items():
        (folder / path).write_bytes(data)
    environment = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "RUNS": str(tmp_path / "runs")}
    subprocess.run(["/bin/sh", "-eu", "run.sh"], cwd=folder, env=environment, check=True)
    assert (tmp_path / "runs").read_text().split() == ["tidy", "fit", "score"]
    assert '"f1": 0.54' in (folder / "metrics.json").read_text()


def test_a_service_becomes_a_unit_file():
    probe = Probe(path="/readyz", period_seconds=5, timeout_seconds=2)
    digest = "sha256:" + "a" * 64
    service = Service(
        name="vision-digits",
        team="vision",
        model="digits",
        environment="dev",
        port=3100,
        env=(
            EnvEntry(name="LEVEL", value="2"),
            EnvEntry(name="TOKEN", secret_ref={"name": "mlflow", "key": "token"}),
        ),
        resources=Resources.model_validate({"memoryBytes": {"limit": 512}}),
        variants=(
            Variant(
                name="g4",
                role="stable",
                weight=100,
                release=digest,
                generation=4,
                model=digest,
                bento=digest,
                bento_tag="x:1",
            ),
        ),
        scale=Scale(min=1, max=4),
        probes=Probes(startup=probe, ready=probe, live=probe),
        contract=Contract.model_validate(
            {
                "input": [{"name": "scan"}],
                "output": [{"name": "digit"}],
                "modelFormat": "sklearn-skops",
                "digest": digest,
            }
        ),
    )
    (unit,) = render.render(UNIT, service).values()
    assert unit.decode().splitlines()[1:] == [
        "[Service]",
        f"ExecStart=serve --bento {digest} --port 3100",
        "Environment=LEVEL=2",
        "Environment=TOKEN=%d/mlflow.token",
        "MemoryMax=512",
        "TimeoutStopSec=10",
        "# ready: GET /readyz, every 5 s",
        "# takes: scan",
    ]
