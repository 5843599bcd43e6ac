"""Who may do what."""

import pytest
from msgspec.structs import replace

from interlog.model.errors import Forbidden
from interlog.model.tenancy import Actor, Right, Tenant, TenantSettings, UserRole
from interlog.model.types import BUILT_IN_TYPES, Category

TENANT = Tenant(
    id=1, name="acme", settings=TenantSettings(domains=("own.example",)), created_at=0, types=BUILT_IN_TYPES
)
ACTOR = Actor(tenant=TENANT, person_id=1, right=Right.WRITE, groups=(0, 7))


class TestRights:
    @pytest.mark.parametrize(
        ("right", "included"),
        [
            (Right.READ, {Right.READ}),
            (Right.WRITE, {Right.READ, Right.WRITE}),
            (Right.ADMIN, {Right.READ, Right.WRITE, Right.ADMIN}),
        ],
    )
    def test_each_includes_those_before(self, right: Right, included: set[Right]) -> None:
        """Writing includes reading, administering includes both."""
        assert included == {other for other in Right if right.includes(other)}

    @pytest.mark.parametrize(
        ("role", "right"),
        [
            (UserRole.OWNER, Right.ADMIN),
            (UserRole.ADMIN, Right.ADMIN),
            (UserRole.MEMBER, Right.WRITE),
            (UserRole.VIEWER, Right.READ),
        ],
    )
    def test_of_a_role(self, role: UserRole, right: Right) -> None:
        """Each role may do a most."""
        assert right is role.right

    def test_are_required(self) -> None:
        """A use case refuses an actor without its right, and one without any."""
        ACTOR.require(Right.READ)
        ACTOR.require(Right.WRITE)
        with pytest.raises(Forbidden):
            ACTOR.require(Right.ADMIN)
        with pytest.raises(Forbidden):
            replace(ACTOR, right=None).require(Right.READ)

    def test_groups(self) -> None:
        """An actor sees the open group and his own."""
        assert [ACTOR.sees(group) for group in (0, 7, 8)] == [True, True, False]


class TestTenant:
    def test_types_are_found_by_name_id_and_category(self) -> None:
        """Every built-in type is there, once."""
        assert {type_.name for type_ in BUILT_IN_TYPES} == set(TENANT.types_by_name)
        assert {1, 2, 3, 4, 5, 6} == set(TENANT.types_by_id)
        assert {"Meeting", "Call"} == {
            TENANT.types_by_id[id_].name for id_ in TENANT.type_ids(Category.CALL, Category.MEETING)
        }
        assert TENANT.type_ids() == ()

    @pytest.mark.parametrize(
        ("address", "own"),
        [
            ("mia@own.example", True),
            ("Mia@OWN.Example ", True),
            ("eve@client.example", False),
            ("eve@not-own.example", False),
            ("own.example", False),
            ("x@y@own.example", True),
            ("", False),
        ],
    )
    def test_own_addresses(self, address: str, own: bool) -> None:
        """Internal people are told by the domain of their address."""
        assert own is TENANT.is_own(address)
