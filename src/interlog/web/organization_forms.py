"""The forms of organizations."""

from collections.abc import Sequence

from ..ledger.organizations import problems_of
from ..model.errors import Problem
from ..model.parties import Organization, OrganizationDraft
from .party_forms import Input, PartyForms, Sheet
from .view import View


class OrganizationForms(PartyForms[Organization]):
    """Name and domains. Who belongs to one stands in the forms of persons."""

    path, icon = "/organizations", "building-2"

    async def inputs(self, view: View, record: Organization | None) -> Sequence[Input]:
        _ = view.texts.gettext
        hint = _("One on each line. Persons with an e-mail address at one of them belong to the organization.")
        return (
            Input("name", _("Name"), "name", required=True),
            Input("domains", _("Domains"), "domains", "lines", hint=hint),
        )

    def heading(self, view: View) -> str:
        return view.texts.gettext("New organization")

    def wrong(self, sheet: Sheet) -> Sequence[Problem]:
        return problems_of(sheet.texts["name"], sheet.lines("domains"))

    async def first(self, view: View) -> Sheet:
        return Sheet({"name": view.query.get("name", "").strip()[:200], "domains": ""})

    async def stored(self, view: View, record: Organization) -> Sheet:
        return Sheet({"name": record.name, "domains": "\n".join(record.domains)}, (), record.version)

    async def get(self, view: View, number: int) -> Organization:
        return await view.ledger.organizations.get(view.actor, number)

    async def make(self, view: View, sheet: Sheet) -> Organization:
        draft = OrganizationDraft(name=sheet.texts["name"], domains=sheet.lines("domains"))
        return await view.ledger.organizations.create(view.actor, draft)

    async def change(self, view: View, record: Organization, sheet: Sheet) -> Organization:
        return await view.ledger.organizations.update(
            view.actor,
            record.id,
            name=sheet.texts["name"],
            domains=sheet.lines("domains"),
            expected_version=sheet.version,
        )

    async def remove(self, view: View, number: int) -> Organization:
        return await view.ledger.organizations.delete(view.actor, number)

    async def gone(self, view: View, number: int) -> Organization:
        return await view.ledger.restoring.organization(view.actor, number)

    async def bring_back(self, view: View, number: int) -> Organization:
        return await view.ledger.restoring.restore_organization(view.actor, number)

    def may_go(self, record: Organization) -> bool:
        return not record.is_global


ORGANIZATIONS = OrganizationForms()
