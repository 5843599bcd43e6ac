"""Bodies that are almost right: whatever is odd in a contact or a household is refused, or stored, and no fault."""

import copy
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from interlog.model.canvassing.resources import customer_id
from tests.serving import Caller, Firm

from .people import contact, household, named, profile
from .setting_up import World

_ODD: list[Any] = [
    None, True, 0, -1, 1.5, 1e300, 10**30, "", "x", "0c5a9f3e-8d47-4b21-a3e6-5f1d7c9b2e76", "2026-01-01", "9" * 600,
    [], [1], [None], [[]], [{}], {}, {"a": 1}, {"data": {}}, {"anglican": {}},
]  # fmt: skip


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in inner:
        yield from _paths(part, (*path, name))


def _bodies(list_: str, customer: str) -> dict[str, dict[str, Any]]:
    """Return valid bodies by where they are sent; the second of version 1 is in its older spelling."""
    full = profile(email="a@x.example", phone=["1"], gender="m", languages=["en"], birthdate="1987-09-03", age=30)
    region = {"name": "X", "abbr": "Y", "type": "Z"}
    older = {
        "name": {"anglican": {"given": "A", "surname": "B"}},
        "location": {
            "coords": {"lat": 1, "lng": 2},
            "country": {"name": "X", "abbr": "Y"},
            "statoid01": region,
            "locality": region,
            "streetAddress": {"formatted": "1 X", "route": "X", "number": "1", "unit": "2"},
        },
    }
    details = {"emails": [{"email": "a@x.example"}], "phones": [{"phone": "1", "phoneType": "home"}]}
    beside = {
        "fields": {"a": [1, "b"]},
        "integration": {"integrationId": str(uuid4()), "externalId": "1"},
        "reservation": {"reserved": True, "walklistId": str(uuid4())},
    }
    return {
        "/v1/contacts": {"data": contact(list_, profile=full, **beside)},
        "/contacts": {"data": contact(list_, profile=older)},
        "/v2/contacts": {"data": {"profile": named(**details), "fields": {"q": 1}, "externalId": "1"}},
        "/v2/households": household(customer, "1") | {"params": {"externalId": "1"}},
    }


@given(data=st.data())
@settings(max_examples=150)
def test_an_odd_body_is_no_fault_of_ours(any_firm: Firm, any_api: Caller, data: st.DataObject) -> None:
    """One or two values anywhere are replaced by others: the answer says what is wrong, or what was stored."""
    bodies = _bodies(World(any_firm, any_api).list()["id"], customer_id(any_firm.tenant))
    path = data.draw(st.sampled_from(sorted(bodies)))
    body = copy.deepcopy(bodies[path])
    for _ in range(data.draw(st.integers(1, 2))):
        *parents, last = data.draw(st.sampled_from(list(_paths(body))))
        place: Any = body
        for name in parents:
            place = place[name]
        place[last] = copy.deepcopy(data.draw(st.sampled_from(_ODD)))
    answer = any_api.post(path, **body)
    assert answer.status_code in (200, 201, 400, 403), (path, body, answer.text)
