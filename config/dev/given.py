"""What the caller has set already, so that the launcher starts nothing in its place."""

import os

from config.dev.state import Refused

DATABASES = ("DATABASE_URL", "DATABASE_GATE_URL", "DATABASE_OWNER_URL", "DATABASE_BACKUP_URL")
REDIS = "REDIS_URL"
OURS = ("DATABASE_", "QUIETLEDGER_", "STRIPE_", "REDIS_", "AUDIT_", "DJANGO_")


def is_set(name: str) -> bool:
    """Say whether the environment has a value, or the file of a value, under this name."""
    return bool(os.environ.get(name) or os.environ.get(f"{name}_FILE"))


def databases() -> bool:
    """Say whether the four addresses are set; raises Refused when only some of them are."""
    missing = [name for name in DATABASES if not is_set(name)]
    if missing and len(missing) < len(DATABASES):
        raise Refused(
            f"Of the four database addresses {', '.join(missing)} {_verb(missing)} not set: "
            "set all four, or none to use the server that the launcher starts."
        )
    return not missing


def redis() -> bool:
    return is_set(REDIS)


def surroundings(use_given: bool) -> dict[str, str]:
    """Return the environment for a launched stack: the caller's, less what would change it."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(OURS)}
    if use_given:
        names = {f"{name}{ending}" for name in (*DATABASES, REDIS) for ending in ("", "_FILE")}
        kept |= {key: value for key, value in os.environ.items() if key in names}
    return kept


def _verb(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"
