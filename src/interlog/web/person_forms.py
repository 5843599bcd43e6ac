"""The forms of persons."""

from collections.abc import Mapping, Sequence

from ..model.errors import Problem
from ..model.parties import Party, Person, PersonDraft, PersonKind
from ..model.person_rules import email_problems, name_problems
from .choosing import Choice
from .party_forms import Input, PartyForms, Sheet
from .view import View


class PersonForms(PartyForms[Person]):
    """Names, addresses and organizations."""

    path, icon = "/persons", "user"

    async def inputs(self, view: View, record: Person | None) -> Sequence[Input]:
        _ = view.texts.gettext
        return (
            Input("first_name", _("First name"), "first_name"),
            Input("last_name", _("Last name"), "last_name"),
            Input("emails", _("E-mail addresses"), "emails", "lines", hint=_("One on each line, the main one first")),
        )

    def heading(self, view: View) -> str:
        return view.texts.gettext("New person")

    def choices(self, view: View) -> Mapping[str, str]:
        return {"organization_ids": view.texts.gettext("Organizations")}

    def wrong(self, sheet: Sheet) -> Sequence[Problem]:
        names = name_problems(sheet.texts["first_name"], sheet.texts["last_name"])
        return names + email_problems(sheet.lines("emails"))

    async def first(self, view: View) -> Sheet:
        """Return what the page's address tells of somebody: ``name``, or ``first_name`` and ``last_name``; ``emails``,
        and the id of an ``organization``."""
        told = {name: text.strip()[:300] for name, text in view.query.items()}
        first_name, _, last_name = told.get("name", "").rpartition(" ")
        ids = (view.number(told["organization"]),) if told.get("organization") else ()
        return _sheet(
            told.get("first_name") or first_name or last_name,
            told.get("last_name") or (last_name if first_name else ""),
            told.get("emails", "").split(),
            ids,
            0,
        )

    async def stored(self, view: View, record: Person) -> Sheet:
        return _sheet(record.first_name, record.last_name, record.emails, record.organization_ids, record.version)

    async def get(self, view: View, number: int) -> Person:
        return await view.ledger.persons.get(view.actor, number)

    async def make(self, view: View, sheet: Sheet) -> Person:
        draft = PersonDraft(
            first_name=sheet.texts["first_name"],
            last_name=sheet.texts["last_name"],
            emails=sheet.lines("emails"),
            organization_ids=sheet.ids(0),
        )
        return await view.ledger.persons.create(view.actor, draft)

    async def change(self, view: View, record: Person, sheet: Sheet) -> Person:
        return await view.ledger.persons.update(
            view.actor,
            record.id,
            first_name=sheet.texts["first_name"],
            last_name=sheet.texts["last_name"],
            emails=sheet.lines("emails"),
            organization_ids=sheet.ids(0),
            expected_version=sheet.version,
        )

    async def remove(self, view: View, number: int) -> Person:
        return await view.ledger.persons.delete(view.actor, number)

    async def gone(self, view: View, number: int) -> Person:
        return await view.ledger.restoring.person(view.actor, number)

    async def bring_back(self, view: View, number: int) -> Person:
        return await view.ledger.restoring.restore_person(view.actor, number)

    def may_go(self, record: Person) -> bool:
        return record.kind is not PersonKind.INTERNAL


def _sheet(first: str, last: str, emails: Sequence[str], organizations: tuple[int, ...], version: int) -> Sheet:
    texts = {"first_name": first, "last_name": last, "emails": "\n".join(emails)}
    return Sheet(texts, [Choice(Party.ORGANIZATION, organizations)], version)


PERSONS = PersonForms()
