"""What only a cluster has to know of a pipeline: what a run is made of, in which containers, who it is and how it ends.

Decided here once, so that every pipelines backend for clusters spells the same run. Around the steps that a model has
everywhere stands one more: `refresh` asks the store whether there is anything to train, and collects new data where the clock
started the run. The last step leaves the candidate.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from windlass.engine.evidence import seconds
from windlass.engine.lower import cluster, names, tuning
from windlass.engine.lower.pipeline import REFRESH, REPORT, TOOL, placement
from windlass.model import digests
from windlass.model.diagnostic import Diagnostic
from windlass.model.failure import Findings
from windlass.model.project import Loaded
from windlass.model.specs.environment import Environment, EnvironmentSpec, LockImages
from windlass.model.specs.model import Model, ModelSpec
from windlass.model.workload import (
    EnvEntry,
    Left,
    Meta,
    Network,
    Pipeline,
    Placement,
    Profile,
    Retry,
    Run,
    Schedule,
    Security,
    Step,
)

NAME_LIMIT = 52
"""A clock adds eleven characters to the names of the runs that it starts."""
RUN_LIMIT, RUN_MARK = 48, 10
"""What is left of a run's name beside ten digits of its inputs and a `-r99`, for a run that the world ended."""
TOKEN = "-token"  # noqa: S105 -- the end of a name
HOME = "/windlass"
WRITABLE = {"tmp": "/tmp", "work": HOME}  # noqa: S108 -- a mount of its own in the pod
OUT = f"{HOME}/out"
MD5 = "md5:"
CPU_MILLIS, MEMORY_BYTES = 500, 1 << 30
"""What a step asks for where the spec does not say: a cluster must know."""
COMMAND = ("windlass", "step", "run")
WORLD, TERMINATED = 5, 143
"""What is tried again: a broken world, and a process that was told to stop before it was done."""
PORTS = (443, 6443)
ENDPOINT = "AWS_ENDPOINT_URL_S3"
"""What all that speaks to buckets reads who keeps them from."""
"""Stores and trackers speak TLS. So does the API server, which the executor tells how a step ended: behind its service it may
listen on either."""
QUEUE = "kueue.x-k8s.io/queue-name"
DATA = Left(name="data", path=f"{OUT}/data")
TODO = Left(name="todo", path=f"{OUT}/todo")
CANDIDATE = Left(name="candidate", path=f"{OUT}/candidate", shown=True)
LATE_SECONDS, HISTORY, LOGS_SECONDS = 3600, 3, 3600


@dataclass(frozen=True, slots=True)
class Ingredients:
    """What the runs of a pipeline are made of now, each by digest: the archive of declared code, the pins of the requirements,
    the documents that steps read. ``data`` is the md5 of each dataset and ``inputs`` the digest of it all; both None where a
    dataset was never collected."""

    code: str
    lock: str
    spec: str
    data: Mapping[str, str] | None
    inputs: str | None


def placed(pipeline: Pipeline, model: Loaded[Model], loaded: Loaded[Environment], made: Ingredients) -> Pipeline:
    """The pipeline with all that a cluster asks for. ``model`` is the one that it was lowered from, under the environment's
    overlays. Raises `Findings` where the environment does not say what its pods are made of (WL240), and where a variable
    holds what engines of clusters would fill in (WL254)."""
    environment, spec = loaded.spec, model.spec.spec
    if wrong := [*_filled_in(model)]:
        raise Findings(wrong)
    meta = _meta(pipeline, spec, environment, made)
    steps = _framed(tuning.spread(pipeline.steps))
    profiles = [_profile(one, environment.spec) for one in (*pipeline.profiles, *_leaving(pipeline))]
    used = {step.profile for step in steps} | {TOOL.name}
    name = names.name(pipeline.team, pipeline.model, "train", limit=NAME_LIMIT)
    return pipeline.model_copy(
        update={
            "name": name,
            "profiles": tuple(profile for profile in profiles if profile.name in used),
            "steps": steps,
            "meta": meta,
            "run": _run(name, pipeline, spec, loaded, made, meta),
        }
    )


def run_name(team: str, model: str, inputs: str) -> str:
    """The name of the run of these inputs, short enough for the mark of a second attempt."""
    return f"{names.name(team, model, limit=RUN_LIMIT)}-{digests.short(inputs, RUN_MARK)}"


def _run(
    name: str, pipeline: Pipeline, spec: ModelSpec, loaded: Loaded[Environment], made: Ingredients, meta: Meta
) -> Run:
    environment, training = loaded.spec.spec, loaded.spec.spec.training
    own = environment.images.locks.get(made.lock, LockImages())
    if environment.images.step is None or environment.store is None:
        parts = {"images.step": environment.images.step, "store": environment.store}
        raise Findings(cluster.missing(loaded, parts, "trains"))
    executor = names.name(pipeline.team, pipeline.model, "executor", limit=names.LIMIT - len(TOKEN))
    return Run(
        name=run_name(pipeline.team, pipeline.model, made.inputs) if made.inputs else None,
        image=cluster.image(own.step or environment.images.step),
        pull_secrets=environment.images.pull_secrets,
        store=environment.store.uri,
        secret=environment.store.secret_ref.name if environment.store.secret_ref else None,
        code=made.code,
        lock=made.lock,
        spec=made.spec,
        inputs=made.inputs,
        data=revisions(made.data or {}),
        command=COMMAND,
        out=OUT,
        security=Security(uid=cluster.UID, writable=WRITABLE),
        service_account=name,
        executor=executor,
        token=executor + TOKEN,
        exit=Step(name=REPORT, kind="report", profile=TOOL.name),
        mutex=name,
        parallelism=training.parallelism,
        timeout_seconds=_whole(training.timeout),
        kept_succeeded_seconds=_whole(training.kept.succeeded),
        kept_failed_seconds=_whole(training.kept.failed),
        logs_seconds=LOGS_SECONDS,
        pod_labels=dict(
            sorted({**meta.labels, **({QUEUE: environment.queue.name} if environment.queue else {})}.items())
        ),
        network=Network(egress_ports=tuple(sorted({*PORTS, *cluster.store_ports(environment)}))),
        schedule=_schedule(spec),
    )


def _meta(pipeline: Pipeline, spec: ModelSpec, environment: Environment, made: Ingredients) -> Meta:
    annotations = {
        f"{cluster.PREFIX}/owners": ",".join(spec.governance.owners),
        f"{cluster.PREFIX}/source": pipeline.source,
    }
    if made.inputs is not None:
        annotations[f"{cluster.PREFIX}/data"] = revisions(made.data or {})
        annotations[f"{cluster.PREFIX}/inputs-digest"] = made.inputs
    meta = cluster.meta_of(environment, pipeline.team, pipeline.model, "training")
    return meta.model_copy(update={"annotations": dict(sorted(annotations.items()))})


def _filled_in(model: Loaded[Model]) -> Iterator[Diagnostic]:
    """Values with ``{{``: no engine of clusters can be told to leave it alone."""
    for number, stage in enumerate(model.spec.spec.pipeline.stages):
        for index, entry in enumerate(stage.env):
            if entry.value is not None and "{{" in entry.value:
                place = model.source.place("spec", "pipeline", "stages", number, "env", index, "value")
                message = f"variable `{entry.name}` of stage `{stage.name}` holds `{{{{`, which a cluster's engine would fill in"
                yield Diagnostic("WL254", message, place, "read such a text from a file among the deps")


def _framed(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps behind `refresh`; the last one is taken even if there is nothing to train, and leaves what is known."""
    first = Step(name=REFRESH, kind="refresh", profile=REFRESH, always=True)
    behind = [step if step.depends_on else step.model_copy(update={"depends_on": (REFRESH,)}) for step in steps]
    last = behind[-1].model_copy(update={"profile": behind[-1].name, "always": True})
    return (first, *behind[:-1], last)


def _leaving(pipeline: Pipeline) -> tuple[Profile, Profile]:
    """The containers of the two steps that leave something, each named after its step."""
    last = pipeline.steps[-1]
    like = next(profile for profile in pipeline.profiles if profile.name == last.profile)
    return (
        like.model_copy(update={"name": last.name, "leaves": (CANDIDATE,)}),
        TOOL.model_copy(update={"name": REFRESH, "leaves": (DATA, TODO)}),
    )


def _profile(profile: Profile, spec: EnvironmentSpec) -> Profile:
    """A container with everything decided. What the spec says of its variables and nodes wins over what is said for all."""
    ours = {"HOME": HOME} | ({ENDPOINT: spec.store.endpoint} if spec.store and spec.store.endpoint else {})
    env = {name: EnvEntry(name=name, value=value) for name, value in ours.items()} | {
        one.name: one for one in profile.env
    }
    training, retry = spec.training, spec.training.retry
    return profile.model_copy(
        update={
            "env": tuple(entry for _, entry in sorted(env.items())),
            "resources": cluster.asked(profile.resources, CPU_MILLIS, MEMORY_BYTES),
            "placement": _placement(placement(training.placement), profile.placement),
            "timeout_seconds": _whole(training.step_timeout),
            "retry": Retry(
                exit_codes=(WORLD, TERMINATED),
                limit=retry.limit,
                delay_seconds=_whole(retry.delay),
                factor=retry.factor,
                max_delay_seconds=_whole(retry.max_delay),
            ),
        }
    )


def _placement(every: Placement, own: Placement) -> Placement:
    selector = dict(sorted({**every.node_selector, **own.node_selector}.items()))
    more = (one for one in own.tolerations if one not in every.tolerations)
    return Placement(node_selector=selector, tolerations=(*every.tolerations, *more))


def _schedule(spec: ModelSpec) -> Schedule | None:
    if spec.retraining is None:
        return None
    asked = spec.retraining.schedule
    return Schedule(
        cron=" ".join(asked.cron.split()),
        timezone=asked.timezone,
        starting_deadline_seconds=LATE_SECONDS,
        history=HISTORY,
    )


def revisions(data: Mapping[str, str]) -> str:
    """The md5 of each dataset in one word: ``team/name@md5:…``, with commas between."""
    return ",".join(f"{slug}@{MD5}{md5}" for slug, md5 in sorted(data.items()))


def read_revisions(text: str) -> dict[str, str]:
    """The md5 of each dataset, from what `revisions` made. Raises ValueError for anything else."""
    pairs = [part.partition(f"@{MD5}") for part in text.split(",") if part]
    if wrong := [slug for slug, _, md5 in pairs if not (slug and md5)]:
        raise ValueError(f"`{wrong[0]}` has no revision")
    return {slug: md5 for slug, _, md5 in pairs}


def _whole(duration: str) -> int:
    return int(seconds(duration))
