"""What a visit makes of a contact of which nothing later is known, as is so of nearly every visit (§3.8).

It decides everything that it speaks about, so that nothing has to be weighed part by part as in ``states.py``, whose
``worked`` comes to the same.
"""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from .records import RECORDS, Record, record_of, with_record
from .states import FREE, MISSING, PROVENANCE, RECORDED, Data, Outcome, frees, own_entry, value_of


def after_newest(data: Data, aside: Data, outcome: Outcome, at: int, by: str | None) -> tuple[Data, Data] | None:
    """Return a contact's data and aside after a visit; None where something later is known of it."""
    provenance = aside.get(PROVENANCE, {})
    visits, own, place = provenance.get("visits", ()), provenance.get("own", {}), outcome.place
    if visits and visits[-1] >= place:
        return None
    for kept in own.values():
        if "after" in kept and place <= kept["after"]:
            return None
    free = provenance.get("free", ())
    record_key = f"{outcome.campaign}/{outcome.household}"
    new = data | {"contacted": True, "state": outcome.state}
    if outcome.status is not None:
        new["statusId"] = outcome.status
    else:
        new.pop("statusId", None)
    fields, answers = data.get("fields", {}), data.get("answers", {})
    tags: dict[str, Any] = {}
    values: dict[str, Any] = {}
    if outcome.answers:
        for answer in sorted(outcome.answers, key=_BY_QUESTION):
            tags.setdefault(answer.tag, answer.value)  # of two questions with one tag, the first one's
            values[answer.question] = answer.value
        new["fields"], new["answers"] = fields | tags, answers | values
    there = [part for part in ("contacted", "state") if value_of(data, aside, part) is not MISSING]
    there += [f"fields/{tag}" for tag in tags if tag in fields]
    there += [f"answers/{question}" for question in values if question in answers]
    others = [f"fields/{tag}" for tag in fields if tag not in tags]
    others += [f"answers/{question}" for question in answers if question not in values]
    for key in aside.get(RECORDS, {}):
        if value_of(data, aside, part := f"record/{key}") is not MISSING:
            (there if key == record_key else others).append(part)
    if "reservation" in data:
        is_own = not visits or "reservation" in free
        frees_it = frees(data["reservation"] if is_own else own.get("reservation", {}).get("value"), outcome.walklist)
        (there if frees_it else others).append("reservation")
        new |= {"reservation": FREE} if frees_it else {}
    own = _kept(data, aside, own, [part for part in there if part in free] if visits else there)
    left = _left(visits, others, free, set(there)) if visits else []
    left.append(place)
    free = [part for part in others if part in free] if visits else others
    made = {"visits": left} | ({"free": free} if free else {}) | ({"own": own} if own else {})
    return new, _with_record(aside, outcome, record_key, at, by) | {PROVENANCE: made}


def _kept(data: Data, aside: Data, own: Data, undecided: list[str]) -> Data:
    """Return what parts are without visits, with those that no visit has decided so far."""
    if not undecided:
        return own
    return own | {part: own_entry(value_of(data, aside, part), own.get(part, {}).get("after")) for part in undecided}


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


def _left(visits: list[list[Any]], others: list[str], free: Sequence[str], said: set[str]) -> list[list[Any]]:
    """Return the visits that still decide something once a newer one has decided what it said; ``others``: the parts
    that it said nothing of."""
    left = [[*visit[:3], rest] for visit in visits[:-1] if (rest := [part for part in visit[3] if part not in said])]
    if others:
        decided = {*free, *(part for visit in visits[:-1] for part in visit[3])}
        rest = [part for part in others if part not in decided]
        if rest:
            left.append([*visits[-1], rest])
    return left


_BY_QUESTION = attrgetter("question")
