"""What can be done: one function per use case. Rules, store and journal in one transaction."""

from .ledger import Ledger

__all__ = ["Ledger"]
