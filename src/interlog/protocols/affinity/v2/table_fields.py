"""The part of the route table of version 2 that is about fields, and about who stands on lists (spec 14.4, 14.5)."""

from interlog.model.parties import Party

from ..operations import PATH_ID, Operation
from . import field_writes, fields, lists, party_writes, search
from .paging import PAGING

FIELDS = (
    *(
        operation
        for name, kind in (("persons", Party.PERSON), ("companies", Party.ORGANIZATION))
        for operation in (
            Operation(name=f"v2.{name}.fields", method="GET", paths=(f"/v2/{name}/fields",), version=2, spec="14.4",
                      handler=fields.of_kind(kind), params=fields.OF_KIND),
            Operation(name=f"v2.{name}.options", method="GET",
                      paths=(f"/v2/{name}/fields/{{field_id}}/dropdown-options",), version=2, spec="14.5",
                      handler=fields.options_of_kind(kind), params=fields.OPTIONS),
            Operation(name=f"v2.{name}.lists", method="GET", paths=(f"/v2/{name}/{{id}}/lists",), version=2,
                      spec="14.4", handler=lists.of_party(kind), params=lists.OF_PARTY),
            Operation(name=f"v2.{name}.entries", method="GET", paths=(f"/v2/{name}/{{id}}/list-entries",), version=2,
                      spec="14.4", handler=lists.entries_of_party(kind), params=lists.OF_PARTY),
            Operation(name=f"v2.{name}.values", method="GET", paths=(f"/v2/{name}/{{id}}/fields",), version=2,
                      spec="14.4", handler=fields.values_of_party(kind), params=fields.VALUES),
            Operation(name=f"v2.{name}.value", method="GET", paths=(f"/v2/{name}/{{id}}/fields/{{field_id}}",),
                      version=2, spec="14.4", handler=fields.value_of_party(kind), params=fields.VALUE),
            Operation(name=f"v2.{name}.set_value", method="POST", paths=(f"/v2/{name}/{{id}}/fields/{{field_id}}",),
                      version=2, spec="14.4", handler=field_writes.set_of_party[kind], params=field_writes.SET,
                      writes=True, status=204),
            Operation(name=f"v2.{name}.update_values", method="PATCH", paths=(f"/v2/{name}/{{id}}/fields",), version=2,
                      spec="14.4", handler=field_writes.update_party[kind], params=field_writes.UPDATE, writes=True),
        )
    ),
    Operation(name="v2.lists.fields", method="GET", paths=("/v2/lists/{id}/fields",), version=2, spec="14.5",
              handler=fields.of_list, params=fields.OF_LIST),
    Operation(name="v2.lists.options", method="GET", paths=("/v2/lists/{id}/fields/{field_id}/dropdown-options",),
              version=2, spec="14.5", handler=fields.options_of_list, params=fields.LIST_OPTIONS),
    Operation(name="v2.lists.option", method="GET",
              paths=("/v2/lists/{id}/fields/{field_id}/dropdown-options/{option_id}",), version=2, spec="14.5",
              handler=fields.option_of_list, params=fields.OPTION),
    Operation(name="v2.lists.values", method="GET", paths=("/v2/lists/{id}/list-entries/{entry_id}/fields",),
              version=2, spec="14.5", handler=fields.values_of_entry, params=fields.ENTRY_VALUES),
    Operation(name="v2.lists.value", method="GET",
              paths=("/v2/lists/{id}/list-entries/{entry_id}/fields/{field_id}",), version=2, spec="14.5",
              handler=fields.value_of_entry, params=fields.ENTRY_VALUE),
    Operation(name="v2.lists.set_value", method="POST",
              paths=("/v2/lists/{id}/list-entries/{entry_id}/fields/{field_id}",), version=2, spec="14.5",
              handler=field_writes.set_of_entry, params=field_writes.SET_ENTRY, writes=True, status=204),
    Operation(name="v2.lists.update_values", method="PATCH", paths=("/v2/lists/{id}/list-entries/{entry_id}/fields",),
              version=2, spec="14.5", handler=field_writes.update_entry, params=field_writes.UPDATE_ENTRY, writes=True),
    Operation(name="v2.persons.create", method="POST", paths=("/v2/persons",), version=2, spec="14.4",
              handler=party_writes.create_person, params=party_writes.CREATE_PERSON, writes=True, status=201),
    Operation(name="v2.persons.delete", method="DELETE", paths=("/v2/persons/{id}",), version=2, spec="14.4",
              handler=party_writes.delete_person, params=party_writes.DELETE, writes=True, status=204),
    Operation(name="v2.opportunities.update", method="POST", paths=("/v2/opportunities/{id}",), version=2,
              spec="14.4", handler=party_writes.update_opportunity, params=party_writes.UPDATE_OPPORTUNITY,
              writes=True, status=204),
    Operation(name="v2.opportunities.delete", method="DELETE", paths=("/v2/opportunities/{id}",), version=2,
              spec="14.4", handler=party_writes.delete_opportunity, params=party_writes.DELETE, writes=True,
              status=204),
    Operation(name="v2.lists.create", method="POST", paths=("/v2/lists",), version=2, spec="14.5",
              handler=party_writes.create_list, params=party_writes.CREATE_LIST, writes=True, status=201),
    Operation(name="v2.lists.add", method="POST", paths=("/v2/lists/{id}/list-entries",), version=2, spec="14.5",
              handler=party_writes.add_entry, params=party_writes.ADD_ENTRY, writes=True, status=201),
    Operation(name="v2.lists.views", method="GET", paths=("/v2/lists/{id}/saved-views",), version=2, spec="14.5",
              handler=party_writes.saved_views, params=(PATH_ID, *PAGING)),
    Operation(name="v2.persons.search", method="POST", paths=("/v2/persons/search",), version=2, spec="14.6",
              handler=search.of_kind(Party.PERSON), params=search.OF_KIND, status=201),
    Operation(name="v2.companies.search", method="POST", paths=("/v2/companies/search",), version=2, spec="14.6",
              handler=search.of_kind(Party.ORGANIZATION), params=search.OF_KIND, status=201),
    Operation(name="v2.lists.search", method="POST", paths=("/v2/lists/{id}/list-entries/search",), version=2,
              spec="14.6", handler=search.of_list, params=search.OF_LIST, status=201),
)  # fmt: skip
