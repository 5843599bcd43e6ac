"""The forms of opportunities."""

from collections.abc import Mapping, Sequence

from ..ledger.opportunities import name_problems
from ..model.errors import Problem
from ..model.parties import Opportunity, OpportunityDraft, Party
from .choosing import Choice
from .forms import Option
from .party_forms import Input, PartyForms, Sheet
from .view import View


class OpportunityForms(PartyForms[Opportunity]):
    """Name, list, persons and organizations. Which list one is on is settled once it is there."""

    path, icon = "/opportunities", "handshake"

    async def inputs(self, view: View, record: Opportunity | None) -> Sequence[Input]:
        _ = view.texts.gettext
        name = Input("name", _("Name"), "name", required=True)
        if record is not None:
            return (name,)
        lists = [item for item in await view.ledger.opportunities.lists(view.actor) if item.kind is Party.OPPORTUNITY]
        options = tuple(Option(str(item.id), item.name) for item in lists)
        return (name, Input("list", _("List"), "list_id", "choice", required=True, options=options))

    def heading(self, view: View) -> str:
        return view.texts.gettext("New opportunity")

    def choices(self, view: View) -> Mapping[str, str]:
        _ = view.texts.gettext
        return {"organization_ids": _("Organizations"), "person_ids": _("Persons")}

    def wrong(self, sheet: Sheet) -> Sequence[Problem]:
        return name_problems(sheet.texts["name"])

    async def first(self, view: View) -> Sheet:
        texts = {"name": view.query.get("name", "").strip()[:200], "list": ""}
        return Sheet(texts, _choices(_asked(view, "organization"), _asked(view, "person")))

    async def stored(self, view: View, record: Opportunity) -> Sheet:
        return Sheet({"name": record.name}, _choices(record.organization_ids, record.person_ids), record.version)

    async def get(self, view: View, number: int) -> Opportunity:
        return await view.ledger.opportunities.get(view.actor, number)

    async def make(self, view: View, sheet: Sheet) -> Opportunity:
        chosen = sheet.texts["list"]
        draft = OpportunityDraft(
            name=sheet.texts["name"],
            list_id=int(chosen) if chosen.isascii() and chosen.isdecimal() and len(chosen) <= 15 else 0,
            organization_ids=sheet.ids(0),
            person_ids=sheet.ids(1),
        )
        return await view.ledger.opportunities.create(view.actor, draft)

    async def change(self, view: View, record: Opportunity, sheet: Sheet) -> Opportunity:
        return await view.ledger.opportunities.update(
            view.actor,
            record.id,
            name=sheet.texts["name"],
            organization_ids=sheet.ids(0),
            person_ids=sheet.ids(1),
            expected_version=sheet.version,
        )

    async def remove(self, view: View, number: int) -> Opportunity:
        return await view.ledger.opportunities.delete(view.actor, number)

    async def gone(self, view: View, number: int) -> Opportunity:
        return await view.ledger.restoring.opportunity(view.actor, number)

    async def bring_back(self, view: View, number: int) -> Opportunity:
        return await view.ledger.restoring.restore_opportunity(view.actor, number)


def _choices(organizations: tuple[int, ...], persons: tuple[int, ...]) -> list[Choice]:
    return [Choice(Party.ORGANIZATION, organizations), Choice(Party.PERSON, persons)]


def _asked(view: View, name: str) -> tuple[int, ...]:
    text = view.query.get(name, "")
    return (view.number(text),) if text else ()


OPPORTUNITIES = OpportunityForms()
