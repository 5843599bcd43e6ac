"""Whatever is raised is answered, and whatever is stored comes back as it was sent (spec 1.2)."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlog.protocols.fdc3.intents import INTENTS

from .conftest import SEED, Desk
from .test_contexts import CONTEXTS, changed

_often = settings(max_examples=60)

TEXTS = st.text(max_size=20)
STRINGS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20)
NUMBERS = st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
MEMBERS = (
    *("type", "id", "name", "participants", "contacts", "timeRange", "startTime", "endTime", "description", "text"),
    *("interactionType", "initiator", "origin", "criteria", "interactions", "nextPageToken", "email"),
)
TYPES = sorted({context for intent in INTENTS.values() for context in intent.contexts + intent.also})
OBJECTS = st.recursive(
    st.dictionaries(st.sampled_from(MEMBERS), JSON | st.sampled_from(TYPES), max_size=4),
    lambda inner: st.dictionaries(st.sampled_from(MEMBERS), inner | JSON | st.lists(inner, max_size=2), max_size=4),
    max_leaves=6,
).flatmap(lambda found: st.sampled_from(TYPES).map(lambda type_: found | {"type": type_}))


def answered(desk: Desk, intent: str, context: Any) -> None:
    """Raise an intent; whatever it says, it is answered in order."""
    answer = desk.post(intent, {"context": context})
    if not isinstance(context, dict) or not isinstance(context.get("type"), str):
        assert (answer.status_code, answer.json()) == (400, {"code": 400, "message": "MalformedContext"})
        return
    assert answer.status_code == 200, answer.text
    result = answer.json()["intentResult"].get("context")
    if INTENTS[intent].shows:
        assert result is None
        return
    assert isinstance(result["type"], str)
    if result["type"] == "fdc3.transactionResult":
        assert result["status"] in ("Created", "Updated", "Deleted", "Failed")
        if result["status"] == "Failed":
            assert result["interlog"]["code"] != "Unexpected", (context, result)
            assert result["context"] == context or result["interlog"]["code"] == "Exists"


@pytest.mark.parametrize("intent", INTENTS)
def test_any_json_is_answered(desk: Desk, intent: str) -> None:
    """Any JSON as a context gives a result, or is no context; never a fault of the server."""

    @given(JSON | OBJECTS | changed().map(lambda drawn: drawn[1]))
    @_often
    def check(context: Any) -> None:
        answered(desk, intent, context)

    check()


IDS = st.dictionaries(STRINGS.filter(lambda name: name.casefold() not in ("interlog", "uri", "email")),
                      STRINGS | st.uuids().map(str), max_size=2)  # fmt: skip


def _contact(ids: dict[str, str], name: str, email: str, more: dict[str, Any]) -> dict[str, Any]:
    known = ids | ({"email": email} if email else {})
    return more | {"type": "fdc3.contact", "id": known} | ({"name": name} if name else {})


EMAILS = st.sampled_from(["", "ada@client.example", "bo@own.example"])
CONTACTS = st.builds(_contact, IDS, STRINGS, EMAILS, st.dictionaries(STRINGS.map("x-{}".format), JSON, max_size=1))
TIMES = st.datetimes().map(lambda moment: f"{moment.isoformat()}Z") | st.sampled_from(
    [
        "2026-03-01T09:00:00+02:00",
        "2026-03-01T09:00:00.5-11:30",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
    ]
)
INTERACTIONS = st.fixed_dictionaries(
    {
        "type": st.just("fdc3.interaction"),
        "interactionType": st.sampled_from(["Meeting", "Call", "Instant Message", "Email"]) | STRINGS,
        "description": STRINGS,
        "timeRange": TIMES.map(lambda time: {"type": "fdc3.timeRange", "startTime": time}),
        "participants": st.lists(CONTACTS, max_size=3).map(
            lambda contacts: {"type": "fdc3.contactList", "contacts": contacts}
        ),
    },
    optional={"initiator": CONTACTS, "origin": STRINGS, "name": STRINGS, "x": JSON},
)


def test_what_is_stored_comes_back(desk: Desk) -> None:
    """A valid context is stored and read again as it was sent, with our id; or it fails, and says why."""

    @given(INTERACTIONS)
    @_often
    def check(context: dict[str, Any]) -> None:
        result = desk.raise_("CreateInteraction", context)
        if result["status"] == "Failed":
            assert (result["interlog"]["code"], result["context"]) == ("Invalid", context), result
            return
        ids = result["context"].pop("id")
        assert result["context"] == context
        own = {"type": "fdc3.interaction", "id": {"INTERLOG": ids["INTERLOG"]}}
        assert desk.raise_("interlog.GetInteraction", own) == context | {"id": ids}

    check()


@pytest.mark.parametrize("depth", [100, 900, 990, 1_000, 1_010, 1_020, 10_000])
def test_deep_json_is_answered(desk: Desk, depth: int) -> None:
    """However deep something lies in a context, it is stored and comes back, or is refused."""
    text = json.dumps({"context": SEED | {"x": "?"}}).replace('"?"', "[" * depth + "]" * depth)
    headers = {"Authorization": f"Bearer {desk.firm.token}"}
    answer = desk.firm.server.http.post(f"{desk.base}/fdc3/v1/intents/CreateInteraction", content=text, headers=headers)
    assert answer.status_code in (200, 400), answer.text
    if answer.status_code == 200:
        assert '"Unexpected"' not in answer.text
    assert desk.count() == (answer.status_code == 200 and '"Created"' in answer.text)


@pytest.mark.parametrize(
    "members",
    ['"x": "\\ud800"', '"name": "\\ud800"', '"x": 1e400', '"x": -1e400', f'"x": {"9" * 400}', '"x\\u0000y": 1',
     '"x": "a\\u0000b"', '"id": {"a\\u0000": "b"}', '"id": {"": "b", "a": ""}', '"x": 1, "x": 2'],
)  # fmt: skip
def test_odd_json_is_answered(desk: Desk, members: str) -> None:
    """What JSON has at its edges is stored, or refused; never a fault of the server."""
    text = json.dumps({"context": SEED}).removesuffix("}}") + f", {members}}}}}"
    headers = {"Authorization": f"Bearer {desk.firm.token}"}
    answer = desk.firm.server.http.post(f"{desk.base}/fdc3/v1/intents/CreateInteraction", content=text, headers=headers)
    assert answer.status_code in (200, 400), answer.text
    assert '"Unexpected"' not in answer.text


def test_contexts_of_every_type(desk: Desk) -> None:
    """Each intent answers to a valid context of each type."""
    for intent in INTENTS:
        for context in CONTEXTS.values():
            answered(desk, intent, context)
