"""The page that says which operations are served, and through which clients each is tested.

It is made from the route table and from the marks of the tests, so that it says nothing that is not so. What is not
served stands in ``NOT_YET``.
"""

from pathlib import Path
from typing import NamedTuple

from interlog.marks import PLAIN, rows, served_table

from .operations import Operation
from .table import OPERATIONS

CLIENTS = ("Authlib", "requests-oauthlib", PLAIN)
"""The clients in the order of the page's columns: two generic ones of OAuth, and requests by hand."""


class Missing(NamedTuple):
    """What the vendor has that is not served: a section of the specification, and resources by their names."""

    section: str
    resources: str


NOT_YET = (
    Missing("4.12", "addresses, answers, answer-option, questions, question-options"),
    Missing("4.12", "turf-assignments, walklist-share-requests, field-sets"),
    Missing("4.12", "imports, import-configs, exports, invitations, join-requests, payments"),
    Missing("4.12", "security-groups, customers, user-roles, authentications, user-credentials"),
)
"""Resources that the vendor's lists of permissions name, and of which nothing else is documented."""

DIFFERENCES = (
    ("interactions.create", "The answer is the interaction; the first page of the vendor's showed its contact."),
    ("everything", "Only `data` can be changed; what stands beside it is the server's."),
    ("everything", "Paths without a version mean version 1, below `/polis` only."),
    ("surveys", "A question of the second form whose text is not sent with it has its id for a tag."),
    ("analytics.doors_knocked", "Days are those of UTC."),
)
"""Where what is served is another thing than somebody may expect."""


def page(tests: Path) -> str:
    """Return the page, as Markdown. ``tests``: the folder of this protocol's tests."""
    columns = {"versions": _versions, "permission": _permission}
    return f"""# Coverage: Polis

{len(OPERATIONS)} operations of the Polis API are served. Paths stand below `/polis/v1` or `/polis/v2`, as *versions*
says, and those of version 1 below `/polis` too; one without a version stands below `/polis` only. `/v1` and `/v2` are
served at the root of the server as well. *Permission* is what the role of whoever asks must hold; without one it is
enough to be signed in, and OAuth asks for no token. *§* is the section of the specification that it follows.

A ✓ says that tests drive the operation through this client against a running server: Authlib and requests-oauthlib are
generic clients of OAuth 2; no client of this protocol is known. Besides, one module of tests walks every operation, on
SQLite and on PostgreSQL: without a token, with another tenant's ids, with bad bodies, and with random requests.

{served_table(OPERATIONS, tests, CLIENTS, columns)}

## Not served

The vendor's permissions name these, but nothing is documented about them. A request for one is refused with 404.

| resources | § |
| --- | --- |
{rows((row.resources, row.section) for row in NOT_YET)}

## Served, with a difference

| operation | difference |
| --- | --- |
{rows(DIFFERENCES)}
"""


def _versions(operation: Operation) -> str:
    return "" if operation.is_bare else ", ".join(str(version) for version in operation.versions)


def _permission(operation: Operation) -> str:
    return f"`{operation.permission}`" if operation.permission else ""
