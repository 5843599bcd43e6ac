"""Version 2 of the API: camelCase, cursors, coded errors (spec 13, 14)."""
