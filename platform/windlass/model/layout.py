"""Where things lie: paths relative to the repository, in one place so that no two rooms disagree."""

from collections.abc import Iterator

STATE = ".windlass"
SPECS = "specs"
ENVIRONMENTS = "environments"
POLICIES = "policies"
TEMPLATES = "templates"


def upwards(folder: str) -> Iterator[str]:
    """A folder, and each that it lies in, without the root."""
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]


def release_folder(environment: str, slug: str) -> str:
    """The folder of a release; environment `local` keeps its own under `.windlass/`, outside git."""
    if environment == "local":
        return f"{STATE}/local/releases/{slug}"
    return f"{ENVIRONMENTS}/{environment}/releases/{slug}"


def state(environment: str, *parts: str) -> str:
    """A path in one environment's state on this machine (``store``, ``work``, ``run``, ``bentos``, ``ledger``)."""
    return "/".join((STATE, environment, *parts))


def candidate_record(slug: str, inputs: str) -> str:
    """The name of the store's record that says what a training run made."""
    return f"candidates/{slug}/{inputs.removeprefix('sha256:')}.json"


def step_note(slug: str, inputs: str, step: str) -> str:
    """The name of the store's record by which a step of a training run tells the others what it made."""
    return f"steps/{slug}/{inputs.removeprefix('sha256:')}/{step}.json"


def run_report(slug: str, run: str) -> str:
    """The name of the store's record that says how a run in a cluster ended."""
    return f"reports/{slug}/{run}.json"


def data_lock(slug: str, md5: str) -> str:
    """The name of the store's record that holds the digest of the `dvc.lock` of one revision of a dataset."""
    return f"data/{slug}/{md5}"


def champion_record(slug: str) -> str:
    """The name of the store's record that holds the release which serves now: pods have no git to read it from."""
    return f"champions/{slug}.json"


def archive_origin(code: str) -> str:
    """The name of the store's record that holds the commit which an archive of code was first put here from."""
    return f"archives/{code.removeprefix('sha256:')}"


def ledger_branch(environment: str, rehearsed: bool) -> str:
    """The append-only branch that holds an environment's receipts."""
    return f"windlass/{'rehearsal' if rehearsed else 'ledger'}/{environment}"


def proposal_branch(movement: str, environment: str, slug: str) -> str:
    """The branch of a proposal; ``movement`` is release, promote or rollback."""
    return f"windlass/{movement}/{environment}/{slug}"
