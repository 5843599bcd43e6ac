"""Administration, over HTTP."""

import re

import pytest

from interlog.model.tenancy import UserRole
from tests.counting import least
from tests.serving import Firm

from .visiting import Visitor, visitor

HOSTILE = "<script>alert(1)</script>\"'&"
PAGES = ("/admin", "/admin/tokens", "/admin/groups", "/admin/settings")


class TestUsers:
    def test_are_invited_and_enter(self, mia: Visitor, firm: Firm) -> None:
        """The page shows a link; whoever opens it is signed in; the list tells when he was seen."""
        shown = mia.post("/admin/users", first_name="Zoe", last_name=HOSTILE, email="zoe@own.example", role="member")
        assert shown.status_code == 200
        assert HOSTILE not in shown.text
        found = re.search(r"<code>([^<]+)</code>", shown.text)
        assert found is not None
        assert found[1].startswith(mia.base)
        zoe = Visitor(firm).enter(found[1].rpartition("/")[2])
        assert zoe.get("/admin").status_code == 403
        listed = mia.get("/admin").text
        assert "zoe@own.example" in listed
        assert HOSTILE not in listed

    def test_problems_stand_at_their_fields(self, any_mia: Visitor) -> None:
        """What was typed is kept, and each field says what is wrong with it."""
        answer = any_mia.post("/admin/users", first_name="Zoe", last_name="L", email="no address", role="owner")
        assert answer.status_code == 422
        assert 'value="no address"' in answer.text
        assert 'aria-describedby="email-problem"' in answer.text
        assert 'aria-describedby="role-problem"' in answer.text

    def test_are_kept_out(self, mia: Visitor, firm: Firm) -> None:
        """Who may not sign in any more is out at once; he comes back by a new link."""
        ben = firm.colleague("Ben")
        his = visitor(firm, ben)
        answer = mia.post(f"/admin/users/{ben.id}", role="viewer")
        assert answer.status_code == 303
        key = firm.server.run(firm.ledger.staff.get(firm.actor, ben.id))
        assert (key.user.role, key.user.active) == (UserRole.VIEWER, False)
        assert mia.post(f"/admin/users/{ben.id}/link").status_code == 409
        assert his.get("/timeline").status_code == 303
        mia.post(f"/admin/users/{ben.id}", role="viewer", active="1")
        again = mia.post(f"/admin/users/{ben.id}/link").text
        found = re.search(r"/sign-in/([^<]+)</code>", again)
        assert found is not None
        assert Visitor(firm).enter(found[1]).get("/timeline").status_code == 200

    def test_the_owner_stays(self, any_mia: Visitor, any_firm: Firm) -> None:
        """There is no form for it, and a forged one is refused."""
        assert 'name="role"' not in any_mia.get(f"/admin/users/{any_firm.mia.id}").text
        assert any_mia.post(f"/admin/users/{any_firm.mia.id}", role="viewer").status_code == 422


class TestTokens:
    def test_are_shown_once_and_work(self, mia: Visitor, firm: Firm) -> None:
        """A token of a label, a right and a protocol; its text stands on no other page; revoked, it opens nothing."""
        shown = mia.post(
            "/admin/tokens", label=HOSTILE, user=str(firm.mia.id), right="read", protocol="affinity", until="2999-01-01"
        )
        assert shown.status_code == 200
        found = re.search(r"<code>([^<]+)</code>", shown.text)
        assert found is not None
        assert firm.caller("/affinity", found[1]).get("/persons").status_code == 200
        page = mia.get("/admin/tokens").text
        assert found[1] not in page
        assert HOSTILE not in page + shown.text
        assert "affinity:read" in page
        id_ = firm.server.run(firm.ledger.staff.tokens(firm.actor, limit=1))[0].id
        assert mia.post(f"/admin/tokens/{id_}/revoke").status_code == 303
        assert firm.caller("/affinity", found[1]).get("/persons").status_code == 401

    @pytest.mark.parametrize(
        ("field", "value"),
        [("user", "99"), ("user", "x"), ("right", "all"), ("protocol", "smtp"), ("until", "soon"),
         ("until", "1999-01-01"), ("label", "x" * 201)],
    )  # fmt: skip
    def test_problems_stand_at_their_fields(self, any_mia: Visitor, any_firm: Firm, field: str, value: str) -> None:
        """Nothing is created of what is wrong."""
        before = any_firm.rows()
        fields = {"user": str(any_firm.mia.id), "right": "read", "label": "L"} | {field: value}
        answer = any_mia.post("/admin/tokens", **fields)
        assert answer.status_code == 422
        assert f'aria-describedby="{field}-problem"' in answer.text
        assert any_firm.rows() == before


class TestSettings:
    def test_are_saved(self, mia: Visitor, firm: Firm) -> None:
        """Domains, time zone, and whether unknown participants become persons."""
        assert "own.example" in mia.get("/admin/settings").text
        answer = mia.post("/admin/settings", domains="Own.example\nnew.example", time_zone="Europe/Berlin")
        assert answer.status_code == 303
        settings = firm.server.run(firm.ledger.tenants.get(firm.tenant.id)).settings
        assert settings.domains == ("own.example", "new.example")
        assert (settings.time_zone, settings.create_unknown_persons) == ("Europe/Berlin", False)
        assert "new.example" in mia.get("/admin/settings").text

    def test_problems_stand_at_their_fields(self, any_mia: Visitor, any_firm: Firm) -> None:
        """What was typed is kept."""
        before = any_firm.rows()
        answer = any_mia.post("/admin/settings", domains="a@b <script>", time_zone="Mars/Base")
        assert answer.status_code == 422
        assert "a@b &lt;script&gt;" in answer.text
        assert 'aria-describedby="domains-problem"' in answer.text
        assert 'aria-describedby="time_zone-problem"' in answer.text
        assert any_firm.rows() == before


def test_groups_name_their_members(mia: Visitor, firm: Firm) -> None:
    """Who sees the records of which group."""
    firm.colleague("Ben", groups=(7,))
    page = mia.get("/admin/groups").text
    assert re.search(r"<td class=\"number\">7</td>\s*<td><a[^>]*>Ben</a>", page)


def test_groups_are_made_and_given(mia: Visitor, firm: Firm) -> None:
    """A group by its name, hostile or not; a user is a member where that is ticked; problems stand at the fields."""
    ben = firm.colleague("Ben")
    assert mia.post("/admin/groups", name=HOSTILE).status_code == 303
    page = mia.get("/admin/groups").text
    assert HOSTILE not in page
    again = mia.post("/admin/groups", name=HOSTILE)
    assert again.status_code == 422
    assert 'aria-describedby="name-problem"' in again.text
    mia.post("/admin/groups", name="West wing")
    page = mia.get(f"/admin/users/{ben.id}").text
    numbers = re.findall(r'name="group" value="(\d+)"> ([^<]+)<', page)
    assert [name for _, name in numbers][1] == "West wing"
    assert mia.post(f"/admin/users/{ben.id}/groups", group=numbers[1][0]).status_code == 303
    page = mia.get(f"/admin/users/{ben.id}").text
    assert re.findall(r'name="group" value="(\d+)" checked', page) == [numbers[1][0]]
    for wrong in ("0", "x", "9" * 30, "²"):
        assert mia.post(f"/admin/users/{ben.id}/groups", group=wrong).status_code == 422
    assert mia.post(f"/admin/users/{ben.id}/groups", group=[one for one, _ in numbers]).status_code == 303
    assert mia.post(f"/admin/users/{ben.id}/groups").status_code == 303
    assert "checked> West" not in mia.get(f"/admin/users/{ben.id}").text


@pytest.mark.parametrize("path", PAGES)
def test_only_whoever_looks_after_the_tenant(any_firm: Firm, path: str) -> None:
    """Members are refused, and see no way there."""
    his = visitor(any_firm, any_firm.colleague("Ben"))
    assert his.get(path).status_code == 403
    assert "/admin" not in his.get("/").text


@pytest.mark.parametrize("path", PAGES)
def test_costs_a_handful_of_statements(mia: Visitor, firm: Firm, path: str) -> None:
    """However many users and tokens there are."""
    for index in range(12):
        firm.token_of(firm.colleague(f"B{index}"))
    assert mia.get(path).status_code == 200
    assert least(firm.ledger, lambda: mia.get(path)) <= 8
