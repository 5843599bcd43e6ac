"""The journal's page: every change, by who, what and when."""

import html
import re

import pytest

from tests.counting import least
from tests.serving import Firm

from .visiting import Visitor, visitor

HOSTILE = "<script>alert(1)</script>\"'&"
AT = 1_700_000_000_000_000


def _rows(page: str) -> list[str]:
    """Return the text of each entry."""
    found = [re.sub(r"<[^>]*>", " ", row) for row in re.findall(r"<tr>\s*<td>(.*?)</tr>", page, re.DOTALL)]
    return [html.unescape(" ".join(row.split())) for row in found]


def test_tells_who_did_what_to_which_record(mia: Visitor, firm: Firm) -> None:
    """By names, with a way to each record; nothing in a name is more than a name."""
    eve = firm.person("Eve", HOSTILE, "eve@client.example")
    item = firm.log("Call", AT, firm.mia, eve, title=f"Offer {HOSTILE}")
    page = mia.get("/journal")
    assert HOSTILE not in page.text
    rows = _rows(page.text)
    assert re.search(rf"Mia Kern created Interaction Offer {re.escape(HOSTILE)} 1 REST$", rows[0])
    assert re.search(rf"Mia Kern created Person Eve {re.escape(HOSTILE)} 1 REST$", rows[1])
    assert f'href="/interactions/{item.number}"' in page.text
    assert f'href="/persons/{eve.id}"' in page.text


def test_is_narrowed(mia: Visitor, firm: Firm) -> None:
    """By who, what, through what, and when; the address says so, and the form shows it."""
    ben = firm.colleague("Ben")
    firm.log("Call", AT, ben, title="Hers")
    firm.log("Call", AT, ben, title="His", actor=firm.acting(ben, protocol="polis"))

    def titles(**asked: object) -> list[str]:
        page = mia.get("/journal", **asked)
        assert page.status_code == 200
        return [row for row in _rows(page.text) if "Interaction" in row]

    assert len(titles()) == 2
    assert ["His" in row for row in titles(who=ben.id)] == [True]
    assert ["His" in row for row in titles(protocol="polis")] == [True]
    assert ["Hers" in row for row in titles(what="interaction", protocol="rest")] == [True]
    assert titles(what="person") == []
    assert titles(until="2020-01-01") == []
    assert len(titles(since="2020-01-01", until="2999-01-01", what="interaction")) == 2
    assert f'<option value="{ben.id}" selected>Ben</option>' in mia.get("/journal", who=ben.id).text


def test_tells_what_a_token_did(mia: Visitor, firm: Firm) -> None:
    """Every change that was made with it, and only those; its label stands above."""
    token = firm.token_of(firm.mia)
    caller = firm.caller("/affinity", token)
    assert caller.post("/persons", first_name="Ida", last_name="Lux", emails=["ida@far.example"]).status_code == 200
    firm.person("Ola", "Berg")
    id_ = firm.server.run(firm.ledger.staff.tokens(firm.actor, limit=1))[0].id
    assert f'href="/journal?token={id_}"' in mia.get("/admin/tokens").text
    page = mia.get("/journal", token=id_).text
    assert [("Ida Lux" in row, f"Affinity · token {id_}" in row) for row in _rows(page)] == [(True, True)]
    assert f"token {id_}" in page.partition("<table>")[0]


def test_members_read_of_themselves(firm: Firm) -> None:
    """Whoever does not look after the tenant sees his own changes only, whatever he asks for."""
    ben = firm.colleague("Ben")
    firm.person("Ola", "Berg")
    firm.log("Call", AT, ben, title="His", actor=firm.acting(ben))
    his = visitor(firm, ben)
    for path in ("/journal", f"/journal?who={firm.mia.id}"):
        page = his.get(path)
        assert {"Ben" in row for row in _rows(page.text)} == {True}
        assert "Ola" not in page.text
        assert 'name="who"' not in page.text


def test_does_not_name_what_one_does_not_see(firm: Firm) -> None:
    """Of another group's interaction one learns that it was changed, and no more."""
    insider = firm.acting(firm.mia, firm.actor.right, 9)
    firm.log("Call", AT, firm.mia, title="Secret", group=9, actor=insider)
    page = visitor(firm).get("/journal").text
    assert "Secret" not in page
    assert any("Interaction" in row for row in _rows(page))


@pytest.mark.parametrize(
    "asked",
    ["who=x", "who=-1", "who=99999999999999999999", "token=0", "what=nothing", "since=soon", "until=2999-99-99",
     "before=x", "before=1-", "before=-", "before=1-9999999999999999999", "protocol=%00", "id=²", "protocol=%ff"],
)  # fmt: skip
def test_what_cannot_be_asked(mia: Visitor, asked: str) -> None:
    """Anything in the address: a page."""
    assert mia.get(f"/journal?{asked}").status_code == 200


def test_costs_a_handful_of_statements(mia: Visitor, firm: Firm) -> None:
    """However much there is, of however many kinds; all of it is there, page by page."""
    for index in range(40):
        eve = firm.person("Eve", str(index))
        firm.organization(f"Org {index}")
        firm.log("Call", AT + index, firm.mia, eve, title=f"Call {index}")
    firm.opportunity("Deal")
    page = mia.get("/journal")
    assert least(firm.ledger, lambda: mia.get("/journal")) <= 9
    found = _rows(page.text)
    assert len(found) == 50
    while more := re.search(r'hx-get="([^"]+)"', page.text[page.text.rindex("<tr") :]):
        page = mia.get(html.unescape(more[1]))
        found += _rows(page.text)
    assert len({row for row in found if "Call" in row}) == 40
