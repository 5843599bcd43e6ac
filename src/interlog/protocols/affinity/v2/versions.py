"""The versions of version 2 (spec 13.2): all are answered by the newest, but for keys that the first must not have."""

from ..requests import Request

VERSION_HEADER = "X-Affinity-Api-Version"
VERSION_HEADER_NAME = b"x-affinity-api-version"
VERSIONS = ("2024-01-01", "2026-07-15", "2026-09-17", "current")


def version_of(request: Request) -> str:
    """Return the version that a request is answered in: the first, unless it asks for another one."""
    asked = request.header(VERSION_HEADER_NAME)
    return asked if asked in VERSIONS else VERSIONS[0]


def is_first(request: Request) -> bool:
    """Whether a request is answered in the first version, whose clients refuse keys that they do not know."""
    return version_of(request) == VERSIONS[0]


def is_since(request: Request, version: str) -> bool:
    """Whether a request is answered in a version or in a later one."""
    return VERSIONS.index(version_of(request)) >= VERSIONS.index(version)


INTERNAL_PERSON_SINCE = DESCRIBED_SINCE = "2026-09-17"
"""Since when interactions in fields name one of us, and fields have a description and say whether they are required."""
