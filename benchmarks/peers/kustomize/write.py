"""Write the folders that kustomize reads: one overlay for each model and environment, and one that names them all.

Each overlay is what a person would write there: names, labels and annotations by kustomize's own fields, and patches for
what only this model has. Rules and the dashboard are files that lie beside it: kustomize does not spell strings.
"""

import json
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent

OVERLAY = """\
namespace: ml-{team}-{environment}
resources:
  - ../../base
  - prometheusrule.yaml
  - dashboard.yaml
images:
  - {{name: runtime, newName: {runtime}, digest: "{runtime_digest}"}}
  - {{name: step, newName: {step}, digest: "{step_digest}"}}
replicas:
  - {{name: model, count: {replicas}}}
labels:
  - pairs: {{app.kubernetes.io/instance: {team}-{name}}}
    includeSelectors: true
  - pairs:
      app.kubernetes.io/name: {name}
      app.kubernetes.io/part-of: {team}
      windlass.dev/environment: {environment}
      windlass.dev/team: {team}
    includeTemplates: true
patches:
  - path: deployment.yaml
  - target: {{name: model, kind: PodDisruptionBudget}}
    patch: |-
      - {{op: replace, path: /spec/minAvailable, value: {spare}}}
  - target: {{name: model, kind: ServiceMonitor}}
    patch: |-
      - {{op: add, path: /spec/selector/matchLabels/app.kubernetes.io~1instance, value: {team}-{name}}}
  - target: {{name: model}}
    options: {{allowNameChange: true}}
    patch: |-
      - {{op: replace, path: /metadata/name, value: {team}-{name}}}
      - op: add
        path: /metadata/annotations
        value:
          windlass.dev/data: "{data}"
          windlass.dev/inputs-digest: "{inputsDigest}"
          windlass.dev/model-digest: "{modelDigest}"
          windlass.dev/release-digest: "{releaseDigest}"
          windlass.dev/source: environments/{environment}/releases/{team}/{name}
  - target: {{labelSelector: app.kubernetes.io/component=serving}}
    patch: |-
      - {{op: add, path: /metadata/annotations/windlass.dev~1owners, value: "{owners}"}}
"""
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: model}}
spec:
  template:
    metadata:
      annotations: {{windlass.dev/configuration-digest: "{configurationDigest}"}}
    spec:
      serviceAccountName: {team}-{name}
      initContainers:
        - name: fetch
          args:
            [--store, "{store}", --digest, "{bentoDigest}", --bento, /var/bentoml/bento, --library, /var/bentoml/lib]
          resources: &resources
            requests: {{cpu: "{cpu}", memory: "{memory}"}}
            limits: {{memory: "{memory}"}}
      containers:
        - name: model
          resources: *resources
      volumes:
        - name: configuration
          projected: {{sources: [{{configMap: {{name: {team}-{name}}}}}]}}
"""


def main(facts: Path, rendered: Path, target: Path) -> None:
    """Overlays for the facts' records; rules and dashboards are copied from a rendered tree."""
    shutil.copytree(HERE / "base", target / "base")
    names = []
    for record in json.loads(facts.read_text()):
        environment, slug = record["environment"], f"{record['team']}-{record['name']}"
        folder = target / environment / slug
        folder.mkdir(parents=True)
        runtime, _, runtime_digest = record["runtimeImage"].partition("@")
        step, _, step_digest = record["stepImage"].partition("@")
        images = {"runtime": runtime, "runtime_digest": runtime_digest, "step": step, "step_digest": step_digest}
        told = {**record, **images, "spare": record["replicas"] - 1}
        (folder / "kustomization.yaml").write_text(OVERLAY.format(**told))
        (folder / "deployment.yaml").write_text(DEPLOYMENT.format(**record))
        tree = rendered / environment / f"ml-{record['team']}-{environment}"
        shutil.copy(tree / f"prometheusrule-{slug}.yaml", folder / "prometheusrule.yaml")
        shutil.copy(tree / f"configmap-{slug}-dashboard.yaml", folder / "dashboard.yaml")
        names.append(f"{environment}/{slug}")
    (target / "kustomization.yaml").write_text("resources:\n" + "".join(f"  - {name}\n" for name in names))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
