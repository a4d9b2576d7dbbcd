"""The database engine of the settings. Django finds it by this module's name."""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, which asks no question of the server to know that a connection lives.

    A server that goes away, or a pooler that hangs up, says so on the connection before it is used
    again: a connection on which nothing waits is alive as far as can be known. Where something
    waits, Django's own question decides. Asking it at every request cost two round trips.
    """

    def is_usable(self) -> bool:
        """Return whether the connection can be used, without a round trip where it is quiet."""
        if self.connection is None or self.connection.closed:
            return False
        if select.select([self.connection], [], [], 0)[0]:
            return bool(super().is_usable())
        return True
