"""The timeline over HTTP, without scripts: what narrows it, how it goes on, and what an entry opens to."""

import re
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import falcon.asgi
import falcon.testing
import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from interlog.ledger.tenants import system_actor
from interlog.model.interactions import Content, Draft, Links, Participant
from interlog.model.parties import Person
from interlog.model.tenancy import Right
from interlog.model.types import Category, FieldDefinition, FieldKind, InteractionType, ParticipantSlot, Role
from interlog.settings import Settings
from interlog.web import timeline
from interlog.web.texts import texts_for
from interlog.web.timeline_filter import Choices, Filter, filter_of
from interlog.web.view import View
from tests.counting import least
from tests.serving import Firm

from .visiting import Visitor, visitor

NOON = 1_772_712_000_000_000  # 2026-03-05T12:00:00Z
HOUR = 3_600_000_000
HOSTILE = "<script>alert(1)</script> & \"'"


def log(firm: Firm, *persons: Person, at: int = NOON, protocol: str = "rest", **more: Any) -> int:
    """Log an interaction through a protocol, and return its number."""
    draft = {name: more.pop(name) for name in ("type", "group", "origin", "external_ids") if name in more}
    content = Content(occurred_at=at, participants=tuple(Participant(one.id) for one in persons), **more)
    actor = system_actor(firm.tenant, firm.mia.id, protocol=protocol)
    logged = firm.ledger.interactions.log(actor, Draft(**{"type": "Meeting"} | draft, content=content))
    return firm.server.run(logged).interaction.number


def log_many(firm: Firm, count: int, *persons: Person, protocol: str = "rest", first: int = NOON) -> None:
    """Log so many meetings, each a minute before the one before."""
    drafts = [
        Draft(
            type="Meeting",
            content=Content(
                occurred_at=first - index * HOUR // 60,
                title=f"Number {index}",
                participants=tuple(Participant(one.id) for one in persons),
            ),
        )
        for index in range(count)
    ]
    actor = system_actor(firm.tenant, firm.mia.id, protocol=protocol)
    firm.server.run(firm.ledger.interactions.log_many(actor, drafts))


def shown(answer: httpx2.Response) -> list[int]:
    """Return the numbers of the entries on a page, in their order."""
    assert answer.status_code == 200, answer.text
    return [int(number) for number in re.findall(r'data-entry="(\d+)"', answer.text)]


def more_of(answer: httpx2.Response) -> str | None:
    """Return the address of what comes next."""
    found = re.search(r'<a class="button" href="([^"]+)">Earlier', answer.text)
    return found[1].replace("&amp;", "&") if found else None


@pytest.fixture
def eve(firm: Firm) -> Person:
    """A person outside."""
    return firm.person("Eve", "Moll", "eve@client.example")


@pytest.fixture
def ola(firm: Firm) -> Person:
    """Another one."""
    return firm.person("Ola", "Nys", "ola@other.example")


class TestFilters:
    """What narrows a timeline stands in the address and in the form."""

    def test_each_narrows(self, firm: Firm, mia: Visitor, eve: Person, ola: Person) -> None:
        """Type, category, person, protocol, day and text, alone and together."""
        meeting = log(firm, eve, title="Review of the river", protocol="affinity")
        call = log(firm, eve, ola, title="About the bridge", type="Call", at=NOON - 30 * HOUR, protocol="polis")
        note = log(firm, ola, title="River again", type="Call", at=NOON - 60 * HOUR, protocol="web")

        def found(**filters: Any) -> list[int]:
            return shown(mia.get("/timeline", **filters))

        assert found() == [meeting, call, note]
        assert found(type="Call") == [call, note]
        assert found(category="meeting") == [meeting]
        assert found(category=["meeting", "call"]) == [meeting, call, note]
        assert found(person=eve.id) == [meeting, call]
        assert found(protocol="polis") == [call]
        assert found(protocol="affinity") == [meeting]
        assert found(since="2026-03-05") == [meeting]
        assert found(until="2026-03-03") == [note]
        assert found(since="2026-03-04", until="2026-03-04") == [call]
        assert found(q="river") == [meeting, note]
        assert found(q="river", person=ola.id) == [note]
        assert found(q="river", protocol="web") == [note]
        assert found(type="Call", person=ola.id, until="2026-03-03", q="again", protocol="web") == [note]
        assert shown(mia.get(f"/persons/{eve.id}", person=ola.id)) == [call]
        assert shown(mia.get(f"/persons/{eve.id}", person=ola.id, q="bridge")) == [call]
        assert shown(mia.get(f"/persons/{eve.id}", person=ola.id, q="river")) == []
        assert shown(mia.get(f"/persons/{eve.id}", protocol="affinity")) == [meeting]

    def test_they_stay_in_the_form_and_the_address(self, firm: Firm, mia: Visitor, eve: Person) -> None:
        """What was chosen is chosen in the form, and goes on with the next page."""
        log_many(firm, 60, eve, protocol="polis")
        asked = {
            "category": "meeting", "type": "Meeting", "person": str(eve.id), "protocol": "polis",
            "since": "2026-03-01", "until": "2026-03-05", "q": "number",
        }  # fmt: skip
        answer = mia.get("/timeline", **asked)
        assert len(shown(answer)) == 50
        for chosen in (
            '<option value="Meeting" selected>', '<option value="polis" selected>', 'value="2026-03-01"',
            'value="2026-03-05"', 'name="category" value="meeting" checked', f'name="person" value="{eve.id}" checked',
            'name="q" value="number"', '<details class="filter-more" open>',
        ):  # fmt: skip
            assert chosen in answer.text, chosen
        following = more_of(answer)
        assert following is not None
        given = dict(parse_qsl(urlsplit(following).query))
        assert given.pop("before")
        assert given == asked
        assert len(shown(mia.get(following))) == 10

    def test_a_person_is_named(self, firm: Firm, mia: Visitor, eve: Person, ola: Person) -> None:
        """By name without scripts: who is alone in it is meant, else one chooses; nobody is told of at the field."""
        other = firm.person("Eve", "Stern", "stern@client.example")
        number = log(firm, eve)
        log(firm, other, ola)
        assert shown(mia.get("/timeline", name="eve moll")) == [number]
        answer = mia.get("/timeline", name="eve")
        assert shown(answer) == []
        assert "Several persons are called “eve”" in answer.text
        for person in (eve, other):
            assert f'type="radio" name="person" value="{person.id}"' in answer.text
        answer = mia.get("/timeline", name=HOSTILE)
        assert shown(answer) == []
        assert "Nobody is called that." in answer.text
        assert 'aria-invalid="true"' in answer.text
        assert "<script>alert" not in answer.text

    def test_type_ahead_offers_persons_alone(self, mia: Visitor, eve: Person) -> None:
        """Where somebody is looked for, nobody new is offered."""
        assert f'data-id="{eve.id}"' in mia.get("/options/persons", q="mol", known=1).text
        assert "data-new" not in mia.get("/options/persons", q="mol", known=1).text
        assert "data-new" in mia.get("/options/persons", q="mol").text

    @pytest.mark.parametrize(
        "query",
        ["before=1", "before=x,y", f"before={2**70},1", f"before=1,{2**70}", f"before=-{2**62},1", "since=0001-01-01",
         "until=9999-12-31", "since=2026-02-30", "type=%00", "category=x&category=meeting", "person=0", "person=-1",
         f"person={10**14}", f"person={10**40}", "protocol=%27%3B--", "q=%00", "q=%22%20OR%20(", "name=%00",
         "name=%ff", "q=%ed%a0%80", "type=%3Cscript%3E", f"name={'x' * 5000}"],
    )  # fmt: skip
    def test_nonsense_does_no_harm(self, firm: Firm, mia: Visitor, query: str) -> None:
        """Whatever stands in the address: a page."""
        log(firm, firm.mia)
        answer = mia.get(f"/timeline?{query}")
        assert answer.status_code == 200
        assert "<script>" not in answer.text

    def test_the_protocol_is_looked_for_in_parts(self, firm: Firm, mia: Visitor, eve: Person) -> None:
        """A page looks through so many at most, says how far it came, and goes on behind."""
        log_many(firm, timeline.LOOKED_THROUGH + 20, eve, protocol="affinity")
        old = log(firm, eve, at=NOON - 24 * 30 * HOUR, protocol="polis")
        for path in ("/timeline", f"/persons/{eve.id}"):
            answer = mia.get(path, protocol="polis")
            assert shown(answer) == []
            assert "Looked back until" in answer.text
            following = more_of(answer)
            assert following is not None
            answer = mia.get(following)
            assert shown(answer) == [old]
            assert more_of(answer) is None


class TestPages:
    """A timeline goes on by place, however long it is."""

    def test_every_entry_comes_once(self, firm: Firm, mia: Visitor, eve: Person) -> None:
        """Page after page, newest first, by links; several at one moment too."""
        log_many(firm, 110, eve)
        log_many(firm, 10, eve)  # at the same moments
        organization = firm.organization("Client", "client.example", persons=[eve])
        for path in ("/timeline", f"/persons/{eve.id}", f"/organizations/{organization.id}"):
            seen: list[int] = []
            address: str | None = path
            pages = 0
            while address is not None:
                answer = mia.get(address)
                seen += shown(answer)
                address, pages = more_of(answer), pages + 1
            assert (len(seen), len(set(seen)), pages) == (120, 120, 3)

    def test_days_are_the_readers(self, firm: Firm, mia: Visitor, eve: Person) -> None:
        """What happened at night in UTC is of the next day in Berlin."""
        log(firm, eve, at=NOON + 11 * HOUR + HOUR // 2)
        assert 'data-day="2026-03-05"' in mia.get("/timeline").text
        assert mia.post("/account/reading", language="en", zone="Europe/Berlin").status_code == 303
        page = mia.get("/timeline").text
        assert 'data-day="2026-03-06"' in page
        assert "12:30" in page

    def test_a_part_goes_on_with_the_day(self, firm: Firm, mia: Visitor, eve: Person) -> None:
        """A day that the page before ended in has no second heading."""
        log_many(firm, 60, eve)
        following = more_of(mia.get("/timeline"))
        assert following is not None
        part = mia.http.get(following, headers={"HX-Request": "true"})
        assert len(shown(part)) == 10
        assert "<html" not in part.text
        assert "day-name" not in part.text
        assert "day-name" in mia.get(following).text

    def test_it_costs_a_handful_of_statements(self, firm: Firm, mia: Visitor, eve: Person) -> None:
        """However long it is, and whatever narrows it; a page is small."""
        people = [firm.person(f"Number {index}") for index in range(40)]
        organization = firm.organization("Client", "client.example", persons=[eve])
        queries: list[dict[str, Any]] = [
            {}, {"type": "Meeting"}, {"person": eve.id}, {"name": "eve moll"}, {"protocol": "rest"}, {"q": "number"},
            {"q": "number", "protocol": "rest", "person": eve.id, "since": "2020-01-01"},
        ]  # fmt: skip
        paths = ("/timeline", f"/persons/{eve.id}", f"/organizations/{organization.id}")

        def small(path: str, query: dict[str, Any]) -> None:
            answer = mia.get(path, **query)
            assert answer.status_code == 200
            assert len(answer.content) < 100_000

        def costs() -> dict[str, int]:
            found = {}
            for path in paths:
                for query in queries:
                    found[f"{path} {query}"] = least(firm.ledger, partial(small, path, query))
            return found

        log_many(firm, 2, eve, people[0])
        few = costs()
        for person in people:
            log_many(firm, 20, eve, person)
        many = costs()
        assert {name: cost for name, cost in many.items() if cost > few[name]} == {}
        for path in paths[1:]:  # whatever else is told of a person or an organization
            whole = many[f"{path} {{}}"]
            assert max(cost for name, cost in many.items() if name.startswith(path)) <= whole + 6
        assert max(cost for name, cost in many.items() if name.startswith("/timeline")) <= 9

    def test_others_see_nothing_of_it(self, firm: Firm, mia: Visitor, eve: Person) -> None:
        """What is of a security group is shown to those in it, whatever narrows the timeline."""
        colleague = visitor(firm, firm.colleague("Ben"))
        insider = visitor(firm, firm.colleague("Ida", groups=(7,)))
        draft = Draft(
            type="Meeting", content=Content(occurred_at=NOON, title="Secret", participants=(Participant(eve.id),)),
            group=7,
        )  # fmt: skip
        acting = firm.acting(firm.mia, Right.WRITE, 7)
        number = firm.server.run(firm.ledger.interactions.log(acting, draft)).interaction.number
        for query in ({}, {"q": "secret"}, {"protocol": "rest"}, {"person": eve.id}, {"q": "secret", "person": eve.id}):
            assert shown(insider.get("/timeline", **query)) == [number], query
            assert shown(colleague.get("/timeline", **query)) == [], query
        assert colleague.get(f"/interactions/{number}").status_code == 404


def view_of(address: str) -> View:
    """Return the request for a page of everybody's timeline, as far as filters look at it."""
    query = urlsplit(address).query
    request = falcon.asgi.Request(
        falcon.testing.create_scope(path="/timeline", query_string=query), falcon.testing.ASGIRequestEventEmitter()
    )
    given_ = dict(reversed(parse_qsl(query)))
    return View(request, Settings(), None, texts_for("en", "UTC"), given_, {})  # type: ignore[arg-type]


DAYS = st.none() | st.dates(date(2, 1, 1), date(9998, 12, 31))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60).map(str.strip)


@given(
    st.builds(
        Filter,
        categories=st.lists(st.sampled_from([one.value for one in Category]), unique=True).map(tuple),
        type=TEXTS,
        name=st.just(""),
        person=st.none() | st.integers(0, 10**15 - 1),
        protocol=TEXTS,
        since=DAYS,
        until=DAYS,
        text=TEXTS,
    )
)
def test_a_filter_is_what_its_address_says(chosen: Filter) -> None:
    """Whatever narrows a timeline, the address of the next page says the same."""
    address = view_of("").url("/timeline", **chosen.query(Choices([], {})))
    assert filter_of(view_of(address)) == chosen


EVERY_KIND = (
    FieldDefinition("Note", display_name="Remark"),
    FieldDefinition("Mood", FieldKind.CHOICE, choices=(1, 2), labels=("Good", "Bad")),
    FieldDefinition("Flags", FieldKind.CHOICE, choices=(1, 2, 4), labels=("Red", "Green", "Blue"), flags=True),
    FieldDefinition("Done", FieldKind.BOOLEAN),
    FieldDefinition("Due", FieldKind.DATE),
    FieldDefinition("At", FieldKind.INSTANT),
    FieldDefinition("Said", FieldKind.LOCALIZED),
    FieldDefinition("Tags", many=True),
    FieldDefinition("Raw", FieldKind.OBJECT),
)
VALUES = {
    "Note": HOSTILE, "Mood": 2, "Flags": 5, "Done": True, "Due": "2026-03-09",
    "At": "2026-03-05T23:30:00Z", "Said": {"de": "Hallo", "en": "Hello"}, "Tags": ["one", "two"],
    "Raw": {"a": [1, "<b>"]}, "Undeclared": "kept", "<b>bold": "odd",
}  # fmt: skip


class TestOpened:
    """An entry opens with everything about it."""

    @pytest.fixture
    def number(self, firm: Firm, eve: Person) -> int:
        """An interaction of a user's type, with something of everything, changed twice."""
        type_ = InteractionType(
            id=0, name="Inspection", open=True, is_activity=True, collections=("Inspections",), fields=EVERY_KIND,
            slots=(ParticipantSlot(Role.ATTENDEE),), display_name=HOSTILE,
        )  # fmt: skip
        firm.server.run(firm.ledger.types.define(firm.actor, type_))
        organization = firm.organization("Links & Co", "links.example")
        number = log(
            firm, eve, type="Inspection", title="First title", body=f"Text {HOSTILE}", fields=VALUES,
            links=Links(organizations=(organization.id,)), place={"lat": 52.52, "lng": 13.405},
            protocol="customer-insights", origin="crm", external_ids={"erp": "E-17"},
        )  # fmt: skip

        async def amend(title: str, **fields: Any) -> None:
            read = await firm.ledger.interactions.get(firm.actor, number)
            changed = replace(read.content, title=title, fields={**read.content.fields, **fields})
            await firm.ledger.interactions.amend(firm.actor, number, lambda _: changed)

        firm.server.run(amend("Second title", Mood=1))
        firm.server.run(amend("Third title", Tags=["three"]))
        return number

    def test_with_everything(self, firm: Firm, mia: Visitor, eve: Person, number: int) -> None:
        """Participants, text, fields by their definition, what it concerns, where it came from, and its versions."""
        for headers in ({}, {"HX-Request": "true"}):
            answer = mia.http.get(f"/interactions/{number}", headers=headers)
            assert ("<html" in answer.text) is not bool(headers)
            text = re.sub(r"\s+", " ", re.sub(r"</?a[^>]*>", "", answer.text))
            for name, value in (
                ("Participants", "Eve Moll"), ("Remark", "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#34;&#39;"),
                ("Mood", "Good"), ("Flags", "Red, Blue"), ("Done", "Yes"), ("Due", "Mar 9, 2026"), ("Said", "Hello"),
                ("Tags", "three"), ("Raw", "<code>{&#34;a&#34;: [1, &#34;&lt;b&gt;&#34;]}</code>"),
                ("Undeclared", "kept"), ("Organization", "Links &amp; Co"), ("Place", "52.52000, 13.40500"),
                ("Source", "Customer Insights · crm · version 3"), ("Logged by", firm.mia.name),
                ("Id in erp", "E-17"),
            ):  # fmt: skip
                assert f"<dt>{name}</dt> <dd>{value}</dd>" in text.replace("<dd> ", "<dd>").replace(
                    " </dd>", "</dd>"
                ), name
            assert "2 earlier versions" in text
            for difference in (
                "<del>First title</del> <ins>Second title</ins>",
                "<del>Second title</del> <ins>Third title</ins>",
                "<del>one, two</del> <ins>three</ins>",
            ):
                assert difference in text
            assert "<script>alert" not in answer.text
            assert f'href="/persons/{eve.id}"' in answer.text

    def test_names_of_types_and_fields_are_texts(self, mia: Visitor, eve: Person, number: int) -> None:
        """Neither the list of types nor an entry runs what their authors named them."""
        for path in ("/timeline", "/timeline?type=Inspection", f"/persons/{eve.id}", f"/interactions/{number}"):
            page = mia.get(path).text
            assert "<script>alert" not in page
            assert "<b>" not in page
            assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page

    def test_in_the_readers_language_and_zone(self, mia: Visitor, number: int) -> None:
        """Values that depend on who reads are told as it is usual there."""
        assert mia.post("/account/reading", language="de", zone="Europe/Berlin").status_code == 303
        text = mia.get(f"/interactions/{number}").text
        assert "06.03.2026, 00:30" in text
        assert "09.03.2026" in text
        assert "<dd>Hallo</dd>" in text
        assert "<dd>Ja</dd>" in text

    def test_it_costs_a_handful_of_statements(self, firm: Firm, mia: Visitor, number: int) -> None:
        """Whatever is in it."""
        assert least(firm.ledger, lambda: mia.get(f"/interactions/{number}").raise_for_status()) <= 10

    def test_what_is_gone_is_told_in_its_place(self, mia: Visitor, number: int) -> None:
        """Where an entry was to be opened there is a word, not a page within the page."""
        assert mia.post(f"/interactions/{number}/delete").status_code == 303
        answer = mia.http.get(f"/interactions/{number}?x=%3Cb%3E", headers={"HX-Request": "true"})
        assert answer.status_code == 404
        assert "There is nothing here." in answer.text
        assert "<html" not in answer.text
        assert "<b>" not in answer.text
        assert 'role="alert"' in answer.text

    def test_nobody_else_sees_it(self, number: int, firm: Firm, mia: Visitor) -> None:
        """Another number is not found, in words."""
        assert mia.get(f"/interactions/{number + 999}").status_code == 404
        assert mia.get(f"/interactions/{10**30}").status_code == 404


def test_an_empty_timeline_says_so(mia: Visitor) -> None:
    """Nothing happened yet, or nothing that the filter lets pass."""
    for path in ("/timeline", "/timeline?category=call&q=x"):
        assert "Nothing happened here" in mia.get(path).text
