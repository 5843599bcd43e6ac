"""Between the data of an interaction on the wire and a visit of ours (spec 3.1), both directions."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import asdict, replace

from interlog.model.canvassing.resources import NOTHING, nil_survey
from interlog.model.canvassing.surveys import answers_in, availability_in
from interlog.model.canvassing.visits import Beside, Visit
from interlog.model.instants import parse_moment
from interlog.model.tenancy import Tenant

from .etags import number, ordered
from .resources import moment_text
from .shapes import MISSING, Flag, Number, Reading, Shape, Text, Thing, Uuid, When, pointer
from .visit_reading import quick_visit

_UUID = Uuid()
_MAX_TEXT = 100_000
_LARGEST = 2**53
_IN_V2 = ("householdId", "contactHouseholdId")


class Responses(Shape):
    """What was answered, by question: at most one field each, which is named by the question's tag."""

    def read(self, value: Any, path: str, reading: Reading) -> Any:
        if not isinstance(value, dict):
            return reading.wrong(path, "must be an object", "object.base")
        found = {}
        for name, response in value.items():
            place = pointer(path, name)
            key = _UUID.read(name, place, reading)
            if not isinstance(response, dict):
                reading.wrong(place, "must be an object", "object.base")
                continue
            inner = response.get("questionId")
            if inner is not None and _UUID.read(inner, f"{place}/questionId", reading) not in (MISSING, key):
                reading.wrong(f"{place}/questionId", "must be the id that the response stands under", "any.allowOnly")
            for other in response.keys() - {"questionId", "fields"}:
                reading.wrong(pointer(place, other), "is not allowed", "object.allowUnknown")
            if key is not MISSING:
                fields = self._fields(response.get("fields"), f"{place}/fields", reading)
                found[key] = {"fields": fields, "questionId": key}
        return found

    def _fields(self, value: Any, path: str, reading: Reading) -> dict[str, Any]:
        if value is None:
            return {}
        if not isinstance(value, dict):
            reading.wrong(path, "must be an object", "object.base")
            return {}
        if len(value) > 1:
            reading.wrong(path, "must have one member at most, named by the question's tag", "object.max")
        for tag, answer in value.items():
            parts = answer if isinstance(answer, list) else [answer]
            if any(isinstance(part, dict | list) or (part is None and answer is not None) for part in parts):
                reading.wrong(pointer(path, tag), "must be a string, a number, or an array of these", "any.base")
            elif any(isinstance(part, int | float) and abs(part) > _LARGEST for part in parts):
                reading.wrong(pointer(path, tag), f"must not be larger than {_LARGEST}", "number.max")
            elif any(isinstance(part, str) and len(part) > _MAX_TEXT for part in parts):
                reading.wrong(pointer(path, tag), f"must not be longer than {_MAX_TEXT} characters", "string.max")
        return {tag: answer for tag, answer in value.items() if answer is not None}


SHAPE = Thing(
    {
        **dict.fromkeys(("campaignId", "contactId", "listId", "walklistId", "turfId", "statusId", *_IN_V2), _UUID),
        "timestamp": When(),
        "survey": Thing({"surveyId": _UUID, "responses": Responses()}, required=("surveyId",)),
        "unavailable": Flag(),
        "unavailableReason": Text(longest=256),
        "successful": Flag(),
        "distance": Number(least=0),
        "location": Thing(
            {"lat": Number(-90, 90), "lng": Number(-180, 180), "confidence": Number(least=0)},
            together=(("lat", "lng"),),
        ),
    },
    required=("campaignId", "contactId", "timestamp", "survey"),
)
"""The data of an interaction, of both versions."""


class Given(NamedTuple):
    """A visit as a client gave it; ``undecided``: whether somebody was available is yet to be told by the survey."""

    visit: Visit
    undecided: bool


def visit_in(data: dict[str, Any], reading: Reading, path: str) -> Given | None:
    """Read the data of an interaction; what is wrong with it is noted, and then there is no visit."""
    quick = quick_visit(data)
    if quick is not None:
        return Given(quick, undecided=False)
    before = len(reading.problems)
    found = SHAPE.read(data, path, reading)
    if found is MISSING or len(reading.problems) > before:
        return None
    moment = parse_moment(found["timestamp"])
    assert moment is not None, "the shape has read it"
    location, survey = found.get("location", NOTHING), found["survey"]
    responses = survey.get("responses", NOTHING)
    unavailable = found.get("unavailable")
    filled: tuple[str, ...] = ()
    if unavailable is None and (available := availability_in(answers_in(responses))) is not None:
        unavailable, filled = not available, ("unavailable",)
    visit = Visit(
        campaign=found["campaignId"],
        contact=found["contactId"],
        survey=survey["surveyId"],
        at=moment.instant,
        responses=responses,
        unavailable=bool(unavailable),
        reason=found.get("unavailableReason"),
        successful=found.get("successful"),
        distance=found.get("distance"),
        lat=location.get("lat"),
        lng=location.get("lng"),
        confidence=location.get("confidence"),
        list_id=found.get("listId"),
        walklist=found.get("walklistId"),
        turf=found.get("turfId"),
        household=found.get("householdId"),
        contact_household=found.get("contactHouseholdId"),
        status=found.get("statusId"),
        beside=Beside(filled=filled, members=_unknown(found)),
    )
    return Given(visit, undecided=unavailable is None)


def _unknown(found: Mapping[str, Any]) -> dict[str, Any]:
    if len(found) <= len(SHAPE.members) and found.keys() <= SHAPE.members.keys():
        return NOTHING
    return {name: value for name, value in found.items() if name not in SHAPE.members}


class _Location(Struct, omit_defaults=True, gc=False):
    lat: Any = None
    lng: Any = None
    confidence: Any = None


class _Survey(Struct):
    surveyId: str
    responses: dict[str, Any]


class Data(Struct, omit_defaults=True):
    """The data of an interaction, its members in order; those that it lacks are None."""

    listId: str | None = None
    survey: _Survey | None = None
    turfId: str | None = None
    distance: Any = None
    location: _Location | None = None
    statusId: str | None = None
    contactId: str | None = None
    timestamp: str | None = None
    campaignId: str | None = None
    successful: bool | None = None
    walklistId: str | None = None
    householdId: str | None = None
    unavailable: bool | None = None
    unavailableReason: str | None = None
    contactHouseholdId: str | None = None


def data_of(visit: Visit, tenant: Tenant, version: int) -> Data | dict[str, Any]:
    """Return the data of an interaction, to be encoded. Version 1 has the household only where a client said which it
    was."""
    hidden = visit.beside.filled if version == 1 else ()
    data = Data(
        listId=visit.list_id,
        survey=_Survey(visit.survey or nil_survey(tenant), _responses(visit.responses)),
        turfId=visit.turf,
        distance=_plain(visit.distance),
        location=_location(visit),
        statusId=visit.status,
        contactId=visit.contact,
        timestamp=moment_text(visit.at),
        campaignId=visit.campaign,
        successful=visit.successful,
        walklistId=visit.walklist,
        householdId=visit.household if "householdId" not in hidden else None,
        unavailable=visit.unavailable,
        unavailableReason=visit.reason,
        contactHouseholdId=visit.contact_household if "contactHouseholdId" not in hidden else None,
    )
    if not visit.beside.members:
        return data
    said = {name: value for name, value in asdict(data).items() if value is not None}
    return ordered(said | visit.beside.members)  # type: ignore[no-any-return]  # JSON of any shape


def _location(visit: Visit) -> _Location | None:
    if visit.lat is None and visit.confidence is None:
        return None
    return _Location(_plain(visit.lat), _plain(visit.lng), _plain(visit.confidence))


def _responses(responses: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return responses in order: all ids are equally long."""
    found = {}
    for id_ in sorted(responses):
        fields = responses[id_]["fields"]
        if len(fields) != 1 or not _is_in_order(*fields.values()):
            fields = ordered(fields)
        found[id_] = {"fields": fields, "questionId": id_}
    return found


def _is_in_order(value: Any) -> bool:
    """Whether an answer is encoded as it stands: not so what may hold a fraction, or members of its own."""
    return isinstance(value, (str, int)) or (isinstance(value, list) and all(isinstance(item, str) for item in value))


def _plain(value: float | None) -> Any:
    return number(value) if isinstance(value, float) else value


def patched_visit(old: Visit, given: Given, version: int) -> Visit:
    """Return a visit as a change of its data makes it; what version 1 does not show stays as it was."""
    new, filled = given.visit, old.beside.filled
    hidden = {"householdId": "household", "contactHouseholdId": "contact_household"}
    kept = {
        attribute: getattr(old, attribute)
        for name, attribute in hidden.items()
        if version == 1 and name in filled and getattr(new, attribute) is None
    }
    return replace(new, beside=replace(old.beside, members=new.beside.members), **kept)
