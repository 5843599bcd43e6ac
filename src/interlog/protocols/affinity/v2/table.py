"""The route table of version 2."""

from ..account import rate_limit_v2, whoami_v2
from ..operations import Operation

OPERATIONS_V2 = (
    Operation(name="v2.whoami", method="GET", paths=("/v2/auth/whoami",), handler=whoami_v2, spec="14.6", version=2,
              counts=False),
    Operation(name="v2.rate_limit", method="GET", paths=("/v2/rate-limit",), handler=rate_limit_v2, spec="14.6",
              version=2, counts=False),
)  # fmt: skip
