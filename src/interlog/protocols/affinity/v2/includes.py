"""What a request asks to be shown besides: ``includes`` (spec 13.3)."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from interlog.model.errors import Invalid, Problem

from ..operations import Param

INCLUDES = Param(name="includes", many=True)


def included(args: Mapping[str, Any], known: Collection[str]) -> Sequence[str]:
    """Return what is asked for; raises ``Invalid`` with each word that is not known."""
    includes: list[str] = args.get(INCLUDES.name, [])
    unknown = [
        Problem(f"{INCLUDES.name}[{place}]", f"must be one of {', '.join(known)}", "choice")
        for place, name in enumerate(includes)
        if name not in known
    ]
    if unknown:
        raise Invalid(*unknown)
    return includes
