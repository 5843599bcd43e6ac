"""What a visit makes of a contact of which nothing later is known, as is so of nearly every visit (§3.8).

It decides everything that it speaks about, so that nothing has to be weighed part by part as in ``states.py``, whose
``worked`` comes to the same.
"""

from collections.abc import Iterable
from itertools import chain
from operator import attrgetter
from typing import Any

from .records import RECORDS, Record, record_of, with_record
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
    record_part = f"record/{record_key}"
    parts = ["contacted", "state", record_part]
    new = data | {"contacted": True, "state": outcome.state}
    if outcome.status is not None:
        new["statusId"] = outcome.status
    else:
        new.pop("statusId", None)
    there: list[str] = [part for part in ("contacted", "state") if part in data]
    if "statusId" in data and "state" not in data:
        there.append("state")
    if record_key in aside.get(RECORDS, {}):
        there.append(record_part)
    if outcome.answers:
        fields, answers = data.get("fields", {}), data.get("answers", {})
        new_fields, new_answers = dict(fields), dict(answers)
        tags = set()
        for answer in outcome.answers if len(outcome.answers) == 1 else sorted(outcome.answers, key=_BY_QUESTION):
            tag, question = answer.tag, answer.question
            if tag not in tags:  # of two questions with one tag, the first one's
                tags.add(tag)
                parts.append(part := f"fields/{tag}")
                if tag in fields:
                    there.append(part)
                new_fields[tag] = answer.value
            parts.append(part := f"answers/{question}")
            if question in answers:
                there.append(part)
            new_answers[question] = answer.value
        new["fields"], new["answers"] = new_fields, new_answers
    reserved = data.get("reservation")
    if "reservation" in decided:
        reserved = own.get("reservation", {}).get("value")
    if frees(reserved, outcome.walklist):
        new["reservation"] = FREE
        parts.append("reservation")
        there.append("reservation")
    kept = {  # of what was not there, nothing has to be kept
        part: entry
        for part in there
        if part not in decided and (entry := own_entry(value_of(data, aside, part), own.get(part, {}).get("after")))
    }
    own = own | kept if kept else own
    left = _left(visits, set(parts)) if visits else []
    left.append([*place, parts])
    provenance = {"visits": left, "own": own} if own else {"visits": left}
    return new, _with_record(aside, outcome, record_key, at, by) | {PROVENANCE: provenance}


def _with_record(aside: Data, outcome: Outcome, key: str, at: int, by: str | None) -> Data:
    said = outcome.record
    kept = aside.get(RECORDS, {}).get(key)
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
