"""MLflow, in a process of its own: the module of a worker (`runtime/answer.py`) in the tool's interpreter.

Importing MLflow takes seconds and so do a new database's migrations, so the registry starts this while training runs.
Each request is one small step that can be asked again: a kill between two leaves something the same request finds.
"""

import contextlib
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE: dict[str, Any] = {}
INPUTS, MODEL = "windlass.inputs", "windlass.model"


def warm() -> None:
    """Import MLflow and make the database, from the template of this MLflow version where there is one."""
    import mlflow
    from mlflow import MlflowClient

    database, artifacts = Path(os.environ["WINDLASS_MLFLOW_DB"]), Path(os.environ["WINDLASS_MLFLOW_ARTIFACTS"])
    template = Path(os.environ["WINDLASS_MLFLOW_TEMPLATES"]) / f"mlflow-{mlflow.__version__}.db"
    if not database.exists():
        if not template.exists():
            _migrate(template)
        _place(template, database, artifacts)
    uri = f"sqlite:///{database}"
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    HERE["client"] = MlflowClient(tracking_uri=uri, registry_uri=uri)
    HERE["version"] = mlflow.__version__
    # the first query costs what later ones do not: it opens the database and checks its schema
    HERE["client"].search_experiments(max_results=1)


def handle(request: dict[str, Any]) -> dict[str, Any]:
    """One step, by its name in ``do``."""
    steps: dict[str, Callable[..., dict[str, Any]]]
    steps = {"run": _run, "model": _model, "upload": _upload, "version": _version, "finish": _finish}
    steps |= {"close": _close, "alias": _alias, "drop": _drop}
    return steps[request.pop("do")](**request)


def _run(experiment: str, artifacts: str, name: str, started: int, **facts: Any) -> dict[str, Any]:
    """The run of these inputs, made or found, with all its parameters, metrics and tags."""
    from mlflow.entities import Metric, Param, RunTag

    client = HERE["client"]
    found = client.get_experiment_by_name(experiment)
    number = found.experiment_id if found else client.create_experiment(experiment, artifact_location=artifacts)
    query = f"tags.`{INPUTS}` = '{facts['tags'][INPUTS]}'"
    runs = client.search_runs([number], query, max_results=1)
    run = runs[0] if runs else client.create_run(number, started, tags={INPUTS: facts["tags"][INPUTS]}, run_name=name)
    told = run.data.params
    client.log_batch(
        run.info.run_id,
        metrics=[Metric(key, value, started, 0) for key, value in facts["metrics"].items()],
        params=[Param(key, value) for key, value in facts["params"].items() if key not in told],
        tags=[RunTag(key, value) for key, value in facts["tags"].items()],
    )
    return {"run": run.info.run_id, "experiment": number, "mlflow": HERE["version"]}


def _model(experiment: str, run: str, digest: str, tags: dict[str, str]) -> dict[str, Any]:
    """The logged model of these bytes, made or found."""
    from mlflow.entities import LoggedModelOutput

    client = HERE["client"]
    found = client.search_logged_models([experiment], f"tags.`{MODEL}` = '{digest}'", max_results=1)
    model = found[0] if found else client.create_logged_model(experiment, "model", run, tags={**tags, MODEL: digest})
    outputs = client.get_run(run).outputs
    if model.model_id not in {output.model_id for output in (outputs.model_outputs if outputs else [])}:
        client.log_outputs(run, [LoggedModelOutput(model.model_id, 0)])
    return {"model": model.model_id, "location": model.artifact_location, "ready": str(model.status) == "READY"}


def _upload(model: str, folder: str) -> dict[str, Any]:
    """The bytes, then the word that they are all there."""
    HERE["client"].log_model_artifacts(model, folder)
    HERE["client"].finalize_logged_model(model, "READY")
    return {}


def _version(name: str, run: str, model: str, digest: str, tags: dict[str, str]) -> dict[str, Any]:
    """The registered version of these bytes, made or found."""
    from mlflow.exceptions import MlflowException

    client = HERE["client"]
    with contextlib.suppress(MlflowException):  # it is there already
        client.create_registered_model(name)
    version = _find(name, digest)
    if version is None:
        source, all_tags = f"models:/{model}", {**tags, MODEL: digest}
        version = client.create_model_version(name, source, run, tags=all_tags, model_id=model).version
    return {"version": str(version)}


def _finish(run: str, ended: int) -> dict[str, Any]:
    HERE["client"].set_terminated(run, "FINISHED", ended)
    return {}


def _close(keep: str) -> dict[str, Any]:
    """End, as killed, every run of ours that a kill left running, except the one of these inputs."""
    client = HERE["client"]
    experiments = [experiment.experiment_id for experiment in client.search_experiments()]
    for run in client.search_runs(experiments, "attributes.status = 'RUNNING'"):
        if run.data.tags.get(INPUTS, keep) != keep:
            client.set_terminated(run.info.run_id, "KILLED")
    return {}


def _alias(name: str, alias: str, digest: str) -> dict[str, Any]:
    version = _find(name, digest)
    if version is None:
        return {"version": None}
    HERE["client"].set_registered_model_alias(name, alias, version)
    return {"version": str(version)}


def _drop(name: str, alias: str) -> dict[str, Any]:
    HERE["client"].delete_registered_model_alias(name, alias)
    return {}


def _find(name: str, digest: str) -> str | None:
    found = HERE["client"].search_model_versions(f"name = '{name}' and tags.`{MODEL}` = '{digest}'")
    return min((str(version.version) for version in found), key=int, default=None)


def _migrate(template: Path) -> None:
    """An empty, migrated database of this MLflow version, kept for the next repository."""
    from mlflow import MlflowClient

    part = template.with_name(f".{template.name}.{os.getpid()}")
    template.parent.mkdir(parents=True, exist_ok=True)
    MlflowClient(tracking_uri=f"sqlite:///{part}").search_experiments(max_results=1)
    part.replace(template)


def _place(template: Path, database: Path, artifacts: Path) -> None:
    """A copy of the template, whose default experiment keeps its artifacts here and not in a `mlruns` of some folder."""
    database.parent.mkdir(parents=True, exist_ok=True)
    part = database.with_name(f".{database.name}.{os.getpid()}")
    part.write_bytes(template.read_bytes())
    with contextlib.closing(sqlite3.connect(part)) as connection, connection:
        connection.execute("update experiments set artifact_location = ?", ((artifacts / "default").as_uri(),))
    part.replace(database)
