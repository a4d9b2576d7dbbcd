"""A template engine that takes no undefined variable for an empty one."""

from django.template import Engine, engines
from django.template.backends.django import DjangoTemplates


class Undefined(str):
    """Stands as ``string_if_invalid``: Django fills it with the name that it could not find."""

    def __mod__(self, name: object) -> str:
        raise AssertionError(f"The template needs {name}, which its context does not have.")


def engine() -> Engine:
    """Return the engine that the product renders with."""
    backend = engines["django"]
    assert isinstance(backend, DjangoTemplates)
    return backend.engine
