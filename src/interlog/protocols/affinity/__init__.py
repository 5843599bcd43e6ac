"""The Affinity CRM REST API, versions 1 and 2."""
