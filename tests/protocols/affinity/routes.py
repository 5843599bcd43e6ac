"""The route table as the tests walk it: a world to ask about, valid requests, and everything that can be wrong."""

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx2
from msgspec.structs import replace

from interlog.ledger.reminders import ReminderDraft
from interlog.model.deliveries import Delivery, DeliveryState
from interlog.model.fields import FieldDraft, ValueType
from interlog.model.files import Holder
from interlog.model.ids import MAX_ID
from interlog.model.instants import now
from interlog.model.parties import Party, Person
from interlog.model.reminders import ReminderKind
from interlog.model.types import Direction
from interlog.protocols.affinity.app import OPERATIONS
from interlog.protocols.affinity.operations import Kind, Operation, Param
from interlog.store import deliveries
from interlog.store.numbers import KINDS
from interlog.store.statements import Unit
from tests.receiving import Receiver, receiving
from tests.serving import Caller, Firm, RunningServer
from tests.uploads import put_file

from .conftest import PREFIX
from .wire import RATE_HEADERS, at

OWN, OTHERS = "Quokka", "Wombat"
"""Words in everything that a tenant has: an answer to one of them never holds the other's."""

RESOURCES = {
    "interactions": "Interaction",
    "interaction": "Interaction",
    "meetings": "Meeting",
    "calls": "Interaction",
    "chat-messages": "ChatMessage",
    "emails": "Email",
    "persons": "Person",
    "organizations": "Organization",
    "companies": "Organization",
    "opportunities": "Opportunity",
    "notes": "Note",
    "lists": "List",
    "list-entries": "ListEntry",
    "webhook": "Webhook",
    "reminders": "Reminder",
    "entity-files": "File",
    "download": "File",
    "files": "File",
    "deliveries": "Delivery",
    "fields": "Field",
    "dropdown-options": "Option",
    "field-values": "FieldValue",
    "person-merges": "Merge",
    "webhooks": "Webhook",
    "users": "User",
    "company-merges": "CompanyMerge",
}
"""What the id behind a segment of a path belongs to."""


class World(NamedTuple):
    """A tenant with one of everything: ids by model."""

    firm: Firm
    ids: Mapping[str, int]

    def caller(self, token: str | None = None) -> Caller:
        """Return a client of the tenant."""
        return self.firm.caller(PREFIX, token)


def world(server: RunningServer, word: str, *, shift: int = 0) -> World:
    """Create a tenant whose every text holds the word; ``shift`` moves its ids."""
    firm = server.found(owner=("Mia", word, f"mia@{word.lower()}.example"))
    deals = firm.server.run(_shifted(firm, word, shift))
    ola = firm.person(f"Ola {word}", "Berg", f"ola@client.{word.lower()}.example")
    client = firm.organization(f"Client {word}", f"client.{word.lower()}.example")
    deal = firm.opportunity(f"Deal {word}", persons=[ola], organizations=[client], list_id=deals)
    people = firm.server.run(
        firm.ledger.opportunities.create_list(firm.actor, f"People {word}", Party.PERSON, is_public=True)
    ).id
    entry, _ = firm.server.run(firm.ledger.list_entries.add(firm.actor, people, ola.id))
    draft = FieldDraft(name=f"Field {word}", kind=Party.PERSON, value_type=ValueType.NUMBER, allows_multiple=True)
    field = firm.server.run(firm.ledger.party_fields.create(firm.actor, draft))
    value, _ = firm.server.run(firm.ledger.party_values.create(firm.actor, field.id, ola.id, 7))
    company_field = firm.server.run(
        firm.ledger.party_fields.create(firm.actor, replace(draft, kind=Party.ORGANIZATION, allows_multiple=False))
    )
    when = at("2026-03-05T10:00:00Z")
    call = firm.log("Call", when, firm.mia, ola, body=f"Talked of {word}")
    ids = {
        "Interaction": call.number,
        "Meeting": firm.log("Meeting", when, firm.mia, ola, title=word, body=word).number,
        "ChatMessage": firm.log("ChatMessage", when, ola, body=word, direction=Direction.SENT).number,
        "Email": firm.log("Email", when, title=word, body=word, direction=Direction.SENT).number,
        "Person": ola.id,
        "Internal": firm.mia.id,
        "User": firm.colleague("Ben", word).id,
        "Organization": client.id,
        "Opportunity": deal.id,
        "Note": call.note_id or 0,
        "List": people,
        "Deals": deal.list_id,
        "ListEntry": entry.id,
        **server.run(_webhook(firm, word)),
        "Field": field.id,
        "FieldValue": value.id,
        "CompanyField": company_field.id,
        "File": server.run(put_file(firm.ledger, firm.actor, Holder.PERSON, ola.id, word.encode(), f"{word}.txt")).id,
        **server.run(_dropdowns(firm, word)),
        "Reminder": server.run(_reminder(firm, ola, word)),
        **_merged(firm, word),
    }
    return World(firm, ids)


def _merged(firm: Firm, word: str) -> dict[str, int]:
    """Return the ids of two merges, and of some who can be merged into others."""
    merge, gone = firm.ledger.merges.merge, [firm.person(f"Olga {word}"), firm.person(f"Olya {word}")]
    companies = [firm.organization(f"{name} {word}") for name in ("Customer", "Client Inc", "Client Ltd")]
    return {
        "Merge": firm.server.run(merge(firm.actor, Party.PERSON, firm.mia.id, gone[0].id)).id,
        "CompanyMerge": firm.server.run(merge(firm.actor, Party.ORGANIZATION, companies[0].id, companies[1].id)).id,
        "Duplicate": gone[1].id,
        "DuplicateCompany": companies[2].id,
    }


async def _reminder(firm: Firm, about: Person, word: str) -> int:
    draft = ReminderDraft(ReminderKind.ONCE, firm.mia.id, Party.PERSON, about.id, content=word, due_at=1)
    return (await firm.ledger.reminders.create(firm.actor, draft)).id


async def _dropdowns(firm: Firm, word: str) -> dict[str, int]:
    """Return the ids of a dropdown of persons and of one of companies, and of the only option of the first."""
    draft = FieldDraft(
        name=f"Pick {word}", kind=Party.PERSON, value_type=ValueType.RANKED_DROPDOWN, options=((word, 0, 0),)
    )
    of_persons = await firm.ledger.party_fields.create(firm.actor, draft)
    of_companies = await firm.ledger.party_fields.create(firm.actor, replace(draft, kind=Party.ORGANIZATION))
    return {"Dropdown": of_persons.id, "CompanyDropdown": of_companies.id, "Option": of_persons.options[0].id}


async def _webhook(firm: Firm, word: str) -> dict[str, int]:
    """Return the ids of a webhook and of something that it was told, both of which are the tenant's only ones."""
    actor = replace(firm.actor, protocol="affinity")
    url = f"{receiver().url}{word}"
    made = await firm.ledger.webhooks.create(actor, url, {"subscriptions": []}, b"{}", private=True)
    for _ in range(made.id):
        unit = Unit()
        (found,) = await firm.ledger.webhooks.all(actor)
        told = Delivery(
            id=found.last_delivery + 1, subscription=made.id, key=word, event="person.created", body="{}",
            state=DeliveryState.DELIVERED, attempts=1, next_at=None, created_at=now(), ended_at=now(),
        )  # fmt: skip
        deliveries.move(unit, found, found.position, 1)
        deliveries.insert_deliveries(unit, firm.tenant.id, [told])
        await firm.ledger.store.database.write(unit)
    return {"Webhook": made.id, "Delivery": made.id}


@cache
def receiver() -> Receiver:
    """Return an address that takes all that webhooks are told, until the tests end."""
    context = receiving()
    _running.append(context)
    return context.__enter__()


_running: list[AbstractContextManager[Receiver]] = []


async def _shifted(firm: Firm, word: str, shift: int) -> int:
    """Leave out as many ids of each kind, and return the id of a new list of opportunities."""
    if shift:
        for kind in KINDS:
            await firm.ledger.store.numbers.take(firm.tenant.id, kind, shift)
    create_list = firm.ledger.opportunities.create_list
    return (await create_list(firm.actor, f"Deals {word}", Party.OPPORTUNITY, is_public=True)).id


def model_of(path: str, name: str) -> str:
    """Return what a parameter in a path is the id of."""
    segment = path.partition(f"/{{{name}}}")[0].rpartition("/")[2]
    assert segment in RESOURCES, f"tell RESOURCES what the id behind /{segment}/ in {path} belongs to"
    if segment == "fields":
        what = "Dropdown" if path.endswith(("/dropdown-options", "{option_id}", "/values")) else "Field"
        return f"Company{what}" if "/companies/" in path else what
    return RESOURCES[segment]


def path_names(path: str) -> list[str]:
    """Return the names of the parameters in a path."""
    return re.findall(r"{(\w+)}", path)


class Sent(NamedTuple):
    """A request of one operation: values for the path, and for everything else."""

    operation: Operation
    path: str
    in_path: dict[str, Any]
    values: dict[str, Any]

    def but(self, name: str, value: Any) -> "Sent":
        """Return the request with another value of one parameter."""
        if name in self.in_path:
            return self._replace(in_path=self.in_path | {name: value})
        return self._replace(values=self.values | {name: value})

    def without(self, name: str) -> "Sent":
        """Return the request without one parameter."""
        return self._replace(values={key: value for key, value in self.values.items() if key != name})

    def send(self, caller: Caller, way: str | None = None) -> httpx2.Response:
        """Send it: as JSON where the method has a body, else in the query, or the way that is named."""
        path = self.path
        for name, value in self.in_path.items():
            path = path.replace(f"{{{name}}}", quote(text_of(value), safe=""))
        optional = {"X-Extensions": "1"} if self.operation in EXTENDED else {}
        if way is None and any(param.kind is Kind.FILE for param in self.operation.params):
            data, files = _form_of(self.values)
            return caller.request(self.operation.method, path, headers=optional, data=data, files=files)
        way = way or ("json" if self.operation.method in ("POST", "PUT", "PATCH") else "query")
        if way == "query":
            query = _pairs(self.values)
            return caller.request(self.operation.method, f"{path}?{query}" if query else path, headers=optional)
        if way == "form":
            headers = {"Content-Type": "application/x-www-form-urlencoded"} | optional
            return caller.request(self.operation.method, path, content=_pairs(self.values), headers=headers)
        headers = {"Content-Type": "application/json"} | optional
        return caller.request(
            self.operation.method, path, content=json.dumps(self.values, default=bytes.decode), headers=headers
        )


def _form_of(values: Mapping[str, Any]) -> tuple[dict[str, list[str]], list[tuple[str, Any]]]:
    """Return what stands in the fields of a form with files, and the files: whatever is given as bytes."""
    data: dict[str, list[str]] = {}
    files: list[tuple[str, Any]] = []
    for name, value in values.items():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, bytes):
                files.append((name, ("a.txt", item)))
            elif item is not None:
                data.setdefault(name, []).append(text_of(item))
    return data, files or [("nothing", ("", b""))]


def text_of(value: Any) -> str:
    """Return how a value stands in a path or a query."""
    text = value if isinstance(value, str) else json.dumps(value, default=bytes.decode)
    return text.encode("utf-8", "replace").decode()


def _pairs(values: Mapping[str, Any]) -> str:
    pairs = []
    for name, value in values.items():
        items = value if isinstance(value, list) else [value]
        pairs += [f"{quote(name, safe='[]')}={quote(text_of(item), safe='')}" for item in items if item is not None]
    return "&".join(pairs)


def valid(operation: Operation, path: str, known: World) -> Sent:
    """Return a request that the operation fulfils."""
    ids = known.ids
    special: dict[str, dict[str, Any]] = {
        "interactions.list": {"person_id": ids["Person"], "end_time": "2026-12-31"},
        "interactions.create": {"person_ids": [ids["Internal"], ids["Person"]]},
        "interactions.update": {"content": "Reworded"},
        "interactions.bulk": {
            "interactions": [{"type": 1, "person_ids": [ids["Internal"]], "content": "Hello", "date": "2026-03-05"}]
        },
        "persons.create": {"emails": ["new@client.example"]},
        "opportunities.create": {"list_id": ids["Deals"]},
        "notes.create": {"person_ids": [ids["Person"]]},
        "files.create": {"files": [b"content"], "person_id": ids["Person"]},
        "reminders.create": {"owner_id": ids["Internal"], "person_id": ids["Person"], "due_date": "2026-01-01"},
        "webhooks.create": {"webhook_url": receiver().url},
        "lists.create": {"type": 8},
        "fields.create": {"entity_type": 0},
        "fields.update": {"name": "Hello"},
        "field_values.list": {"person_id": ids["Person"]},
        "field_values.create": {"value": 1.5},
        "field_values.update": {"value": 1.5},
        "field_values.patch": {"value": 1.5},
        "v2.persons.create": {"lastName": "New", "primaryEmailAddress": "newer@client.example"},
        "v2.lists.create": {"type": "company"},
        "v2.lists.add": {"entity": {"id": ids["Person"]}},
        "v2.opportunities.update": {"name": "Renamed"},
        "v2.lists.create_option": {"type": "ranked-dropdown", "rank": 1, "color": "blue"},
        "v2.lists.update_option": {"text": "Renamed"},
        "v2.persons.set_value": {"value": {"type": "number-multi", "data": [1.5]}},
        "v2.persons.update_values": numbers_set("Field", "number-multi", [1.5], ids),
        "v2.companies.set_value": {"value": {"type": "number", "data": 1.5}},
        "v2.companies.update_values": numbers_set("CompanyField", "number", 1.5, ids),
        "v2.lists.set_value": {"value": {"type": "number-multi", "data": [1.5]}},
        "v2.lists.update_values": numbers_set("Field", "number-multi", [1.5], ids),
        "v2.notes.create": {
            "type": "entities",
            "content": {"html": "<p>Hello</p>"},
            "persons": [{"id": ids["Person"]}],
        },
        "v2.notes.update": {"content": {"html": "<p>Hello</p>"}},
        "v2.persons.merge": {"duplicatePersonId": ids["Duplicate"]},
        "v2.companies.merge": {"duplicateCompanyId": ids["DuplicateCompany"]},
        "v2.webhooks.create": {"url": receiver().url},
        "v2.webhooks.update": {"status": "disabled"},
        "v2.reminders.create": {
            "type": "one-time",
            "owner": {"id": ids["Internal"]},
            "entity": {"type": "person", "id": ids["Person"]},
            "dueDate": "2026-01-01T00:00:00Z",
        },
        "v2.reminders.update": {"content": "Hello"},
    }
    in_path = {name: ids[model_of(path, name)] for name in path_names(path)}
    values = {
        param.name: sample(param, ids) for param in operation.params if param.required and param.name not in in_path
    }
    name = operation.name.removesuffix(OPTED_IN)
    if name.startswith("interactions.") and "type" in values:
        values["type"] = 1
    return Sent(operation, path, in_path, values | special.get(name, {}))


def numbers_set(model: str, type_: str, data: Any, ids: Mapping[str, int]) -> dict[str, Any]:
    """Return the body that sets a field of numbers in version 2."""
    return {
        "operation": "update-fields",
        "updates": [{"id": f"field-{ids[model]}", "value": {"type": type_, "data": data}}],
    }


def sample(param: Param, ids: Mapping[str, int]) -> Any:
    """Return a value that a parameter takes."""
    value: Any
    match param.kind:
        case Kind.ID:
            value = ids[param.model or "Person"]
        case Kind.INTEGER:
            value = param.choices[0] if param.choices else param.minimum or 1
        case Kind.NUMBER:
            value = 1.5
        case Kind.FLAG:
            value = True
        case Kind.TEXT:
            value = "Hello"
        case Kind.MOMENT:
            value = "2026-01-01T00:00:00Z"
        case Kind.OBJECT:
            value = {}
        case Kind.VALUE:
            value = 1.5
        case Kind.FILE:
            value = b"content"
    return [value] if param.many and param.kind is not Kind.OBJECT else value


_DEEP: list[Any] = []
for _ in range(50):
    _DEEP = [_DEEP]

_NO_NUMBERS = ("x", "1.5", "1e3", "0x1", "٣", "1 2", "a\x00", "9" * 40, "null", "NaN")
_TOO_LONG = "x" * 20_001


@cache
def wrong_values(param: Param) -> tuple[Any, ...]:
    """Return values that a parameter never takes, as JSON knows them."""
    wrong: list[Any] = [{"a": 1}, _DEEP, [[1]], {"id": {"id": []}}]
    match param.kind:
        case Kind.ID | Kind.INTEGER:
            low = 1 if param.kind is Kind.ID else param.minimum
            high = MAX_ID if param.maximum is None else param.maximum
            wrong += [
                *_NO_NUMBERS,
                "\ud800",
                True,
                *([] if param.false_is_none else [False]),
                1.5,
                -0.5,
                1e300,
                10**30,
                -(10**30),
                MAX_ID + 1,
                str(10**18),
            ]
            wrong += [high + 1]
            wrong += [low - 1, str(low - 1), -1] if low is not None else []
            wrong += [n for n in (-1, 9, 2**31, 10**9) if n not in param.choices] if param.choices else []
        case Kind.NUMBER:
            wrong += ["x", True, "nan", "inf", "-Infinity", "1e999", 10**400]
        case Kind.FLAG:
            wrong += ["maybe", 2, -1, 0.5, "2", "a\x00", 10**30]
        case Kind.TEXT:
            wrong += ["a\x00b", "\x00", "\ud800", "a\udfff", 1, 1.5, True, 10**30]
            wrong += ["x" * (param.max_length + 1)]
        case Kind.MOMENT:
            wrong += ["x", "", 5, True, 10**30, "2026-13-01", "2026-02-29", "10000-01-01", "0000-01-01", "a\x00",
                      "2026-01-01T25:00:00Z", "2026-01-01T00:00:00+99:00", _TOO_LONG, "\ud800"]  # fmt: skip
        case Kind.FILE:
            return ("x", "", 1, True, {"a": 1}, ["x"], [[1]], _DEEP)
        case Kind.VALUE:  # of a field that holds numbers
            return ("x", "", "nan", "1e999", True, {"a": 1}, [1, 2], _DEEP, 10**400, "\ud800", "a\x00")
        case Kind.OBJECT:
            wrong = ["x", "", 1, 1.5, True, "{}", "\ud800"]
    if param.kind is Kind.OBJECT:
        return tuple(wrong)
    if not param.many:
        wrong += [[], [1, 2]]
        wrong += ["" for _ in range(1) if param.kind in (Kind.ID, Kind.INTEGER) or not param.empty]
    else:
        wrong = [value for value in wrong if not isinstance(value, str)] + [
            [value] for value in wrong if value is not None
        ]
        wrong += [[]] if not param.empty else []
    if param.required and param.kind is Kind.FLAG:
        wrong.append("")
    return tuple(wrong)


def wrong_texts(param: Param) -> Iterable[Any]:
    """Return values that a parameter never takes in a query or a path, where everything is text."""
    for value in wrong_values(param):
        if isinstance(value, str):
            if not any("\ud800" <= c <= "\udfff" for c in value):  # there they cannot even be written
                yield value
        elif param.kind is not Kind.TEXT and not isinstance(value, (list, bool)):
            yield json.dumps(value)
    if param.kind in (Kind.ID, Kind.INTEGER, Kind.MOMENT) and not param.many:
        yield ["1", "2"]


def problems_of(operation: Operation, response: httpx2.Response, *statuses: int) -> list[str]:
    """Return what a refusal says, after checking its status, its shape and its headers."""
    assert response.status_code in statuses, (operation.name, response.request.url, response.text[:500])
    assert_headers(operation.version, response)
    body = response.json()
    if operation.version == 1:
        assert isinstance(body, list) and body and all(isinstance(text, str) and text for text in body), body
        return body
    assert set(body) == {"errors"} and body["errors"], body
    for error in body["errors"]:
        assert set(error) == {"code", "message"} | ({"param"} if error["code"] == "validation" else set()), error
        assert all(isinstance(value, str) and value for value in error.values()), error
    return [f"{error.get('param', '')} {error['message']}" for error in body["errors"]]


def assert_headers(version: int, response: httpx2.Response) -> None:
    """See that the headers of every answer are there."""
    for name in RATE_HEADERS:
        assert response.headers[name].isdecimal(), name
    assert response.headers["X-Request-Id"]
    assert ("X-Affinity-Api-Version" in response.headers) == (version == 2)


def invalid_status(operation: Operation) -> int:
    """Return the status of what is wrong with a parameter."""
    return 422 if operation.version == 1 else 400


OPTED_IN = " with extensions"

EXTENDED = [
    replace(operation, name=operation.name + OPTED_IN, params=operation.extended_params)
    for operation in OPERATIONS
    if operation.extended_params is not None
]
"""Operations as requests see them that opt in to what the vendor lacks."""

PATHS = [(operation, path) for operation in (*OPERATIONS, *EXTENDED) for path in operation.paths]
"""Every operation at every spelling of its path."""


def name_of(value: Any) -> str:
    """Return a readable id of a test: the operation, and its path where it has several."""
    if isinstance(value, Operation):
        return value.name
    return str(value)


def with_ids(value: Any, id_: int) -> Any:
    """Return a nested value with every ``id`` in it replaced."""
    if isinstance(value, dict):
        return {key: id_ if key == "id" else with_ids(inner, id_) for key, inner in value.items()}
    return [with_ids(inner, id_) for inner in value] if isinstance(value, list) else value
