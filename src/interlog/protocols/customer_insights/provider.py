"""What the resource provider says of itself: ``/providers/Microsoft.CustomerInsights/operations`` (spec 4.2)."""

from .answers import PROVIDER, list_body
from .operations import Call, Reply

_RESOURCES = {
    "hubs": "Hub",
    "hubs/interactions": "Interaction type",
    "hubs/profiles": "Profile type",
    "hubs/links": "Link",
    "hubs/relationships": "Relationship",
    "hubs/relationshipLinks": "Relationship link",
    "hubs/kpi": "KPI",
    "hubs/views": "View",
    "hubs/connectors": "Connector",
    "hubs/connectors/mappings": "Connector mapping",
    "hubs/authorizationPolicies": "Authorization policy",
    "hubs/roleAssignments": "Role assignment",
    "hubs/predictions": "Prediction",
}
_UNDELETABLE = frozenset({"hubs/interactions"})


async def operations(call: Call) -> Reply:
    """List what can be done, in the words of access control."""
    values = []
    for resource, name in _RESOURCES.items():
        for verb, text in (("read", "Read"), ("write", "Create or update"), ("delete", "Delete")):
            if verb == "delete" and resource in _UNDELETABLE:
                continue
            display = {"provider": PROVIDER, "resource": name, "operation": f"{text} a {name.lower()}"}
            values.append({"name": f"{PROVIDER}/{resource}/{verb}", "display": display})
    return Reply(list_body(values, None))
