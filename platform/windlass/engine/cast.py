"""What a mould makes: documents that know where the texts in them came from, so that what is true of one is known of others."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import yaml

OPENS = "qzx"
WORD = re.compile(OPENS + "([0-9]+)xzq")
"""What stands for a text in a document that shows where each one goes."""
Maker = Callable[[list[str]], str]
"""Makes a text of those of the fields."""


def might_be(text: str, name: str) -> bool:
    """Whether a text of a sample may be a name in some document of the form."""
    parts = WORD.split(text)[::2]
    return text == name if len(parts) == 1 else bool(re.fullmatch(".*".join(map(re.escape, parts)), name, re.S))


@dataclass(slots=True, eq=False)
class Form:
    """A document with holes (``%s``), and how the texts in them are made of those of the fields."""

    text: str
    makers: tuple[Maker, ...]
    _sample: list[Any] = field(default_factory=list)

    def sample(self, count: int) -> Any:
        """Any document of this form as a value, with words (`WORD`) where the fields' ``count`` texts go; None where none can be
        made or understood."""
        if not self._sample:
            words = [f"{OPENS}{one}xzq" for one in range(count)]
            try:
                texts = tuple(make(words) for make in self.makers)
                text = self.text % texts if texts else self.text
                # a document that says such a word by itself shows nothing
                clear = text.count(OPENS) == len(WORD.findall(text)) and OPENS not in self.text
                self._sample.append(yaml.load(text, yaml.CSafeLoader) if clear else None)
            except Exception:  # noqa: BLE001 -- then every document is looked at by itself
                self._sample.append(None)
        return self._sample[0]


@dataclass(frozen=True, slots=True)
class Document:
    """One rendered document, and the form that it has with the fields' texts that filled it, if it comes from a mould."""

    path: str
    data: bytes
    form: Form | None = None
    texts: tuple[str, ...] = ()

    @property
    def sample(self) -> Any:
        """Any document of this form, as a value; see `Form.sample`."""
        return None if self.form is None else self.form.sample(len(self.texts))

    def filled(self, text: str) -> str:
        """A text of the sample as it stands in this document."""
        return WORD.sub(lambda found: self.texts[int(found[1])], text)
