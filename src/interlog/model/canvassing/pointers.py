"""JSON pointers, by which problems name what is wrong."""


def pointer(path: str, name: str | int) -> str:
    """Return the pointer to a member or an element of what ``path`` points to."""
    return f"{path}/{str(name).replace('~', '~0').replace('/', '~1')}"
