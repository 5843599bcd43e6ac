"""Our check of contexts against the standard's own schemas (spec 3): what differs, differs on purpose."""

import copy
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlog.protocols.fdc3.contexts import problems_of
from tests.fdc3.oracles import context_faults
from tests.serving import RunningServer

from .conftest import SEED
from .test_create import among, contact

CONTEXTS: dict[str, dict[str, Any]] = {
    "interaction": SEED | {"timeRange": SEED["timeRange"] | {"endTime": "2022-02-10T16:12:00.5+01:00"}},
    "contact": contact("Ada", email="ada@client.example"),
    "contactList": among(contact("Ada", email="ada@client.example"), contact()),
    "organization": {"type": "fdc3.organization", "name": "Client", "id": {"LEI": "x"}},
    "timeRange": {"type": "fdc3.timeRange", "startTime": "2022-02-10T15:12:00Z", "endTime": "2022-02-10T15:12:00Z"},
    "transactionresult": {"type": "fdc3.transactionResult", "status": "Created", "context": contact(), "message": ""},
    "email": {"type": "fdc3.email", "recipients": among(contact()), "subject": "x", "textBody": "y"},
    "chatSearchCriteria": {"type": "fdc3.chat.searchCriteria", "criteria": ["x", contact()]},
    "chatRoom": {"type": "fdc3.chat.room", "providerName": "x", "id": {"streamId": "y"}},
    "chatInitSettings": {"type": "fdc3.chat.initSettings", "chatName": "x", "members": among(contact())},
}
JUNK = (7, 7.5, "x", "", [], ["x"], {}, {"type": "x"}, True)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in items:
        found += [(*path, name), *_places(item, (*path, name))]
    return found


@st.composite
def changed(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A context in which some members are missing, or are something else."""
    name = draw(st.sampled_from(sorted(CONTEXTS)))
    context = copy.deepcopy(CONTEXTS[name])
    for place in draw(st.lists(st.sampled_from(_places(context)), max_size=3)):
        holder: Any = context
        try:
            for part in place[:-1]:
                holder = holder[part]
            last = str(place[-1]) if isinstance(holder, dict) else place[-1]
            if draw(st.booleans()):
                del holder[last]
            else:
                holder[last] = copy.deepcopy(draw(st.sampled_from(JUNK)))
        except (LookupError, TypeError):
            continue
    return name, context


@pytest.mark.parametrize("name", CONTEXTS)
def test_valid_contexts(name: str) -> None:
    """What is valid by the standard is valid."""
    assert context_faults(CONTEXTS[name], name) == []
    assert problems_of(CONTEXTS[name]) == []


@given(changed())
def test_what_the_standard_refuses_is_refused(drawn: tuple[str, dict[str, Any]]) -> None:
    """A context is valid for us exactly when it is so by the schemas, but for what we take besides."""
    name, context = drawn
    if context.get("type") != CONTEXTS[name]["type"]:
        return  # of another type
    faults, problems = context_faults(context, name), problems_of(context)
    if not faults:
        assert problems == []
    elif not problems:
        assert all(_is_lenient(fault) for fault in faults), faults


def _is_lenient(fault: str) -> bool:
    """Whether we take what a fault tells of: ids that are no texts, and addresses that are no e-mail addresses."""
    return ".id" in fault.partition(":")[0] or "'email'" in fault or "organization" in fault


@pytest.mark.parametrize(
    "context",
    [
        SEED | {"timeRange": {"type": "fdc3.timerange", "startTime": "2022-02-10T15:12:00Z"}},
        SEED | {"timeRange": {"type": "fdc3.timeRange", "startTime": "2022-02-10T15:12:00"}},
        SEED | {"description": {"type": "fdc3.message", "text": {"text/plain": "x"}}},
        contact() | {"id": {"CRM": 7}},
    ],
)
def test_what_we_take_besides(context: dict[str, Any]) -> None:
    """The spelling of 2.0, times without a zone, messages as descriptions, and ids that are no texts."""
    assert problems_of(context) == []


@pytest.fixture
def http(any_server: RunningServer) -> httpx2.Client:
    """A client of a server, without a token."""
    return httpx2.Client(base_url=any_server.base, trust_env=False, timeout=30)


@pytest.mark.covers("schemas.list", "schemas.get")
def test_schemas_are_served(http: httpx2.Client) -> None:
    """The schemas are listed and given by the type of contexts, or by their file's name; repaired (spec 3.2)."""
    listed = http.get("/fdc3/schemas").json()["schemas"]
    assert {"fdc3.interaction", "fdc3.contact", "fdc3.timeRange", "fdc3.transactionResult", "context"} <= set(listed)
    schema = http.get(listed["fdc3.interaction"]).json()
    assert schema == http.get("/fdc3/schemas/interaction.schema.json").json()
    assert schema["$id"].endswith("/interaction.schema.json")
    assert "oneOf" not in str(schema)
    missing = http.get("/fdc3/schemas/fdc3.nowhere")
    assert (missing.status_code, missing.json()["code"]) == (404, 404)


@pytest.mark.covers("contexts.validate")
def test_contexts_are_validated(http: httpx2.Client) -> None:
    """Anybody may ask what is wrong with a context: every problem, with its path."""
    assert http.post("/fdc3/validate", json=SEED).json() == {"valid": True, "errors": []}
    found = http.post("/fdc3/validate", json={"type": "fdc3.interaction", "origin": 7}).json()
    assert found["valid"] is False
    assert {error["path"] for error in found["errors"]} == {
        "participants", "timeRange", "interactionType", "description", "origin",
    }  # fmt: skip
    assert http.post("/fdc3/validate", json=[]).status_code == 400
    assert http.post("/fdc3/validate", content=b"{").status_code == 400
