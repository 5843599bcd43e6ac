"""What a visit makes of a contact of which nothing later is known, as is so of nearly every visit (§3.8).

It decides everything that it speaks about, so that nothing has to be weighed part by part as in ``states.py``, whose
``worked`` comes to the same.
"""

from collections.abc import Iterable
from itertools import chain
from operator import attrgetter
from typing import Any

from .records import Record, record_of, with_record
from .states import FREE, PROVENANCE, RECORDED, Data, Outcome, frees, own_entry, value_of


def after_newest(data: Data, aside: Data, outcome: Outcome, at: int, by: str | None) -> tuple[Data, Data] | None:
    """Return a contact's data and aside after a visit; None where something later is known of it."""
    provenance = aside.get(PROVENANCE, {})
    visits, own, place = provenance.get("visits", ()), provenance.get("own", {}), outcome.place
    if visits and visits[-1] >= place:  # the newest one, which has its parts behind its place
        return None
    for kept in own.values():
        if "after" in kept and place <= kept["after"]:
            return None
    decided = visits[0][3] if len(visits) == 1 else set(chain.from_iterable(visit[3] for visit in visits))
    record_key = f"{outcome.campaign}/{outcome.household}"
    parts = ["contacted", "state", f"record/{record_key}"]
    new = data | {"contacted": True, "state": outcome.state}
    if outcome.status is not None:
        new["statusId"] = outcome.status
    else:
        new.pop("statusId", None)
    if outcome.answers:
        fields, answers = {}, {}
        for answer in sorted(outcome.answers, key=_BY_QUESTION):
            if answer.tag not in fields:  # of two questions with one tag, the first one's
                fields[answer.tag] = answer.value
                parts.append(f"fields/{answer.tag}")
            answers[answer.question] = answer.value
            parts.append(f"answers/{answer.question}")
        new["fields"] = data.get("fields", {}) | fields
        new["answers"] = data.get("answers", {}) | answers
    reserved = own.get("reservation", {}).get("value") if "reservation" in decided else data.get("reservation")
    if frees(reserved, outcome.walklist):
        new["reservation"] = FREE
        parts.append("reservation")
    own = _kept(data, aside, own, [part for part in parts if part not in decided])
    aside = _with_record(aside, outcome, record_key, at, by)
    left = _left(visits, set(parts))
    left.append([*place, parts])
    return new, aside | {PROVENANCE: {"visits": left, "own": own} if own else {"visits": left}}


def _kept(data: Data, aside: Data, own: Data, undecided: list[str]) -> Data:
    """Return what parts are without visits, with those that no visit has decided so far."""
    if not undecided:
        return own
    found = {part: own_entry(value_of(data, aside, part), own.get(part, {}).get("after")) for part in undecided}
    return own | {part: entry for part, entry in found.items() if entry}


def _with_record(aside: Data, outcome: Outcome, key: str, at: int, by: str | None) -> Data:
    said = outcome.record
    kept = aside.get("records", {}).get(key)
    if kept is not None:
        before = kept["data"]
        values = said
        if not before.keys() <= said.keys():
            values = {name: value for name, value in before.items() if name not in RECORDED} | said
        old = record_of(aside, outcome.campaign, outcome.household) if values != before else None
        return aside if old is None else with_record(aside, old.changed(values, at, by))
    new = Record(
        campaign=outcome.campaign,
        household=outcome.household,
        data=said,
        created_at=at,
        creator=by,
        modified_at=at,
        modifier=by,
    )
    return with_record(aside, new)


def _left(visits: Iterable[list[Any]], said: set[str]) -> list[list[Any]]:
    """Return the visits that still decide something once another one has decided what it said."""
    return [[*visit[:3], rest] for visit in visits if (rest := [part for part in visit[3] if part not in said])]


_BY_QUESTION = attrgetter("question")
