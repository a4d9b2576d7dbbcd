"""Typed readers of the environment. A secret may come from the file that NAME_FILE names."""

import os
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def env(name: str, default: str | None = None) -> str:
    """Return a setting as text; without a default a missing one stops the start."""
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"The environment variable {name} is not set.")
    return value


def is_set(name: str) -> bool:
    """Return whether a setting is given, as itself or as the file that NAME_FILE names."""
    return bool(os.environ.get(name) or os.environ.get(f"{name}_FILE"))


def env_bool(name: str) -> bool:
    """Return whether the variable says 1, true or yes."""
    return os.environ.get(name, "").lower() in {"1", "true", "yes"}


def env_int(name: str, default: int) -> int:
    """Return a whole number."""
    return int(env(name, str(default)))


def env_list(name: str, default: str = "", separator: str = ",") -> list[str]:
    """Return the non-empty parts of a separated list."""
    return [part.strip() for part in env(name, default).split(separator) if part.strip()]


def env_secret(name: str, default: str | None = None) -> str:
    """Return a secret from NAME, or from the file that NAME_FILE names."""
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
    return env(name, default)


def database(name: str) -> dict[str, object]:
    """Return Django's description of the PostgreSQL database at a URL.

    ``postgresql://user:password@host:port/name``; a unix socket's folder stands in ``?host=``.
    """
    url = urlsplit(env_secret(name))
    if url.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(f"{name} must be a postgresql:// address.")
    query = {key: values[0] for key, values in parse_qs(url.query).items()}
    return {
        "ENGINE": "config.postgresql",
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": query.pop("host", url.hostname or ""),
        "PORT": query.pop("port", str(url.port or "")),
        "CONN_MAX_AGE": 300,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"sslmode": query.pop("sslmode", "prefer"), **query},
    }
