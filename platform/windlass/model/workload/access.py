"""`Access`: what one of the identities that plan and apply an environment may do in one place of its cluster."""

from typing import Literal

from windlass.model.document import Document, Flag, Text
from windlass.model.workload.parts import Meta
from windlass.model.workload.tenancy import Grant


class Right(Grant):
    """Verbs on resources of API groups; where there are ``names``, on the objects of these names alone."""

    names: tuple[Text, ...] = ()


class Holder(Document):
    """Who has the rights: an account of the cluster, which has a ``namespace``, or a user as whoever logs people in calls it."""

    kind: Literal["ServiceAccount", "User"]
    name: Text
    namespace: Text | None = None

    @property
    def known_as(self) -> str:
        """How the API server calls it."""
        return f"system:serviceaccount:{self.namespace}:{self.name}" if self.namespace else self.name


class Space(Document):
    """The place itself, a namespace; ``given`` as the object of this mark, which the environment may then take for its own."""

    given: Text | None = None


class Limit(Document):
    """What admission keeps an identity to, whatever rights it has. ``tries`` says that it may only try, ``levels`` which
    namespaces it must leave on which level of Pod Security."""

    username: Text
    tries: Flag = False
    levels: dict[str, tuple[Text, ...]] = {}


class Access(Document):
    """The rights of one identity in one namespace, or where ``wide`` in no namespace."""

    name: Text
    """Of the role and of what binds it."""
    who: Literal["planner", "applier"]
    environment: Text
    wide: Flag = False
    meta: Meta
    holder: Holder
    rights: tuple[Right, ...]
    account: Flag = False
    """Whether the holder is made here."""
    space: Space | None = None
    """The namespace, where it is made with its rights."""
    limit: Limit | None = None
