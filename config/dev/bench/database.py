"""A new database for the length of a benchmark, migrated and provisioned like a deployed one."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connections

PREFIX = "bench_"


@contextmanager
def scratch() -> Iterator[None]:
    """Let every role reach a database that is made now and dropped afterwards."""
    owner = connections["owner"]
    given = str(owner.settings_dict["NAME"])
    owner.settings_dict["TEST"]["NAME"] = PREFIX + given
    connections.close_all()
    owner.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    others = [connections[alias] for alias in connections if alias != "owner"]
    for other in others:
        other.creation.set_as_test_mirror(owner.settings_dict)
    try:
        call_command("provision_context", verbosity=0, stdout=io.StringIO())
        yield
    finally:
        connections.close_all()
        owner.creation.destroy_test_db(given, verbosity=0)
        for other in others:
            other.settings_dict["NAME"] = given
