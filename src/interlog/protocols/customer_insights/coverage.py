"""The page that says which operations are served, and through which clients each is tested.

It is made from the route table and from the marks of the tests, so that it says nothing that is not so. What is not
served stands in ``NOT_YET``.
"""

from collections.abc import Iterable
from pathlib import Path

from interlog.marks import PLAIN, count_of, missing, missing_table, rows, served_table

from .operations import PREFIXES, Operation, Plane
from .table import OPERATIONS

CLIENTS = ("azure-mgmt-resource", "python-odata", PLAIN)
"""The clients in the order of the page's columns: Azure's generic one, a generic one of OData, and requests by hand."""


NOT_YET = missing(
    ("5", "GET PUT", "^/model/segments/{name}"),
    ("5", "PUT", "^/model/segments/dynamic/{name}"),
    ("5", "PUT", "^/model/segments/static/{name}"),
    ("6.1", "GET", "§/KPIs(KpiName='k',WindowType='Day')/Values"),
    ("6.1", "GET", "§/segments('s')"),
    ("6.1", "POST", "§/segments/estimation"),
)

DIFFERENCES = (
    ("hubs.put", "Names of hubs are answered in lower case, whatever casing they were created in."),
    ("hubs.delete", "The hub that was born with a tenant cannot be deleted: 403."),
    ("hubs", "A hub is answered as `Succeeded` at once; `202` is never needed."),
    ("predictions", "Definitions and states are kept; no model is trained."),
    ("kpi", "Definitions are kept; no values are computed."),
    ("connectors", "Definitions are kept; nothing is pulled. Files are sent to `BlobIngestionJobs` instead."),
    ("roleAssignments", "They are kept; what a user may do is decided by tokens and policies."),
    (
        "interactions.put",
        "A definition that marks a field for the index, or changes references, answers after four seconds at most. The "
        "type is `Provisioning` until what is stored already is worked through; it takes instances all the same.",
    ),
    ("links.put", "A link of 2017-01-01 is answered under the names of 2017-04-26, too."),
    (
        "relationshipInstances.create",
        "The `cardinality` of a relationship type is kept and answered, and refuses nothing; participants of "
        "interaction types have none.",
    ),
    (
        "data.batch",
        "A change set creates and changes interactions and profiles, and creates relationships; all else in it is 501. "
        "What it changes is there before it, or is what `$` and the id of one of its requests stands for.",
    ),
    (
        "ingestionJobs.create",
        "A job has run when it is answered. `Uri` is a `data:` URI, an upload, or leads to one of the places that the "
        "setting `customer_insights.sources` names; or the file comes with the job as `multipart/form-data`.",
    ),
    ("entities.read", "Profiles are listed in the order in which they came, unless `$orderby` says another."),
    ("entities.read", "A type that another process has just defined is known after a second."),
    ("everything", "`x-ms-ratelimit-…` headers count per process; nobody is held up."),
)
"""Where an operation that is served does less than the vendor's, or something else."""


def page(tests: Path) -> str:
    """Return the page, as Markdown. ``tests``: the folder of this protocol's tests."""
    served, absent = len(OPERATIONS), count_of(NOT_YET)
    return f"""# Coverage: Customer Insights

{served} operations of Customer Insights are served, {absent} are not. Paths stand below `/customer-insights`;
the first character of a path stands for what many begin with:

| | |
| --- | --- |
{rows((f"`{sign}`", f"`{prefix}`") for sign, prefix in PREFIXES.items())}

*§* is the section of the specification that an operation follows, *success* the only codes that it answers with when it
is done. Where an operation has several paths, they mean the same. Paths are found in any casing.

A ✓ says that tests drive the operation through this client against a running server: azure-mgmt-resource is Azure's
generic client of resource managers, python-odata a generic client of OData. Besides, one module of tests walks every
operation of the management planes: without a token, with another tenant's hub, and with bad bodies of all kinds.

## Management

{_table([operation for operation in OPERATIONS if not _is_data(operation)], tests)}

## Data

What the address means, and all that can be asked of it, is that of OData: entity sets and keys, `$filter`, `$orderby`,
`$select`, `$expand`, `$search`, `$count`, `$metadata`, `$batch`, `BlobIngestionJobs`; of our own, `$uploads` and
`$rejects`.

{_table([operation for operation in OPERATIONS if _is_data(operation)], tests)}

## Not served

A request for one of these is refused: with 404, with 405 where the path is served with another method, and with 501
where it is known on the data plane.

{missing_table(NOT_YET)}

## Served, with a difference

| operation | difference |
| --- | --- |
{rows(DIFFERENCES)}
"""


def _is_data(operation: Operation) -> bool:
    return any(plane is Plane.DATA for plane, _ in operation.routes)


def _table(operations: Iterable[Operation], tests: Path) -> str:
    return served_table(operations, tests, CLIENTS, {"success": _statuses})


def _statuses(operation: Operation) -> str:
    return ", ".join(str(status) for status in operation.statuses) if not _is_data(operation) else ""
