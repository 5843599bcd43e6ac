"""What is copied, in which order, and what is not."""

from ..model.parties import Party
from . import wire

COLLECTIONS: dict[str, tuple[int, type[wire.Any]]] = {
    "meetings": (0, wire.Event),
    "calls": (1, wire.Event),
    "chat-messages": (2, wire.ChatMessage),
    "emails": (3, wire.Email),
}
"""The collections of interactions: the number of their type in version 1, and what their items are."""

PARTS = (
    "organizations", "persons", "merges", "lists", "list-entries", "opportunities", "fields", "field-values",
    "field-value-changes", *COLLECTIONS, "notes", "replies", "reminders", "files", "webhooks",
)  # fmt: skip
"""In the order in which they are copied: each names only those before it."""

UNCOUNTED = frozenset({"field-values", "field-value-changes"})
"""The parts of which nobody says how much there is but by showing it all."""

NOT_COPIED = (
    "users and their tokens (internal persons are copied; who may sign in is for you to say)",
    "what the token cannot see: private lists of others, records of security groups; what is copied, everybody sees",
    "from the vendor: to whom of us a list is opened besides its being public or private, what an interaction is "
    "linked to by itself, the text of e-mails, the keys that webhooks are signed with",
    "what webhooks have delivered",
    "interaction types that users defined, and canvassing: such interactions come as plain ones that keep their fields",
    "what was deleted, and the versions before the present one",
    "what would part again what was merged (the ids that went lead to the survivors)",
)
"""What the API does not give, or this does not copy."""

FIELD_OWNERS = {Party.PERSON: "person_id", Party.ORGANIZATION: "organization_id", Party.OPPORTUNITY: "opportunity_id"}
"""Who has values in fields, and how one asks for those of one."""

MERGED = {Party.PERSON: "person", Party.ORGANIZATION: "organization"}
"""Of what there are merges, and the kind of number that the merged have."""
