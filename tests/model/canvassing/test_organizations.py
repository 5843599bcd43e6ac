"""Organizations below each other: what their members see, however they are arranged."""

from hypothesis import given
from hypothesis import strategies as st

from interlog.model.canvassing.organizations import deciding, groups_seen, line_of
from interlog.model.canvassing.resources import Resource, root_organization
from interlog.model.tenancy import Right, Tenant, TenantSettings

TENANT = Tenant(id=1, name="acme", settings=TenantSettings(), created_at=0)
ROOT = root_organization(TENANT)
NAMES = [f"o{number}" for number in range(6)]

parents = st.fixed_dictionaries({name: st.sampled_from([ROOT, "gone", *NAMES]) for name in NAMES})


def _made(kind: str, id_: str, number: int, **data: str) -> Resource:
    return Resource(kind=kind, id=id_, number=number, data=dict(data), created_at=0, modified_at=0)


def _organizations(above: dict[str, str]) -> dict[str, Resource]:
    made = {name: _made("organizations", name, 10 + at, parentId=above[name]) for at, name in enumerate(above)}
    return made | {ROOT: _made("organizations", ROOT, 1)}


def _membership(organization: str, status: str = "active") -> Resource:
    return _made("memberships", "m", 99, organizationId=organization, status=status, userId="u")


@given(parents, st.sampled_from(NAMES))
def test_a_line_ends_at_the_root(above: dict[str, str], start: str) -> None:
    """Even where organizations are above each other in a circle, or below one that is gone."""
    line = line_of(_organizations(above), start, ROOT)
    assert line[0] == start and line[-1] == ROOT
    assert len(line) == len(set(line))


@given(parents, st.lists(st.sampled_from(NAMES), max_size=3))
def test_members_see_what_is_below(above: dict[str, str], member_of: list[str]) -> None:
    """A member sees an organization if one of his stands in the line above it."""
    organizations = _organizations(above)
    seen = groups_seen(TENANT, organizations, [_membership(name) for name in member_of])
    for name in NAMES:
        line = line_of(organizations, name, ROOT)
        expected = any(mine in line for mine in member_of) if member_of else True
        assert (organizations[name].number in seen) is expected
    assert 1 not in seen and 0 not in seen


@given(parents)
def test_members_of_the_root_see_everything(above: dict[str, str]) -> None:
    """So does who is a member of nothing, unless bound to memberships."""
    organizations = _organizations(above)
    everything = {organizations[name].number for name in NAMES}
    assert groups_seen(TENANT, organizations, [_membership(ROOT)]) == everything
    assert groups_seen(TENANT, organizations, []) == everything
    assert groups_seen(TENANT, organizations, [], bound=True) == set()
    assert groups_seen(TENANT, organizations, [_membership(ROOT, "disabled")]) == set()


def test_what_decides() -> None:
    """Active memberships do, those that are not confirmed do not, disabled ones do but for administrators."""
    some = [_membership("o1", status) for status in ("active", "disabled", "invited", "unconfirmed")]
    assert deciding(some, Right.WRITE) == some[:2]
    assert deciding(some, Right.ADMIN) == some[:1]
