"""A file that is about to leave."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True, repr=False)
class Exported:
    """A file, and the id by which the log tells who took it. Its name tells of nobody.

    ``kind`` is how the name ends, as in csv.
    """

    export_id: UUID
    content: bytes
    content_type: str
    kind: str

    @property
    def file_name(self) -> str:
        return f"export-{self.export_id}.{self.kind}"
