"""What the measurements need to know of a filled store, and where requests find what they ask for."""

from msgspec import Struct

from . import shape


class Facts(Struct):
    """How a store was filled. Persons and interactions have ids in a row, in the order of their places."""

    size: int
    tenant: int
    token: str
    first_person: int
    first_number: int

    @property
    def person_ids(self) -> range:
        """The ids of the persons, in the order of their places."""
        return range(self.first_person, self.first_person + shape.persons_of(self.size))


def path_of_page(person: int, code: int, start: int, end: int, size: int) -> str:
    """Return the path under which ready-made answers have a page."""
    return f"/page/{person}/{code}/{start}/{end}/{size}"


def path_of_one(number: int) -> str:
    """Return the path under which ready-made answers have one interaction."""
    return f"/one/{number}"
