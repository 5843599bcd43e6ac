"""The page that says which operations are served, and through which clients each is tested.

It is made from the route table and from the marks of the tests, ``@pytest.mark.covers("interactions.create",
by="affinity-sdk")``, so that it says nothing that is not so. What is not served yet stands in ``NOT_YET``.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from interlog.marks import PLAIN, constants, count_of, missing, missing_table, rows, served_table

from . import checklist
from .app import OPERATIONS

CLIENTS = (
    "affinity-sdk", "xaffinity", "affinity-mcp", "affinity-crm", "affinity-sync", "dlt-source-affinity", PLAIN
)  # fmt: skip
"""The clients in the order of the page's columns: the community's library and its command line, the vendor's own server
for assistants, three others, and requests by hand."""


NOT_YET = missing()

NEVER = (
    ("GET", "/v2/lists/{id}/saved-views/{view_id}", "there are no saved views"),
    ("GET", "/v2/lists/{id}/saved-views/{view_id}/list-entries", "there are no saved views"),
    ("GET", "/v2/teams", "there are no teams: security groups are seen on the pages"),
    ("GET", "/v2/teams/{id}", "the same"),
    ("GET", "/v2/teams/{id}/members", "the same"),
    ("GET", "/v2/teams/{id}/accessible-lists", "the same"),
    ("GET", "/v2/duplicates/person-suggestions", "pairs to merge are looked at on the pages"),
    ("GET", "/v2/duplicates/company-suggestions", "pairs to merge are looked at on the pages"),
    ("GET", "/v2/inferred-connections/coworkers", "nobody here knows who has worked where"),
    ("GET", "/v2/inferred-connections/investor-executive-connections", "the same"),
    ("POST", "/v2/semantic-search", "no search by meaning"),
    ("POST", "/v2/files/search", "no search by meaning"),
    ("GET", "/v2/transcripts/{id}", "there are no transcripts: the collection is an empty page"),
    ("GET", "/v2/transcripts/{id}/fragments", "the same"),
    ("DELETE", "/v2/transcripts/{id}", "the same"),
    ("POST", "/v2/feedback", "it is for the vendor"),
)
"""Operations of the vendor's version 2 that answer 404 on purpose: a method, a path, and why. Clients do without."""

DIFFERENCES = (
    ("fields of version 2", "Ids of fields that there are none of, as those of enriched ones, are passed over."),
    ("fields of version 2", "Colours of options are numbers in version 1: 1 to 7 are blue to white, others are none."),
    ("fields of version 2", "Of many dates or ranks in one field, as version 1 allows, the last one given is shown."),
    (
        "searches of version 2",
        "Fields that interactions fill in can be neither filtered nor sorted by, locations not sorted by. The body is "
        "sent again with each page. Dates are those of UTC; what takes longer than 20 seconds is refused.",
    ),
    ("fields.create", "`dropdown_options` (text, rank, color) gives a dropdown its options; the vendor has no way to."),
    ("fields", "Each field tracks its changes; managed dropdowns (17) cannot be created; `is_required` is kept only."),
    ("persons", "`primary_email` is the first address given; how recently another one was used does not change it."),
    ("opportunities", "One on a list that the caller may not see is not found, rather than shown without its entry."),
    ("notes", "People cannot be mentioned: `mentioned_person_ids` is always empty."),
    ("interactions", "An id is unique among all interactions of a tenant, not only among those of its type."),
    ("files.download", "The content itself, without a redirection. Whatever it is, browsers save it and run nothing."),
    ("reminders", "Those about somebody who is deleted are not shown, and are there again when that is undone."),
    ("v2.persons.merges, v2.companies.merges", "One that was undone is shown as `failed`."),
    ("reminders", "A recurring one is moved about a second after the contact was stored."),
    ("v2.notes.search", "By words, all of which must be there; the last may be unfinished. There are no AI summaries."),
    ("v2.users", "Nobody has the status `invited`: a user is `active` or `deactivated`. There are no photos."),
    (
        "v2.persons.relationships",
        "LinkedIn is not asked. One's own people have none: ask for those of the others.",
    ),
    ("v2.companies.relationships", "Of a company's first thousand persons."),
    ("webhooks", "Nothing is told of what does not happen here: `smart_interaction_value.updated`."),
    ("webhooks", "One that was disabled is told, once it is enabled again, of what has happened meanwhile."),
    (
        "webhooks.deliveries, webhooks.replay",
        "They are ours, and so are the events `interaction.*`, which only those "
        "are told who name them. `X-Extensions: 1` shows `x_signing_key`, by which messages are signed as Standard "
        "Webhooks says; `X-Signature` signs the body alone.",
    ),
    (
        "tasks of merges",
        "Their ids are numbers, where the vendor's are UUIDs, which affinity-mcp's `get_merge_task` demands.",
    ),
    ("collections of version 2", "`prevUrl` is always null: pages are followed forwards."),
    ("everything", "Only the documented keys are answered, unless a request asks for [more](affinity-extensions.md)."),
)
"""Where an operation that is served does less than the vendor's, or something else."""


SUITE = "2.0.6"

SKIPPED = {
    **{
        f"TestInteractions.test_list_{name}": "leaves itself out: the first person owns the firm here, rather than "
        "being from outside"
        for name in ("emails", "meetings")
    },
    **{
        f"TestQuery{name}": "this version of the command refuses the query by itself, and sends no request: persons "
        "and companies cannot be asked for by id"
        for name in (
            "Persons.test_query_persons_with_include", "Persons.test_query_persons_with_expand",
            "Companies.test_query_companies_with_include", "Companies.test_query_companies_with_expand",
            "EdgeCases.test_query_empty_result",
        )
    },
    "TestSDKWrites.test_webhook_crud": "calls a function of its own with an argument too many; the script itself, "
    "which has the same part, does not",
    "TestSDKWritesFull.test_full_write_suite": "ends with the same call; the script does all the rest",
}  # fmt: skip
"""Tests of the live suite that do not pass over a server of ours, and why: none because of what the server answers."""


def page(tests: Path) -> str:
    """Return the page, as Markdown. ``tests``: the folder of this protocol's tests."""
    served, absent = sum(not item.extension for item in OPERATIONS), count_of(NOT_YET)
    commands = _Commands(**constants(tests / "commands.py"))
    return f"""# Coverage: Affinity

{served} operations of the Affinity API are served, {absent} are not yet. Paths stand below `/affinity`. Where an
operation has several paths, they mean the same. *§* is the section of the specification that the operation follows.

A ✓ says that tests drive the operation through this client against a running server: affinity-sdk is the community's
library, xaffinity its command line; affinity-mcp is the vendor's own server for assistants; affinity-crm and
affinity-sync demand exactly the keys that are documented, dlt-source-affinity feeds pipelines. Besides, one module of
tests walks every operation, on SQLite and on PostgreSQL: without a token, with each parameter wrong in every way, with
another tenant's ids, and with random requests; another one holds the answers of version 2 against the vendor's schemas.


{_table(1, tests)}


These, and the parameters and keys that a request can [ask for](affinity-extensions.md).

{_table(1, tests, extension=True)}


{_table(2, tests)}


{_absent()}


The rest of the vendor's version 2. These answer 404, and clients do without.

| path | method | why |
| --- | --- | --- |
{rows((f"`{path}`", method, why) for method, path, why in NEVER)}


xaffinity {SUITE} has {sum(len(table) for table in commands)} commands, each of which a test runs over a server. These
work:

| | commands |
| --- | --- |
{rows(_by_group(commands.TRIED))}

These end with the error that says that something was not found, as the operation behind them is not served on purpose:

| command | why |
| --- | --- |
{rows((f"`{name}`", why) for name, (_, why) in commands.REFUSED.items())}

These ask the server for nothing, or at most whether the key is known:
{", ".join(f"`{name}`" for name in commands.LOCAL)}.


affinity-sdk {SUITE} comes with tests that were written for a sandbox of the vendor. All of them run over a server here,
with something of everything in it, and with what the suite's own script prepares: those that read, those of its command
line, those that compare queries with exports, and the script that writes, with its merges and with webhooks that a
receiver takes. Each passes, but for these, for reasons of their own:

| test | reason |
| --- | --- |
{rows(SKIPPED.items())}


Each item of its checklist, and each decision where sources contradict each other, with the tests that show it.

{checklist.table(tests)}


| operation | difference |
| --- | --- |
{rows(DIFFERENCES)}
"""


class _Commands(NamedTuple):
    """What the tests say of the command line: see their ``commands.py``."""

    TRIED: dict[str, tuple[str, str]]
    REFUSED: dict[str, tuple[str, str]]
    LOCAL: dict[str, str]


def _by_group(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield groups of commands with the names of those in them; a command without a group is one by itself."""
    for group, found in groupby(sorted(names), key=lambda name: name.partition(" ")[0]):
        yield f"`{group}`", ", ".join(f"`{name.partition(' ')[2] or name}`" for name in found)


def _absent() -> str:
    if not NOT_YET:
        return "Nothing of what the specification asks for."
    return f"""A request for one of these is refused: with 404, with 405 where the path is served with another method,
and with 400 where a word in the path is taken for an id.

{missing_table(NOT_YET)}"""


def _table(version: int, tests: Path, *, extension: bool = False) -> str:
    shown = [item for item in OPERATIONS if (item.version, item.extension) == (version, extension)]
    return served_table(shown, tests, CLIENTS)
