"""What can go wrong in canvassing beyond what can go wrong anywhere."""

from typing import Any

from ..errors import Conflict, Exists, Forbidden


class Taken(Exists):
    """The id, or what else there is only one of, belongs to another. ``stored`` is that one; None if it is hidden."""

    def __init__(self, message: str, stored: Any = None) -> None:
        super().__init__(message)
        self.stored = stored


class Changed(Conflict):
    """Another version is stored than the one that the request was made from. ``stored`` is what is there now."""

    def __init__(self, message: str, stored: Any) -> None:
        super().__init__(message)
        self.stored = stored


class Lacking(Forbidden):
    """The actor's role lacks a permission, such as ``destroy@interactions``."""

    def __init__(self, permission: str) -> None:
        super().__init__(f"this needs the permission {permission}")
        self.permission = permission
