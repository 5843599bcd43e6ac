"""Contacts as they are stored: one document that both versions of the protocol are made from (spec 4.1, 4.2).

``profile`` holds the name as ``title``, ``first``, ``middle``, ``last`` and ``suffix``; ``emails`` and ``phones`` with
their details, and beside them ``email``, the main one, and ``phone``, the numbers; ``address`` as version 1 has it,
that of the primary household. ``fields`` are answers by tag, ``answers`` the same by question.

A contact is a person. Its name and its e-mail addresses are the person's too; an address that is another person's
already, as couples share one, stands in the contact alone.
"""

import json
from collections.abc import Sequence
from typing import Any

from ..ids import index_text
from ..parties import Person, normal_email

Data = dict[str, Any]

DEFAULTS: Data = {"fields": {}, "answers": {}, "contacted": False, "reservation": {"reserved": False}}
"""What a new contact says where its author does not."""

_BY_VISITS = ("contacted", "state", "statusId", "reservation", "fields", "answers")


def with_emails(profile: Data, emails: Sequence[Data]) -> Data:
    """Return a profile with these e-mail addresses and the main one of them: marked, or active, or first."""
    rest = {name: value for name, value in profile.items() if name not in ("email", "emails")}
    if not emails:
        return rest
    main = next((item for item in emails if item["primary"]), None)
    main = main or next((item for item in emails if item["active"]), emails[0])
    return rest | {"emails": list(emails), "email": main["email"]}


def with_main_email(profile: Data, email: str | None) -> Data:
    """Return a profile whose main address is another one; None: it has none at all."""
    emails: list[Data] = profile.get("emails", [])
    if email is None:
        return with_emails(profile, [])
    if email == profile.get("email"):
        return profile
    new = {"email": email, "active": True, "primary": True}
    kept = [item | {"primary": False} for item in emails if item["email"] not in (email, profile.get("email"))]
    return with_emails(profile, [new, *kept])


def with_phones(profile: Data, phones: Sequence[Data]) -> Data:
    """Return a profile with these telephone numbers."""
    rest = {name: value for name, value in profile.items() if name not in ("phone", "phones")}
    if not phones:
        return rest
    return rest | {"phones": list(phones), "phone": [item["phone"] for item in phones]}


def with_numbers(profile: Data, numbers: Sequence[str] | None) -> Data:
    """Return a profile with these telephone numbers; what is known of a number besides stays."""
    known = {item["phone"]: item for item in profile.get("phones", [])}
    default = {"active": True, "primary": False}
    phones = [known.get(number, {"phone": number} | default) for number in numbers or ()]
    changed = with_phones(profile, phones)
    return changed | {"phone": []} if numbers is not None and not numbers else changed


def addresses_of(data: Data) -> list[str]:
    """Return a contact's e-mail addresses, the main one first."""
    profile: Data = data.get("profile", {})
    emails = [item["email"] for item in profile.get("emails", ()) if item["active"]]
    if profile.get("email"):
        emails.insert(0, profile["email"])
    return list(dict.fromkeys(emails))


def person_name(data: Data) -> tuple[str, str]:
    """Return the first and the last name of the person that a contact is."""
    name: Data = data.get("profile", {}).get("name", {})
    return name.get("first", "").strip(), name.get("last", "").strip()


def following_person(data: Data, read: Person, new: Person) -> Data:
    """Return a contact after the person that it is was changed from elsewhere."""
    profile: Data = data.get("profile", {})
    if (read.first_name, read.last_name) != (new.first_name, new.last_name):
        profile = profile | {"name": profile.get("name", {}) | {"first": new.first_name, "last": new.last_name}}
    before = {normal_email(email) for email in read.emails}
    after = {normal_email(email) for email in new.emails}
    known: list[Data] = profile.get("emails", [])
    kept = [item for item in known if normal_email(item["email"]) not in before - after]
    there = {normal_email(item["email"]) for item in kept}
    added = [email for email in new.emails if normal_email(email) not in before | there]
    if added or len(kept) < len(known):
        kept += [{"email": email, "active": True, "primary": False} for email in added]
        if kept and not any(item["primary"] for item in kept):
            kept[0] = kept[0] | {"primary": True}
        profile = with_emails(profile, kept)
    return data | {"profile": profile} if profile is not data.get("profile") else data


def contact_key(data: Data) -> str:
    """Return what makes two contacts the same: the five parts of their names, and their primary household."""
    name: Data = data.get("profile", {}).get("name", {})
    parts = [name.get(part) for part in ("title", "first", "middle", "last", "suffix")]
    return index_text(json.dumps([*(part or None for part in parts), data.get("primaryHouseholdId")]))


def says_the_same(stored: Data, given: Data) -> bool:
    """Whether a stored contact may have come from what is given now: what visits change is not compared."""
    rest = [name for name in given if name not in _BY_VISITS and name != "primaryHouseholdId"]
    if any(stored.get(name) != given[name] for name in rest):
        return False
    return all(stored.get(name, {}).keys() >= given.get(name, {}).keys() for name in ("fields", "answers"))
