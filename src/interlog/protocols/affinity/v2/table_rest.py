"""The route table of version 2: what is no interaction, note, party or list (spec 14.6), and what is found
of those."""

from ..account import rate_limit_v2, whoami_v2
from ..operations import Operation
from . import files, merges, note_search, relationships, reminders, transcripts, users, webhooks

_ACCOUNT = (
    Operation(name="v2.whoami", method="GET", paths=("/v2/auth/whoami",), version=2, spec="14.6",
              handler=whoami_v2, counts=False),
    Operation(name="v2.rate_limit", method="GET", paths=("/v2/rate-limit",), version=2, spec="14.6",
              handler=rate_limit_v2, counts=False),
)  # fmt: skip

_REMINDERS = (
    Operation(name="v2.reminders.list", method="GET", paths=("/v2/reminders",), version=2, spec="14.6",
              handler=reminders.list_, params=reminders.LIST),
    Operation(name="v2.reminders.get", method="GET", paths=("/v2/reminders/{id}",), version=2, spec="14.6",
              handler=reminders.get, params=reminders.GET),
    Operation(name="v2.reminders.create", method="POST", paths=("/v2/reminders",), version=2, spec="14.6",
              handler=reminders.create, params=reminders.CREATE, writes=True, status=201),
    Operation(name="v2.reminders.update", method="POST", paths=("/v2/reminders/{id}",), version=2, spec="14.6",
              handler=reminders.update, params=reminders.UPDATE, writes=True, status=204),
    Operation(name="v2.reminders.delete", method="DELETE", paths=("/v2/reminders/{id}",), version=2, spec="14.6",
              handler=reminders.delete, params=reminders.DELETE, writes=True, status=204),
)  # fmt: skip

_FILES = (
    Operation(name="v2.files.list", method="GET", paths=("/v2/files",), version=2, spec="14.6",
              handler=files.list_, params=files.LIST),
    Operation(name="v2.files.get", method="GET", paths=("/v2/files/{id}",), version=2, spec="14.6",
              handler=files.get, params=files.GET),
)  # fmt: skip

_MERGES = tuple(
    operation
    for merging in (merges.PERSONS, merges.COMPANIES)
    for plural in ("persons" if merging.word == "person" else "companies",)
    for path, tasks in ((f"/v2/{merging.word}-merges", f"/v2/tasks/{merging.word}-merges"),)
    for operation in (
        Operation(name=f"v2.{plural}.merge", method="POST", paths=(path,), version=2, spec="14.6",
                  handler=merges.create(merging), params=merging.create, writes=True, status=202),
        Operation(name=f"v2.{plural}.merges", method="GET", paths=(path,), version=2, spec="14.6",
                  handler=merges.list_(merging), params=merges.LIST),
        Operation(name=f"v2.{plural}.get_merge", method="GET", paths=(f"{path}/{{id}}",), version=2, spec="14.6",
                  handler=merges.get(merging), params=merges.GET),
        Operation(name=f"v2.{plural}.merge_tasks", method="GET", paths=(tasks,), version=2, spec="14.6",
                  handler=merges.list_tasks(merging), params=merges.LIST),
        Operation(name=f"v2.{plural}.merge_task", method="GET", paths=(f"{tasks}/{{id}}",), version=2, spec="14.6",
                  handler=merges.get_task(merging), params=merges.GET),
    )
)  # fmt: skip

_WEBHOOKS = (
    Operation(name="v2.webhooks.list", method="GET", paths=("/v2/webhooks",), version=2, spec="14.6",
              handler=webhooks.list_, params=webhooks.LIST),
    Operation(name="v2.webhooks.get", method="GET", paths=("/v2/webhooks/{id}",), version=2, spec="14.6",
              handler=webhooks.get, params=webhooks.GET),
    Operation(name="v2.webhooks.create", method="POST", paths=("/v2/webhooks",), version=2, spec="14.6",
              handler=webhooks.create, params=webhooks.CREATE, writes=True, status=201),
    Operation(name="v2.webhooks.update", method="POST", paths=("/v2/webhooks/{id}",), version=2, spec="14.6",
              handler=webhooks.update, params=webhooks.UPDATE, writes=True, status=204),
    Operation(name="v2.webhooks.delete", method="DELETE", paths=("/v2/webhooks/{id}",), version=2, spec="14.6",
              handler=webhooks.delete, params=webhooks.DELETE, writes=True, status=204),
)  # fmt: skip

_TEXTS = (
    Operation(name="v2.notes.search", method="POST", paths=("/v2/notes/search",), version=2, spec="14.3",
              handler=note_search.search, params=note_search.SEARCH, status=201),
    Operation(name="v2.transcripts.list", method="GET", paths=("/v2/transcripts",), version=2, spec="14.6",
              handler=transcripts.list_, params=transcripts.LIST),
)  # fmt: skip

_PEOPLE = (
    Operation(name="v2.users.list", method="GET", paths=("/v2/users",), version=2, spec="14.6",
              handler=users.list_, params=users.LIST),
    Operation(name="v2.users.get", method="GET", paths=("/v2/users/{id}",), version=2, spec="14.6",
              handler=users.get, params=users.GET),
    Operation(name="v2.persons.relationships", method="GET", paths=("/v2/persons/{id}/relationships",), version=2,
              spec="14.4", handler=relationships.of_person, params=relationships.LIST),
    Operation(name="v2.companies.relationships", method="GET", paths=("/v2/companies/{id}/relationships",), version=2,
              spec="14.4", handler=relationships.of_company, params=relationships.LIST),
)  # fmt: skip

REST = _REMINDERS + _FILES + _MERGES + _WEBHOOKS + _TEXTS + _PEOPLE + _ACCOUNT
