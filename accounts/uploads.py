"""Files that people upload: in memory only, where a page takes one, and nowhere else.

Django would put a larger file onto the disk in the clear.
"""

from typing import Any

from django.core.files.uploadhandler import MemoryFileUploadHandler, SkipFile

from accounts.views.asking import view_says

FILE_BYTES_MAX = 10 * 1024 * 1024
ENVELOPE_BYTES = 64 * 1024
"""What a form says round its file."""


class InMemory(MemoryFileUploadHandler):
    """Takes a file of somebody who is signed in, for a view that ``takes_files``.

    Any other is read past: its form arrives without it.
    """

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, str],  # noqa: N803  # as Django names it
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        user = getattr(self.request, "user", None)
        self.activated = bool(
            content_length <= FILE_BYTES_MAX + ENVELOPE_BYTES
            and user is not None
            and user.is_authenticated
            and self.request is not None
            and view_says(self.request, "takes_files")
        )

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        if not self.activated:
            raise SkipFile
        super().new_file(*args, **kwargs)
