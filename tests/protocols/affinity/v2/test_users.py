"""Users, and who of them knows whom."""

import pytest

from interlog.model.instants import DAY, now
from interlog.model.tenancy import Right
from tests.serving import Caller, Firm

from ..wire import UNKNOWN, answered
from .conftest import PREFIX
from .wire import coded, data, followed, ids, invalid

KEYS = {"id", "firstName", "lastName", "primaryEmailAddress", "photoUrl", "status"}


@pytest.mark.covers("v2.users.list", "v2.users.get")
class TestUsers:
    def test_shows_who_signs_in(self, v2: Caller, firm: Firm) -> None:
        """Each by the id of the person, in pages; who is outside, or has no account, is none."""
        ola, ben = firm.person("Ola"), firm.colleague("Ben")
        found = data(v2.get("/users"))
        assert [item["id"] for item in found] == [firm.mia.id, ben.id]
        assert found[0] == answered(v2.get(f"/users/{firm.mia.id}"))
        assert (found[0]["firstName"], found[0]["lastName"], found[0]["status"]) == ("Mia", "Kern", "active")
        assert followed(v2, "/users", limit=1) == found
        for id_ in (ola.id, UNKNOWN):
            coded(v2.get(f"/users/{id_}"), 404, "not-found")

    def test_tells_the_role_to_who_looks_after_the_tenant(self, v2: Caller, firm: Firm) -> None:
        """Others are told neither the role nor further addresses."""
        ben = firm.colleague("Ben")
        mine = answered(v2.get(f"/users/{firm.mia.id}"))
        assert set(mine) == KEYS | {"emailAddresses", "role"}
        assert (mine["role"], mine["emailAddresses"]) == ("owner", ["mia@own.example"])
        bens = firm.caller(PREFIX, firm.token_of(ben))
        assert set(answered(bens.get(f"/users/{firm.mia.id}"))) == KEYS

    def test_filters(self, v2: Caller, firm: Firm) -> None:
        """By id, by whether they may sign in, and by a part of a name or an address."""
        mia, ben, eva = firm.mia.id, firm.colleague("Ben").id, firm.colleague("Éva").id
        firm.server.run(firm.ledger.staff.change(firm.acting(firm.mia, Right.ADMIN), ben, active=False))
        assert ids(v2.get("/users", filter=f"id={ben} | id={eva}")) == [ben, eva]
        assert ids(v2.get("/users", filter="status=active")) == [mia, eva]
        assert ids(v2.get("/users", filter="status=deactivated")) == [ben]
        assert ids(v2.get("/users", filter="status=invited")) == []
        assert ids(v2.get("/users", term="ÉV")) == [eva]
        assert ids(v2.get("/users", term="mia@OWN")) == [mia]
        assert ids(v2.get("/users", term="e", filter="status=deactivated")) == [ben]
        assert ids(v2.get("/users", term="%")) == []
        invalid(v2.get("/users", filter="status=here"), "filter", "one of active, deactivated")


@pytest.mark.covers("v2.persons.relationships", "v2.companies.relationships")
class TestRelationships:
    def test_order_filter_and_pages(self, v2: Caller, firm: Firm) -> None:
        """The strongest first, or last; by score; each as the strength of version 1."""
        ola, eve, ben, jo = firm.person("Ola", "Berg"), firm.person("Eve"), firm.colleague("Ben"), firm.colleague("Jo")
        client = firm.organization("Client", persons=[ola, eve])
        for _ in range(3):
            firm.log("Meeting", now() - DAY, firm.mia, ola)
        firm.log("Call", now() - DAY, ben, ola)
        firm.log("Call", now() - 200 * DAY, jo, ola)
        firm.log("Meeting", now() - DAY, ben, eve)
        found = data(v2.get(f"/persons/{ola.id}/relationships"))
        assert [item["person1"]["id"] for item in found] == [firm.mia.id, ben.id, jo.id]
        assert set(found[0]) == {"person1", "person2", "interactionScore", "linkedIn"}
        assert found[0]["linkedIn"] is None and found[0]["person2"] == {
            "id": ola.id, "firstName": "Ola", "lastName": "Berg", "primaryEmailAddress": None
        }  # fmt: skip
        strengths = answered(firm.caller("/affinity").get("/relationships-strengths", external_id=ola.id))
        known = {item["internal_id"]: item["strength"] for item in strengths}
        for item in found:
            assert item["interactionScore"] == pytest.approx(known[item["person1"]["id"]], abs=1e-6)
            assert 0 < item["interactionScore"] <= 1
        path = f"/companies/{client.id}/relationships"
        pairs = [(item["person1"]["id"], item["person2"]["id"]) for item in data(v2.get(path))]
        assert pairs == [(firm.mia.id, ola.id), (ben.id, eve.id), (ben.id, ola.id), (jo.id, ola.id)]
        turned = data(v2.get(path, orderBy="interactionScore"))
        assert [(item["person1"]["id"], item["person2"]["id"]) for item in turned] == pairs[::-1]
        paged = followed(v2, path, limit=3)
        assert [(item["person1"]["id"], item["person2"]["id"]) for item in paged] == pairs
        strong = answered(v2.get(path, filter="interactionScore >= 0.3", totalCount=True))
        assert (len(strong["data"]), strong["pagination"]["totalCount"]) == (2, 2)
        assert len(data(v2.get(path, filter="interactionScore<0.3 & !(interactionScore<0.1)"))) == 1
        invalid(v2.get(path, orderBy="name"), "orderBy", "-interactionScore")
        invalid(v2.get(path, filter="interactionScore>x"), "filter", "a number from 0 to 1")

    def test_of_nobody(self, v2: Caller, firm: Firm) -> None:
        """Who has met none of us has none, nor have we ourselves; who is unknown is not found."""
        empty = firm.organization("Client")
        assert data(v2.get(f"/companies/{empty.id}/relationships")) == []
        assert data(v2.get(f"/persons/{firm.mia.id}/relationships")) == []
        for path in (f"/companies/{UNKNOWN}/relationships", f"/persons/{UNKNOWN}/relationships"):
            coded(v2.get(path), 404, "not-found")
