"""The style sheet and the icon, served from the simulator's own origin."""

from pathlib import Path

from config.dev.stripe_simulator.messages import Reply
from config.dev.stripe_simulator.pages.rendering import not_found

_FOLDER = Path(__file__).parent / "static"
_KINDS = {"simulator.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"}


def answer(name: str) -> Reply:
    if name not in _KINDS:
        return not_found()
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"}
    return Reply(200, (_FOLDER / name).read_bytes(), _KINDS[name], headers)
