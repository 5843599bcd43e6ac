"""Pages for people: handlers, templates, static files."""
