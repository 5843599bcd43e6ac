"""What the wire of version 2 must look like: exact keys, errors, pages."""

from collections.abc import Callable
from typing import Any

import httpx2

from interlog.model.instants import to_datetime
from interlog.model.parties import Organization, Person, PersonKind
from tests.serving import Caller

from ..wire import answered

PAGE = {"data", "pagination"}
EMAIL = {"id", "sentAt", "loggingType", "direction", "subject", "createdAt", "updatedAt", "from",
         "toParticipantsPreview", "ccParticipantsPreview"}  # fmt: skip
CALL = {"id", "loggingType", "title", "startTime", "endTime", "allDay", "creator", "createdAt", "updatedAt",
        "attendeesPreview"}  # fmt: skip
MEETING = CALL | {"organizer"}
CHAT_MESSAGE = {"id", "sentAt", "loggingType", "direction", "creator", "createdAt", "updatedAt", "participantsPreview"}
NOTE = {"id", "type", "content", "creator", "mentions", "createdAt", "updatedAt"}
LIST = {"id", "name", "type", "isPublic", "ownerId", "creatorId"}
LIST_ENTRY = {"id", "listId", "type", "createdAt", "creatorId", "entity"}


def data(response: httpx2.Response) -> list[Any]:
    """Return the items of a page that is the only one."""
    page = answered(response)
    assert set(page) == PAGE
    assert page["pagination"] == {"prevUrl": None, "nextUrl": None}
    items: list[Any] = page["data"]
    return items


def ids(response: httpx2.Response) -> list[int]:
    """Return the ids on a page that is the only one."""
    return [item["id"] for item in data(response)]


def created(response: httpx2.Response) -> Any:
    """Return what was created."""
    assert response.status_code == 201, response.text
    return response.json()


def invalid(response: httpx2.Response, param: str, *expected: str) -> str:
    """Return the message of the only problem of a refusal, which is about this parameter and holds these texts."""
    assert response.status_code == 400, response.text
    (error,) = response.json()["errors"]
    assert set(error) == {"code", "message", "param"}
    assert (error["code"], error["param"]) == ("validation", param)
    message: str = error["message"]
    for text in expected:
        assert text in message
    return message


def coded(response: httpx2.Response, status: int, code: str) -> str:
    """Return the message of a refusal that has this status and code."""
    assert response.status_code == status, response.text
    (error,) = response.json()["errors"]
    assert set(error) == {"code", "message"}
    assert error["code"] == code
    message: str = error["message"]
    return message


def followed(api: Caller, path: str, **params: Any) -> list[Any]:
    """Return the items of all pages, each one fetched by the address that the one before gives."""
    page = answered(api.get(path, **params))
    items = [*page["data"], *rest(api, page)]
    assert len(page["data"]) <= params.get("limit", 100)
    return items


def rest(api: Caller, page: dict[str, Any], most: int = 100) -> list[Any]:
    """Return the items of all pages behind one."""
    items: list[Any] = []
    for _ in range(most):
        assert set(page) == PAGE
        following = page["pagination"]["nextUrl"]
        if following is None:
            return items
        page = answered(api.http.get(following, headers={"Authorization": f"Bearer {api.token}"}))
        items += page["data"]
    raise AssertionError("the pages have no end")


def short(person: Person) -> dict[str, Any]:
    """Return a person as it stands in other objects (14.1)."""
    kinds = {PersonKind.EXTERNAL: "external", PersonKind.INTERNAL: "internal", PersonKind.COLLABORATOR: "collaborator"}
    return {
        "id": person.id,
        "firstName": person.first_name or None,
        "lastName": person.last_name or None,
        "primaryEmailAddress": person.primary_email,
        "type": kinds[person.kind],
    }


def attendee(person: Person) -> dict[str, Any]:
    """Return a known person who takes part (14.1)."""
    return {"emailAddress": person.primary_email, "person": short(person)}


def preview(*items: Any, of: Callable[[Any], Any] = lambda item: item) -> dict[str, Any]:
    """Return a preview of these (14.1)."""
    return {"data": [of(item) for item in items], "totalCount": len(items)}


def company(item: Organization) -> dict[str, Any]:
    """Return an organization as it stands in other objects (14.1)."""
    return {"id": item.id, "name": item.name, "domain": item.domain}


def time(instant: int) -> str:
    """Return an instant as version 2 writes it: in UTC, to the second."""
    return to_datetime(instant).strftime("%Y-%m-%dT%H:%M:%SZ")
