"""Searches: they find exactly what a plain reading of the values finds, on both engines (spec 14.6)."""

import random
import time as clock
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlog.model.fields import Field, FieldDraft, ValueType
from interlog.model.parties import Party
from interlog.protocols.affinity.v2.search_dates import UNITS
from interlog.protocols.affinity.v2.search_fields import OPERATORS
from tests.serving import Caller, Firm, RunningServer

from ..wire import UNKNOWN
from .conftest import PREFIX
from .wire import PAGE, coded, created

SOME = 24
NOW = datetime.now(UTC)
DAYS = [(NOW - timedelta(days=days)).date() for days in (400, 32, 8, 2, 1, 0, -1, -3, -40)]
TEXTS = ["Über Straße", "über", "STRASSE", "a%b_c", 'say "hi"', "back\\slash", "{x}", "5", "Alpha", "alphabet"]
NUMBERS = [-1.5, 0, 0.5, 1, 2, 1e20]
PLACES = [
    {"street_address": None, "city": city, "state": None, "country": country, "continent": None}
    for city in ("Leeds", "Bath") for country in ("UK", None)
]  # fmt: skip
OPTIONS = (("Warm", 2, 0), ("cold", 0, 0), ("Éclair", 1, 0))
WIRE = {"street_address": "streetAddress"}


class Known(NamedTuple):
    """A field, its filter type, and a strategy of what filters can compare it with."""

    field: Field
    type: str

    @property
    def id(self) -> str:
        """Its id in version 2."""
        return f"field-{self.field.id}"


Record = Mapping[int, list[Any]]
"""The values of one party, or one entry, by field, as version 1 takes them."""


class World:
    """A firm with persons who have random values in fields of every type, all of them on a list besides."""

    def __init__(self, firm: Firm) -> None:
        self.firm, self.v2, self.chance = firm, firm.caller(PREFIX), random.Random(5)
        run, ledger = firm.server.run, firm.ledger
        self.list_id = run(ledger.opportunities.create_list(firm.actor, "All", Party.PERSON, is_public=True)).id
        self.people = [firm.person(name, "Ref", f"{name}@ref.example") for name in ("Ann", "bob", "Älva")]
        self.firms = [firm.organization(name) for name in ("Acme", "beta")]
        self.fields: list[Known] = []
        for list_id in (None, self.list_id):
            for type_ in ValueType:
                for many in (False, True):
                    if many and type_ in (ValueType.TEXT, ValueType.DATE, ValueType.RANKED_DROPDOWN, ValueType.NUMBER):
                        continue
                    options = OPTIONS if type_ in (ValueType.DROPDOWN, ValueType.RANKED_DROPDOWN) else ()
                    draft = FieldDraft(
                        name=f"{type_.name} {many} {list_id}", kind=Party.PERSON, value_type=type_, list_id=list_id,
                        allows_multiple=many, options=options,
                    )  # fmt: skip
                    field = run(ledger.party_fields.create(firm.actor, draft))
                    self.fields.append(Known(field, filter_type(field)))
        self.persons: dict[int, Record] = {firm.mia.id: {}, **{one.id: {} for one in self.people}}
        self.entries: dict[int, Record] = {}
        for number in range(SOME):
            person = firm.person(f"P{number}", TEXTS[number % len(TEXTS)], f"p{number}@home.example")
            entry, _ = run(ledger.list_entries.add(firm.actor, self.list_id, person.id))
            own, there = self._filled(person.id, None), self._filled(person.id, entry.id)
            self.persons[person.id], self.entries[entry.id] = own, {**own, **there}
        gone = firm.person("Gone", "Away")
        run(ledger.list_entries.add(firm.actor, self.list_id, gone.id))
        run(ledger.persons.delete(firm.actor, gone.id))

    def _filled(self, party: int, entry: int | None) -> Record:
        found: dict[int, list[Any]] = {}
        create = self.firm.ledger.party_values.create
        for known in self.fields:
            field = known.field
            if (field.list_id is None) == (entry is not None) or self.chance.random() < 0.4:
                continue
            possible = self.possible(field)
            many = self.chance.randint(1, 2) if field.allows_multiple else 1
            found[field.id] = self.chance.sample(possible, many)
            for value in found[field.id]:
                given = value
                if field.value_type is ValueType.DROPDOWN:
                    given = next(option.text for option in field.options if option.id == value)
                self.firm.server.run(create(self.firm.actor, field.id, party, given, entry))
        return found

    def possible(self, field: Field) -> list[Any]:
        """Return the values that the field can have."""
        match field.value_type:
            case ValueType.PERSON:
                return [one.id for one in self.people]
            case ValueType.ORGANIZATION:
                return [one.id for one in self.firms]
            case ValueType.DROPDOWN | ValueType.RANKED_DROPDOWN:
                return [option.id for option in field.options]
            case ValueType.NUMBER:
                return NUMBERS
            case ValueType.DATE:
                return [f"{day}T{hour}Z" for day in DAYS for hour in ("00:00:00", "12:30:00", "23:59:59")]
            case ValueType.LOCATION:
                return PLACES[:3]
        return TEXTS

    def path(self, where: str) -> str:
        """Return where persons, or entries, are searched."""
        return "/persons/search" if where == "persons" else f"/lists/{self.list_id}/list-entries/search"

    def records(self, where: str) -> Mapping[int, Record]:
        """Return all that there is."""
        return self.persons if where == "persons" else self.entries

    def searchable(self, where: str) -> list[Known]:
        """Return the fields that are there."""
        return [known for known in self.fields if where == "entries" or known.field.list_id is None]


def filter_type(field: Field) -> str:
    """Return what filters call the values of a field."""
    name = {
        ValueType.PERSON: "person", ValueType.ORGANIZATION: "company", ValueType.DATE: "date", ValueType.TEXT: "text",
    }.get(field.value_type, field.value_type.name.lower().replace("_", "-"))  # fmt: skip
    return f"{name}-multi" if field.allows_multiple else name


@pytest.fixture(scope="module")
def world(server: RunningServer) -> World:
    """A world on each engine."""
    return World(server.found())


# Conditions, and what they mean


def values_of(world: World, known: Known, operator: str) -> st.SearchStrategy[Any]:
    """Return values that an operator takes."""
    possible = world.possible(known.field)
    match known.type.removesuffix("-multi"):
        case "person" | "company":
            one: st.SearchStrategy[Any] = st.sampled_from(possible).map(lambda id_: {"id": id_})
        case "dropdown" | "ranked-dropdown":
            one = st.sampled_from(possible).map(lambda id_: {"dropdownOptionId": id_})
        case "location":
            parts = [
                {WIRE.get(name, name): part for name, part in place.items() if part and name in names}
                for place in PLACES for names in (("city",), ("country",), ("city", "country"))
            ]  # fmt: skip
            one = st.sampled_from([part for part in parts if part])
        case "number":
            one = st.sampled_from(NUMBERS)
            return one if operator != "is-between" else st.lists(one, min_size=2, max_size=2).map(sorted)
        case "date":
            return dates(operator)
        case "text":
            return st.sampled_from([*TEXTS, "ÜBER", "straße", "ss", "%", "_", '"', "\\", "zzz", "HA"])
        case _:
            one = st.sampled_from([*TEXTS, "zzz"])
    return st.lists(one, min_size=1, max_size=3)


def dates(operator: str) -> st.SearchStrategy[Any]:
    """Return values that an operator of dates takes."""
    day = st.sampled_from(DAYS).map(str)
    if operator == "is-between":
        return st.lists(day, min_size=2, max_size=2).map(sorted)
    amount = st.sampled_from([0, 1, 2, 7, 400])
    unit = st.sampled_from(["day", "week", "hour"])
    if operator == "is-between-relative":
        amounts = st.lists(amount, min_size=2, max_size=2).map(sorted)
        return st.builds(lambda amounts, unit: {"amount": amounts, "unit": unit}, amounts, unit)
    if "within" in operator:
        return st.builds(lambda amount, unit: {"amount": [amount], "unit": unit}, amount, unit)
    if "relative" in operator:
        return st.builds(lambda amount, unit: {"amount": amount, "unit": unit}, amount, unit)
    return day


@st.composite
def conditions(draw: Callable[..., Any], world: World, where: str) -> Any:
    """Return a condition on some field."""
    known = draw(st.sampled_from(world.searchable(where)))
    operator = draw(st.sampled_from(sorted(OPERATORS[known.type])))
    condition = {"fieldId": known.id, "valueType": known.type, "operator": operator}
    return condition if "empty" in operator else condition | {"value": draw(values_of(world, known, operator))}


def groups(world: World, where: str) -> st.SearchStrategy[Any]:
    """Return trees of conditions."""
    inner = st.recursive(
        conditions(world, where),
        lambda parts: st.builds(
            lambda operator, filters: {"operator": operator, "filters": filters},
            st.sampled_from(["and", "or"]),
            st.lists(parts, max_size=3),
        ),
        max_leaves=6,
    )
    return inner.map(lambda one: one if "filters" in one else {"operator": "and", "filters": [one]})


def means(world: World, tree: Any, record: Record) -> bool:
    """Whether a tree says something that is so, read as plainly as can be."""
    if "filters" in tree:
        found = [means(world, one, record) for one in tree["filters"]]
        return all(found) if tree["operator"] == "and" else any(found)
    known = next(one for one in world.fields if one.id == tree["fieldId"])
    values, operator, wanted = record.get(known.field.id, []), tree["operator"], tree.get("value")
    if operator in ("is-empty", "is-not-empty"):
        return bool(values) == (operator == "is-not-empty")
    if operator == "has-all-of":
        return all(any(is_like(known, value, "is-any-of", [one]) for value in values) for one in wanted)
    for negative, positive in (
        ("is-none-of", "is-any-of"), ("has-none-of", "has-any-of"), ("does-not-contain", "contains"),
        ("is-not-", "is-"),
    ):  # fmt: skip
        if operator.startswith(negative):
            says = operator.replace(negative, positive)
            return not any(is_like(known, value, says, wanted) for value in values)
    return any(is_like(known, value, operator, wanted) for value in values)


def is_like(known: Known, value: Any, operator: str, wanted: Any) -> bool:
    """Whether one value is as an operator, none that negates, says."""
    match known.type.removesuffix("-multi"):
        case "person" | "company":
            return value in [one["id"] for one in wanted]
        case "dropdown" | "ranked-dropdown":
            return value in [one["dropdownOptionId"] for one in wanted]
        case "location":
            shown = {WIRE.get(name, name): part for name, part in value.items()}
            return any(one.items() <= shown.items() for one in wanted)
        case "filterable-text":
            return value in wanted
        case "text":
            text, part = value.upper(), wanted.upper()
            tests = {"contains": part in text, "starts-with": text.startswith(part), "ends-with": text.endswith(part)}
            return tests[operator]
        case "number":
            return compares(operator.replace("equal-to", "equal"), value, wanted)
    moment, at = datetime.fromisoformat(value), datetime.now(UTC)
    if operator == "is-between":
        return wanted[0] <= str(moment.date()) <= wanted[1]
    if operator.startswith("is-on") or operator in ("is-before", "is-after"):
        day = str(moment.date())
        return {
            "is-on": day == wanted, "is-before": day < wanted, "is-after": day > wanted,
            "is-on-or-before": day <= wanted, "is-on-or-after": day >= wanted,
        }[operator]  # fmt: skip
    spans = {"day": timedelta(days=1), "week": timedelta(weeks=1), "hour": timedelta(hours=1)}
    span, amounts = spans[wanted["unit"]], wanted["amount"]
    first, last = (amounts[0], amounts[-1]) if isinstance(amounts, list) else (amounts, amounts)
    then = at - first * span
    match operator:
        case "is-within-the-last":
            return then <= moment <= at
        case "is-within-the-next":
            return at <= moment <= at + first * span
        case "is-between-relative":
            return at - last * span <= moment <= then
        case "is-exactly-relative":
            if wanted["unit"] == "hour":
                return moment.replace(minute=0, second=0) == then.replace(minute=0, second=0, microsecond=0)
            return moment.date() == then.date()
        case "is-less-than-relative" | "is-less-than-or-equal-to-relative":
            return then <= moment <= at
    return moment <= then


def compares(operator: str, value: float, wanted: Any) -> bool:
    """Whether a number is as an operator says."""
    if operator == "is-between":
        low, high = wanted
        return bool(low <= value <= high)
    return bool({
        "is-equal": value == wanted, "is-greater-than": value > wanted, "is-less-than": value < wanted,
        "is-greater-than-or-equal": value >= wanted, "is-less-than-or-equal": value <= wanted,
    }[operator])  # fmt: skip


def found(v2: Caller, path: str, **body: Any) -> list[int]:
    """Return the ids of what a search finds, over all pages, each asked with the same body."""
    address, ids = path, []
    while True:
        page = created(v2.post(address, **body))
        assert set(page) == PAGE
        ids += [item["id"] for item in page["data"]]
        following = page["pagination"]["nextUrl"]
        if following is None:
            return ids
        address = following.removeprefix(v2.base)


each = pytest.mark.parametrize("where", ["persons", "entries"])


@pytest.mark.covers("v2.persons.search", "v2.lists.search")
class TestAgrees:
    """What is found is what a plain reading of the values finds."""

    @each
    def test_every_operator(self, world: World, where: str) -> None:
        """Each operator of each type of field, with several values."""
        missing = []
        for known in world.searchable(where):
            for operator in OPERATORS[known.type]:
                condition: dict[str, Any] = {"fieldId": known.id, "valueType": known.type, "operator": operator}
                if "empty" not in operator:
                    for value in samples(world, known, operator):
                        missing += disagreements(world, where, condition | {"value": value})
                else:
                    missing += disagreements(world, where, condition)
        assert missing == []

    @each
    @settings(max_examples=60)
    @given(st.data())
    def test_any_tree(self, world: World, where: str, data: st.DataObject) -> None:
        """Whatever is combined with whatever."""
        tree = data.draw(groups(world, where))
        assert disagreements(world, where, tree) == []


def samples(world: World, known: Known, operator: str) -> list[Any]:
    """Return some values that an operator takes."""
    strategy = values_of(world, known, operator)
    kept: list[Any] = []

    @settings(max_examples=4, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def keep(value: Any) -> None:
        kept.append(value)

    keep()
    return kept


def disagreements(world: World, where: str, tree: Any) -> list[Any]:
    """Return a search whose answer is another one than it should be, with both."""
    group = tree if "filters" in tree else {"operator": "and", "filters": [tree]}
    expected = [id_ for id_, record in world.records(where).items() if means(world, group, record)]
    answered = found(world.v2, world.path(where), filters=group, limit=100)
    return [] if answered == sorted(expected) else [(tree, answered, sorted(expected))]


@pytest.mark.covers("v2.persons.search", "v2.lists.search")
class TestPages:
    """Pages, orders, terms and counts."""

    @each
    def test_orders(self, world: World, where: str) -> None:
        """By the first value of each type, up and down; who has none is last, and ids decide between equals."""
        for known in world.searchable(where):
            if known.field.value_type is ValueType.LOCATION:
                continue
            for direction in ("asc", "desc"):
                keyed = {id_: key_of(world, known, record) for id_, record in world.records(where).items()}
                with_one = sorted(id_ for id_, key in keyed.items() if key is not None)
                with_one.sort(key=lambda id_: keyed[id_], reverse=direction == "desc")
                expected = stable(with_one, keyed) + sorted(id_ for id_, key in keyed.items() if key is None)
                sorts = [{"fieldId": known.id, "direction": direction}]
                for limit in (7, 100):
                    assert found(world.v2, world.path(where), sorts=sorts, limit=limit) == expected, known

    @each
    def test_pages(self, world: World, where: str) -> None:
        """Without an order ids decide; a total is told where it is asked for, with any page."""
        expected = sorted(world.records(where))
        for limit in (1, 5, 100):
            assert found(world.v2, world.path(where), limit=limit) == expected
        page = created(world.v2.post(world.path(where), totalCount=True, limit=1))
        assert page["pagination"]["totalCount"] == len(expected)

    def test_terms(self, world: World) -> None:
        """A part of a name or an address, or of a text, an option or a name in the fields that are named."""
        for term, ids in (("P1", "P1"), ("p12@HOME", "P12"), ("über straße", "Über Straße")):
            if len(term) < 3:
                continue
            expected = [one["id"] for one in created(world.v2.post("/persons/search"))["data"]
                        if ids in f"{one['firstName']} {one['lastName']}"]  # fmt: skip
            assert found(world.v2, "/persons/search", search={"term": term}) == expected != []
        for known in world.searchable("entries"):
            for term in ("ALPHA", "war", "älv", "acm", "ref", "zzz"):
                expected = [
                    id_ for id_, record in world.entries.items()
                    if any(term.upper() in text.upper() for text in texts(world, known, record))
                ]  # fmt: skip
                named = {
                    entry["id"]
                    for entry in created(world.v2.post(world.path("entries")))["data"]
                    if any(term.upper() in str(entry["entity"][name]).upper() for name in ("firstName", "lastName"))
                }
                answered = found(world.v2, world.path("entries"), search={"term": term, "fieldIds": [known.id]})
                assert answered == sorted(named.union(expected)), (known, term)

    def test_answers_like_the_collection(self, world: World) -> None:
        """What is found looks as it does alone, with fields where they are asked for."""
        known = world.fields[0]
        for path, single in (
            (world.path("persons"), "/persons"),
            (world.path("entries"), f"/lists/{world.list_id}/list-entries"),
        ):
            plain = created(world.v2.post(path, limit=3))["data"]
            assert plain == [world.v2.get(f"{single}/{item['id']}").json() for item in plain]
            query = f"?fieldIds={known.id}&fieldTypes=relationship-intelligence&limit=3"
            shown = created(world.v2.post(path + query))["data"]
            assert shown == [world.v2.get(f"{single}/{item['id']}{query}").json() for item in plain]

    def test_cursors_belong_to_a_body(self, world: World) -> None:
        """A page of another search than the cursor's is refused."""
        body = {"sorts": [{"fieldId": world.fields[0].id, "direction": "asc"}]}
        page = created(world.v2.post("/persons/search?limit=2", **body))
        following = page["pagination"]["nextUrl"].removeprefix(world.v2.base)
        assert len(created(world.v2.post(following, **body))["data"]) == 2
        for other in ({}, {"search": {"term": "abc"}}):
            if other:
                assert world.v2.post(following, **other).status_code == 400


def key_of(world: World, known: Known, record: Record) -> Any:
    """Return what a record is ordered by."""
    values = record.get(known.field.id)
    if not values:
        return None
    match known.field.value_type:
        case ValueType.PERSON:
            return next(one.name for one in world.people if one.id == values[0]).casefold()
        case ValueType.ORGANIZATION:
            return next(one.name for one in world.firms if one.id == values[0]).casefold()
        case ValueType.DROPDOWN:
            return next(option.text for option in known.field.options if option.id == values[0]).upper()
        case ValueType.RANKED_DROPDOWN:
            return next(option.rank for option in known.field.options if option.id == values[0])
        case ValueType.TEXT | ValueType.FILTERABLE_TEXT:
            return values[0].upper()
    return values[0]


def stable(ids: list[int], keyed: Mapping[int, Any]) -> list[int]:
    """Return ids that are in order of their keys with equals in order of ids."""
    place = {key: index for index, key in enumerate(dict.fromkeys(keyed[id_] for id_ in ids))}
    return sorted(ids, key=lambda id_: (place[keyed[id_]], id_))


def texts(world: World, known: Known, record: Record) -> list[str]:
    """Return the texts in which a term may stand."""
    values = record.get(known.field.id, [])
    match known.field.value_type:
        case ValueType.PERSON:
            found = [one for one in world.people if one.id in values]
            return [text for one in found for text in (one.name, *one.emails)]
        case ValueType.ORGANIZATION:
            return [one.name for one in world.firms if one.id in values]
        case ValueType.DROPDOWN | ValueType.RANKED_DROPDOWN:
            return [option.text for option in known.field.options if option.id in values]
        case ValueType.TEXT | ValueType.FILTERABLE_TEXT:
            return list(values)
    return []


def wrong(response: Any) -> set[str]:
    """Return the places of what is wrong with a search."""
    assert response.status_code == 400, response.text
    return {error.get("param", "") for error in response.json()["errors"]}


@pytest.mark.covers("v2.persons.search", "v2.companies.search", "v2.lists.search")
class TestRefusals:
    """Searches that are none."""

    def test_says_everything_that_is_wrong(self, world: World) -> None:
        """Each wrong part is named by its place."""
        number = next(known for known in world.fields if known.type == "number")
        there = next(known for known in world.fields if known.field.list_id)
        good = {"fieldId": number.id, "valueType": "number", "operator": "is-equal-to", "value": 1}
        filters = {
            "operator": "xor",
            "filters": [
                good | {"fieldId": f"field-{UNKNOWN}"},
                good | {"valueType": "text"},
                good | {"operator": "contains"},
                good | {"value": "1"},
                good | {"attributeId": "x"},
                good | {"fieldId": "last-email"},
                good | {"fieldId": there.id},
                "x",
                {"operator": "and", "filters": "x"},
                good | {"operator": "is-between", "value": [2, 1]},
                good | {"value": True},
                {"operator": "or", "filters": [good, good | {"value": None}]},
            ],
        }
        sorts = [{"fieldId": "x", "direction": "up"}, 5]
        places = wrong(world.v2.post("/persons/search", filters=filters, sorts=sorts, search={"term": "ab"}))
        assert places == {
            "filters.operator", "filters.filters[0].fieldId", "filters.filters[1].valueType",
            "filters.filters[2].operator", "filters.filters[3].value", "filters.filters[4].attributeId",
            "filters.filters[5].fieldId", "filters.filters[6].fieldId", "filters.filters[7]",
            "filters.filters[8].filters", "filters.filters[9].value", "filters.filters[10].value",
            "filters.filters[11].filters[1].value", "sorts[0].fieldId", "sorts[0].direction", "sorts[1]",
            "search.term",
        }  # fmt: skip

    @pytest.mark.parametrize("unit", [*UNITS, "fortnight", 5])
    def test_dates_of_any_size(self, world: World, unit: Any) -> None:
        """However long ago: an answer, or a refusal."""
        known = next(known for known in world.fields if known.type == "date")
        for operator in OPERATORS["date"]:
            for amount in (0, 1, 9_999, 10**30, -1, "1", True, [1], [0, 9_999], [2, 1], None, {}):
                value = {"amount": amount, "unit": unit}
                condition = {"fieldId": known.id, "valueType": "date", "operator": operator, "value": value}
                response = world.v2.post("/persons/search", filters={"operator": "and", "filters": [condition]})
                assert response.status_code in (201, 400), response.text

    def test_hostile_trees(self, world: World) -> None:
        """Deep and wide trees are refused at once; the widest that is allowed is answered."""
        number = next(known for known in world.fields if known.type == "number")
        text = next(known for known in world.fields if known.type == "text")
        leaf = {"fieldId": number.id, "valueType": "number", "operator": "is-equal-to", "value": 1}
        deep: Any = leaf
        for _ in range(60):
            deep = {"operator": "or", "filters": [deep, leaf]}
        wide = {"operator": "or", "filters": [leaf] * 51}
        many = {"operator": "or", "filters": [{"operator": "and", "filters": [leaf] * 50}] * 5}
        started = clock.monotonic()
        for tree in (deep, wide, many, {"operator": "and", "filters": [{}] * 50}, [], [[]] * 1_000, {}):
            assert world.v2.post("/persons/search", filters=tree).status_code == 400
        holding = {"fieldId": text.id, "valueType": "text", "operator": "contains", "value": "x" * 1_000}
        widest = {"operator": "or", "filters": [{"operator": "and", "filters": [holding] * 48}] * 4}
        assert found(world.v2, "/persons/search", filters=widest) == []
        assert clock.monotonic() - started < 10
        raw = '{"filters":' + '{"operator":"or","filters":[' * 5_000 + "]}" * 5_000 + "}"
        headers = {"Content-Type": "application/json"}
        assert world.v2.request("POST", "/persons/search", content=raw, headers=headers).status_code == 400

    def test_other_lists(self, world: World) -> None:
        """A list that one may not see, or that there is none of, is not searched."""
        firm = world.firm
        create_list = firm.ledger.opportunities.create_list
        secret = firm.server.run(create_list(firm.actor, "Secret", Party.PERSON, is_public=False)).id
        bens = firm.caller(PREFIX, firm.token_of(firm.colleague("Ben")))
        coded(bens.post(f"/lists/{secret}/list-entries/search"), 403, "authorization")
        coded(bens.post(f"/lists/{UNKNOWN}/list-entries/search"), 404, "not-found")


@pytest.mark.covers("v2.companies.search", "v2.lists.search")
class TestOthers:
    """Companies, and lists of opportunities."""

    def test_companies_and_opportunities(self, v2: Caller, firm: Firm) -> None:
        """They are searched by their own fields, and by the term."""
        run, ledger = firm.server.run, firm.ledger
        clients = [firm.organization(name, f"{name.lower()}.example") for name in ("Alder", "Birch", "Cedar")]
        deals = [firm.opportunity(name) for name in ("Pilot", "Rollout", "Renewal")]
        for kind, list_id, parties, path in (
            (Party.ORGANIZATION, None, clients, "/companies/search"),
            (Party.OPPORTUNITY, firm.deals(), deals, f"/lists/{firm.deals()}/list-entries/search"),
        ):
            draft = FieldDraft(name="Size", kind=kind, value_type=ValueType.NUMBER, list_id=list_id)
            field = run(ledger.party_fields.create(firm.actor, draft))
            for size, party in enumerate(parties):
                run(ledger.party_values.create(firm.actor, field.id, party.id, size))
            ids = [getattr(party, "entry_id", party.id) for party in parties]
            condition = {"fieldId": f"field-{field.id}", "valueType": "number", "operator": "is-less-than", "value": 2}
            filters = {"operator": "and", "filters": [condition]}
            sorts = [{"fieldId": f"field-{field.id}", "direction": "desc"}]
            assert found(v2, path, filters=filters) == ids[:2]
            assert found(v2, path, filters=filters, sorts=sorts, limit=1) == ids[1::-1]
            assert found(v2, path, search={"term": parties[2].name[1:].upper()}) == ids[2:]
            assert len(created(v2.post(f"{path}?fieldTypes=list&fieldTypes=global"))["data"]) == 3
