"""The first schema."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ORDERED = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "api_usage",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("protocol", sa.Text(), nullable=False),
        sa.Column("month", WHOLE, autoincrement=False, nullable=False),
        sa.Column("calls", WHOLE, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "protocol", "month", name="pk_api_usage"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "app_user",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("person_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("groups", sa.Text(), nullable=False),
        sa.Column("active", WHOLE, autoincrement=False, nullable=False),
        sa.Column("created_at", WHOLE, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "person_id", name="pk_app_user"),
    )
    op.create_table(
        "application",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("redirect_uris", sa.Text(), nullable=False),
        sa.Column("callback", sa.Text(), nullable=True),
        sa.Column("signing_key", sa.Text(), nullable=True),
        sa.Column("person_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("organization", sa.Text(), nullable=True),
        sa.Column("token_seconds", WHOLE, autoincrement=False, nullable=True),
        sa.Column("created_at", WHOLE, autoincrement=False, nullable=False),
        sa.Column("revoked_at", WHOLE, autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_application"),
    )
    op.create_index("uq_application_client_id", "application", ["tenant_id", "client_id"], unique=True)
    op.create_table(
        "chore",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", WHOLE, autoincrement=False, nullable=False),
        sa.Column("made", WHOLE, autoincrement=False, nullable=False),
        sa.Column("person", WHOLE, autoincrement=False, nullable=False),
        sa.Column("protocol", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("claimed_until", WHOLE, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "kind", "subject", name="pk_chore"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "collection",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("of_profiles", WHOLE, autoincrement=False, nullable=False),
        sa.Column("type_id", WHOLE, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "name", name="pk_collection"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "consent",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("application", WHOLE, autoincrement=False, nullable=False),
        sa.Column("person_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("organization", sa.Text(), nullable=True),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_at", WHOLE, autoincrement=False, nullable=False),
        sa.Column("revoked_at", WHOLE, autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_consent"),
    )
    op.create_table(
        "counter",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("next", WHOLE, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "kind", name="pk_counter"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "definition",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("number", WHOLE, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("version", WHOLE, autoincrement=False, nullable=False),
        sa.Column("created_at", WHOLE, autoincrement=False, nullable=False),
        sa.Column("modified_at", WHOLE, autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "kind", "name_key", name="pk_definition"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_definition_created_at", "definition", ["tenant_id", "kind", "created_at"])
    op.create_index("uq_definition_number", "definition", ["tenant_id", "number"], unique=True)
    op.create_table(
        "delivery",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("subscription", WHOLE, autoincrement=False, nullable=False),
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", WHOLE, autoincrement=False, nullable=False),
        sa.Column("next_at", WHOLE, autoincrement=False, nullable=True),
        sa.Column("created_at", WHOLE, autoincrement=False, nullable=False),
        sa.Column("ended_at", WHOLE, autoincrement=False, nullable=True),
        sa.Column("status", WHOLE, autoincrement=False, nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "subscription", "id", name="pk_delivery"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_delivery_due",
        "delivery",
        ["tenant_id", "subscription", "next_at", "id"],
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_index(
        "ix_delivery_waiting",
        "delivery",
        ["tenant_id", "subscription", "id"],
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_index(
        "ix_delivery_dead",
        "delivery",
        ["tenant_id", "subscription", "id"],
        sqlite_where=sa.text("state = 'dead'"),
        postgresql_where=sa.text("state = 'dead'"),
    )
    op.create_index(
        "ix_delivery_ended_at",
        "delivery",
        ["tenant_id", "ended_at"],
        sqlite_where=sa.text("ended_at IS NOT NULL"),
        postgresql_where=sa.text("ended_at IS NOT NULL"),
    )
    op.create_table(
        "external_id",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("number", WHOLE, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "system", "external_id", name="pk_external_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "field_index",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("type_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "type_id", "field", name="pk_field_index"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "field_value",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("type_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("value", ORDERED, nullable=False),
        sa.Column("changed_at", WHOLE, autoincrement=False, nullable=False),
        sa.Column("number", WHOLE, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint(
            "tenant_id", "type_id", "field", "value", "changed_at", "number", name="pk_field_value"
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "file",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("holder_kind", WHOLE, autoincrement=False, nullable=False),
        sa.Column("holder_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", WHOLE, autoincrement=False, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("uploader", WHOLE, autoincrement=False, nullable=False),
        sa.Column("created_at", WHOLE, autoincrement=False, nullable=False),
        sa.Column("version", WHOLE, autoincrement=False, nullable=False),
        sa.Column("deleted_at", WHOLE, autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_file"),
    )
    op.create_index("ix_file_key", "file", ["tenant_id", "key"], unique=True)
    op.create_index(
        "ix_file_listed",
        "file",
        ["tenant_id", "id"],
        sqlite_where=sa.text("deleted_at IS NULL AND holder_kind < 50"),
        postgresql_where=sa.text("deleted_at IS NULL AND holder_kind < 50"),
    )
    op.create_index(
        "ix_file_holder",
        "file",
        ["tenant_id", "holder_kind", "holder_id", "id"],
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "grant_key",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("application", WHOLE, autoincrement=False, nullable=False),
        sa.Column("person_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("consent", WHOLE, autoincrement=False, nullable=True),
        sa.Column("redirect_uri", sa.Text(), nullable=True),
        sa.Column("challenge", sa.Text(), nullable=True),
        sa.Column("expires_at", WHOLE, autoincrement=False, nullable=True),
        sa.Column("used_at", WHOLE, autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "digest", name="pk_grant_key"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_grant_key_expires_at",
        "grant_key",
        ["tenant_id", "expires_at"],
        sqlite_where=sa.text("expires_at IS NOT NULL"),
        postgresql_where=sa.text("expires_at IS NOT NULL"),
    )
    op.create_table(
        "import_state",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("version", WHOLE, autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "source", name="pk_import_state"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "interaction",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("number", WHOLE, autoincrement=False, nullable=False),
        sa.Column("uuid", sa.Text(), nullable=False),
        sa.Column("type_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("group_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("occurred_at", WHOLE, autoincrement=False, nullable=False),
        sa.Column("direction", WHOLE, autoincrement=False, nullable=True),
        sa.Column("logging", WHOLE, autoincrement=False, nullable=False),
        sa.Column("note_id", WHOLE, autoincrement=False, nullable=True),
        sa.Column("created_at", WHOLE, autoincrement=False, nullable=False),
        sa.Column("modified_at", WHOLE, autoincrement=False, nullable=True),
        sa.Column("deleted_at", WHOLE, autoincrement=False, nullable=True),
        sa.Column("version", WHOLE, autoincrement=False, nullable=False),
        sa.Column("identity", sa.Text(), nullable=True),
        sa.Column("brief", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("fields", sa.Text(), nullable=True),
        sa.Column("changed_at", WHOLE, autoincrement=False, nullable=False),
        sa.Column("voided_by", WHOLE, autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "number", name="pk_interaction"),
    )
    op.create_index("ix_interaction_changed_at", "interaction", ["tenant_id", "changed_at", "number"], unique=False)
    op.create_index(
        "ix_interaction_type", "interaction", ["tenant_id", "type_id", "occurred_at", "number"], unique=False
    )
    op.create_index(
        "ix_interaction_type_changed_at",
        "interaction",
        ["tenant_id", "type_id", "changed_at", "number"],
        unique=False,
    )
    op.create_index(
        "uq_interaction_identity",
        "interaction",
        ["tenant_id", "identity", "type_id"],
        unique=True,
        sqlite_where=sa.text("identity IS NOT NULL"),
        postgresql_where=sa.text("identity IS NOT NULL"),
    )
    op.create_index("uq_interaction_uuid", "interaction", ["tenant_id", "uuid"], unique=True)
    op.create_table(
        "interaction_type",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("version", WHOLE, autoincrement=False, nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("created_at", WHOLE, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", "version", name="pk_interaction_type"),
    )
    op.create_table(
        "journal",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("epoch", WHOLE, autoincrement=False, nullable=False),
        sa.Column("sequence", WHOLE, autoincrement=False, nullable=False),
        sa.Column("at", WHOLE, autoincrement=False, nullable=False),
        sa.Column("actor", WHOLE, autoincrement=False, nullable=True),
        sa.Column("token_id", WHOLE, autoincrement=False, nullable=True),
        sa.Column("protocol", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("entity_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("version", WHOLE, autoincrement=False, nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "epoch", "sequence", name="pk_journal"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_journal_before",
        "journal",
        ["tenant_id", "entity", "entity_id", "version"],
        unique=False,
        sqlite_where=sa.text("before IS NOT NULL"),
        postgresql_where=sa.text("before IS NOT NULL"),
    )
    op.create_table(
        "membership",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("organization_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("person_id", WHOLE, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "organization_id", "person_id", name="pk_membership"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "note",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("interaction", WHOLE, autoincrement=False, nullable=True),
        sa.Column("parent", WHOLE, autoincrement=False, nullable=True),
        sa.Column("group_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("kind", WHOLE, autoincrement=False, nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("links", sa.Text(), nullable=True),
        sa.Column("mentions", sa.Text(), nullable=True),
        sa.Column("creator", WHOLE, autoincrement=False, nullable=True),
        sa.Column("version", WHOLE, autoincrement=False, nullable=False),
        sa.Column("created_at", WHOLE, autoincrement=False, nullable=False),
        sa.Column("updated_at", WHOLE, autoincrement=False, nullable=True),
        sa.Column("deleted_at", WHOLE, autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_note"),
    )
    op.create_index("ix_note_created_at", "note", ["tenant_id", "created_at", "id"], unique=False)
    op.create_index("ix_note_creator", "note", ["tenant_id", "creator", "created_at", "id"], unique=False)
    op.create_index(
        "ix_note_parent",
        "note",
        ["tenant_id", "parent", "created_at", "id"],
        unique=False,
        sqlite_where=sa.text("parent IS NOT NULL"),
        postgresql_where=sa.text("parent IS NOT NULL"),
    )
    op.create_table(
        "note_link",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("party_kind", WHOLE, autoincrement=False, nullable=False),
        sa.Column("party_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("created_at", WHOLE, autoincrement=False, nullable=False),
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("group_id", WHOLE, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint(
            "tenant_id", "party_kind", "party_id", "created_at", "id", "group_id", name="pk_note_link"
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "opportunity",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("uuid", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("list_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("entry_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("person_ids", sa.Text(), nullable=False),
        sa.Column("organization_ids", sa.Text(), nullable=False),
        sa.Column("creator", WHOLE, autoincrement=False, nullable=False),
        sa.Column("version", WHOLE, autoincrement=False, nullable=False),
        sa.Column("created_at", WHOLE, autoincrement=False, nullable=False),
        sa.Column("modified_at", WHOLE, autoincrement=False, nullable=True),
        sa.Column("deleted_at", WHOLE, autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_opportunity"),
    )
    op.create_index("ix_opportunity_list", "opportunity", ["tenant_id", "list_id", "id"], unique=False)
    op.create_index("uq_opportunity_entry", "opportunity", ["tenant_id", "entry_id"], unique=True)
    op.create_index("uq_opportunity_uuid", "opportunity", ["tenant_id", "uuid"], unique=True)
    op.create_table(
        "opportunity_party",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("party_kind", WHOLE, autoincrement=False, nullable=False),
        sa.Column("party_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("opportunity_id", WHOLE, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "party_kind", "party_id", "opportunity_id", name="pk_opportunity_party"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "organization",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("uuid", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("domains", sa.Text(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("is_global", WHOLE, autoincrement=False, nullable=False),
        sa.Column("version", WHOLE, autoincrement=False, nullable=False),
        sa.Column("created_at", WHOLE, autoincrement=False, nullable=False),
        sa.Column("modified_at", WHOLE, autoincrement=False, nullable=True),
        sa.Column("deleted_at", WHOLE, autoincrement=False, nullable=True),
        sa.Column("merged_into", WHOLE, autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_organization"),
    )
    op.create_index("ix_organization_name_key", "organization", ["tenant_id", "name_key", "id"], unique=False)
    op.create_index("uq_organization_uuid", "organization", ["tenant_id", "uuid"], unique=True)
    op.create_table(
        "organization_domain",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("organization_id", WHOLE, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "domain", "organization_id", name="pk_organization_domain"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "participant",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("party_kind", WHOLE, autoincrement=False, nullable=False),
        sa.Column("party_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("occurred_at", WHOLE, autoincrement=False, nullable=False),
        sa.Column("number", WHOLE, autoincrement=False, nullable=False),
        sa.Column("type_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("group_id", WHOLE, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint(
            "tenant_id", "party_kind", "party_id", "occurred_at", "number", "type_id", "group_id", name="pk_participant"
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "party_external_id",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("party_kind", WHOLE, autoincrement=False, nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("party_id", WHOLE, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "party_kind", "system", "external_id", name="pk_party_external_id"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_party_external_id_party", "party_external_id", ["tenant_id", "party_kind", "party_id"], unique=False
    )
    op.create_table(
        "list_entry",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("list_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("party_kind", WHOLE, autoincrement=False, nullable=False),
        sa.Column("party_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("creator", WHOLE, autoincrement=False, nullable=False),
        sa.Column("version", WHOLE, autoincrement=False, nullable=False),
        sa.Column("created_at", WHOLE, autoincrement=False, nullable=False),
        sa.Column("deleted_at", WHOLE, autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_list_entry"),
    )
    op.create_index(
        "ix_list_entry_list",
        "list_entry",
        ["tenant_id", "list_id", "id"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index("ix_list_entry_party", "list_entry", ["tenant_id", "party_kind", "party_id", "id"], unique=False)
    op.create_table(
        "party_field",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("list_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("party_kind", WHOLE, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value_type", WHOLE, autoincrement=False, nullable=False),
        sa.Column("allows_multiple", WHOLE, autoincrement=False, nullable=False),
        sa.Column("is_required", WHOLE, autoincrement=False, nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("creator", WHOLE, autoincrement=False, nullable=False),
        sa.Column("version", WHOLE, autoincrement=False, nullable=False),
        sa.Column("created_at", WHOLE, autoincrement=False, nullable=False),
        sa.Column("deleted_at", WHOLE, autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_party_field"),
    )
    op.create_table(
        "party_value",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("party_kind", WHOLE, autoincrement=False, nullable=False),
        sa.Column("party_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("entry_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("field_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("slot", WHOLE, autoincrement=False, nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("ref_kind", WHOLE, autoincrement=False, nullable=True),
        sa.Column("ref_id", WHOLE, autoincrement=False, nullable=True),
        sa.Column("version", WHOLE, autoincrement=False, nullable=False),
        sa.Column("created_at", WHOLE, autoincrement=False, nullable=False),
        sa.Column("updated_at", WHOLE, autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "party_kind", "party_id", "entry_id", "id", name="pk_party_value"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_party_value_ref",
        "party_value",
        ["tenant_id", "ref_kind", "ref_id", "id"],
        unique=False,
        sqlite_where=sa.text("ref_id IS NOT NULL"),
        postgresql_where=sa.text("ref_id IS NOT NULL"),
    )
    op.create_index("uq_party_value_id", "party_value", ["tenant_id", "id"], unique=True)
    op.create_index(
        "uq_party_value_slot",
        "party_value",
        ["tenant_id", "field_id", "party_kind", "party_id", "entry_id", "slot"],
        unique=True,
    )
    op.create_table(
        "value_change",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("field_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("party_kind", WHOLE, autoincrement=False, nullable=False),
        sa.Column("party_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("entry_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("action", WHOLE, autoincrement=False, nullable=False),
        sa.Column("changer", WHOLE, autoincrement=False, nullable=False),
        sa.Column("at", WHOLE, autoincrement=False, nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_value_change"),
    )
    op.create_index("ix_value_change_at", "value_change", ["tenant_id", "at", "id"], unique=False)
    op.create_index("ix_value_change_field", "value_change", ["tenant_id", "field_id", "at", "id"], unique=False)
    op.create_index(
        "ix_value_change_party",
        "value_change",
        ["tenant_id", "field_id", "party_kind", "party_id", "at", "id"],
        unique=False,
    )
    op.create_table(
        "party_list",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", WHOLE, autoincrement=False, nullable=False),
        sa.Column("is_public", WHOLE, autoincrement=False, nullable=False),
        sa.Column("owner", WHOLE, autoincrement=False, nullable=False),
        sa.Column("creator", WHOLE, autoincrement=False, nullable=False),
        sa.Column("permissions", sa.Text(), nullable=False),
        sa.Column("created_at", WHOLE, autoincrement=False, nullable=False),
        sa.Column("deleted_at", WHOLE, autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_party_list"),
    )
    op.create_table(
        "party_merge",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("party_kind", WHOLE, autoincrement=False, nullable=False),
        sa.Column("survivor", WHOLE, autoincrement=False, nullable=False),
        sa.Column("gone", WHOLE, autoincrement=False, nullable=False),
        sa.Column("state", WHOLE, autoincrement=False, nullable=False),
        sa.Column("creator", WHOLE, autoincrement=False, nullable=False),
        sa.Column("protocol", sa.Text(), nullable=False),
        sa.Column("created_at", WHOLE, autoincrement=False, nullable=False),
        sa.Column("ended_at", WHOLE, autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_party_merge"),
    )
    op.create_index("ix_party_merge_gone", "party_merge", ["tenant_id", "party_kind", "gone", "id"], unique=False)
    op.create_index(
        "ix_party_merge_open",
        "party_merge",
        ["tenant_id", "id"],
        unique=False,
        sqlite_where=sa.text("state = 0 OR state = 2"),
        postgresql_where=sa.text("state = 0 OR state = 2"),
    )
    op.create_index(
        "ix_party_merge_survivor", "party_merge", ["tenant_id", "party_kind", "survivor", "id"], unique=False
    )
    op.create_table(
        "party_merge_part",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("merge_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("entity_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("version", WHOLE, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "merge_id", "entity", "entity_id", name="pk_party_merge_part"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "password",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("person_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("set_at", WHOLE, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "person_id", name="pk_password"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "person",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("uuid", sa.Text(), nullable=False),
        sa.Column("kind", WHOLE, autoincrement=False, nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("emails", sa.Text(), nullable=False),
        sa.Column("primary_email", sa.Text(), nullable=True),
        sa.Column("organization_ids", sa.Text(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("version", WHOLE, autoincrement=False, nullable=False),
        sa.Column("created_at", WHOLE, autoincrement=False, nullable=False),
        sa.Column("modified_at", WHOLE, autoincrement=False, nullable=True),
        sa.Column("deleted_at", WHOLE, autoincrement=False, nullable=True),
        sa.Column("merged_into", WHOLE, autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_person"),
    )
    op.create_index(
        "ix_person_internal",
        "person",
        ["tenant_id", "id"],
        unique=False,
        sqlite_where=sa.text("kind = 1"),
        postgresql_where=sa.text("kind = 1"),
    )
    op.create_index("ix_person_name_key", "person", ["tenant_id", "name_key", "id"], unique=False)
    op.create_index("uq_person_uuid", "person", ["tenant_id", "uuid"], unique=True)
    op.create_table(
        "person_email",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("person_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "email", name="pk_person_email"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_person_email_domain", "person_email", ["tenant_id", "domain", "person_id"], unique=False)
    op.create_table(
        "profile",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("type_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("number", WHOLE, autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("version", WHOLE, autoincrement=False, nullable=False),
        sa.Column("created_at", WHOLE, autoincrement=False, nullable=False),
        sa.Column("modified_at", WHOLE, autoincrement=False, nullable=True),
        sa.Column("changed_at", WHOLE, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "type_id", "number", name="pk_profile"),
    )
    op.create_index("ix_profile_changed_at", "profile", ["tenant_id", "type_id", "changed_at", "number"], unique=False)
    op.create_table(
        "profile_key",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("type_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("number", WHOLE, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "type_id", "name", "key", name="pk_profile_key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "profile_type",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("version", WHOLE, autoincrement=False, nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("created_at", WHOLE, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", "version", name="pk_profile_type"),
    )
    op.create_table(
        "profile_value",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("type_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("number", WHOLE, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "type_id", "name", "key", "number", name="pk_profile_value"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reminder",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("kind", WHOLE, autoincrement=False, nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("due_at", WHOLE, autoincrement=False, nullable=False),
        sa.Column("party_kind", WHOLE, autoincrement=False, nullable=False),
        sa.Column("party_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("creator", WHOLE, autoincrement=False, nullable=False),
        sa.Column("owner", WHOLE, autoincrement=False, nullable=False),
        sa.Column("created_at", WHOLE, autoincrement=False, nullable=False),
        sa.Column("completed_at", WHOLE, autoincrement=False, nullable=True),
        sa.Column("completer", WHOLE, autoincrement=False, nullable=True),
        sa.Column("reset", WHOLE, autoincrement=False, nullable=True),
        sa.Column("days", WHOLE, autoincrement=False, nullable=True),
        sa.Column("updated_at", WHOLE, autoincrement=False, nullable=True),
        sa.Column("version", WHOLE, autoincrement=False, nullable=False),
        sa.Column("deleted_at", WHOLE, autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_reminder"),
    )
    op.create_index(
        "ix_reminder_due_at",
        "reminder",
        ["tenant_id", "due_at", "id"],
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_reminder_party",
        "reminder",
        ["tenant_id", "party_kind", "party_id", "due_at", "id"],
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_reminder_owner",
        "reminder",
        ["tenant_id", "owner", "due_at", "id"],
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_reminder_creator",
        "reminder",
        ["tenant_id", "creator", "due_at", "id"],
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "request",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("number", WHOLE, autoincrement=False, nullable=False),
        sa.Column("at", WHOLE, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "key", name="pk_request"),
        sqlite_with_rowid=False,
    )
    named = (
        "substr(key, 1, 4) = 'put ' OR substr(key, 1, 1) = '\x1f' OR substr(key, 1, 8) = 'request ' "
        "OR substr(key, 1, 10) = '[\"request\"'"
    )
    op.create_index(
        "ix_request_named",
        "request",
        ["tenant_id", "at"],
        sqlite_where=sa.text(named),
        postgresql_where=sa.text(named),
    )
    op.create_table(
        "resource",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("id", ORDERED, nullable=False),
        sa.Column("number", WHOLE, autoincrement=False, nullable=False),
        sa.Column("owner", ORDERED, nullable=True),
        sa.Column("natural_key", ORDERED, nullable=True),
        sa.Column("person", WHOLE, autoincrement=False, nullable=True),
        sa.Column("group_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("aside", sa.Text(), nullable=True),
        sa.Column("version", WHOLE, autoincrement=False, nullable=False),
        sa.Column("created_at", WHOLE, autoincrement=False, nullable=False),
        sa.Column("creator", sa.Text(), nullable=True),
        sa.Column("modified_at", WHOLE, autoincrement=False, nullable=False),
        sa.Column("modifier", sa.Text(), nullable=True),
        sa.Column("deleted_at", WHOLE, autoincrement=False, nullable=True),
        sa.Column("placeholder", WHOLE, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "kind", "id", name="pk_resource"),
    )
    op.create_index("uq_resource_number", "resource", ["tenant_id", "number"], unique=True)
    for name, unique, columns, where in (
        ("ix_resource_owner", False, ["owner", "id"], "owner IS NOT NULL"),
        ("uq_resource_natural", True, ["natural_key"], "natural_key IS NOT NULL AND deleted_at IS NULL"),
        ("ix_resource_person", False, ["person"], "person IS NOT NULL AND deleted_at IS NULL"),
    ):
        op.create_index(
            name,
            "resource",
            ["tenant_id", "kind", *columns],
            unique=unique,
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )
    op.create_table(
        "subscription",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("protocol", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("signing_key", sa.Text(), nullable=False),
        sa.Column("bearer", sa.Text(), nullable=True),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("application", WHOLE, autoincrement=False, nullable=True),
        sa.Column("person_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("paused", WHOLE, autoincrement=False, nullable=False),
        sa.Column("epoch", WHOLE, autoincrement=False, nullable=False),
        sa.Column("sequence", WHOLE, autoincrement=False, nullable=False),
        sa.Column("created_at", WHOLE, autoincrement=False, nullable=False),
        sa.Column("ended_at", WHOLE, autoincrement=False, nullable=True),
        sa.Column("ordered", WHOLE, autoincrement=False, nullable=False),
        sa.Column("last_delivery", WHOLE, autoincrement=False, nullable=False),
        sa.Column("changed_at", WHOLE, autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_subscription"),
    )
    op.create_index("uq_subscription_name", "subscription", ["tenant_id", "protocol", "name"], unique=True)
    op.create_table(
        "session",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created_at", WHOLE, autoincrement=False, nullable=False),
        sa.Column("expires_at", WHOLE, autoincrement=False, nullable=False),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.Column("used_at", WHOLE, autoincrement=False, nullable=True),
        sa.Column("ended_at", WHOLE, autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_session"),
    )
    op.create_index("ix_session_person", "session", ["tenant_id", "person_id", "id"], unique=False)
    op.create_index("uq_session_digest", "session", ["tenant_id", "digest"], unique=True)
    op.create_table(
        "tenant",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("created_at", WHOLE, autoincrement=False, nullable=False),
        sa.Column("version", WHOLE, autoincrement=False, nullable=False),
        sa.Column("home", WHOLE, autoincrement=False, nullable=True),
        sa.Column("deleted_at", WHOLE, autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_tenant"),
    )
    op.create_index("ix_tenant_home", "tenant", ["home", "id"], unique=False)
    op.create_index("uq_tenant_name", "tenant", ["name"], unique=True)
    op.create_table(
        "token",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("person_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_at", WHOLE, autoincrement=False, nullable=False),
        sa.Column("expires_at", WHOLE, autoincrement=False, nullable=True),
        sa.Column("last_used_at", WHOLE, autoincrement=False, nullable=True),
        sa.Column("revoked_at", WHOLE, autoincrement=False, nullable=True),
        sa.Column("organization", sa.Text(), nullable=True),
        sa.Column("application", WHOLE, autoincrement=False, nullable=True),
        sa.Column("consent", WHOLE, autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_token"),
    )
    op.create_index("uq_token_digest", "token", ["tenant_id", "digest"], unique=True)
    op.create_index(
        "ix_token_application",
        "token",
        ["tenant_id", "application", "consent"],
        sqlite_where=sa.text("application IS NOT NULL"),
        postgresql_where=sa.text("application IS NOT NULL"),
    )
    op.create_table(
        "unbound",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("number", WHOLE, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "address", "number", name="pk_unbound"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "value_index",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("type_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "type_id", "name", name="pk_value_index"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "visit",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("campaign", ORDERED, nullable=False),
        sa.Column("id", ORDERED, nullable=False),
        sa.Column("number", WHOLE, autoincrement=False, nullable=False),
        sa.Column("occurred_at", WHOLE, autoincrement=False, nullable=False),
        sa.Column("created_at", WHOLE, autoincrement=False, nullable=False),
        sa.Column("modified_at", WHOLE, autoincrement=False, nullable=False),
        sa.Column("contact", ORDERED, nullable=False),
        sa.Column("canvasser", ORDERED, nullable=True),
        sa.Column("group_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("survey", sa.Text(), nullable=False),
        sa.Column("list", sa.Text(), nullable=True),
        sa.Column("household", sa.Text(), nullable=True),
        sa.Column("walklist", sa.Text(), nullable=True),
        sa.Column("turf", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("successful", WHOLE, autoincrement=False, nullable=True),
        sa.Column("unavailable", WHOLE, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "campaign", "id", name="pk_visit"),
        sqlite_with_rowid=False,
    )
    op.create_index("uq_visit_id", "visit", ["tenant_id", "id"], unique=True)
    op.create_index("ix_visit_occurred_at", "visit", ["tenant_id", "campaign", "occurred_at", "id"], unique=False)
    op.create_index("ix_visit_contact", "visit", ["tenant_id", "contact", "id", "number", "group_id"], unique=False)
    op.create_table(
        "search_entry",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("kind", WHOLE, autoincrement=False, nullable=False),
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("entry", WHOLE, autoincrement=False, nullable=False),
        sa.Column("type_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("at", WHOLE, autoincrement=False, nullable=False),
        sa.Column("words", sa.Text().with_variant(TSVECTOR(), "postgresql"), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "kind", "id", name="pk_search_entry"),
    )
    op.create_index("uq_search_entry", "search_entry", ["tenant_id", "entry"], unique=True)
    op.create_table(
        "search_position",
        sa.Column("tenant_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("epoch", WHOLE, autoincrement=False, nullable=False),
        sa.Column("sequence", WHOLE, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name="pk_search_position"),
        sqlite_with_rowid=False,
    )
    # The numbers of what is indexed are those of all tenants together.
    op.execute("INSERT INTO counter (tenant_id, kind, next) VALUES (0, 'search', 1)")
    if op.get_bind().dialect.name == "sqlite":
        # Texts come as words with spaces between them. They are not kept: what is found is read where it stands.
        op.execute(
            "CREATE VIRTUAL TABLE search_index USING fts5(scope, title, text, content = '', "
            "tokenize = \"unicode61 remove_diacritics 0 categories 'L* N* Co Cn M* S* P*'\")"
        )
        # How often persons were changed: what is kept of them in memory is out of date when this moves.
        op.execute("INSERT INTO counter (tenant_id, kind, next) VALUES (0, 'person_changes', 1)")
        op.execute(
            "CREATE TRIGGER person_changed AFTER UPDATE ON person BEGIN "
            "UPDATE counter SET next = next + 1 WHERE tenant_id = 0 AND kind = 'person_changes'; END"
        )
    if op.get_bind().dialect.name == "postgresql":
        op.create_index("ix_search_entry_words", "search_entry", ["words"], unique=False, postgresql_using="gin")
        # The place of a journal entry: the transaction's id, and a number within and beyond it.
        op.execute("CREATE SEQUENCE journal_sequence CACHE 1 OWNED BY journal.sequence")
        op.execute("ALTER TABLE journal ALTER COLUMN sequence SET DEFAULT nextval('journal_sequence')")
        # A restore into a server whose transactions are numbered lower replaces the 0.
        op.execute(
            "CREATE FUNCTION journal_epoch(number xid8) RETURNS bigint LANGUAGE sql IMMUTABLE "
            "RETURN number::text::bigint + 0"
        )
        op.execute("ALTER TABLE journal ALTER COLUMN epoch SET DEFAULT journal_epoch(pg_current_xact_id())")
        _create_folding()


def _create_folding() -> None:
    """Let texts be written in small and in capital letters by the fullest rules that the server knows."""
    usable = "SELECT collname FROM pg_collation WHERE collencoding IN (-1, pg_char_to_encoding(getdatabaseencoding()))"
    known = {row[0] for row in op.get_bind().execute(sa.text(usable))}
    collation = next((name for name in ("pg_unicode_fast", "und-x-icu", "pg_c_utf8") if name in known), "C")
    for way in ("lower", "upper"):
        op.execute(
            f"CREATE FUNCTION fold_{way}(word text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE "
            f'RETURN {way}(word COLLATE "{collation}") COLLATE "C"'
        )
