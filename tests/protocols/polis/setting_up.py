"""What the tests of this protocol set up, over HTTP."""

from typing import Any

from interlog.model.canvassing.resources import root_organization
from interlog.model.canvassing.statuses import status_group_id
from tests.serving import Caller, Firm


class World:
    """A tenant as a client sets it up. Methods create something valid, changed as the test wants, and return it."""

    def __init__(self, firm: Firm, api: Caller) -> None:
        self.firm, self.api = firm, api
        self.root = root_organization(firm.tenant)

    def create(self, path: str, **data: Any) -> dict[str, Any]:
        """Create something of this data, and return it."""
        response = self.api.post(path, data=data)
        assert response.status_code == 201, response.text
        made: dict[str, Any] = response.json()
        return made

    def list(self, **data: Any) -> dict[str, Any]:
        return self.create("/v1/lists", **{"name": "Ward 4", "organizationId": self.root} | data)

    def campaign(self, **data: Any) -> dict[str, Any]:
        given = {"name": "Bus lines 2026", "status": "started", "organizationId": self.root}
        return self.create("/v1/campaigns", **given | data)

    def survey(self, campaign: str, **data: Any) -> dict[str, Any]:
        given = {"name": "Bus lines", "campaignId": campaign, "questions": [question()]}
        return self.create("/v1/surveys", **given | data)

    def segment(self, campaign: str, survey: str, *clauses: dict[str, Any], **data: Any) -> dict[str, Any]:
        always = {"source": "1", "operator": "eq", "value": "1"}
        criteria = {"filter": "all", "clauses": list(clauses) or [always]}
        given = {"name": "All", "campaignId": campaign, "surveyId": survey, "criteria": criteria}
        return self.create("/v1/segments", **given | data)

    def contact(self, list_: str, **profile: Any) -> dict[str, Any]:
        """Create a contact of version 1 on a list; ``profile`` is changed as the test wants."""
        given = {"name": {"first": "Ann", "last": "Berg"}, "address": {"formatted": "12 Ash Street"}, "age": 30}
        return self.create("/v1/contacts", listId=list_, profile=given | profile, fields={})

    def status(self, **data: Any) -> dict[str, Any]:
        given = {
            "name": "Dog",
            "icon": "faDog:solid",
            "iconColor": "#01B5D6",
            "pinColor": "#C8C8C8",
            "contactState": "come-back",
            "statusGroupId": status_group_id("Come Back"),
        }
        return self.create("/v1/statuses", **given | data)


def question(**members: Any) -> dict[str, Any]:
    """Return a question that is valid, but for what is changed."""
    given: dict[str, Any] = {
        "text": "Do you ride the bus?",
        "tag": "rides_bus",
        "type": "multi-choice",
        "options": [{"text": "Yes", "value": "true", "success": True}, {"text": "No", "value": "false"}],
    }
    return {name: value for name, value in (given | members).items() if value is not None}


def patch(api: Caller, path: str, *operations: dict[str, Any], **headers: str) -> Any:
    """Send a JSON Patch."""
    return api.request("PATCH", path, json={"data": list(operations)}, headers=headers)


def replace(path: str, value: Any) -> dict[str, Any]:
    """Return the operation that replaces a member."""
    return {"op": "replace", "path": path, "value": value}
