"""Where each kind of document lives: its path says its kind and its name, and both must agree with what it says itself."""

from dataclasses import dataclass

from windlass.model import layout

MARK = b"windlass.dev/"
"""A YAML file below `specs/` that holds this was meant for us, wherever it lies."""


@dataclass(frozen=True, slots=True)
class Home:
    """What a path stands for: the kind that lives there, and the names that its folders give."""

    kind: str
    name: str
    team: str | None = None
    environment: str | None = None

    @property
    def key(self) -> str:
        """The name in a project: ``team/name`` where a team owns it."""
        return f"{self.team}/{self.name}" if self.team else self.name


PLACES = {
    "Team": f"{layout.SPECS}/<team>/team.yaml",
    "Dataset": f"{layout.SPECS}/<team>/datasets/<name>/dataset.yaml",
    "Model": f"{layout.SPECS}/<team>/<name>/model.yaml",
    "Environment": f"{layout.ENVIRONMENTS}/<name>/environment.yaml",
    "Overlay": f"{layout.ENVIRONMENTS}/<environment>/overlays/<name>.yaml",
    "Policy": f"{layout.ENVIRONMENTS}/{layout.POLICIES}/<name>.yaml",
    "Release": f"{layout.ENVIRONMENTS}/<environment>/releases/<team>/<name>/release.yaml",
}


def home(path: str) -> Home | None:
    """What lives at a path, or None where no document may lie."""
    match path.split("/"):
        case [layout.SPECS, team, "team.yaml"]:
            return Home("Team", team)
        case [layout.SPECS, team, "datasets", name, "dataset.yaml"]:
            return Home("Dataset", name, team)
        case [layout.SPECS, team, name, "model.yaml"] if name != "datasets":
            return Home("Model", name, team)
        case [layout.ENVIRONMENTS, name, "environment.yaml"]:
            return Home("Environment", name)
        case [layout.ENVIRONMENTS, layout.POLICIES, file] if file.endswith(".yaml"):
            return Home("Policy", file.removesuffix(".yaml"))
        case [layout.ENVIRONMENTS, environment, "overlays", file] if file.endswith(".yaml"):
            return Home("Overlay", file.removesuffix(".yaml"), environment=environment)
        case [layout.ENVIRONMENTS, environment, "releases", team, name, "release.yaml"]:
            return Home("Release", name, team, environment)
    return None


def candidate(path: str, data: bytes) -> bool:
    """Whether a file is read as a document: where one lives, or where one was meant to."""
    if not path.endswith((".yaml", ".yml")):
        return False
    if home(path) is not None:
        return True
    if path.startswith(f"{layout.ENVIRONMENTS}/"):
        return "/releases/" not in path
    return MARK in data
