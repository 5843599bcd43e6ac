"""A contact's profile in its three spellings (spec 4.1, 4.2): version 1, its older form, and version 2.

The older form has ``name.anglican`` and ``location``; version 2 has ``name.anglican`` and addresses and numbers with
details. Version 1 takes the older one too, not mixed within the same part. What is stored is said in
``model/canvassing/contacts.py``.
"""

from collections.abc import Mapping
from typing import Any

from interlog.model.canvassing.contacts import with_emails, with_main_email, with_numbers, with_phones
from interlog.model.canvassing.households import country_name

from .shapes import MISSING, Day, Flag, Many, Number, Reading, Shape, Text, Thing, pointer

Data = dict[str, Any]
Path = tuple[str, ...]

_NAME = 500
"""How long a part of a name may be, in characters: a contact is a person, whose name is bounded so."""

_EMAIL = 320

_ANGLICAN = {"given": "first", "middlename": "middle", "surname": "last"}
_DOCUMENTED = {new: old for old, new in _ANGLICAN.items()}
_STATOIDS = {"statoid01": "state", "statoid02": "county", "statoid03": "city", "statoid04": "neighborhood"}

GENDER = Text(choices=("d", "f", "m", "n", "o"))
PHONE_TYPE = Text(choices=("home", "mobile", "business"))

_name_part = Text(longest=_NAME)
_documented_name = Thing(
    dict.fromkeys(("title", "first", "middle", "last", "suffix"), _name_part), required=("first", "last")
)
_anglican_name = Thing(
    dict.fromkeys(("title", "given", "middlename", "surname", "suffix"), _name_part), required=("given", "surname")
)


class _Language(Shape):
    def read(self, value: Any, path: str, reading: Reading) -> Any:
        if isinstance(value, str) and len(value) == 2 and value.isascii() and value.isalpha():
            return value.lower()
        return reading.wrong(path, "must be an ISO 639-1 code, such as en", "any.allowOnly")


class _Name(Shape):
    """A name in either spelling, stored in the documented one; ``is_lax``: parts that are missing are empty."""

    def __init__(self, *, is_lax: bool = False) -> None:
        self._is_lax = is_lax

    def read(self, value: Any, path: str, reading: Reading) -> Any:
        if not isinstance(value, dict):
            return reading.wrong(path, "must be an object", "object.base")
        older = "anglican" in value
        if older and len(value) > 1:
            return reading.wrong(path, "must not mix anglican with the other spelling", "object.allowUnknown")
        shape, names = (_anglican_name, value["anglican"]) if older else (_documented_name, value)
        if self._is_lax and isinstance(names, dict):
            names = dict.fromkeys(shape.required, "") | {k: v for k, v in names.items() if v is not None}
        found = shape.read(names, pointer(path, "anglican") if older else path, reading)
        if found is MISSING:
            return found
        return {_ANGLICAN.get(name, name): part for name, part in found.items()}


class _Point(Shape):
    """A place as GeoJSON has it: longitude before latitude."""

    def read(self, value: Any, path: str, reading: Reading) -> Any:
        found = _geometry.read(value, path, reading)
        if found is MISSING or "coordinates" not in found:
            return found
        bounds, where = (180, 90), pointer(path, "coordinates")
        if len(found["coordinates"]) != len(bounds):
            return reading.wrong(where, "must be a longitude and a latitude", "array.length")
        for index, most in enumerate(bounds):
            Number(-most, most).read(found["coordinates"][index], pointer(where, index), reading)
        return found


_geometry = Thing({"type": Text(choices=("Point",)), "coordinates": Many(Number())}, required=("type", "coordinates"))
_street = Thing(
    {name: Text() for name in ("formatted", "route", "number", "unit", "unitType")},
    required=("formatted", "route", "number"),
)
_ADDRESS = Thing(
    {name: Text() for name in ("country", "formatted", "postalCode", "state", "county", "city", "neighborhood")}
    | {"position": _Point(), "streetAddress": _street}
)
_region = Thing({name: Text() for name in ("abbr", "name", "type")})
_LOCATION = Thing(
    {
        "coords": Thing({"lat": Number(-90, 90), "lng": Number(-180, 180)}, required=("lat", "lng")),
        "country": Thing({"abbr": Text(), "name": Text()}),
        "locality": _region,
        **dict.fromkeys(_STATOIDS, _region),
        "formatted": Text(),
        "postalCode": Text(),
        "streetAddress": _street,
    }
)

_SHARED = {"gender": GENDER, "languages": Many(_Language()), "age": Number(0, 200, whole=True), "birthdate": Day()}
_EMAILS = Many(
    Thing(
        {"email": Text(longest=_EMAIL), "active": Flag(), "primary": Flag()},
        required=("email",),
        defaults={"active": True, "primary": False},
    )
)
_PHONES = Many(
    Thing(
        {"phone": Text(), "phoneType": PHONE_TYPE, "active": Flag(), "primary": Flag()},
        required=("phone",),
        defaults={"active": True, "primary": False},
    )
)
_FIRST = Thing(
    {
        "name": _Name(),
        "address": _ADDRESS,
        "location": _LOCATION,
        "email": Text(longest=_EMAIL),
        "phone": Many(Text()),
        **_SHARED,
    }
)
_SECOND = Thing({"name": _Name(is_lax=True), "emails": _EMAILS, "phones": _PHONES, **_SHARED})
_STORED_ONLY = ("email", "emails", "phone", "phones", "address", "location")


def read_first(value: Any, path: str, reading: Reading, before: Mapping[str, Any]) -> Any:
    """Return the profile to be stored of one in version 1; ``before`` is what is stored, of which details stay.

    An address is required but of who came through version 2 and has none. ``MISSING`` where anything is wrong with it,
    which is noted.
    """
    wrong = len(reading.problems)
    found = _FIRST.read(value, path, reading)
    if found is MISSING:
        return found
    location = found.pop("location", None)
    if location is None and "address" not in found and ("address" in before or not before):
        reading.wrong(pointer(path, "address"), "is required", "any.required")
    elif location is not None and "address" in found:
        reading.wrong(pointer(path, "location"), "must not stand beside address", "object.allowUnknown")
    if len(reading.problems) > wrong:
        return MISSING
    profile = {name: part for name, part in found.items() if name not in ("email", "phone", "emails", "phones")}
    if location is not None:
        profile["address"], rest = _address_of(location)
        profile |= {"location": rest} if rest else {}
    elif "location" in before and found.get("address") == before.get("address"):
        profile["location"] = before["location"]
    details = {name: before[name] for name in ("email", "emails", "phone", "phones") if name in before}
    return with_numbers(with_main_email(profile | details, found.get("email")), found.get("phone"))


def read_second(value: Any, path: str, reading: Reading, before: Mapping[str, Any]) -> Any:
    """Return the profile to be stored of one in version 2; what only version 1 shows stays as it is in ``before``."""
    wrong = len(reading.problems)
    found = _SECOND.read(value, path, reading)
    if len(reading.problems) > wrong:
        return MISSING
    profile = {name: before[name] for name in ("address", "location") if name in before}
    profile |= {name: part for name, part in found.items() if name not in _STORED_ONLY}
    profile.setdefault("name", {"first": "", "last": ""})
    return with_phones(with_emails(profile, found.get("emails", ())), found.get("phones", ()))


def first(profile: Mapping[str, Any]) -> Data:
    """Return a stored profile in version 1."""
    return {name: part for name, part in profile.items() if name not in ("emails", "phones", "location")}


def second(profile: Mapping[str, Any]) -> Data:
    """Return a stored profile in version 2."""
    name = {"first": "", "last": ""} | profile.get("name", {})
    shown = {name: part for name, part in profile.items() if name not in ("email", "phone", "address", "location")}
    return shown | {"name": {"anglican": {_DOCUMENTED.get(part, part): text for part, text in name.items()}}}


def _address_of(location: Data) -> tuple[Data, Data]:
    """Return an address of the older form as the documented one, and what that one has no place for."""
    address: Data = {name: location[name] for name in ("formatted", "postalCode", "streetAddress") if name in location}
    if "coords" in location:
        coords = location["coords"]
        address["position"] = {"type": "Point", "coordinates": [coords["lng"], coords["lat"]]}
    rest: Data = {}
    regions = {"country": "country"} | _STATOIDS
    for source, target in regions.items():
        region = location.get(source, {})
        text = region.get("name") or region.get("abbr")
        if text:
            address[target] = text if source != "country" or region.get("name") else country_name(text)
        if more := {name: part for name, part in region.items() if name != "name"}:
            rest[source] = more
    if locality := location.get("locality"):
        rest["locality"] = locality
        if "city" not in address and locality.get("name"):
            address["city"] = locality["name"]
    return address, rest


# Pointers


def stored_pointer(version: int, path: Path) -> Path:
    """Return where a pointer below ``data`` of a contact leads in what is stored, whichever spelling it is in."""
    if version == 2 and path[:1] == ("fields",):
        return ("answers", *path[1:])
    if path[:1] != ("profile",):
        return path
    return ("profile", *_documented(path[1:]))


def _documented(path: Path) -> Path:
    """Return a path in a profile in the documented spelling; what that has no place for stays as it is."""
    match path:
        case ("name", "anglican", part, *rest):
            return ("name", _ANGLICAN.get(part, part), *rest)
        case ("name", "anglican"):
            return ("name",)
        case ("location", ("formatted" | "postalCode" | "streetAddress") as name, *rest):
            return ("address", name, *rest)
        case ("location", "coords"):
            return ("address", "position")
        case ("location", "coords", ("lat" | "lng") as name):
            return ("address", "position", "coordinates", "1" if name == "lat" else "0")
        case ("location", "country", "name"):
            return ("address", "country")
        case ("location", region, "name") if region in _STATOIDS:
            return ("address", _STATOIDS[region])
        case ("location",):
            return ("address",)
    return path


def patch_pointer(version: int, path: Path, value: Any) -> tuple[Path, Any]:
    """Return where an operation of a patch leads in the version's own spelling, and its value in that spelling.

    Whole names and locations of the other spelling are told by their place; what is in them is read afterwards.
    """
    if path[:2] == ("profile", "name") and version == 2:
        if path[2:3] == ("anglican",):
            return path, value
        if len(path) == 2:
            is_documented = isinstance(value, dict) and "anglican" not in value
            names = {_DOCUMENTED.get(part, part): text for part, text in value.items()} if is_documented else None
            return path, value if names is None else {"anglican": names}
        return ("profile", "name", "anglican", _DOCUMENTED.get(path[2], path[2]), *path[3:]), value
    if version == 2 or path[:1] != ("profile",):
        return path, value
    found = ("profile", *_documented(path[1:]))
    if found == path or not isinstance(value, dict):
        return found, value
    if path[1:] == ("name", "anglican"):
        return found, {_ANGLICAN.get(part, part): text for part, text in value.items()}
    if path[1:] == ("location", "coords"):
        return found, {"type": "Point", "coordinates": [value.get("lng"), value.get("lat")]}
    if path[1:] == ("location",):
        reading = Reading()
        location = _LOCATION.read(value, "/data/profile/location", reading)
        reading.check()
        return found, _address_of(location)[0]
    return found, value
