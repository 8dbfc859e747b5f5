"""MLflow, in a process of its own: the module of a worker (`runtime/answer.py`) in the tool's interpreter.

Importing MLflow takes seconds and so do a new database's migrations, so the registry starts this while training runs.
Each request is one small step that can be asked again: a kill between two leaves something the same request finds.
"""

import contextlib
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

HERE: dict[str, Any] = {}
INPUTS, MODEL = "windlass.inputs", "windlass.model"
PAGE = 1000
TOGETHER = 8
"""Requests to a server at a time."""


def warm() -> None:
    """Import MLflow; the registry is the server whose address was given, or a database that is made where there is none."""
    import mlflow
    from mlflow import MlflowClient

    uri = os.environ.get("WINDLASS_MLFLOW_URI") or _database(mlflow.__version__)
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    HERE["client"] = MlflowClient(tracking_uri=uri, registry_uri=uri)
    HERE["version"] = mlflow.__version__
    if uri.startswith("sqlite:"):
        # the first query costs what later ones do not: it opens the database and checks its schema
        HERE["client"].search_experiments(max_results=1)


def handle(request: dict[str, Any]) -> dict[str, Any]:
    """One step, by its name in ``do``."""
    steps: dict[str, Callable[..., dict[str, Any]]]
    steps = {"run": _run, "model": _model, "upload": _upload, "version": _version, "finish": _finish}
    steps |= {"alias": _alias, "drop": _drop, "whole": _whole, "versions": _versions, "aliases": _aliases}
    return steps[request.pop("do")](**request)


def _run(experiment: str, artifacts: str | None, name: str, started: int, **facts: Any) -> dict[str, Any]:
    """The run of these inputs, made or found, with all its parameters, metrics and tags. Others of the experiment that a kill
    left running are ended, as killed."""
    from mlflow.entities import Metric, Param, RunTag

    client, inputs = HERE["client"], facts["tags"][INPUTS]
    number = _experiment(experiment, artifacts)
    for left in client.search_runs([number], "attributes.status = 'RUNNING'"):
        if left.data.tags.get(INPUTS, inputs) != inputs:
            client.set_terminated(left.info.run_id, "KILLED")
    runs = client.search_runs([number], f"tags.`{INPUTS}` = '{inputs}'", max_results=1)
    run = runs[0] if runs else client.create_run(number, started, tags={INPUTS: inputs}, run_name=name)
    told = run.data.params
    client.log_batch(
        run.info.run_id,
        metrics=[Metric(key, value, started, 0) for key, value in facts["metrics"].items()],
        params=[Param(key, value) for key, value in facts["params"].items() if key not in told],
        tags=[RunTag(key, value) for key, value in facts["tags"].items()],
    )
    return {"run": run.info.run_id, "experiment": number, "mlflow": HERE["version"]}


def _experiment(name: str, artifacts: str | None) -> str:
    """An experiment's number, made or found, whoever is faster."""
    from mlflow.exceptions import MlflowException

    client = HERE["client"]
    found = client.get_experiment_by_name(name)
    if found is None:
        try:
            return str(client.create_experiment(name, artifact_location=artifacts))
        except MlflowException:
            found = client.get_experiment_by_name(name)
            if found is None:
                raise
    return str(found.experiment_id)


def _model(experiment: str, run: str, digest: str, tags: dict[str, str]) -> dict[str, Any]:
    """The logged model of these bytes, made or found."""
    from mlflow.entities import LoggedModelOutput

    client = HERE["client"]
    found = client.search_logged_models([experiment], f"tags.`{MODEL}` = '{digest}'", max_results=1)
    model = found[0] if found else client.create_logged_model(experiment, "model", run, tags={**tags, MODEL: digest})
    outputs = client.get_run(run).outputs
    if model.model_id not in {output.model_id for output in (outputs.model_outputs if outputs else [])}:
        client.log_outputs(run, [LoggedModelOutput(model.model_id, 0)])
    return {"model": model.model_id, "location": model.artifact_location}


def _upload(model: str, folder: str) -> dict[str, Any]:
    """The bytes, then the word that they are all there."""
    HERE["client"].log_model_artifacts(model, folder)
    HERE["client"].finalize_logged_model(model, "READY")
    return {}


def _version(name: str, run: str, model: str, digest: str, tags: dict[str, str]) -> dict[str, Any]:
    """The registered version of these bytes, made or found. Where two made one each at the same time, the lower one stays."""
    from mlflow.exceptions import MlflowException

    client = HERE["client"]
    with contextlib.suppress(MlflowException):  # it is there already
        client.create_registered_model(name)
    version = _find(name, digest)
    if version is None:
        source, all_tags = f"models:/{model}", {**tags, MODEL: digest}
        made = str(client.create_model_version(name, source, run, tags=all_tags, model_id=model).version)
        version = _find(name, digest) or made
        if version != made:
            client.delete_model_version(name, made)
    return {"version": version}


def _finish(run: str, ended: int) -> dict[str, Any]:
    HERE["client"].set_terminated(run, "FINISHED", ended)
    return {}


def _alias(name: str, alias: str, digest: str) -> dict[str, Any]:
    version = _find(name, digest)
    if version is not None:
        HERE["client"].set_registered_model_alias(name, alias, version)
    return {"version": version}


def _drop(name: str, alias: str) -> dict[str, Any]:
    HERE["client"].delete_registered_model_alias(name, alias)
    return {}


def _whole(name: str, digest: str) -> dict[str, Any]:
    """The version of these bytes, if its run came to its end and its files are there."""
    from mlflow.exceptions import MlflowException

    client = HERE["client"]
    for version in _search(name, digest):
        with contextlib.suppress(MlflowException):  # somebody removed the run for good
            ended = client.get_run(version.run_id).info.status == "FINISHED"
            model = version.source.removeprefix("models:/")  # a server does not tell `model_id`
            if ended and any(file.path == "MLmodel" for file in client.list_logged_model_artifacts(model)):
                return {"version": str(version.version)}
    return {"version": None}


def _versions(name: str) -> dict[str, Any]:
    """The number of the first version of each digest."""
    return {"versions": {one.tags[MODEL]: str(one.version) for one in reversed(_search(name)) if MODEL in one.tags}}


def _aliases(names: list[str]) -> dict[str, Any]:
    """For each registered model that has any: ``{alias: [number, digest]}``, the digest empty where it is not ours."""
    with ThreadPoolExecutor(TOGETHER) as pool:
        found = dict(zip(names, pool.map(_pointing, names), strict=True))
    return {"aliases": {name: aliases for name, aliases in found.items() if aliases}}


def _pointing(name: str) -> dict[str, list[str]]:
    aliases = {
        alias: str(number)
        for one in HERE["client"].search_registered_models(f"name = '{name}'")
        for alias, number in one.aliases.items()
    }
    digests = {str(one.version): one.tags.get(MODEL, "") for one in _search(name)} if aliases else {}
    return {alias: [number, digests.get(number, "")] for alias, number in aliases.items()}


def _find(name: str, digest: str) -> str | None:
    return next((str(one.version) for one in _search(name, digest)), None)


def _search(name: str, digest: str = "") -> list[Any]:
    """The versions of a registered model, or of one digest of it, the lowest first."""
    found: list[Any] = []
    token = None
    query = f"name = '{name}'" + (f" and tags.`{MODEL}` = '{digest}'" if digest else "")
    while True:
        page = HERE["client"].search_model_versions(query, max_results=PAGE, page_token=token)
        found += page
        token = page.token
        if not token:
            return sorted(found, key=lambda version: int(version.version))


def _database(version: str) -> str:
    """The address of the repository's own database, made from the template of this MLflow version where there is one."""
    database, artifacts = Path(os.environ["WINDLASS_MLFLOW_DB"]), Path(os.environ["WINDLASS_MLFLOW_ARTIFACTS"])
    template = Path(os.environ["WINDLASS_MLFLOW_TEMPLATES"]) / f"mlflow-{version}.db"
    if not database.exists():
        if not template.exists():
            _migrate(template)
        _place(template, database, artifacts)
    return f"sqlite:///{database}"


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
