"""What each tenant has in canvassing from the beginning: made at the first request that asks for any of it.

All ids are derived from the tenant, so that whoever makes it twice makes the same, and refers to it without a look-up.
"""

import string

from ...model.canvassing.permissions import BUILT_IN_ROLES
from ...model.canvassing.resources import (
    ResourceDraft,
    catch_all_campaign,
    derived_id,
    nil_survey,
    role_id,
    root_organization,
)
from ...model.canvassing.statuses import STATUS_GROUPS, STATUSES, status_data, status_id
from ...model.errors import Conflict
from ...model.tenancy import Actor, Tenant
from ...store import resources as rows
from ...store.database import Duplicate
from ...store.statements import Unit
from ...store.store import Store
from .resources import Resources

_TRIES = 4
_LETTERS = string.ascii_uppercase + string.digits


class Founding:
    """Founds tenants, each once in the life of this process."""

    def __init__(self, store: Store, resources: Resources) -> None:
        self._database = store.database
        self._resources = resources
        self._founded: set[int] = set()

    async def ensure(self, actor: Actor) -> None:
        """Make what the actor's tenant lacks of what every tenant has."""
        tenant = actor.tenant
        if tenant.id in self._founded:
            return
        drafts = {(draft.kind, draft.id or ""): draft for draft in _drafts(tenant)}
        for _ in range(_TRIES):
            found = await rows.by_refs(self._database, tenant.id, drafts)
            missing = [draft for ref, draft in drafts.items() if ref not in found]
            if not missing:
                self._founded.add(tenant.id)
                return
            unit = Unit()
            self._resources.add_new(actor, unit, await self._resources.drafted(actor, missing))
            try:
                await self._database.write(unit)
            except Duplicate:
                continue  # somebody else was founding it at the same moment
        raise Conflict("the tenant is being set up; try again")


def default_lines() -> list[list[dict[str, str]]]:
    """Return what a canvasser sees of a contact where the campaign does not say."""

    def line(*paths: str, between: str) -> list[dict[str, str]]:
        parts: list[dict[str, str]] = []
        for path in paths:
            parts += [{"type": "separator", "value": between}] if parts else []
            parts.append({"type": "field", "path": path})
        return parts

    name = "/data/profile/name/anglican/"
    return [
        line(*(name + part for part in ("title", "given", "surname", "suffix")), between=" "),
        line("/data/profile/age", "/data/profile/gender", between=","),
        line("/data/notes", between=" "),
    ]


def organization_data(tenant: Tenant, id_: str, name: str) -> dict[str, object]:
    """Return the data of an organization that says nothing but its name."""
    number = int(derived_id(tenant, "join-code", id_).replace("-", ""), 16)
    code = ""
    while len(code) < 10:
        number, place = divmod(number, len(_LETTERS))
        code += _LETTERS[place]
    return {
        "name": name,
        "discoverable": False,
        "token": code,
        "editOldTurfs": True,
        "viewUnassignedData": True,
        "requireSignUpConfirmation": True,
    }


def _drafts(tenant: Tenant) -> list[ResourceDraft]:
    root, campaign, survey = root_organization(tenant), catch_all_campaign(tenant), nil_survey(tenant)
    drafts = [
        ResourceDraft(kind="organizations", id=root, data=organization_data(tenant, root, tenant.name)),
        ResourceDraft(
            kind="campaigns",
            id=campaign,
            data={
                "name": "Recorded elsewhere",
                "description": "Visits of contacts that other programs have recorded.",
                "status": "started",
                "organizationId": root,
                "lists": [],
                "fields": default_lines(),
            },
        ),
        ResourceDraft(
            kind="surveys",
            id=survey,
            data={"name": "No questions", "campaignId": campaign, "discoverable": False, "questions": []},
        ),
    ]
    drafts += [
        ResourceDraft(
            kind="roles",
            id=role_id(tenant, role.name),
            data={"name": role.name, "description": role.description, "permissions": list(role.permissions)},
        )
        for role in BUILT_IN_ROLES
    ]
    drafts += [
        ResourceDraft(kind="statuses", id=status_id(tenant, status.name), data=status_data(status))
        for status in STATUSES
    ]
    drafts += [ResourceDraft(kind="status-groups", id=id_, data=data) for id_, data in STATUS_GROUPS.items()]
    return drafts
