"""Lower an environment to the two images that its pods are made of: one that runs steps of Windlass, one that serves models."""

from windlass.engine.lower.cluster import HOME, UID, image
from windlass.model.specs.environment import Environment
from windlass.model.workload import ImageRecipe

PYTHON = "3.11"
WORK = "/windlass"
BUILDERS = ("setuptools",)
"""What packages without a wheel are built with."""
TEMPORARY = "/tmp"  # noqa: S108 -- every pod of ours mounts a volume of its own there
QUIET = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1", "TMPDIR": TEMPORARY}
"""A root that cannot be written takes no bytecode, and a log that is read while it grows takes no buffer."""
STEP = {"DO_NOT_TRACK": "1", "DVC_NO_ANALYTICS": "1", "DVC_SITE_CACHE_DIR": f"{TEMPORARY}/dvc"}
RUNTIME = {"BENTOML_DO_NOT_TRACK": "True"}


def recipes(environment: Environment, lock: str, version: str) -> tuple[ImageRecipe, ...]:
    """The step image holds Windlass of ``version`` and the packages of its ``lock``; the runtime image holds Python alone,
    because each bento brings the packages of its own lock. The environment names a base (a rule says so)."""
    assert environment.spec.images.base is not None
    shared = {
        "environment": environment.metadata.name,
        "base": image(environment.spec.images.base),
        "python": PYTHON,
        "uid": UID,
        "user": "windlass",
    }
    step = ImageRecipe.model_validate(
        {
            **shared,
            "name": "step",
            "home": TEMPORARY,
            "folders": (WORK,),
            "env": _env(TEMPORARY, STEP),
            "requirements": lock,
            "build_requirements": _pins(lock, BUILDERS),
            "wheel": f"windlass-{version}-py3-none-any.whl",
            "entrypoint": ("windlass",),
        }
    )
    runtime = ImageRecipe.model_validate(
        {
            **shared,
            "name": "runtime",
            "home": HOME,
            "folders": (WORK, HOME),
            "env": _env(HOME, RUNTIME),
            "entrypoint": ("python",),
        }
    )
    return runtime, step


def _env(home: str, own: dict[str, str]) -> dict[str, str]:
    return dict(sorted({"HOME": home, **QUIET, **own}.items()))


def _pins(lock: str, packages: tuple[str, ...]) -> str:
    """The lines of some packages, hashes included."""
    kept, taken = [], False
    for line in lock.splitlines(keepends=True):
        taken = line.startswith(tuple(f"{name}==" for name in packages)) or (taken and line.startswith(" "))
        kept += [line] if taken else []
    return "".join(kept)
