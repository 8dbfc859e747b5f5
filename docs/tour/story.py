"""The story: a spec change, a release, two promotions, a refusal, a better model, a rollback. What is learnt on the way is
noted, so that the audit's answers can be compared with it."""

import json
import shutil
import time
import urllib.request
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from stage import Person, Stage

SPEC = "specs/vision/digits/model.yaml"
MODEL = "vision/digits"
PORTS = {"dev": 3100, "staging": 3200, "prod": 3300}


@dataclass
class Notes:
    """What happened, as it was seen from outside."""

    trained_from: dict[str, str] = field(default_factory=dict)
    releases: dict[str, str] = field(default_factory=dict)
    served: list[tuple[str, datetime]] = field(default_factory=list)
    merges: dict[str, str] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)
    signed: bool = False


class Story:
    """The acts in their order."""

    def __init__(self, stage: Stage, ada: Person, grace: Person, olga: Person) -> None:
        self.stage = stage
        self.ada = ada
        self.grace = grace
        self.olga = olga
        self.notes = Notes()

    def a_change(self) -> None:
        """Ada wants fewer trees, and mistypes."""
        self.stage.act("1. A change, and what is wrong with it")
        self.ada.does("git switch -q -c fewer-trees")
        self.ada.edits(SPEC, "trees: 100}", "trees: 60}")
        self.ada.edits(SPEC, "metrics:\n          - {path: metrics.json", "metrcs:\n          - {path: metrics.json")
        self.ada.does("windlass validate", expect=1)
        self.stage.say("Every mistake at once, with its place and what to do. Nothing was run to find it.")
        self.ada.edits(SPEC, "metrcs:", "metrics:")
        self.ada.does("windlass lock")
        self.ada.does("windlass validate")
        self.ada.does("git commit -qam 'fewer trees' && git push -q origin fewer-trees")
        self._merge(
            self.grace, "fewer-trees", "Grace reads the change and merges it. In real life that is a pull request."
        )

    def a_release(self) -> None:
        """dev trains what was merged."""
        self.stage.act("2. Training in dev, and a release that waits to be merged")
        self._train("first")
        self.grace.does("git log -1 --format=%B origin/windlass/release/dev/vision/digits")
        self._land(self.grace, "release", "dev")
        self.grace.does("windlass plan dev --rehearse")
        self._apply("dev")
        self._predict("dev", "first")

    def to_prod(self) -> None:
        """The chain, one environment after the other."""
        self.stage.act("3. The same bytes to staging and prod")
        self.stage.say("prod takes what staging serves, and nothing else:")
        self._refused(f"windlass promote {MODEL} --to prod --rehearse", "WL430")
        self._promote("staging", "first")
        if shutil.which("ssh-keygen") is not None:
            self.stage.say("Ada signs her merges from now on, so that her word can be verified.")
            self._sign(self.ada)
        self._promote("prod", "first")

    def a_refusal(self) -> None:
        """A candidate that is not good enough goes nowhere."""
        self.stage.act("4. A candidate that a gate refuses")
        self.ada.does("git switch -q main && git pull -q && git switch -q -c one-tree")
        self.ada.edits(SPEC, "trees: 60}", "trees: 1}")
        self.ada.does("windlass lock && git commit -qam 'one tree is enough' && git push -q origin one-tree")
        self._merge(self.grace, "one-tree", "It is well formed, so Grace merges it. Numbers are for the gates.")
        self._refused(f"windlass train {MODEL} --env dev --rehearse", "WL401")
        self.stage.say("Nothing was registered and nothing proposed. dev goes on serving what it served.")

    def a_better_one(self) -> None:
        """The next model, to prod."""
        self.stage.act("5. A better one, all the way")
        self.ada.does("git switch -q main && git pull -q && git switch -q -c more-trees")
        self.ada.edits(SPEC, "trees: 1}", "trees: 150}")
        self.ada.does("windlass lock && git commit -qam 'more trees' && git push -q origin more-trees")
        self._merge(self.grace, "more-trees", "Grace merges.")
        self._train("second")
        self._land(self.grace, "release", "dev")
        self._apply("dev")
        for environment in ("staging", "prod"):
            self._promote(environment, "second")

    def a_rollback(self) -> None:
        """Back in prod, with a hold."""
        self.stage.act("6. Rollback in prod")
        self.grace.does(f'windlass rollback {MODEL} --env prod --reason "sevens are read as ones" --rehearse')
        self._land(self.ada, "rollback", "prod")
        self._apply("prod")
        self._predict("prod", "first")
        self.stage.say("The release that was left is on hold: nobody promotes it again by accident.")
        self._refused(f"windlass promote {MODEL} --to prod --rehearse", "WL431")

    def an_audit(self) -> None:
        """Olga has nothing but a clone."""
        self.stage.act("7. The auditor has a clone and nothing else")
        self.olga.does("git pull -q && ls .windlass 2>/dev/null || echo 'no state, no store, no registry here'")
        self.olga.does("windlass audit prod --rehearse")
        when = self._during("prod", 1).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.olga.does(f"windlass audit prod {MODEL} --rehearse --at {when}")
        self.olga.does("windlass verify")

    def _train(self, which: str) -> None:
        self.notes.trained_from[which] = self.grace.asks("git rev-parse HEAD").strip()
        self.grace.does(f"windlass train {MODEL} --env dev --rehearse")
        self.grace.does("git fetch -q")
        folder = f"environments/dev/releases/{MODEL}"
        branch = f"origin/windlass/release/dev/{MODEL}"
        evidence = json.loads(self.grace.asks(f"git show {branch}:{folder}/evidence.json"))
        self.notes.releases[which] = evidence["release"]

    def _promote(self, environment: str, which: str) -> None:
        self.grace.does(f"windlass promote {MODEL} --to {environment} --rehearse")
        self._land(self.ada, "promote", environment)
        self._apply(environment)
        self._predict(environment, which)

    def _merge(self, person: Person, branch: str, why: str) -> None:
        self.stage.say(why)
        person.does(
            f"git pull -q && git merge -q --no-ff -m 'Merge {branch}' origin/{branch} && git push -q origin main"
        )

    def _land(self, person: Person, movement: str, environment: str) -> None:
        """Somebody agrees to a proposal by merging it."""
        branch = f"windlass/{movement}/{environment}/{MODEL}"
        person.does("git switch -q main && git pull -q", quiet=True)
        person.does(f"git merge -q --no-ff -m 'Merge {branch}' origin/{branch} && git push -q origin main")
        self.notes.merges[f"{movement} {environment} {len(self.notes.merges)}"] = person.name
        if person is not self.grace:
            self.grace.does("git pull -q", quiet=True)

    def _apply(self, environment: str) -> None:
        self.grace.does(f"windlass apply {environment} --rehearse --yes")
        self.notes.served.append((environment, datetime.now(UTC)))
        time.sleep(1.1)  # the audit answers to the second, so each state lasts one at least

    def _refused(self, command: str, code: str) -> None:
        ran = self.grace.does(command, expect=4)
        if code in ran.output:
            self.notes.refusals.append(code)

    def _predict(self, environment: str, which: str) -> None:
        """Ask the running service what the example shows."""
        body = (self.grace.folder / "specs/vision/digits/examples/seven.json").read_bytes()
        url = f"http://127.0.0.1:{PORTS[environment]}/predict"
        self.stage.say(f"POST {url}  one scan of the digit 7")
        request = urllib.request.Request(url, data=body, headers={"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            told = json.loads(answer.read())
        self.stage.print(f"  {json.dumps(told)}")
        self.notes.answers[f"{environment} {which}"] = told

    def _sign(self, person: Person) -> None:
        """An SSH key, and the list of people whose keys are trusted, which the auditor has too."""
        key, signers = self.stage.folder / f"{person.name.lower()}-key", self.stage.folder / "allowed_signers"
        mail = f"{person.name.lower()}@example.org"
        person.does(f"ssh-keygen -q -t ed25519 -N '' -C {mail} -f {key}")
        person.does(f'echo "{mail} $(cat {key}.pub)" >> {signers}')
        person.does(f"git config gpg.format ssh && git config user.signingkey {key} && git config commit.gpgsign true")
        for one in self.stage.people:
            one.asks(f"git config gpg.ssh.allowedSignersFile {signers}")
        self.notes.signed = True

    def _during(self, environment: str, nth: int) -> datetime:
        """An instant shortly after the nth apply of an environment (from 0)."""
        return [when for name, when in self.notes.served if name == environment][nth]
