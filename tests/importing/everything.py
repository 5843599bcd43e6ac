"""Everything that the Affinity API shows of a tenant, object by object."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.serving import Caller

_FLAGS = dict.fromkeys(("with_interaction_dates", "with_interaction_persons", "with_opportunities"), "true")
_YEAR = timedelta(days=365)
_START = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - 3 * _YEAR
"""The same for both that are compared, also where midnight lies between."""
_KEYS = {0: "events", 1: "events", 2: "chat_messages", 3: "emails"}


def shown_by(api: Caller) -> dict[str, Any]:
    """Return what each address answers: of version 1 and 2, lists and objects."""
    return dict(_answers(api))


def _answers(api: Caller) -> Iterator[tuple[str, Any]]:
    kinds = (("persons", {"with_current_organizations": "true"}), ("organizations", {}), ("opportunities", {}))
    for name, more in kinds:
        ids = [item["id"] for item in _pages(api, f"/{name}", name)]
        yield f"/{name}", ids
        for id_ in ids:
            flags = {} if name == "opportunities" else {**_FLAGS, **more}
            yield f"/{name}/{id_}", _get(api, f"/{name}/{id_}", **flags)
    for name, selector in (("persons", "person_id"), ("organizations", "organization_id")):
        values = [_get(api, "/field-values", **{selector: i["id"]}) for i in _pages(api, f"/{name}", name)]
        yield f"/field-values of {name}", values
    yield "/fields", _get(api, "/fields")
    yield "/lists", _get(api, "/lists")
    for item in _get(api, "/lists"):
        yield f"/lists/{item['id']}", _get(api, f"/lists/{item['id']}")
        yield f"/lists/{item['id']}/list-entries", _get(api, f"/lists/{item['id']}/list-entries")
        yield f"/v2/lists/{item['id']}/list-entries", _collection(api, f"/v2/lists/{item['id']}/list-entries")
    for note in _pages(api, "/notes", "notes"):
        yield f"/notes/{note['id']}", note
    includes = ["companiesPreview", "personsPreview", "opportunitiesPreview", "repliesCount"]
    yield "/v2/notes", _collection(api, "/v2/notes", includes=includes)
    for name in ("persons", "companies", "opportunities", "lists"):
        yield f"/v2/{name}", _collection(api, f"/v2/{name}")
    for code, name in enumerate(("meetings", "calls", "chat-messages", "emails")):
        items = _collection(api, f"/v2/{name}")
        yield f"/v2/{name}", items
        for item in items:
            path = f"/interactions/{item['id']}"
            shown = _get(api, path, type=code, with_extensions="true")
            del shown["x_version"]  # how often it was changed is each store's own
            yield f"{path}?type={code}", shown
    yield from _timelines(api)


def _timelines(api: Caller) -> Iterator[tuple[str, Any]]:
    """Yield what each of some outsiders and organizations took part in, by type and year."""
    people = [item["id"] for item in _pages(api, "/persons", "persons") if item["type"] != 1]
    firms = [item["id"] for item in _pages(api, "/organizations", "organizations")]
    for key, ids in (("person_id", people[:3] + people[-125:-120]), ("organization_id", firms[-3:])):
        for id_ in ids:
            if key == "person_id":
                found = _get(api, "/relationships-strengths", external_id=id_)
                # It fades while one looks.
                yield f"strength {id_}", {item["internal_id"]: round(item["strength"], 3) for item in found}
            for code, name in _KEYS.items():
                for year in range(5):
                    since = _START + year * _YEAR
                    window = {"start_time": since.isoformat(), "end_time": (since + _YEAR).isoformat()}
                    found = _pages(api, "/interactions", name, type=code, **{key: id_}, **window)
                    yield f"{key} {id_} {code} {year}", found


def _get(api: Caller, path: str, **params: Any) -> Any:
    answer = api.get(path, **params)
    assert answer.status_code == 200, (path, answer.text)
    return answer.json()


def _pages(api: Caller, path: str, key: str, **params: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    token = None
    while True:
        page = _get(api, path, **params, **({"page_token": token} if token else {}))
        found += page[key]
        token = page["next_page_token"]
        if token is None:
            return found


def _collection(api: Caller, path: str, **params: Any) -> list[dict[str, Any]]:
    page = _get(api, path, **params)
    found = list(page["data"])
    while following := page["pagination"]["nextUrl"]:
        page = api.http.get(following, headers={"Authorization": f"Bearer {api.token}"}).json()
        found += page["data"]
    return found
