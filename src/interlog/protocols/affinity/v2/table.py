"""The route table of version 2."""

from interlog.model.parties import Party

from ..operations import Operation
from ..translate import CALL_CODE, CHAT_CODE, EMAIL_CODE, MEETING_CODE
from . import interactions, lists, notes, parties
from .table_fields import FIELDS
from .table_rest import REST

_COLLECTIONS = {"meetings": MEETING_CODE, "calls": CALL_CODE, "chat-messages": CHAT_CODE, "emails": EMAIL_CODE}

_INTERACTIONS = tuple(
    operation
    for name, code in _COLLECTIONS.items()
    for operation in (
        Operation(name=f"v2.{name}.list", method="GET", paths=(f"/v2/{name}",), version=2, spec="14.2",
                  handler=interactions.collection(code), params=interactions.LIST),
        Operation(name=f"v2.{name}.get", method="GET", paths=(f"/v2/{name}/{{id}}",), version=2, spec="14.2",
                  handler=interactions.single(code), params=interactions.GET),
    )
)  # fmt: skip

_NOTES = (
    Operation(name="v2.notes.list", method="GET", paths=("/v2/notes",), version=2, spec="14.3",
              handler=notes.list_, params=notes.LIST),
    Operation(name="v2.notes.create", method="POST", paths=("/v2/notes",), version=2, spec="14.3",
              handler=notes.create, params=notes.CREATE, writes=True, status=201),
    Operation(name="v2.notes.get", method="GET", paths=("/v2/notes/{id}",), version=2, spec="14.3",
              handler=notes.get, params=notes.GET),
    Operation(name="v2.notes.update", method="POST", paths=("/v2/notes/{id}",), version=2, spec="14.3",
              handler=notes.update, params=notes.UPDATE, writes=True, status=204),
    Operation(name="v2.notes.delete", method="DELETE", paths=("/v2/notes/{id}",), version=2, spec="14.3",
              handler=notes.delete, params=notes.DELETE, writes=True, status=204),
    Operation(name="v2.notes.replies", method="GET", paths=("/v2/notes/{id}/replies",), version=2, spec="14.3",
              handler=notes.replies, params=notes.REPLIES),
    Operation(name="v2.notes.attached_persons", method="GET", paths=("/v2/notes/{id}/attached-persons",), version=2,
              spec="14.3", handler=notes.attached_persons, params=notes.ATTACHED),
    Operation(name="v2.notes.attached_companies", method="GET", paths=("/v2/notes/{id}/attached-companies",),
              version=2, spec="14.3", handler=notes.attached_companies, params=notes.ATTACHED),
    Operation(name="v2.notes.attached_opportunities", method="GET", paths=("/v2/notes/{id}/attached-opportunities",),
              version=2, spec="14.3", handler=notes.attached_opportunities, params=notes.ATTACHED),
    Operation(name="v2.persons.notes", method="GET", paths=("/v2/persons/{id}/notes",), version=2, spec="14.3",
              handler=notes.of_party(Party.PERSON), params=notes.OF_PARTY),
    Operation(name="v2.companies.notes", method="GET", paths=("/v2/companies/{id}/notes",), version=2, spec="14.3",
              handler=notes.of_party(Party.ORGANIZATION), params=notes.OF_PARTY),
    Operation(name="v2.opportunities.notes", method="GET", paths=("/v2/opportunities/{id}/notes",), version=2,
              spec="14.3", handler=notes.of_party(Party.OPPORTUNITY), params=notes.OF_PARTY),
)  # fmt: skip

_PARTIES = (
    Operation(name="v2.persons.list", method="GET", paths=("/v2/persons",), version=2, spec="14.4",
              handler=parties.list_persons, params=parties.LIST),
    Operation(name="v2.persons.get", method="GET", paths=("/v2/persons/{id}",), version=2, spec="14.4",
              handler=parties.get_person, params=parties.GET),
    Operation(name="v2.companies.list", method="GET", paths=("/v2/companies",), version=2, spec="14.4",
              handler=parties.list_companies, params=parties.LIST),
    Operation(name="v2.companies.get", method="GET", paths=("/v2/companies/{id}",), version=2, spec="14.4",
              handler=parties.get_company, params=parties.GET),
    Operation(name="v2.opportunities.list", method="GET", paths=("/v2/opportunities",), version=2, spec="14.4",
              handler=parties.list_opportunities, params=parties.LIST_OPPORTUNITIES),
    Operation(name="v2.opportunities.get", method="GET", paths=("/v2/opportunities/{id}",), version=2, spec="14.4",
              handler=parties.get_opportunity, params=parties.GET_OPPORTUNITY),
)  # fmt: skip

_LISTS = (
    Operation(name="v2.lists.list", method="GET", paths=("/v2/lists",), version=2, spec="14.5",
              handler=lists.list_, params=lists.LIST),
    Operation(name="v2.lists.get", method="GET", paths=("/v2/lists/{id}",), version=2, spec="14.5",
              handler=lists.get, params=lists.GET),
    Operation(name="v2.lists.entries", method="GET", paths=("/v2/lists/{id}/list-entries",), version=2, spec="14.5",
              handler=lists.entries, params=lists.ENTRIES),
    Operation(name="v2.lists.entry", method="GET", paths=("/v2/lists/{id}/list-entries/{entry_id}",), version=2,
              spec="14.5", handler=lists.entry, params=lists.ENTRY),
)  # fmt: skip

OPERATIONS_V2 = _INTERACTIONS + _NOTES + _PARTIES + _LISTS + FIELDS + REST
