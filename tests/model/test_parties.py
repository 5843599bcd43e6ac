"""Persons and addresses."""

import pytest

from interlog.model.parties import Organization, Person, PersonKind, email_domain, normal_email


@pytest.mark.parametrize(
    ("text", "normal", "domain"),
    [
        ("Eve@Client.Example", "eve@client.example", "client.example"),
        (" eve@client.example\n", "eve@client.example", "client.example"),
        ("a@b@c.example", "a@b@c.example", "c.example"),
        ("nobody", "nobody", ""),
        ("", "", ""),
    ],
)
def test_addresses(text: str, normal: str, domain: str) -> None:
    """Case and surrounding space do not tell two addresses apart; the domain stands behind the last @."""
    assert (normal, domain) == (normal_email(text), email_domain(text))


@pytest.mark.parametrize(
    ("first", "last", "name"), [("Eve", "Moll", "Eve Moll"), ("Eve", "", "Eve"), ("", "Moll", "Moll"), ("", "", "")]
)
def test_a_persons_name(first: str, last: str, name: str) -> None:
    """A name is first and last name without superfluous space."""
    assert name == Person(id=1, kind=PersonKind.EXTERNAL, first_name=first, last_name=last).name


def test_the_main_domain_is_the_first() -> None:
    """An organization without domains has no main one."""
    assert Organization(id=1, name="x", domains=("a.example", "b.example")).domain == "a.example"
    assert Organization(id=1, name="x").domain is None
