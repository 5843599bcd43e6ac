"""The pages of a campaign: its figures, what was answered, its visits, and what looks odd among them."""

import html
import re
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from interlog.ledger.canvassing import standing
from interlog.ledger.canvassing.visit_drafts import Rules, VisitDraft
from interlog.model.canvassing.resources import ResourceDraft, root_organization
from interlog.model.canvassing.visits import Beside, Visit
from interlog.model.errors import InterlogError
from interlog.model.ids import uuid7
from interlog.model.instants import DAY, HOUR, MINUTE, SECOND, now
from interlog.model.tenancy import Actor
from interlog.store.visit_reports import Figures, Scope
from tests.counting import least
from tests.serving import Firm

from .visiting import Visitor, visitor

HOSTILE = "<script>alert(1)</script> & \"'"
PAGES = ("", "/results", "/visits", "/quality", "/places")
START = now() // DAY * DAY - 3 * DAY
MILE_OF_METRES = 1 / 1_609.344


class Canvass:
    """A campaign with a survey of three questions and some contacts; ``text`` stands in every text of it."""

    def __init__(self, firm: Firm, text: str = "Bus", contacts: int = 3) -> None:
        self.firm, self.text = firm, text
        self.campaign, self.survey = uuid7(), uuid7()
        self.contacts = [uuid7() for _ in range(contacts)]
        self.tags = {tag: uuid7() for tag in ("pass", "rating", "wish")}
        firm.server.run(self._found())

    @property
    def path(self) -> str:
        """The address of the campaign's page."""
        return f"/campaigns/{self.campaign}"

    async def _found(self) -> None:
        text, ledger, actor = self.text, self.firm.ledger, self.firm.actor
        await ledger.permits.of(actor)
        choices = [{"text": f"{text} yes", "value": "true", "success": True}, {"text": f"{text} no", "value": "false"}]
        scale = [{"text": str(mark), "value": mark} for mark in range(1, 6)]
        wanted = [("multi-choice", choices), ("scale", scale), ("text", [{"text": "Cancel"}, {"text": "Submit"}])]
        questions = [
            {"questionId": id_, "text": f"{text} {tag}?", "tag": tag, "type": type_, "options": options}
            for (tag, id_), (type_, options) in zip(self.tags.items(), wanted, strict=True)
        ]
        organization = root_organization(self.firm.tenant)
        campaign = {"name": f"{text} campaign", "description": f"{text} described", "status": "started"}
        drafts: list[tuple[str, str, dict[str, Any]]] = [
            ("campaigns", self.campaign, campaign | {"organizationId": organization}),
            ("surveys", self.survey, {"name": f"{text} survey", "campaignId": self.campaign, "questions": questions}),
        ]
        for kind, id_, data in drafts:
            await ledger.resources.create(actor, ResourceDraft(kind=kind, id=id_, data=data))
        await ledger.contacts.create_many(
            actor,
            [
                ResourceDraft(
                    kind="contacts",
                    id=id_,
                    data={"profile": {"name": {"first": text, "last": str(place)}}, "fields": {}, "answers": {}},
                )
                for place, id_ in enumerate(self.contacts)
            ],
        )

    def knock(self, at: int, contact: int = 0, answers: dict[str, Any] | None = None, **more: Any) -> VisitDraft:
        """Return a visit; ``sent_at`` is when it arrived."""
        said = answers or {}
        visit = Visit(
            campaign=self.campaign,
            contact=self.contacts[contact],
            survey=self.survey,
            at=at,
            responses={self.tags[tag]: {"questionId": self.tags[tag], "fields": {tag: said[tag]}} for tag in said},
            unavailable=not said,
            **{name: value for name, value in more.items() if name != "sent_at"},
        )
        return VisitDraft(visit=visit, id=uuid7(), created_at=more.get("sent_at", at + SECOND))

    def record(self, *drafts: VisitDraft) -> list[int]:
        """Record visits, as Mia, and return their numbers."""

        async def record() -> list[int]:
            permit = await self.firm.ledger.permits.of(self.firm.actor)
            found = await self.firm.ledger.recording.create_many(self.firm.actor, permit, drafts, Rules())
            numbers = []
            for outcome in found:
                assert not isinstance(outcome, InterlogError), outcome
                numbers.append(outcome.interaction.number)
            return numbers

        return self.firm.server.run(record())


def yes(rating: int = 4, wish: str = "") -> dict[str, Any]:
    """Return answers of somebody who was there."""
    return {"pass": "true", "rating": rating} | ({"wish": wish} if wish else {})


def told(page: str) -> str:
    """Return what is read on a page."""
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", page.partition("<main")[2]).split()))


def test_an_organiser_reads_a_canvass(firm: Firm, mia: Visitor) -> None:
    """Doors by day and canvasser, how often each answer was given, and the visits themselves."""
    canvass = Canvass(firm)
    canvass.record(
        canvass.knock(START + HOUR),
        canvass.knock(START + 2 * HOUR, 1, yes(5), lat=43.07, lng=-89.38),
        canvass.knock(START + DAY, 2, {"pass": "false", "rating": 2, "wish": "more at night"}),
    )
    assert "Doors knocked 3" in told(mia.get("/campaigns").text)
    overview = mia.get(canvass.path).text
    assert "Doors knocked 3 Talked to 2 67% Successful 1 50%" in told(overview)
    assert overview.count("data-day=") == 2
    assert "Persons visited 3 Canvassers 1 Visits per person 1" in told(overview)
    results = told(mia.get(f"{canvass.path}/results").text)
    assert "Bus pass? asked 2 times, answered 2 times Answer Bar Times" in results
    assert "Bus yes 1 50% Bus no 1 50%" in results
    assert "mean 3.5, median 3.5" in results
    assert "Bus wish? asked once, answered once Answered in the person's own words." in results
    points = mia.get(f"{canvass.path}/places").json()
    assert [point[:3] for point in points["points"]] == [[43.07, -89.38, "successful"]]
    assert mia.get(f"{canvass.path}/visits").text.count("data-entry=") == 3
    assert mia.get(f"{canvass.path}/visits", state="successful").text.count("data-entry=") == 1


def test_the_visits_of_some_days_or_persons(firm: Firm, mia: Visitor) -> None:
    """A campaign's timeline is narrowed as others are: by days and by who took part, and goes on so."""
    canvass = Canvass(firm)
    first = START // DAY * DAY
    canvass.record(*(canvass.knock(first + place * MINUTE, place % 3) for place in range(60)))
    canvass.record(canvass.knock(first + DAY, 1, yes()))
    day = datetime.fromtimestamp(first / 1e6, UTC).date()

    def found(**query: object) -> int:
        return mia.get(f"{canvass.path}/visits", **query).text.count("data-entry=")

    assert found() == 50
    assert found(since=day + timedelta(days=1)) == 1
    assert found(until=day - timedelta(days=1)) == 0
    assert found(person=firm.mia.id, since=day + timedelta(days=1)) == 1
    assert found(name="bus 1") == 21
    assert found(name="nobody") == 0
    assert "Nobody is called that." in mia.get(f"{canvass.path}/visits", name="nobody").text
    page = mia.get(f"{canvass.path}/visits", until=day, person=firm.mia.id, state="unavailable").text
    following = re.search(r'<a class="button" href="([^"]+)">Earlier', page)
    assert following is not None
    address = html.unescape(following[1])
    assert f"state=unavailable&person={firm.mia.id}&until={day}&before=" in address
    assert mia.get(address).text.count("data-entry=") == 10
    for hostile in ("before=x", f"before={'9' * 30},%00", "person=x&since=0001-01-01&until=9999-12-31", "name=%00"):
        assert mia.get(f"{canvass.path}/visits?{hostile}").status_code == 200


def test_a_campaign_without_visits_says_so(mia: Visitor, firm: Firm) -> None:
    """Each page has its empty state; one that is not there is not found."""
    canvass = Canvass(firm)
    assert "Nobody has knocked yet." in mia.get(canvass.path).text
    assert "Nothing was asked yet." in mia.get(f"{canvass.path}/results").text
    assert "Nobody has knocked yet" in mia.get(f"{canvass.path}/visits").text
    assert mia.get(f"{canvass.path}/quality").text.count("Nothing like that.") == 5
    assert mia.get(f"{canvass.path}/places").json() == {"points": [], "is_cut": False}
    for page in PAGES:
        assert mia.get(f"/campaigns/{uuid7()}{page}").status_code == 404


def test_what_looks_odd_is_listed_with_its_visits(firm: Firm, mia: Visitor) -> None:
    """Each kind of oddity leads to the visits, and says what to look at; limits are those of the address."""
    canvass = Canvass(firm, contacts=9)
    far, before, fast, one, other, twice, again, early, _ = canvass.record(
        canvass.knock(START, 0, distance=400 * MILE_OF_METRES),
        canvass.knock(START + HOUR, 1, lat=43.0, lng=-89.0),
        canvass.knock(START + HOUR + MINUTE, 2, lat=43.1, lng=-89.0),
        canvass.knock(START + 5 * HOUR, 3),
        canvass.knock(START + 5 * HOUR, 4),
        canvass.knock(START + 7 * HOUR, 5),
        canvass.knock(START + 7 * HOUR, 5),
        canvass.knock(START + 9 * HOUR, 6, sent_at=START + 7 * HOUR),
        canvass.knock(START + 11 * HOUR, 7, distance=20 * MILE_OF_METRES, lat=43.1, lng=-89.0),
    )

    def listed(page: str) -> dict[str, list[int]]:
        parts = re.split(r'aria-labelledby="([\w-]+)"', page)[1:]
        return {
            name: [int(number) for number in re.findall(r'href="/interactions/(\d+)"', part)]
            for name, part in zip(parts[::2], parts[1::2], strict=True)
        }

    page = mia.get(f"{canvass.path}/quality")
    found = listed(page.text)
    assert (found["far"], found["fast"], found["early"]) == ([far], [fast, before], [early])
    assert (set(found["at-once"]), set(found["twice"])) == ({one, other}, {twice, again})
    for what in ("400 m", "667 km/h", "2 visits", "2 hours", "Compare both visits", "Have the clock set"):
        assert what in told(page.text)
    wider = listed(mia.get(f"{canvass.path}/quality", metres=500, speed=700).text)
    assert (wider["far"], wider["fast"]) == ([], [])
    for wrong in ("-1", "x", "9" * 30, "²"):
        assert listed(mia.get(f"{canvass.path}/quality", metres=wrong).text)["far"] == [far]


def test_no_text_of_a_canvass_is_markup(firm: Firm, mia: Visitor) -> None:
    """Campaigns, surveys, questions, answers, reasons and contacts are shown as they were written."""
    canvass = Canvass(firm, HOSTILE)
    numbers = canvass.record(
        canvass.knock(START, 0, yes(4, HOSTILE)),
        canvass.knock(START, 1, {"pass": "false", "wish": f"{HOSTILE}2"}),
        canvass.knock(START + HOUR, 2, reason=HOSTILE),
    )
    paths = [f"{canvass.path}{page}" for page in PAGES[:4]] + [f"/interactions/{number}" for number in numbers]
    paths += ["/campaigns", f"{canvass.path}/results?survey={canvass.survey}", f"{canvass.path}/visits?state={HOSTILE}"]
    for path in paths:
        answer = mia.get(path)
        assert answer.status_code == 200, path
        assert "<script>alert" not in answer.text, path
        assert "&lt;script&gt;" in answer.text, path


@pytest.mark.parametrize(("page", "most"), [("", 10), ("/results", 7), ("/visits", 4), ("/quality", 9), ("/places", 3)])
def test_a_page_takes_as_many_statements_however_long_it_is(firm: Firm, mia: Visitor, page: str, most: int) -> None:
    """Few, and no more for a hundred visits of fifty contacts than for two."""
    counts = []
    for many in (2, 100):
        canvass = Canvass(firm, contacts=50)
        canvass.record(
            *(
                canvass.knock(START + place * SECOND, place % 50, yes(1 + place % 5), lat=43 + place / 100, lng=-89.0,
                              distance=place * 0.1 + 1)
                for place in range(many)
            )
        )  # fmt: skip
        path = f"{canvass.path}{page}"
        assert mia.get(path).status_code == 200
        counts.append(least(firm.ledger, partial(mia.get, path)))
    assert counts[0] == counts[1] <= most


def test_the_list_of_campaigns_takes_as_many_statements_however_long_it_is(firm: Firm, mia: Visitor) -> None:
    """The figures of all of them are one statement."""
    counts = []
    for many in (1, 8):
        for _ in range(many):
            canvass = Canvass(firm, contacts=1)
            canvass.record(canvass.knock(START))
        assert mia.get("/campaigns").text.count("Doors knocked") >= many
        counts.append(least(firm.ledger, lambda: mia.get("/campaigns")))
    assert counts[0] == counts[1] <= 4


def test_others_see_nothing_of_a_campaign(firm: Firm) -> None:
    """Another tenant does not find it; a member sees only what their groups may see."""
    canvass = Canvass(firm)
    canvass.record(canvass.knock(START, 0, yes()))
    stranger = visitor(firm.server.found())
    for page in PAGES:
        assert stranger.get(f"{canvass.path}{page}").status_code == 404
    assert "Bus campaign" not in stranger.get("/campaigns").text


def test_what_was_counted_for_one_tenant_is_told_to_no_other(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures, doors, answers, places and what looks odd of a campaign, also where counts are kept for a while."""
    monkeypatch.setattr(standing, "MANY", 0)
    canvass = Canvass(firm)
    canvass.record(canvass.knock(START, 0, yes(), lat=43.07, lng=-89.38), canvass.knock(START, 0, yes()))
    stranger = firm.server.found()
    scope, among = Scope(campaign=canvass.campaign), Figures(9, 0, 0, 0, 0, 0, 0)

    async def asked(actor: Actor) -> list[bool]:
        ledger, permit = firm.ledger, await firm.ledger.permits.of(actor)
        limits: dict[str, Any] = {"metres": 1.0, "speed": 1.0, "limit": 9}
        doors = (await ledger.standing.doors(actor, permit, scope, among)).value
        answers = (await ledger.standing.answers(actor, permit, scope, among)).value
        odd = (await ledger.standing.suspects(actor, permit, canvass.campaign, among, **limits)).value
        return [
            bool((await ledger.standing.figures(actor, permit, [canvass.campaign])).value),
            any(doors),
            any(answers),
            any(odd.values()),
            any((await ledger.quality.suspects(actor, permit, canvass.campaign, **limits)).values()),
            bool(await ledger.quality.places(actor, permit, canvass.campaign, limit=9)),
        ]

    assert firm.server.run(asked(firm.actor)) == [True] * 6
    assert firm.server.run(asked(stranger.actor)) == [False] * 6


def test_who_was_there_is_told_by_the_visit(firm: Firm, mia: Visitor) -> None:
    """Canvassers are named by what was recorded, whoever sent it in."""
    ann = firm.colleague("Ann", "Abel")
    canvass = Canvass(firm)
    canvass.record(canvass.knock(START, 0, yes(), beside=Beside(creator=ann.uuid)), canvass.knock(START, 1))
    crew = mia.get(canvass.path).text.partition('id="crew-name"')[2]
    assert "Ann Abel" in crew
    assert "Mia Kern" in crew
