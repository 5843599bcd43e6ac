"""What becomes of an interaction that is put."""

from ..model.instances import Instance, InstanceKey, Outcome
from ..model.interactions import Content, Interaction
from ..model.types import InteractionType


class State:
    """What becomes of one interaction by the items of a request that are about it."""

    __slots__ = ("content", "draft", "items", "key", "origin", "outcome", "read", "stored", "text", "type")

    def __init__(self, type_: InteractionType, key: InstanceKey | None, read: Interaction | None) -> None:
        self.type, self.key, self.read = type_, key, read
        self.content: Content | None = read.content if read is not None else None
        self.text = read.identity if read is not None else None
        self.outcome = Outcome.SAME
        self.draft: Instance | None = None  # the first one that stores it
        self.origin: str | None = None
        self.items: list[int] = []
        self.stored = read
