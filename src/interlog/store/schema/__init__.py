"""The tables, once for both engines.

Every key begins with the tenant, so that the same schema can be distributed by tenant. Times are instants
(microseconds) and JSON is text, so that both raw drivers return the same Python values. There are no foreign keys:
rows are only ever deleted softly, and ``interlog db check`` verifies the references.
"""

from .access import application, consent, grant, password
from .canvassing import resource, visit
from .columns import metadata
from .definitions import chore, collection, definition, interaction_type, profile_type
from .deliveries import delivery, subscription
from .fields import party_field, party_value, value_change
from .files import file
from .imports import import_state
from .interactions import external_id, field_index, field_value, interaction, participant, request, unbound
from .journal import ASSIGNED_BY_WRITER, journal
from .lists import list_entry
from .merges import merge, merge_part
from .notes import note, note_link
from .parties import (
    membership,
    opportunity,
    opportunity_party,
    organization,
    organization_domain,
    party_external_id,
    party_list,
    person,
    person_email,
    profile,
    profile_key,
    profile_value,
    value_index,
)
from .reminders import reminder
from .search import search_entry, search_position
from .sessions import session
from .tenancy import counter, tenant, token, user
from .usage import usage

__all__ = [
    "ASSIGNED_BY_WRITER",
    "application",
    "chore",
    "collection",
    "consent",
    "counter",
    "definition",
    "delivery",
    "external_id",
    "field_index",
    "field_value",
    "file",
    "grant",
    "import_state",
    "interaction",
    "interaction_type",
    "journal",
    "list_entry",
    "membership",
    "merge",
    "merge_part",
    "metadata",
    "note",
    "note_link",
    "opportunity",
    "opportunity_party",
    "organization",
    "organization_domain",
    "participant",
    "party_external_id",
    "party_field",
    "party_list",
    "party_value",
    "password",
    "person",
    "person_email",
    "profile",
    "profile_key",
    "profile_type",
    "profile_value",
    "reminder",
    "request",
    "resource",
    "search_entry",
    "search_position",
    "session",
    "subscription",
    "tenant",
    "token",
    "unbound",
    "usage",
    "user",
    "value_change",
    "value_index",
    "visit",
]
