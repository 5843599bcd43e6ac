"""``GET /interactions`` of a request that opts in: all types, any range, any number of parties (spec 19, 3 and 4)."""

from collections.abc import Iterable, Sequence
from typing import Any

from interlog.model.errors import Invalid, Problem, unknown_id
from interlog.model.instants import EVER
from interlog.model.interactions import Brief
from interlog.model.parties import Party, PersonKind

from . import translate
from .extensions import shown
from .operations import Call, Kind, Param, id_param
from .paging import PAGING, page_size, page_token, place_of

MOST_PARTIES = 500

LIST = (
    Param(name="type", kind=Kind.INTEGER, many=True, choices=(0, 1, 2, 3)),
    id_param("person_id", model="Person"),
    id_param("organization_id", model="Organization"),
    id_param("opportunity_id", model="Opportunity"),
    id_param("person_ids", model="Person", many=True),
    id_param("organization_ids", model="Organization", many=True),
    id_param("opportunity_ids", model="Opportunity", many=True),
    id_param("internal_person_id", model="Person"),
    Param(name="direction", kind=Kind.INTEGER, choices=(0, 1)),
    Param(name="logging_type", kind=Kind.INTEGER, choices=(0, 1)),
    Param(name="start_time", kind=Kind.MOMENT),
    Param(name="end_time", kind=Kind.MOMENT),
    *PAGING,
)

ALL_KEY = "interactions"
"""The key of a list of several types; that of a single type has the vendor's."""

_SELECTORS = (
    ("person", Party.PERSON, "Person"),
    ("organization", Party.ORGANIZATION, "Organization"),
    ("opportunity", Party.OPPORTUNITY, "Opportunity"),
)


async def list_(call: Call) -> dict[str, Any]:
    """Return the interactions of any of the parties that are given, newest first; everybody's where there are none.

    ``direction`` leaves only messages and e-mails, but where only meetings or calls are asked for.
    """
    codes = tuple(dict.fromkeys(call.get("type") or translate.LIST_KEYS))
    parties = await _parties(call)
    size = page_size(call.args, call.settings.affinity_interactions_page_size)
    place = place_of(call.actor.tenant, "interactions", call.args, 2)
    items = await _page(call, codes, parties, size + 1, (place[0], place[1]) if place is not None else None)
    following = (items[size - 1].occurred_at, items[size - 1].number) if len(items) > size else None
    records = await call.ledger.known_as.numbers(call.actor, [item.number for item in items[:size]])
    found = [records[item.number] for item in items[:size] if item.number in records]
    return {
        translate.LIST_KEYS[codes[0]] if len(codes) == 1 else ALL_KEY: await shown(call, found),
        "next_page_token": page_token(call.actor.tenant, "interactions", call.args, following),
    }


async def _page(
    call: Call,
    codes: Sequence[int],
    parties: list[tuple[Party, int]],
    limit: int,
    before: tuple[int, int] | None,
) -> list[Brief]:
    timeline, tenant = call.ledger.timeline, call.actor.tenant
    asked: dict[str, Any] = {
        "types": [id_ for code in codes for id_ in translate.types_of(tenant, code)],
        "start": call.args["start_time"].instant if "start_time" in call.args else -EVER,
        "end": call.args["end_time"].instant if "end_time" in call.args else EVER,
        "limit": limit,
        "before": before,
    }
    also_person = call.get("internal_person_id")
    if not parties and also_person is not None:
        parties, also_person = [(Party.PERSON, also_person)], None
    if not parties:
        return await timeline.newest(call.actor, **asked)
    has_directions = translate.CHAT_CODE in codes or translate.EMAIL_CODE in codes
    return await timeline.of_parties(
        call.actor,
        parties,
        direction=call.get("direction") if has_directions else None,
        logging=call.get("logging_type") or None,
        also_person=also_person,
        **asked,
    )


async def _parties(call: Call) -> list[tuple[Party, int]]:
    """Return whose interactions are asked for; refuses a wrong selection with everything wrong with it."""
    problems = list(_range_problems(call))
    parties: list[tuple[Party, int]] = []
    for name, party, model in _SELECTORS:
        one, many = call.get(f"{name}_id"), call.get(f"{name}_ids", [])
        given = [(f"{name}_id", one)] * (one is not None) + [(f"{name}_ids", id_) for id_ in dict.fromkeys(many)]
        known = await _known(call, party, {id_ for _, id_ in given}) if given else {}
        problems += [unknown_id(path, id_, model) for path, id_ in given if id_ not in known]
        parties += [(party, id_) for id_ in dict.fromkeys(id_ for _, id_ in given)]
    if len(parties) > MOST_PARTIES:
        problems.append(Problem("", f"At most {MOST_PARTIES} persons, organizations and opportunities", "verbatim"))
    if (id_ := call.get("internal_person_id")) is not None:
        persons = await call.ledger.persons.get_many(call.actor, [id_])
        if id_ not in persons:
            problems.append(unknown_id("internal_person_id", id_, "Person"))
        elif persons[id_].kind is not PersonKind.INTERNAL:
            problems.append(Problem("internal_person_id", "must be an internal person"))
    elif not parties:
        problems += [
            Problem(name, "can only be asked for together with persons, organizations or opportunities")
            for name in ("direction", "logging_type")
            if call.get(name) is not None and not (name == "logging_type" and call.get(name) == 0)
        ]
    if problems:
        raise Invalid(*problems)
    return parties


async def _known(call: Call, party: Party, ids: set[int]) -> Iterable[int]:
    ledger = call.ledger
    match party:
        case Party.PERSON:
            return await ledger.persons.get_many(call.actor, ids)
        case Party.ORGANIZATION:
            return await ledger.organizations.get_many(call.actor, ids)
        case _:
            return await ledger.opportunities.get_many(call.actor, ids)


def _range_problems(call: Call) -> Iterable[Problem]:
    start, end = call.get("start_time"), call.get("end_time")
    if start is not None and end is not None and end.instant <= start.instant:
        yield Problem("end_time", "must be after start_time", "range")
