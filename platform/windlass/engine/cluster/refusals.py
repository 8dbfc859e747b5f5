"""What the API server answers when it does not do what it is asked, in words for whoever must act."""

import re
from collections.abc import Mapping
from typing import Any

from windlass.engine.cluster.conflicts import conflicts
from windlass.model.diagnostic import Diagnostic
from windlass.model.failure import Failure, Findings, Refused, World
from windlass.model.plan import Identity
from windlass.model.refusal import Refusal

QUOTA = re.compile(
    r"exceeded quota: (?P<name>[^,]+), requested: (?P<asked>.+), used: (?P<used>.+), limited: (?P<hard>.+)$"
)
WEBHOOK = re.compile(r'admission webhook "(?P<name>[^"]+)" denied the request:? ?(?P<why>.*)', re.S)
CALLED = re.compile(r'failed calling webhook "(?P<name>[^"]+)": (?P<why>.*)', re.S)
POLICY = re.compile(
    r"ValidatingAdmissionPolicy '(?P<name>[^']+)' with binding '[^']+' denied request: (?P<why>.*)", re.S
)
UNTYPED = "failed to create typed patch object"
"""How a server says, as an error of its own (500), that a value has the wrong type or a field is unknown."""
AGAIN = "nothing is lost: the next apply goes on where this one stopped"
HELD_UP = "WL577"
"""One object cannot be written now; others can."""
TAKE = "an overlay's `objects` decides: `take: [FIELD]` makes it ours, `yield: [FIELD]` leaves it to them; `*` is all of {identity}"
RIGHTS = "`windlass bootstrap cluster ENV` prints the rights that are needed, with `--check` those that are missing"
SECURITY = re.compile(r'violates PodSecurity "(?P<level>[^"]+)": (?P<why>.*)', re.S)


def failure(identity: Identity, told: Refusal) -> Failure:
    """The same as a failure, of those who must act: the spec's people, those who gave rights, or the world."""
    found = diagnostic(identity, told)
    if found.code in ("WL571", HELD_UP):
        return World([found])
    return Findings([found]) if found.code == "WL442" else Refused([found])


def diagnostic(identity: Identity, told: Refusal) -> Diagnostic:
    """One finding: of the object, what is wrong with it, and the way on."""
    for code, tells in TELLS.items():
        if told.code == code and (found := tells(identity, told)):
            return found
    if told.code >= 500 or told.code in (408, 429):
        return Diagnostic("WL571", f"{identity}: {told.message or told.reason}", None, AGAIN)
    return Diagnostic(
        "WL442", f"{identity}: {told.message or told.reason}", None, "mend the spec, or the template that spells it"
    )


def going(identity: Identity, live: Mapping[str, Any]) -> World:
    """An object that is being deleted and is still there: what holds it."""
    held = ", ".join(live["metadata"].get("finalizers") or ())
    said = f"{identity} is being deleted" + (f": {held} holds it" if held else "")
    return World.one(HELD_UP, said, "whoever set a finalizer must end; once it is gone, the next apply goes on")


def _forbidden(identity: Identity, told: Refusal) -> Diagnostic:
    if quota := QUOTA.search(told.message):
        said = f"{identity} exceeds the quota `{quota['name']}`: asks {quota['asked']}, used {quota['used']} of {quota['hard']}"
        return Diagnostic("WL448", said, None, "ask for less, or raise `spec.quota` of the team in a reviewed change")
    if security := SECURITY.search(told.message):
        said = f"{identity} is not allowed in its namespace, which is `{security['level']}`: {security['why']}"
        return Diagnostic(
            "WL444", said, None, "mend what the pod asks for; the namespace's level is the team's tenancy"
        )
    if "because it is being terminated" in told.message:
        said = f"{identity}: the namespace `{identity.namespace}` is being deleted"
        return Diagnostic(HELD_UP, said, None, "wait until it is gone; the next apply makes it anew")
    if denied := _denied(identity, told):
        return denied
    said = f"{identity}: {told.message}"
    return Diagnostic("WL449", said, None, RIGHTS)


def _denied(identity: Identity, told: Refusal) -> Diagnostic | None:
    for pattern, what in ((WEBHOOK, "the admission webhook"), (POLICY, "the admission policy")):
        if found := pattern.search(told.message):
            said = f"{what} `{found['name']}` denies {identity}: {found['why'].strip() or 'it gives no reason'}"
            return Diagnostic("WL444", said, None, f"do what it asks, or talk to who keeps `{found['name']}`")
    return None


def _invalid(identity: Identity, told: Refusal) -> Diagnostic | None:
    if denied := _denied(identity, told):
        return denied
    if told.immutable:
        said = f"{identity}: {told.message.partition(': ')[2] or told.message}"
        return Diagnostic(
            "WL443", said, None, "an overlay's `objects` may say `replace: true` of it: it is deleted and made anew"
        )
    causes = [f"{cause.get('field')}: {cause.get('message')}" for cause in told.details.get("causes") or ()]
    said = f"the server refuses {identity}: " + ("; ".join(causes) or told.message)
    return Diagnostic("WL442", said, None, "mend the spec, or the template that spells it")


def _internal(identity: Identity, told: Refusal) -> Diagnostic | None:
    if found := CALLED.search(told.message):
        said = f"the admission webhook `{found['name']}` could not be asked about {identity}: {found['why'].strip()}"
        return Diagnostic(HELD_UP, said, None, "its service must answer before anything that it watches can be written")
    if UNTYPED in told.message:
        said = f"the server refuses {identity}: {told.message.rpartition('): ')[2]}"
        return Diagnostic("WL442", said, None, "mend the spec, or the template that spells it")
    return None


def _missing(identity: Identity, told: Refusal) -> Diagnostic | None:
    if told.details.get("kind") == "namespaces":
        return Diagnostic(
            "WL447",
            f"{identity}: there is no namespace `{identity.namespace}`",
            None,
            "a tenancy backend makes the teams' namespaces; without one somebody else must make them first",
        )
    return None


def _moved(identity: Identity, told: Refusal) -> Diagnostic:
    if found := conflicts(told):
        said = "; ".join(f"`{one.manager}` has `{one.field}`" for one in found)
        return Diagnostic("WL441", f"{identity}: {said}", None, TAKE.format(identity=identity))
    said = f"{identity} changed while it was looked at: {told.message}"
    return Diagnostic("WL410", said, None, "plan again, and look at what is different")


TELLS = {400: _denied, 403: _forbidden, 404: _missing, 409: _moved, 422: _invalid, 500: _internal}
