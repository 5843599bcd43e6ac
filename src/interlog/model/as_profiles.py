"""Persons and organizations as profiles, with what is kept beside them."""

from typing import Any

from .parties import Organization, Person
from .profiles import CONTACT, ORGANIZATION, Profile


def has_key(beside: Profile | None) -> bool:
    """Whether somebody chose the ProfileId."""
    return beside is not None and bool(beside.key)


def contact_of(person: Person, beside: Profile | None) -> Profile:
    """Return a person as a contact."""
    key = beside.key if beside is not None and beside.key else str(person.id)
    fields: dict[str, Any] = {"ContactId": key}
    if person.first_name:
        fields["FirstName"] = person.first_name
    if person.last_name:
        fields["LastName"] = person.last_name
    fields["DisplayName"] = person.name
    if person.primary_email is not None:
        fields["Email"] = person.primary_email
    if person.organization_ids:
        fields["OrganizationId"] = str(person.organization_ids[0])
    return _profile(CONTACT.id, key, fields, person, beside)


def organization_of(item: Organization, beside: Profile | None) -> Profile:
    """Return an organization as a profile."""
    key = beside.key if beside is not None and beside.key else str(item.id)
    fields: dict[str, Any] = {"OrganizationId": key, "Name": item.name}
    if item.domain is not None:
        fields["Domain"] = item.domain
    return _profile(ORGANIZATION.id, key, fields, item, beside)


def _profile(
    type_id: int, key: str, fields: dict[str, Any], party: Person | Organization, beside: Profile | None
) -> Profile:
    modified = [at for at in (party.modified_at, beside.modified_at if beside is not None else None) if at]
    return Profile(
        type_id=type_id,
        number=party.id,
        key=key,
        fields=fields | (beside.fields if beside is not None else {}),
        version=party.version + (beside.version if beside is not None else 0),
        created_at=party.created_at,
        modified_at=max(modified, default=None),
    )
