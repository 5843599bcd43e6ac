"""The Python API over HTTP, against a running server (spec 8)."""

import pytest

from interlog.fdc3 import AgentError, ResolveError, connect, connect_sync
from interlog.fdc3.contexts import Contact, meeting
from interlog.model.instants import parse_moment, to_datetime

from .conftest import SEED, Desk


@pytest.mark.covers("CreateInteraction", by="Python")
async def test_the_seed(desk: Desk) -> None:
    """The three lines create the seed's example, as over every other transport."""
    async with connect("http", url=desk.base, token=desk.firm.token) as agent:
        resolution = await agent.raise_intent("CreateInteraction", SEED)
        result = await resolution.get_result(timeout=30)
    assert isinstance(result, dict)
    ids = result["context"].pop("id")
    assert (result["status"], result["context"], resolution.source.app_id) == ("Created", SEED, "interlog")
    assert result["message"] == f'record with id "{ids["INTERLOG"]}" was created'


@pytest.mark.covers("interlog.GetInteractions", "ViewProfile", by="Python")
def test_typed_contexts(desk: Desk) -> None:
    """Contexts written as Python are what they say as JSON."""
    moment = parse_moment("2026-03-01T09:00:00Z")
    assert moment is not None
    ada = Contact.of("Ada Byron", email="ada@client.example")
    sent = meeting(ada, at=to_datetime(moment.instant), about="Budget")
    assert sent.to_dict() == {
        "type": "fdc3.interaction",
        "interactionType": "Meeting",
        "timeRange": {"type": "fdc3.timeRange", "startTime": "2026-03-01T09:00:00Z"},
        "participants": {
            "type": "fdc3.contactList",
            "contacts": [{"type": "fdc3.contact", "name": "Ada Byron", "id": {"email": "ada@client.example"}}],
        },
        "description": "Budget",
    }
    with connect_sync("http", url=desk.base, token=desk.firm.token) as agent:
        result = agent.raise_intent("CreateInteraction", sent).get_result(timeout=30)
        assert isinstance(result, dict)
        assert result["status"] == "Created"
        listed = agent.raise_intent("interlog.GetInteractions", ada).get_result(timeout=30)
        assert isinstance(listed, dict)
        assert listed["interactions"] == [result["context"]]
        assert agent.find_intent("CreateInteraction").apps[0].title == "Interlog"
        assert {found.intent.name for found in agent.find_intents_by_context(ada)} >= {"ViewProfile"}
        assert agent.get_app_metadata("interlog").result_type is None
        assert agent.raise_intent("ViewProfile", ada).get_result(timeout=30) is None


async def test_what_cannot_be(any_desk: Desk) -> None:
    """Each way in which it fails has its error."""
    firm = any_desk.firm
    async with connect("http", url=any_desk.base, token=firm.token) as agent:
        for intent, app, code in (
            ("StartCall", None, "NoAppsFound"),
            ("CreateInteraction", "other", "TargetAppUnavailable"),
        ):
            with pytest.raises(ResolveError, match=code):
                await agent.raise_intent(intent, SEED, app)
        with pytest.raises(ResolveError, match="NoAppsFound"):
            await agent.raise_intent("CreateInteraction", {"type": "fdc3.contact", "id": {}})
    async with connect("http", url=any_desk.base, token="wrong") as agent:
        with pytest.raises(AgentError, match="AccessDenied"):
            await (await agent.raise_intent("CreateInteraction", SEED)).get_result(10)
    with pytest.raises(AgentError, match="AgentNotFound"):
        async with connect("http", url="http://127.0.0.1:9"):
            pass
