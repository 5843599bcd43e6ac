"""Every operator and function of a filter on fixed records, on both engines: what is found, by their keys."""

from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import msgspec
import pytest
import pytest_asyncio

from interlog.ledger import Ledger
from interlog.model.instances import Instance
from interlog.model.interactions import Participant
from interlog.model.profiles import ORGANIZATION
from interlog.model.tenancy import Actor
from interlog.model.types import Direction, FieldDefinition, FieldKind, InteractionType, ParticipantSlot
from interlog.protocols.customer_insights.odata_filter import filter_of
from interlog.protocols.customer_insights.odata_search import search_of
from interlog.protocols.customer_insights.odata_vocabulary import Interactions
from interlog.protocols.customer_insights.ordering import orders_of
from interlog.store import instances
from interlog.store.instance_questions import Asked
from interlog.store.persons import ids_by_email
from tests.ledger.conftest import Firm, found_firm

pytestmark = pytest.mark.asyncio(loop_scope="module")

FIELDS = (
    FieldDefinition("Key"),
    FieldDefinition("Minutes", FieldKind.INTEGER),
    FieldDefinition("Price", FieldKind.DECIMAL),
    FieldDefinition("Share", FieldKind.NUMBER),
    FieldDefinition("Open", FieldKind.BOOLEAN),
    FieldDefinition("At", FieldKind.INSTANT),
    FieldDefinition("Day", FieldKind.DATE),
    FieldDefinition("From", FieldKind.TIME),
    FieldDefinition("Took", FieldKind.DURATION),
    FieldDefinition("Who"),
    FieldDefinition("Tags", many=True),
    FieldDefinition("Scores", FieldKind.INTEGER, many=True),
    FieldDefinition("Name", FieldKind.LOCALIZED),
)
SLOTS = (
    ParticipantSlot("Visitor", primary=True),
    ParticipantSlot("Firm", party=ORGANIZATION.name, references=(("Site", "Domain"),)),
)
VISIT = InteractionType(
    id=0, name="Visit", is_activity=True, open=True, identity=("Key",), slots=SLOTS,
    fields=(*FIELDS, FieldDefinition("Site")),
)  # fmt: skip

RECORDS: dict[str, dict[str, Any]] = {
    "a": {
        "Minutes": 12, "Price": "12.50", "Share": 0.25, "Open": True, "At": "2026-03-04T09:15:00.000000Z",
        "Day": "2026-03-04", "From": "09:15:00", "Took": "PT1H", "Tags": ["red", "Blue"], "Scores": [3, 9],
        "Name": {"en-us": "Elm"}, "Who": "eve@client.example", "Lane": "B", "Loose": 5, "Box": {"Inner": {"Deep": "x"}},
    },
    "b": {
        "Minutes": -7, "Price": "3", "Share": -1.5, "Open": False, "At": "2026-03-04T09:15:00.500000Z",
        "Day": "2025-12-31", "From": "23:59:59.25", "Took": "P1D", "Tags": [], "Scores": [], "Loose": "5",
        "Lane": "it's 100%_ \\ O'Hara",
    },
    "c": {"Minutes": 0, "At": "1999-12-31T23:59:59.999999Z", "Lane": "  Straße\t", "Loose": True, "Scores": [9],
          "When": "2026-03-04T09:15:00Z", "Items": [{"Sku": "s1", "Many": 2}, {"Sku": "s2"}]},
    "d": {"Loose": [1], "Price": "99999999999999999999999999999999999999", "Big": 9007199254740993},
    "e": {},
}  # fmt: skip


class Shelf(NamedTuple):
    """A firm with the records above, a meeting and an e-mail."""

    firm: Firm
    actor: Actor
    type: InteractionType

    async def found(self, text: str, *, all_types: bool = False, search: bool = False) -> list[str]:
        """Return the keys of what a filter finds."""
        types = list(self.actor.tenant.types_by_id.values()) if all_types else [self.type]
        condition = search_of(text) if search else filter_of(text, Interactions(types), 0)
        asked = Asked(self.actor.tenant.id, [type_.id for type_ in types], [0], 100, condition)
        database = self.firm.ledger.store.database
        page = await instances.page(database, asked)
        assert await instances.count(database, asked) == len(page)
        return sorted(item.interaction.public_id for item in page)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shelf(module_database_url: str) -> AsyncIterator[Shelf]:
    """A ledger of each engine with the records in it."""
    ledger = await Ledger.open(module_database_url)
    firm = await found_firm(ledger, "acme")
    type_ = (await ledger.types.define(firm.actor, VISIT)).type
    at = 1_772_614_500_000_000
    visitors = {"a": (Participant(firm.eve.id, "Visitor"),)}
    drafts = [
        Instance(
            type="Visit", fields={"Key": key} | fields, occurred_at=at, participants=visitors.get(key, msgspec.UNSET)
        )
        for key, fields in RECORDS.items()
    ]
    drafts += [
        Instance(type="Meeting", identity="m", title="Kick-off in Oslo", body="They want a pilot", occurred_at=0,
                 ended_at=3_600_000_000, origin="calendar",
                 participants=(Participant(firm.eve.id), Participant(None, "initiator", "new@other.example"))),
        Instance(type="Call", identity="k", occurred_at=0, direction=Direction.SENT, fields={"Minutes": "12"}),
    ]  # fmt: skip
    for outcome in await ledger.instances.put_many(firm.actor, drafts):
        assert not isinstance(outcome, Exception), outcome
    yield Shelf(firm, firm.actor, type_)
    await ledger.close()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # comparisons, and null
        ("Minutes eq 12", "a"),
        ("Minutes ne 12", "bcde"),
        ("Minutes gt 0", "a"),
        ("Minutes ge 0", "ac"),
        ("Minutes lt 0", "b"),
        ("Minutes le 0", "bc"),
        ("not (Minutes gt 0)", "bcde"),
        ("Minutes eq null", "de"),
        ("Minutes ne null", "abc"),
        ("Unknown eq null", "abcde"),
        ("Unknown eq 'x' or Unknown gt 5 or Unknown", ""),
        ("not Unknown", ""),
        ("Unknown ne 5", "abcde"),
        ("Minutes in (12,0,99)", "ac"),
        ("Minutes in (0,null)", "cde"),
        ("Key in ('a','e','x')", "ae"),
        ("Open", "a"),
        ("not Open", "b"),
        ("Open eq false", "b"),
        ("Open ne true", "bcde"),
        ("Open or Minutes eq 0", "ac"),
        ("not (Open and Minutes gt 0)", "bcde"),
        ("(Minutes gt 0) eq false", "bcde"),
        ("contains(Lane,'B') eq false", "bc"),
        # numbers
        ("Minutes add 1 eq 13", "a"),
        ("Minutes sub 1 eq -8", "b"),
        ("Minutes mul 2 eq -14", "b"),
        ("Minutes div 5 eq 2", "a"),
        ("Minutes div 2 eq -3", "b"),
        ("Minutes mod 5 eq 2", "a"),
        ("Minutes mod 5 eq -2", "b"),
        ("Minutes div 0 eq null", "abcde"),
        ("Minutes mod 0 eq null", "abcde"),
        ("Minutes divby 8 eq 1.5", "a"),
        ("Minutes div 8.0 eq 1.5", "a"),
        ("Minutes mod 0.75 eq -0.25", "b"),
        ("-Minutes eq 7", "b"),
        ("-(Minutes add 1) eq -13", "a"),
        ("2 mul 3 add 6 eq Minutes", "a"),
        ("Price eq 12.5", "a"),
        ("Price eq 12.500", "a"),
        ("Price gt 12.49 and Price lt 12.51", "a"),
        ("Price mul 2 eq 25", "a"),
        ("Price ge 3", "abd"),
        ("Price gt 1e30", "d"),
        ("Share eq 0.25", "a"),
        ("Share lt -1.49", "b"),
        ("Share add Minutes eq 12.25", "a"),
        ("Price gt Minutes", "ab"),
        # texts
        ("Lane eq 'B'", "a"),
        ("Lane eq 'b'", ""),
        ("tolower(Lane) eq 'b'", "a"),
        ("toupper(Key) eq 'C'", "c"),
        ("contains(Lane,'100%_ \\')", "b"),
        ("contains(Lane,'O''Hara')", "b"),
        ("contains(Lane,'')", "abc"),
        ("contains(Lane,'%')", "b"),
        ("startswith(Lane,'it')", "b"),
        ("startswith(Lane,'')", "abc"),
        ("endswith(Lane,'Hara')", "b"),
        ("endswith(Lane,'')", "abc"),
        ("endswith(Lane,'xxxxxB')", ""),
        ("not contains(Lane,'B')", "bc"),
        ("trim(Lane) eq 'Straße'", "c"),
        ("length(trim(Lane)) eq 6", "c"),
        ("length(Lane) eq 1", "a"),
        ("indexof(Lane,'s') eq 3", "b"),
        ("indexof(Lane,'zz') eq -1", "abc"),
        ("substring(Lane,5) eq '100%_ \\ O''Hara'", "b"),
        ("substring(Lane,2,5) eq 'Straß'", "c"),
        ("substring(Lane,-3,1) eq 'B'", "a"),
        ("substring(Lane,0,-1) eq ''", "abc"),
        ("substring(Lane,99) eq ''", "abc"),
        ("concat(concat(Key,'-'),Lane) eq 'a-B'", "a"),
        ("concat(Lane,Unknown) eq null", "abcde"),
        ("Key gt 'c'", "de"),
        ("Lane lt 'Z'", "ac"),
        # dates
        ("At eq 2026-03-04T09:15:00Z", "a"),
        ("At gt 2026-03-04T09:15:00Z", "b"),
        ("At eq cast('2026-03-04T10:15:00.500+01:00',Edm.DateTimeOffset)", "b"),
        ("At lt 2000-01-01", "c"),
        ("At gt '2026-03-04T09:15:00.4Z'", "b"),
        ("year(At) eq 2026", "ab"),
        ("month(At) eq 12 and day(At) eq 31", "c"),
        ("hour(At) eq 9 and minute(At) eq 15 and second(At) eq 0", "ab"),
        ("date(At) eq 2026-03-04", "ab"),
        ("date(At) eq Day", "ade"),
        ("time(At) eq 09:15:00.5", "b"),
        ("At lt now()", ""),
        ("year(Day) eq 2025", "b"),
        ("Day ge 2026-01-01", "a"),
        ("Day lt At", "ab"),
        ("From gt 12:00:00", "b"),
        ("From eq 23:59:59.250", "b"),
        ("hour(From) eq 23 and minute(From) eq 59 and second(From) eq 59", "b"),
        ("Took eq duration'PT60M'", "a"),
        ("Took in (duration'P1D')", "b"),
        ("When ge 2026-03-04T09:15:00Z", "c"),
        ("year(When) eq 2026", "c"),
        # cast
        ("cast(Minutes,Edm.String) eq '-7'", "b"),
        ("cast(Price,Edm.String) eq '12.5'", "a"),
        ("cast(Price,Edm.Int32) eq 12", "a"),
        ("cast(Open,Edm.String) eq 'true'", "a"),
        ("cast(At,Edm.String) eq '2026-03-04T09:15:00.5Z'", "b"),
        ("cast(At,Edm.Date) eq 2026-03-04", "ab"),
        ("cast(Day,Edm.DateTimeOffset) eq 2026-03-04T00:00:00Z", "a"),
        ("cast(From,Edm.String) eq '09:15:00'", "a"),
        ("cast(Loose,Edm.Int32) eq 5", "ab"),
        ("cast(Loose,Edm.Decimal) lt 6", "ab"),
        ("cast(Loose,Edm.String) eq '5'", "b"),
        ("cast(Loose,Edm.Boolean)", "c"),
        ("cast(Key,Edm.Int32) eq null", "abcde"),
        # what no type declares
        ("Loose eq 5", "a"),
        ("Loose eq '5'", "b"),
        ("Loose eq true", "c"),
        ("Loose ne null", "abcd"),
        ("Loose eq Unknown", "e"),
        ("Loose lt 6", "a"),
        ("Big eq 9007199254740993", "d"),
        ("Box/Inner/Deep eq 'x'", "a"),
        ("Box/Inner ne null", "a"),
        ("Box/Nowhere/Deep eq null", "abcde"),
        # collections
        ("Tags/any()", "a"),
        ("not Tags/any()", "bcde"),
        ("Tags/any(t: t eq 'red')", "a"),
        ("Tags/any(t: startswith(t,'B') and length(t) eq 4)", "a"),
        ("Tags/all(t: length(t) ge 3)", "abcde"),
        ("Tags/all(t: t eq 'red')", "bcde"),
        ("Scores/any(s: s gt 8)", "ac"),
        ("Scores/all(s: s eq 9)", "bcde"),
        ("Scores/any(s: s add Minutes eq 9)", "c"),
        ("Tags/any(t: Scores/any(s: s eq length(t)))", "a"),
        ("Unknown/any(u: u eq 1)", ""),
        ("Unknown/all(u: u eq 1)", "abcde"),
        ("Loose/any(l: l eq 1)", "d"),
        ("Lane/any(l: true)", ""),
        ("Items/any(i: i/Sku eq 's1' and i/Many eq 2)", "c"),
        ("Items/any(i: i/Sku eq 's2' and i/Many eq null)", "c"),
        ("Name eq 'Elm'", "a"),
        # what every interaction has
        ("InteractionId eq 'a'", "a"),
        ("InteractionId ne 'a'", "bcde"),
        ("startswith(InteractionId,'a')", "a"),
        ("InteractionType eq 'Visit'", "abcde"),
        ("contains(InteractionType,'sit')", "abcde"),
        ("Timestamp eq 2026-03-04T08:55:00Z", "abcde"),
        ("Timestamp lt 2026-03-04T08:55:00Z", ""),
        ("date(Timestamp) eq 2026-03-04 and hour(Timestamp) eq 8", "abcde"),
        ("Timestamp gt At", "c"),
        ("LastModifiedTimestamp gt 2026-01-01T00:00:00Z", "abcde"),
        ("DataSource eq 'SystemDefault'", "abcde"),
        ("Version eq 1", "abcde"),
        # participants
        ("Participants/any()", "a"),
        ("Participants/any(p: p/ParticipantName eq 'Visitor' and p/Primary and p/Resolved)", "a"),
        ("Participants/any(p: p/ProfileType eq 'Organization')", ""),
        ("Participants/all(p: p/ProfileType eq 'Contact')", "abcde"),
        ("Participants/any(p: p/Role eq 'Visitor')", "a"),
    ],
)
async def test_finds(shelf: Shelf, text: str, expected: str) -> None:
    """What a filter means is what is found, and counted."""
    assert await shelf.found(text) == sorted(expected), text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("InteractionType eq 'Meeting'", ["m"]),
        ("InteractionType in ('Call','Meeting')", ["k", "m"]),
        ("InteractionType ne 'Visit'", ["k", "m"]),
        ("endswith(InteractionType,'ing')", ["m"]),
        ("Subject eq 'Kick-off in Oslo'", ["m"]),
        ("contains(Description,'pilot')", ["m"]),
        ("EndedAt eq 1970-01-01T01:00:00Z", ["m"]),
        ("EndedAt gt 1970-01-01", ["m"]),
        ("Direction eq 0", ["k"]),
        ("Direction eq 'Sent'", ["k"]),
        ("DataSource eq 'calendar'", ["m"]),
        ("Minutes eq 12", ["a"]),
        ("Minutes eq '12'", ["a"]),
        ("InteractionId eq 'm'", ["m"]),
        ("Timestamp lt 1971-01-01", ["k", "m"]),
        ("Participants/any(p: p/ParticipantName eq 'Attendees' and p/Resolved)", ["m"]),
        ("Participants/any(p: p/ParticipantName eq 'Initiator' and p/Primary)", ["m"]),
        ("Participants/any(p: p/Email eq 'new@other.example')", ["m"]),
    ],
)
async def test_finds_among_all_types(shelf: Shelf, text: str, expected: list[str]) -> None:
    """Types of their own and built-in ones are found by the same filter."""
    assert await shelf.found(text, all_types=True) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("InteractionId desc", "mkedcba"),
        ("InteractionType,InteractionId", "kmabcde"),
        ("Version,InteractionId", "abcdekm"),
        ("DataSource desc,InteractionId", "mabcdek"),
        ("length(Lane) desc,InteractionId", "bcadekm"),
        ("Minutes add 1,InteractionId", "dekmbca"),
        ("Price desc,InteractionId", "dabcekm"),
        ("Open,InteractionId", "cdekmba"),
        ("Day desc,InteractionId", "abcdekm"),
        ("From,InteractionId desc", "mkedcab"),
        ("Loose,InteractionId", "cdekmba"),
        ("Name desc,InteractionId", "abcdekm"),
        ("Subject desc,InteractionId", "mabcdek"),
        ("EndedAt,InteractionId", "abcdekm"),
        ("date(Timestamp) desc,hour(Timestamp),InteractionId", "abcdekm"),
        ("Unknown,InteractionId", "abcdekm"),
        ("Box/Inner/Deep desc,InteractionId", "abcdekm"),
        ("tolower(Key),contains(Lane,'B') desc,InteractionId", "kmabcde"),
    ],
)
async def test_sorts(shelf: Shelf, text: str, expected: str) -> None:
    """By whatever a list is sorted, page after page of two holds everything once, null first on the way up."""
    types = list(shelf.actor.tenant.types_by_id.values())
    orders = orders_of(text, Interactions(types), 0)
    asked = Asked(shelf.actor.tenant.id, [type_.id for type_ in types], [0], 2, orders=orders)
    ids: list[str] = []
    while page := await instances.page(shelf.firm.ledger.store.database, asked):
        ids += [found.interaction.public_id for found in page]
        asked = asked._replace(after=page[-1].place)
    assert "".join(ids) == expected


async def test_finds_by_who_is_in_a_slot(shelf: Shelf) -> None:
    """The properties of built-in types that name participants are asked like lists, or like one value."""
    eve = shelf.firm.eve.id
    assert await shelf.found(f"AttendeeIds/any(a: a eq '{eve}')", all_types=True) == ["m"]
    assert await shelf.found("AttendeeIds/any()", all_types=True) == ["m"]
    assert await shelf.found(f"InitiatorId eq '{eve}'", all_types=True) == []
    assert await shelf.found("InitiatorId ne null", all_types=True) == ["m"]
    assert await shelf.found("InitiatorId eq null and InteractionType eq 'Call'", all_types=True) == ["k"]
    text = f"AttendeeIds/all(a: a ne '{eve}') and InteractionType ne 'Visit'"
    assert await shelf.found(text, all_types=True) == ["k"]
    database = shelf.firm.ledger.store.database
    initiator = (await ids_by_email(database, shelf.actor.tenant.id, ["new@other.example"]))["new@other.example"]
    assert await shelf.found(f"InitiatorId in ('0','{initiator}')", all_types=True) == ["m"]


async def test_finds_by_profile(shelf: Shelf) -> None:
    """Whoever takes part is found by their ProfileId, a person's id."""
    text = f"Participants/any(p: p/ProfileId eq '{shelf.firm.eve.id}')"
    assert await shelf.found(text, all_types=True) == ["a", "m"]
    assert await shelf.found(text) == ["a"]
    assert await shelf.found("Participants/any(p: p/ProfileId eq '0')", all_types=True) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("oslo", ["m"]),
        ("PILOT", ["m"]),
        ("red", ["a"]),
        ("elm", ["a"]),
        ("o'hara", ["b"]),
        ("100%", ["b"]),
        ('"kick-off in"', ["m"]),
        ("kick pilot", ["m"]),
        ("oslo OR red", ["a", "m"]),
        ("oslo NOT pilot", []),
        ("s1", ["c"]),
        ("straße", ["c"]),
        ("STRASSE", ["c"]),
        ("STRÄSSE", []),
        ("nowhere", []),
    ],
)
async def test_searches_texts(shelf: Shelf, text: str, expected: list[str]) -> None:
    """A search looks through title, text and every text in the fields, in any case."""
    assert await shelf.found(text, all_types=True, search=True) == expected
