"""Copying tenants from other systems into the ledger.

``affinity.py`` walks what the Affinity API shows, from the vendor or from another Interlog; ``source.py`` reads it over
HTTP, ``wire.py`` says what is read, ``translate.py`` makes records of it.
"""

from .affinity import NOT_COPIED, PARTS, Account, AffinityImport
from .source import Source

__all__ = ["NOT_COPIED", "PARTS", "Account", "AffinityImport", "Source"]
