"""The route table as the tests walk it: a hub that has one of everything, and a valid request for each operation."""

from typing import Any, NamedTuple
from urllib.parse import quote

import httpx2

from interlog.protocols.customer_insights.operations import Operation, Plane
from interlog.protocols.customer_insights.table import OPERATIONS_MANAGEMENT

from .bodies import BRANCH_VISIT, HOUSEHOLD
from .conftest import VERSION, Hub

LINK = {
    "sourceInteractionType": "BranchVisit",
    "targetProfileType": "Contact",
    "participantPropertyReferences": [{"sourcePropertyName": "VisitorRef", "targetPropertyName": "ContactId"}],
}
RELATIONSHIP = {"profileType": "Contact", "relatedProfileType": "Organization", "cardinality": "ManyToOne"}
REFERENCE = [{"interactionPropertyName": "VisitorRef", "profilePropertyName": "ContactId"}]
RELATIONSHIP_LINK = {
    "interactionType": "BranchVisit",
    "relationshipName": "WorksFor",
    "profilePropertyReferences": REFERENCE,
    "relatedProfilePropertyReferences": REFERENCE,
}
KPI = {
    "entityType": "Profile",
    "entityTypeName": "Contact",
    "calculationWindow": "Day",
    "function": "Count",
    "expression": "*",
}
MAPPING = {
    "entityType": "Interaction",
    "entityTypeName": "BranchVisit",
    "mappingProperties": {"structure": [{"propertyName": "VisitKey", "columnName": "visit"}]},
}
ASSIGNMENT = {"role": "DataReader", "principals": [{"principalId": "p-1", "principalType": "User"}]}

IMAGE = {"entityType": "Profile", "entityTypeName": "Contact", "relativePath": "pics/a.png"}

SAMPLES: dict[str, tuple[str, dict[str, Any]]] = {
    "interactions": ("BranchVisit", BRANCH_VISIT),
    "profiles": ("Household", HOUSEHOLD),
    "links": ("ToContact", LINK),
    "relationships": ("WorksFor", RELATIONSHIP),
    "relationshipLinks": ("VisitorWorksFor", RELATIONSHIP_LINK),
    "kpi": ("Visits", KPI),
    "connectors": ("Till", {"connectorType": "AzureBlob", "connectorProperties": {"path": "in"}}),
    "connectorMapping": ("Rows", MAPPING),
    "roleAssignments": ("Readers", ASSIGNMENT),
    "predictions": ("Churn", {"scoreLabel": "score"}),
    "predictiveMatchPolicies": ("Twins", {"rule": ["a"]}),
    "authorizationPolicies": ("field-1", {"permissions": ["Read"]}),
    "views": ("Mine", {"definition": "{}", "userId": "u-1"}),
}
"""What there is one of, by the first word of its operations: its name, and a body that defines it."""

BODIES: dict[str, dict[str, Any]] = {
    "hubs.put": {"location": "local"},
    "hubs.patch": {"tags": {"a": "b"}},
    "predictions.modelStatus": {"status": "Active"},
    "interactions.infer": {"VisitKey": "V-1"},
    "images.typeUpload": IMAGE,
    "images.dataUpload": IMAGE,
}


class Route(NamedTuple):
    """An operation at one of its paths."""

    operation: Operation
    plane: Plane
    path: str

    @property
    def id(self) -> str:
        """The name of a test of it."""
        return f"{self.operation.name} {self.operation.paths[self.place]}"

    @property
    def place(self) -> int:
        """Which of the operation's paths this is."""
        return [path for _, path in self.operation.routes].index(self.path)

    @property
    def body(self) -> dict[str, Any] | None:
        """A body that is valid."""
        kind = self.operation.name.partition(".")[0]
        if self.operation.method == "PUT" and kind in SAMPLES:
            return SAMPLES[kind][1]
        return BODIES.get(self.operation.name)

    def fill(self, hub: str, /, **names: str) -> str:
        """Return the path with everything it names."""
        kind = self.operation.name.partition(".")[0]
        name = SAMPLES[kind][0] if kind in SAMPLES else "None1"
        own = {"subscription": "s-01", "group": "field", "hub": hub, "name": name, "operation": "0" * 32}
        if kind == "connectorMapping":
            own |= {"name": SAMPLES["connectors"][0], "child": name}
        path = self.path
        for key, value in (own | names).items():
            path = path.replace(f"{{{key}}}", quote(value, safe=""))
        return path

    def send(self, hub: Hub, **changes: Any) -> httpx2.Response:
        """Send a valid request, with these changes to it: ``path``, ``token``, ``params``, and options of httpx."""
        params: dict[str, str] = {"api-version": VERSION} if self.plane is Plane.ARM else {}
        if self.operation.name.startswith("views."):
            params["userId"] = "u-1"
        params |= changes.pop("params", {})
        path = changes.pop("path", None) or self.fill(hub.name)
        method = changes.pop("method", self.operation.method)
        if self.body is not None and "content" not in changes:
            changes.setdefault("json", self.body)
        return hub.caller.request(method, path, params=params, **changes)


ROUTES = [
    Route(operation, plane, path)
    for operation in OPERATIONS_MANAGEMENT
    if not operation.is_signed
    for plane, path in operation.routes
]
"""Every operation of the management planes at every one of its paths, but for those whose address is the key."""


def furnish(hub: Hub) -> None:
    """Give a hub one of everything."""
    for kind in SAMPLES:
        for route in ROUTES:
            if route.operation.name == f"{kind}.put":
                response = route.send(hub)
                assert response.status_code in (200, 201), response.text
                break
