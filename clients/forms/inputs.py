"""How the browser treats what is typed about clients."""

DATE_INPUT = {"type": "date"}
UNRECORDED = {"autocomplete": "off", "spellcheck": "false"}
"""The browser keeps nothing of a client, and sends no name to a spelling service."""
