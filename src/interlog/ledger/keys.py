"""Keys: secret texts that name their tenant, so that looking one up stays within the tenant's rows.

Only their digests are stored: whoever reads the store can use none of them.
"""

import hashlib
import secrets

from ..model.tenancy import Tenant

TOKEN = "ilog"
"""What a token begins with."""


def new_key(beginning: str, tenant: Tenant) -> str:
    """Return a new key, such as ``ilog1_…``."""
    return f"{beginning}{tenant.id}_{secrets.token_urlsafe(32)}"


def tenant_of(beginning: str, text: str) -> int | None:
    """Return the id of the tenant that a key names; None where the text is no key of that beginning."""
    head, _, secret = text.partition("_")
    number = head.removeprefix(beginning)
    is_number = number.isascii() and number.isdecimal() and len(number) <= 15
    if not secret or not text.isprintable() or head == number or not is_number:
        return None
    return int(number)


def shown(text: str) -> str:
    """Return as much of a key as may be shown later, to know it again."""
    return text[:12]


def digest(text: str) -> str:
    """Return what a key is stored as. It is long and random, so that a plain hash cannot be reversed."""
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()
