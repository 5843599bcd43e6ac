"""What visits make of a contact (§3.7, §3.8), in whatever order they arrive, are corrected and go.

A contact's derived parts are: whether it was contacted, its state, each field, each answer, its reservation, and its
record in each campaign. Each part is what the last one said who spoke about it: visits speak at the time at which they
happened; a hand speaks right after the newest visit that was known then. So any order of arrival ends in the same, and
whenever a visit changes or goes, the parts follow from those that are left.

In the contact's ``aside``, ``provenance`` holds: ``visits``, those that decided something and the newest one, in their
order, each as its place in time and, but for the newest, the names of the parts that it decided; ``free``, the parts
that no visit decided: all others that there are, the newest did; ``own``, what a part was before any visit (``value``),
and of a part that was set by hand, the newest visit that was known then (``after``).
"""

from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Any, Final, TypeAlias

from msgspec import Struct

from .records import Record, record_of, with_record, without_record
from .statuses import fitting_status
from .surveys import Answer

Place: TypeAlias = list[Any]
"""A place in time: when it happened, when it was recorded (microseconds), and the visit's id."""

Data: TypeAlias = dict[str, Any]

MISSING: Final[Any] = object()

RECORDED = ("contacted", "successful", "availability", "state", "statusId")
"""The members of a record that visits decide."""

FREE = {"reserved": False}
PROVENANCE = "provenance"


class Outcome(Struct, frozen=True, kw_only=True):
    """What a visit says of its contact. ``household``: empty where the visit was to none that is known."""

    id: str
    at: int
    created_at: int
    campaign: str
    household: str = ""
    walklist: str | None = None
    available: bool
    reason: str | None = None
    successful: bool = False
    state: str
    status: str | None = None
    answers: tuple[Answer, ...] = ()

    @property
    def place(self) -> Place:
        """Its place in time."""
        return [self.at, self.created_at, self.id]

    @property
    def record(self) -> Data:
        """What it says of the contact's record in its campaign."""
        reason = {} if self.reason is None else {"unavailableReason": self.reason}
        found = {
            "contacted": True,
            "successful": self.successful,
            "availability": {"available": self.available} | reason,
            "state": self.state,
        }
        return found if self.status is None else found | {"statusId": self.status}


def state_after(*, available: bool, reason: str | None, successful: bool) -> str:
    """Return the state of a contact after a visit for which no status was chosen (§3.7)."""
    if available:
        return "contacted-available-successful" if successful else "contacted-available-not-successful"
    match (reason or "").strip().casefold():
        case "not home":
            return "contacted-unavailable-not-home"
        case "come back":
            return "come-back"
    return "contacted-unavailable-other"


def status_after(state: str, *, available: bool, reason: str | None) -> str | None:
    """Return the name of the status that every tenant has for a state."""
    return fitting_status(state, None if available else reason)


def worked(data: Data, aside: Data, outcomes: Iterable[Outcome], at: int, by: str | None) -> tuple[Data, Data]:
    """Return a contact's data and aside after further visits; ``at`` and ``by`` stand in records that change."""
    contact = _Contact(data, aside)
    for outcome in outcomes:
        contact.hear(outcome)
    return contact.result(at, by)


def recomputed(data: Data, aside: Data, outcomes: Iterable[Outcome], at: int, by: str | None) -> tuple[Data, Data]:
    """Return a contact's data and aside as they follow from these visits alone, and from what was set by hand."""
    contact = _Contact(data, aside)
    contact.forget()
    for outcome in outcomes:
        contact.hear(outcome)
    return contact.result(at, by)


def edited(before: Data, data: Data, before_aside: Data, aside: Data) -> Data:
    """Return the aside of a contact that somebody changes by hand: what he changed of the derived parts is kept.

    ``before`` and ``before_aside`` are what is stored, ``data`` and ``aside`` (its records) what it shall be.
    """
    then, contact = _Contact(before, before_aside), _Contact(data, aside)
    for part in sorted({*then.parts(), *contact.parts()}):
        if then.value(part) != contact.value(part):
            contact.set_by_hand(part)
    return contact.aside()


def without_provenance(aside: Data) -> Data:
    """Return the aside of a contact without where its derived parts came from: that follows from its visits."""
    return {name: kept for name, kept in aside.items() if name != PROVENANCE} if PROVENANCE in aside else aside


def filled(placeholder: Data, aside: Data, data: Data) -> tuple[Data, Data]:
    """Return the data and the aside of a contact that was only referred to so far, and now is described."""
    seen, contact = _Contact(placeholder, aside), _Contact(data, aside)
    contact.sources = dict(seen.sources)
    for part in seen.sources:
        if part.startswith("record/"):  # records stand beside the data, and are not described anew
            continue
        contact.own[part] = own_entry(contact.value(part), contact.own.get(part, {}).get("after"))
        contact.put(part, seen.value(part))
    return contact.data, contact.aside()


def frees(reservation: Any, walklist: str | None) -> bool:
    """Whether a visit under a walk list, or under none, frees a contact from its reservation."""
    if not isinstance(reservation, dict) or not reservation.get("reserved"):
        return False
    reserved = reservation.get("walklistId")
    return walklist is None or reserved is None or walklist == reserved


def own_entry(value: Any, after: Place | None) -> Data:
    """Return what is kept of a part beside what visits say of it."""
    return ({} if value is MISSING else {"value": value}) | ({} if after is None else {"after": after})


def value_of(data: Data, aside: Data, part: str) -> Any:
    """Return what a part of a contact is; ``MISSING`` where it has none."""
    name, _, key = part.partition("/")
    if name == "state":
        return {member: data[member] for member in ("state", "statusId") if member in data} or MISSING
    if name == "record":
        campaign, _, household = key.partition("/")
        record = record_of(aside, campaign, household)
        kept: Mapping[str, Any] = record.data if record is not None else {}
        return {member: kept[member] for member in RECORDED if member in kept} or MISSING
    if key:
        return data.get(name, {}).get(key, MISSING)
    return data.get(name, MISSING)


class _Contact:
    """A contact's data and aside while they are worked on; what was given is not changed."""

    def __init__(self, data: Data, aside: Data) -> None:
        self.data = dict(data)
        for name in ("fields", "answers"):
            if name in data:
                self.data[name] = dict(data[name])
        self._aside = aside
        self._records: dict[str, Data] = {}
        provenance = aside.get(PROVENANCE, {})
        decided = provenance.get("visits", ())
        self.visits: list[Place] = [visit[:3] for visit in decided]
        self.sources: dict[str, int] = {part: place for place, visit in enumerate(decided[:-1]) for part in visit[3]}
        if decided:
            free = provenance.get("free", ())
            rest = [part for part in self.parts() if part not in self.sources and part not in free]
            self.sources |= dict.fromkeys(rest, len(decided) - 1)
        self.own: dict[str, Data] = dict(provenance.get("own", {}))
        self._later: set[int] = set()
        self._held: set[str] = set()

    def hear(self, outcome: Outcome) -> None:
        """Take in what a visit says: it decides what nobody else has spoken about later."""
        visit, place = len(self.visits), outcome.place
        self.visits.append(place)
        self._later = {index for index, other in enumerate(self.visits) if place <= other}  # itself too: once is enough
        self._held = {part for part, own in self.own.items() if "after" in own and place <= own["after"]}
        status = {} if outcome.status is None else {"statusId": outcome.status}
        self._say("contacted", True, visit)
        self._say("state", {"state": outcome.state} | status, visit)
        self._say(f"record/{outcome.campaign}/{outcome.household}", outcome.record, visit)
        if outcome.answers:
            fields, answers = self.data.setdefault("fields", {}), self.data.setdefault("answers", {})
            for answer in sorted(outcome.answers, key=_BY_QUESTION):
                self._answer(f"fields/{answer.tag}", fields, answer.tag, answer.value, visit)
                self._answer(f"answers/{answer.question}", answers, answer.question, answer.value, visit)
        if frees(self._own_value("reservation"), outcome.walklist):
            self._say("reservation", FREE, visit)

    def forget(self) -> None:
        """Undo what visits said."""
        for part in list(self.sources):
            own = self.own.get(part, {})
            self.put(part, own.get("value", MISSING))
            if "after" in own:
                self.own[part] = {"after": own["after"]}
            else:
                self.own.pop(part, None)
        self.sources, self.visits = {}, []

    def set_by_hand(self, part: str) -> None:
        """Keep a part as it is now from all visits that are known."""
        self.sources.pop(part, None)
        self.own.pop(part, None)
        if self.visits:
            self.own[part] = {"after": max(self.visits)}

    def result(self, at: int, by: str | None) -> tuple[Data, Data]:
        """Return data and aside; records that changed say when and through whom."""
        aside = self._aside
        for key, values in self._records.items():
            campaign, _, household = key.partition("/")
            old = record_of(aside, campaign, household)
            if old is None:
                if values:
                    new = Record(
                        campaign=campaign,
                        household=household,
                        data=values,
                        created_at=at,
                        creator=by,
                        modified_at=at,
                        modifier=by,
                    )
                    aside = with_record(aside, new)
                continue
            kept = {name: value for name, value in old.data.items() if name not in RECORDED}
            if not values and not kept:
                aside = without_record(aside, campaign, household)
            elif old.data != kept | values:
                aside = with_record(aside, old.changed(kept | values, at, by))
        self._aside = aside
        return self.data, self.aside()

    def aside(self) -> Data:
        """Return the aside."""
        own = {part: value for part, value in self.own.items() if part in self.sources or "after" in value}
        provenance: Data = {}
        if self.visits:
            speaking = {*self.sources.values(), self.visits.index(max(self.visits))}
            decided: dict[int, list[str]] = {v: [] for v in sorted(speaking, key=self.visits.__getitem__)}
            for part, visit in self.sources.items():
                decided[visit].append(part)
            newest, _ = decided.popitem()
            former = [[*self.visits[visit], parts] for visit, parts in decided.items()]
            provenance["visits"] = [*former, self.visits[newest]]
            free = [part for part in self.parts() if part not in self.sources]
            provenance |= {"free": free} if free else {}
        provenance |= {"own": own} if own else {}
        if provenance:
            return self._aside | {PROVENANCE: provenance}
        return without_provenance(self._aside)

    # Parts

    def parts(self) -> list[str]:
        """Return the names of the derived parts that it has."""
        names = ["contacted", "state", "reservation"]
        names += [f"{name}/{key}" for name in ("fields", "answers") for key in self.data.get(name, {})]
        names += [f"record/{key}" for key in self._aside.get("records", {})]
        return [part for part in names if self.value(part) is not MISSING]

    def value(self, part: str) -> Any:
        """Return what a part is."""
        name, _, key = part.partition("/")
        if name == "record" and key in self._records:
            return self._records[key] or MISSING
        return value_of(self.data, self._aside, part)

    def put(self, part: str, value: Any) -> None:
        """Set a part."""
        name, _, key = part.partition("/")
        if name == "state":
            for member in ("state", "statusId"):
                self.data.pop(member, None)
            self.data |= {} if value is MISSING else value
        elif name == "record":
            self._records[key] = {} if value is MISSING else value
        else:
            target = self.data.setdefault(name, {}) if key else self.data
            if value is MISSING:
                target.pop(key or name, None)
            else:
                target[key or name] = value

    def _own_value(self, part: str) -> Any:
        return self.own.get(part, {}).get("value", MISSING) if part in self.sources else self.value(part)

    def _say(self, part: str, value: Any, visit: int) -> None:
        """Set a part as the visit that is heard says, unless somebody else has spoken about it later."""
        before = self.sources.get(part)
        if before in self._later or part in self._held:
            return
        if before is None:
            self._keep(part, self.value(part))
        self.put(part, value)
        self.sources[part] = visit

    def _answer(self, part: str, target: Data, name: str, value: Any, visit: int) -> None:
        """The same for a field or an answer, which stands in ``target``."""
        before = self.sources.get(part)
        if before in self._later or part in self._held:
            return
        if before is None:
            self._keep(part, target.get(name, MISSING))
        target[name] = value
        self.sources[part] = visit

    def _keep(self, part: str, value: Any) -> None:
        """Keep what a part is without visits."""
        own = own_entry(value, self.own.get(part, {}).get("after"))
        if own:
            self.own[part] = own


_BY_QUESTION = attrgetter("question")
