"""What each model serves on this machine now, as observed: a process that lives, and the release that it carries."""

from collections.abc import Mapping
from typing import Any

from windlass.flows.applying.receipts import Act
from windlass.flows.releasing.releases import Held
from windlass.model.receipt import Served


def served(act: Act) -> dict[str, Served]:
    """By model."""
    observed = act.ports.servers.observe(act.environment.metadata.name)
    live = {seen.identity.owner: seen.fields for seen in observed if seen.present}
    found: dict[str, Served] = {}
    for slug, one in act.held.items():
        if one.spec.serving is None:
            found[slug] = released(one)
        elif slug in live:
            found[slug] = _serving(one, live[slug], act.last.served.get(slug) if act.last else None)
    return found


def released(one: Held) -> Served:
    """A model that serves nothing is there as soon as its release is."""
    pin, spec = one.release.spec.pin, one.release.spec
    digest, bento = one.release.digest, pin.folders.get("bento")
    return Served(
        release=digest,
        generation=spec.generation,
        model=pin.model.digest,
        bento=bento,
        inputs=pin.inputs,
        healthy=True,
    )


def _serving(one: Held, fields: Mapping[str, Any], before: Served | None) -> Served:
    """A live process. One that carries another release than it should is told as it was before, and unhealthy."""
    runs, carries = fields["runs"], fields["carries"]
    healthy = carries["release"] == one.release.digest
    if not healthy and before is not None and before.release == carries["release"]:
        return before.model_copy(update={"healthy": False})
    return Served(
        release=carries["release"],
        generation=carries["generation"],
        model=runs["model"],
        bento=runs["bento"],
        inputs=one.release.spec.pin.inputs,
        healthy=healthy,
        url=f"http://127.0.0.1:{runs['port']}",
    )
