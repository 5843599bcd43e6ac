"""Where it is kept: schema, migrations and queries; SQLite and PostgreSQL behind one interface."""
