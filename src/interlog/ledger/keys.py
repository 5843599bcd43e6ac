"""Keys: secret texts that name their tenant, so that looking one up stays within the tenant's rows.

Only their digests are stored: whoever reads the store can use none of them.
"""

import hashlib
import secrets

from ..model.tenancy import Tenant


def new_key(beginning: str, tenant: Tenant) -> str:
    """Return a new key, such as ``ilog1_…``."""
    return f"{beginning}{tenant.id}_{secrets.token_urlsafe(32)}"


def tenant_of(beginning: str, text: str) -> int | None:
    """Return the id of the tenant that a key names; None where the text is no key of that beginning."""
    head, _, secret = text.partition("_")
    number = head.removeprefix(beginning)
    if not secret or head == number or not (number.isascii() and number.isdecimal()) or len(number) > 15:
        return None
    return int(number)


def digest(text: str) -> str:
    """Return what a key is stored as. It is long and random, so that a plain hash cannot be reversed."""
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()
