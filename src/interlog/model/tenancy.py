"""Who acts: tenants, users, tokens, and the actor of a request."""

from collections.abc import Iterable
from enum import StrEnum
from functools import cached_property

from msgspec import Struct

from .errors import Forbidden
from .look_ups import values_looked_up
from .parties import email_domain
from .profiles import Names, ProfileType
from .types import Category, InteractionType


class Right(StrEnum):
    """What a token or a role lets its bearer do; each includes those before it."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"

    def includes(self, other: "Right") -> bool:
        """Whether whoever has this right also has the other."""
        return _RANKS[self] >= _RANKS[other]


_RANKS = {Right.READ: 0, Right.WRITE: 1, Right.ADMIN: 2}


class UserRole(StrEnum):
    """A user's role in the tenant."""

    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"
    VIEWER = "viewer"

    @property
    def right(self) -> Right:
        """The most that a user of this role may do."""
        return _ROLE_RIGHTS[self]


_ROLE_RIGHTS = {
    UserRole.OWNER: Right.ADMIN,
    UserRole.ADMIN: Right.ADMIN,
    UserRole.MEMBER: Right.WRITE,
    UserRole.VIEWER: Right.READ,
}


class TenantSettings(Struct, frozen=True, kw_only=True):
    """What a tenant decides for itself. ``domains``: its own e-mail domains, which tell internal persons."""

    domains: tuple[str, ...] = ()
    time_zone: str = "UTC"
    create_unknown_persons: bool = True


class Tenant(Struct, frozen=True, kw_only=True, dict=True):
    """The firm whose data it is; nothing crosses it. ``name`` is its short name in addresses and commands, ``home`` the
    tenant whose user created it, if one did.

    ``types`` holds the newest version of each interaction type, ``profile_types`` of each profile type.
    """

    id: int
    name: str
    settings: TenantSettings
    created_at: int
    home: int | None = None
    types: tuple[InteractionType, ...] = ()
    profile_types: tuple[ProfileType, ...] = ()

    @cached_property
    def types_by_id(self) -> dict[int, InteractionType]:
        """The types by their ids."""
        return {type_.id: type_ for type_ in self.types}

    @cached_property
    def types_by_name(self) -> dict[str, InteractionType]:
        """The types by their names."""
        return {type_.name: type_ for type_ in self.types}

    @cached_property
    def _types_by_any_name(self) -> dict[str, InteractionType]:
        return {type_.name.casefold(): type_ for type_ in self.types}

    @cached_property
    def _profile_types_by_any_name(self) -> dict[str, ProfileType]:
        return {type_.name.casefold(): type_ for type_ in self.profile_types}

    @cached_property
    def profile_types_by_id(self) -> dict[int, ProfileType]:
        """The profile types by their ids."""
        return {type_.id: type_ for type_ in self.profile_types}

    def type_named(self, name: str) -> InteractionType | None:
        """Return the type of a name, in whatever case."""
        return self.types_by_name.get(name) or self._types_by_any_name.get(name.casefold())

    def profile_type_named(self, name: str) -> ProfileType | None:
        """Return the profile type of a name, in whatever case."""
        return self._profile_types_by_any_name.get(name.casefold())

    @cached_property
    def values_looked_up(self) -> dict[int, tuple[Names, ...]]:
        """The fields of profiles by whose values participants are found, by the ids of the types of profiles."""
        return values_looked_up(self.types_by_id.values(), self._profile_types_by_any_name)

    def learn(self, types: Iterable[InteractionType]) -> None:
        """Take note of types, and versions of types, that were defined since the tenant was read."""
        self.__dict__.pop("values_looked_up", None)
        for type_ in types:
            known = self.types_by_id.get(type_.id)
            if known is None or known.version < type_.version:
                self.types_by_id[type_.id] = type_
                self.types_by_name[type_.name] = type_
                self._types_by_any_name[type_.name.casefold()] = type_

    def learn_profiles(self, types: Iterable[ProfileType]) -> None:
        """Take note of types of profiles, as ``learn`` does of those of interactions."""
        self.__dict__.pop("values_looked_up", None)
        for type_ in types:
            known = self.profile_types_by_id.get(type_.id)
            if known is None or known.version < type_.version:
                self.profile_types_by_id[type_.id] = type_
                self._profile_types_by_any_name[type_.name.casefold()] = type_

    @cached_property
    def _type_ids(self) -> dict[frozenset[Category], tuple[int, ...]]:
        return {}

    def type_ids(self, *categories: Category) -> tuple[int, ...]:
        """Return the ids of the types of some categories."""
        key = frozenset(categories)
        if key not in self._type_ids:
            self._type_ids[key] = tuple(type_.id for type_ in self.types if type_.category in key)
        return self._type_ids[key]

    def is_own(self, address: str) -> bool:
        """Whether an e-mail address is one of the tenant's own people."""
        return email_domain(address) in self.settings.domains


class User(Struct, frozen=True, kw_only=True):
    """An internal person who can sign in. ``groups``: the security groups whose records he sees."""

    person_id: int
    role: UserRole
    groups: tuple[int, ...] = ()
    active: bool = True
    created_at: int = 0


class Token(Struct, frozen=True, kw_only=True):
    """A key of a user. Only ``prefix`` of its text can ever be shown again. Empty ``scopes``: all that the user may.

    A scope is a right (``read``), or a right through one protocol (``affinity:read``). ``organization``: the id of the
    organization of canvassing that it was made for, if it was made for one. ``application``, ``consent``: to which
    application it was given, and by which consent of its user.
    """

    id: int
    person_id: int
    prefix: str
    label: str
    scopes: tuple[str, ...]
    created_at: int
    expires_at: int | None = None
    last_used_at: int | None = None
    revoked_at: int | None = None
    organization: str | None = None
    application: int | None = None
    consent: int | None = None


class Actor(Struct, frozen=True, kw_only=True):
    """On whose behalf a use case runs, and through which protocol. ``groups`` always holds 0, the open group.

    ``organization``: the one of canvassing that the token was made for.
    """

    tenant: Tenant
    person_id: int
    right: Right | None
    groups: tuple[int, ...] = (0,)
    token_id: int | None = None
    protocol: str = "rest"
    request_id: str | None = None
    organization: str | None = None

    def require(self, right: Right) -> None:
        """Raise ``Forbidden`` unless the actor has the right."""
        if self.right is None or not self.right.includes(right):
            raise Forbidden(f"this needs the right to {right.value}")

    def sees(self, group: int) -> bool:
        """Whether records of this security group are visible to the actor."""
        return group in self.groups
