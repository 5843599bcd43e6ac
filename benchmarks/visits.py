"""Visits at the door, as a canvassing app sends them: who is visited, what is asked, and six answers."""

import json
from collections.abc import Iterator
from typing import Any, Protocol

from .requests import raw_request

CONTACTS = 10_000
_AT_ONCE = 1_000
PATH = "/polis/v1/interactions"


class Served(Protocol):
    """A server that is asked and answers with a body."""

    def get(self, path: str, token: str = "") -> bytes:
        """Send a GET."""

    def post(self, path: str, token: str, body: bytes) -> bytes:
        """Send a POST."""


def _question(tag: str, type_: str, *options: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"text": f"About {tag}?", "tag": tag, "type": type_, "options": list(options), **more}


_BUTTONS = ({"text": "Cancel"}, {"text": "Submit"})
_YES_NO = ({"text": "Yes", "value": "true", "success": True}, {"text": "No", "value": "false"})
MODES = ("Car", "Bike", "Walk", "Bus")
REASONS = ("Not Home", "Refused", "Moved")
WISH = "more buses at night, and shelters that keep the wind out"
QUESTIONS = (
    _question("available", "availability", {"icon": "no", "value": "false"}, {"icon": "yes", "value": "true"}),
    _question("unavailable_reason", "multi-choice", *({"text": text} for text in REASONS)),
    _question("rides_bus", "multi-choice", *_YES_NO),
    _question("lines_used", "multi-select", {"text": "Submit"}, choices=[{"text": line} for line in "ABCD"]),
    _question("main_mode", "multi-choice", *({"text": mode} for mode in MODES)),
    _question("service_rating", "scale", *({"text": str(mark), "value": mark} for mark in range(1, 6))),
    _question("wish", "text", *_BUTTONS),
)
_ANSWERS = {
    "available": "true",
    "rides_bus": "true",
    "lines_used": ["A", "D"],
    "main_mode": "Bus",
    "service_rating": 4,
    "wish": WISH,
}


def visit_bodies(server: Served, token: str) -> Iterator[bytes]:
    """Set up a campaign with a survey and contacts, and yield a visit of each contact."""

    def made(path: str, **data: Any) -> Any:
        return json.loads(server.post(f"/polis{path}", token, json.dumps({"data": data}).encode()))

    organization = json.loads(server.get("/polis/v1/organizations", token))["data"][0]["id"]
    campaign = made("/v1/campaigns", name="Bus lines", status="started", organizationId=organization)["id"]
    survey = made("/v1/surveys", name="Bus lines", campaignId=campaign, questions=list(QUESTIONS))
    ids = {question["tag"]: question["questionId"] for question in survey["data"]["questions"]}
    responses = {ids[tag]: {"questionId": ids[tag], "fields": {tag: value}} for tag, value in _ANSWERS.items()}
    for start in range(0, CONTACTS, _AT_ONCE):
        names = ({"given": "Contact", "surname": str(start + place)} for place in range(_AT_ONCE))
        items = [{"data": {"profile": {"name": {"anglican": name}}, "fields": {}}} for name in names]
        found = server.post("/polis/v2/contacts/bulk", token, json.dumps({"data": items}).encode())
        for contact in json.loads(found)["data"]:
            data = {
                "campaignId": campaign,
                "contactId": contact["id"],
                "timestamp": "2026-03-14T17:05:30.000Z",
                "survey": {"surveyId": survey["id"], "responses": responses},
                "location": {"lat": 43.07412, "lng": -89.38911, "confidence": 8},
                "unavailable": False,
            }
            yield json.dumps({"data": data}).encode()


def visits(server: Served, token: str) -> Iterator[bytes]:
    """Yield requests that record a visit each."""
    for body in visit_bodies(server, token):
        yield raw_request("POST", PATH, token, body)
