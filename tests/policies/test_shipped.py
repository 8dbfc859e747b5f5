"""The policies that travel with Windlass: what each lets pass and what it stops."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.backends.test_backends import ROOT as TEMPLATES
from tests.backends.test_kubernetes import OBJECTS
from tests.transcript import ROOT
from tests.trees import DATASET, MODEL, TODAY, base, edited, environment, judged, laid_out, windlass
from windlass.engine import validate
from windlass.engine.cast import Document
from windlass.engine.policy.manifests import Judge
from windlass.engine.resolve import environment as named
from windlass.model.project import Project

SHIPPED = {path.name: path.read_bytes() for path in sorted((ROOT / "environments/policies").glob("*.yaml"))}
OWNED = "  governance: {owners: [lead@example.org], riskClass: minimal}\n  serving:\n"
DEPLOYMENT = TEMPLATES / "serving/bentoml/examples/fetched/expected"
RESTRICTED = "pod-security-restricted"


def with_policies(files: dict[str, bytes]) -> dict[str, bytes]:
    return files | {f"environments/policies/{name}": data for name, data in SHIPPED.items()}


def told(files: dict[str, bytes]) -> list[tuple[str, str]]:
    """Codes and messages of a tree under the shipped policies."""
    return [(one.code, one.message) for one in judged(with_policies(files))]


def owned(old: str = "", new: str = "") -> dict[str, bytes]:
    """The base repository with an owner, and one edit."""
    files = edited(MODEL, "  serving:\n", OWNED)
    return files | ({MODEL: files[MODEL].replace(old.encode(), new.encode())} if old else {})


def test_a_new_repository_starts_with_the_same_ones() -> None:
    folder = TEMPLATES / "starts/repository/environments/policies"
    assert {path.name: path.read_bytes() for path in folder.glob("*.yaml")} == SHIPPED


def test_all_is_well() -> None:
    assert told(owned()) == []


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (base(), "nobody answers for this model, write `governance.owners`"),
        (
            owned("riskClass: minimal", "riskClass: high"),
            "a model of high risk says nowhere what it is for, name a document as `governance.intendedUse`",
        ),
        (owned("riskClass: minimal", "riskClass: high"), "a model of high risk needs two approvals, prod asks for 1"),
        (
            owned() | edited(DATASET, "personalData: none", "personalData: pseudonymous"),
            "data about people must go some day, write `retentionDays`",
        ),
    ],
    ids=["owners", "intended use", "high risk", "retention"],
)
def test_what_specs_do_not_hold(files: dict[str, bytes], said: str) -> None:
    files = {**owned(), DATASET: files[DATASET], MODEL: files[MODEL]}
    assert ("WL282", said) in told(files)


@pytest.mark.parametrize(
    "files",
    [
        edited(DATASET, "personalData: none", "personalData: personal\n  retentionDays: 365") | {MODEL: owned()[MODEL]},
        owned("riskClass: minimal", "riskClass: high, intendedUse: docs/use.md")
        | {
            environment(name): base()[environment(name)] + b"  promotion: {approvals: 2}\n"
            for name in ("prod", "staging")
        },
    ],
    ids=["retention", "high risk"],
)
def test_what_specs_hold(files: dict[str, bytes]) -> None:
    assert [code for code, _ in told(files) if code.startswith("WL28")] == []


def test_the_command_says_it_and_this_machine_goes_on(tmp_path: Path) -> None:
    root = laid_out(tmp_path / "repo", git=True)
    (root / "environments/policies").mkdir()
    (root / "environments/policies/owners-required.yaml").write_bytes(SHIPPED["owners-required.yaml"])
    ran = windlass(root, "validate")
    assert ran.returncode == 1
    assert f"{MODEL}:4:1  WL282  nobody answers for this model" in ran.stdout
    assert windlass(root, "render", "local").returncode == 0, "`local` is outside of the chain"
    assert windlass(root, "render", "dev").returncode == 1


def deployment() -> dict[str, Any]:
    (path,) = DEPLOYMENT.rglob("deployment-*.yaml")
    return yaml.safe_load(path.read_text())


def refused(value: dict[str, Any]) -> list[str]:
    """The names of the policies that an object does not hold."""
    read = validate.read(with_policies(base()))
    found = Judge(read.project, named(read.project, "prod", rehearse=False), TODAY).judged(written(value))
    return sorted({one.hint.split("`")[1] for one in found})


def written(value: dict[str, Any]) -> list[Document]:
    return [Document("ml/object.yaml", yaml.safe_dump(value).encode())]


@pytest.mark.parametrize("path", OBJECTS)
def test_whatever_a_backend_renders_holds_all_of_them(path: Path) -> None:
    assert refused(yaml.safe_load(path.read_text())) == []


def pod(change: dict[str, Any]) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    return lambda pod, _: pod.update(change)


def container(change: dict[str, Any]) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    return lambda _, container: container.update(change)


def guarded(change: dict[str, Any]) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    return lambda _, container: container["securityContext"].update(change)


def unguarded(*keys: str) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    def change(pod: dict[str, Any], container: dict[str, Any]) -> None:
        for key in keys:
            pod["securityContext"].pop(key, None)
            container["securityContext"].pop(key, None)

    return change


@pytest.mark.parametrize(
    ("change", "policies"),
    [
        (container({"image": "registry.example/model:1.2"}), ["images-by-digest"]),
        (container({"image": "registry.example/model:latest"}), ["images-by-digest", "no-latest"]),
        (container({"image": "registry.example:5000/model"}), ["images-by-digest", "no-latest"]),
        (container({"image": "registry.example/model:latest@sha256:" + "1" * 64}), ["no-latest"]),
        (container({"resources": {}}), ["resources-required"]),
        (container({"resources": {"requests": {"cpu": "1", "memory": "1Gi"}}}), ["resources-required"]),
        (pod({"hostNetwork": True}), [RESTRICTED]),
        (pod({"volumes": [{"name": "host", "hostPath": {"path": "/"}}]}), [RESTRICTED]),
        (guarded({"privileged": True}), [RESTRICTED]),
        (guarded({"procMount": "Unmasked"}), [RESTRICTED]),
        (guarded({"allowPrivilegeEscalation": True}), [RESTRICTED]),
        (unguarded("allowPrivilegeEscalation"), [RESTRICTED]),
        (guarded({"capabilities": {"drop": ["NET_RAW"]}}), [RESTRICTED]),
        (guarded({"capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]}}), [RESTRICTED]),
        (unguarded("runAsNonRoot"), [RESTRICTED]),
        (guarded({"runAsNonRoot": False}), [RESTRICTED]),
        (guarded({"runAsUser": 0}), [RESTRICTED]),
        (unguarded("seccompProfile"), [RESTRICTED]),
        (guarded({"seccompProfile": {"type": "Unconfined"}}), [RESTRICTED]),
        (pod({"securityContext": {"sysctls": [{"name": "kernel.msgmax", "value": "1"}]}}), [RESTRICTED]),
        (container({"ports": [{"containerPort": 3000, "hostPort": 3000}]}), [RESTRICTED]),
        (guarded({"appArmorProfile": {"type": "Unconfined"}}), [RESTRICTED]),
        (guarded({"seLinuxOptions": {"user": "root"}}), [RESTRICTED]),
        (guarded({"seLinuxOptions": {"type": "spc_t"}}), [RESTRICTED]),
        (guarded({"windowsOptions": {"hostProcess": True}}), [RESTRICTED]),
        (container({"livenessProbe": {"httpGet": {"host": "10.0.0.1", "port": 1}}}), [RESTRICTED]),
        (container({"lifecycle": {"preStop": {"httpGet": {"host": "10.0.0.1", "port": 1}}}}), [RESTRICTED]),
        (guarded({"capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}}), []),
        (guarded({"seLinuxOptions": {"type": "container_t"}}), []),
    ],
)
@pytest.mark.parametrize("kind", ["containers", "initContainers"])
def test_what_manifests_do_not_hold(kind: str, change: Callable[..., None], policies: list[str]) -> None:
    value = copy.deepcopy(deployment())
    spec = value["spec"]["template"]["spec"]
    change(spec, spec[kind][0])
    assert refused(value) == policies


@pytest.mark.parametrize("step", ["container", "script"])
def test_a_step_of_a_workflow_is_a_pod(step: str) -> None:
    shared = {"securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}}
    spec = deployment()["spec"]["template"]["spec"]["containers"][0] | {"image": "r/step@sha256:" + "1" * 64}
    workflow = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "WorkflowTemplate",
        "metadata": {"name": "x"},
        "spec": {**shared, "templates": [{"name": "dag", "dag": {"tasks": []}}, {"name": "run", step: spec}]},
    }
    assert refused(workflow) == []
    workflow["spec"]["templates"][1][step] = {**spec, "image": "r/step:1", "securityContext": {}}  # type: ignore[index]
    assert refused(workflow) == ["images-by-digest", RESTRICTED]


def test_the_message_names_the_image() -> None:
    value = deployment()
    value["spec"]["template"]["spec"]["containers"][0]["image"] = "registry.example/model:1.2"
    read = validate.read(with_policies(base()))
    prod = named(read.project, "prod", rehearse=False)
    (found,) = Judge(read.project, prod, TODAY).judged(written(value))
    assert found.message.endswith(": an image has no digest: registry.example/model:1.2")


def test_no_policy_no_reading() -> None:
    prod = validate.read(base()).project
    judge = Judge(Project(), named(prod, "prod", rehearse=False), TODAY)
    assert list(judge.judged([Document("x.yaml", b"{")])) == []
