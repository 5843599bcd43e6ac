"""What becomes of an interaction that is put."""

from ..model.instances import Instance, InstanceKey, Outcome
from ..model.interactions import Content, Draft, Interaction
from ..model.types import InteractionType, Logging
from .drafts import Accepted
from .put_lookups import fingerprint_of, request_key


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

    @property
    def last_origin(self) -> str | None:
        """The data source of who wrote it last."""
        return self.origin if self.origin is not None or self.read is None else self.read.origin


def accepted_of(state: State) -> Accepted:
    """Return what is to be stored of a new interaction."""
    item, content = state.draft, state.content
    assert item is not None
    assert content is not None
    draft = Draft(
        type=state.type.name,
        content=content,
        logging=Logging.AUTOMATIC,
        origin=state.origin,
        group=item.group,
        identity=state.text,
    )
    keys = [request_key(item.request_key)] if item.request_key else []
    return Accepted(draft, state.type, keys, fingerprint_of(item) if keys else "")
