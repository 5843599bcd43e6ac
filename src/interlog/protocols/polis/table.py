"""The route table: every operation of this protocol, and all that is to be known of each from outside.

Each module of a resource names its own operations; here they stand in the order of the coverage page.
"""

from . import (
    campaigns,
    changes,
    contacts,
    households,
    integrations,
    interaction_lists,
    interactions,
    lists,
    members,
    memberships,
    notes,
    oauth,
    organizations,
    records,
    roles,
    segments,
    statuses,
    surveys,
    turfs,
    users,
    walklists,
)
from .analytics import OPERATIONS as OPERATIONS_ANALYTICS
from .operations import Operation

OPERATIONS: tuple[Operation, ...] = (
    *interactions.OPERATIONS,
    *interaction_lists.OPERATIONS,
    *campaigns.OPERATIONS,
    *contacts.OPERATIONS,
    *households.OPERATIONS,
    *members.OPERATIONS,
    *records.OPERATIONS,
    *notes.OPERATIONS,
    *lists.OPERATIONS,
    *surveys.OPERATIONS,
    *segments.OPERATIONS,
    *statuses.OPERATIONS,
    *organizations.OPERATIONS,
    *users.OPERATIONS,
    *memberships.OPERATIONS,
    *roles.OPERATIONS,
    *changes.OPERATIONS,
    *OPERATIONS_ANALYTICS,
    *walklists.OPERATIONS,
    *turfs.OPERATIONS,
    *oauth.OPERATIONS,
    *integrations.OPERATIONS,
)
"""Every operation, in the order of the coverage page."""
