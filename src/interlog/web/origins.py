"""Where an interaction came from, in words."""

PROTOCOLS = {
    "web": "Pages",
    "affinity": "Affinity",
    "customer-insights": "Customer Insights",
    "polis": "Polis",
    "rest": "REST",
    "fdc3": "FDC3",
    "system": "Command line",
}
"""What people call the ways that interactions come by, by what the store calls them."""


def protocol_name(protocol: str) -> str:
    """Return what people call a protocol, in English: a text for translation where it is none of a name."""
    return PROTOCOLS.get(protocol, protocol)
