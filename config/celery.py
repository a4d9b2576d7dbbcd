"""The Celery application. A task only wakes work that already stands as a row in PostgreSQL."""

import os
from typing import Any

from celery import Celery, Task
from celery.signals import beat_init, worker_init

from audit.services import events
from config.startup import leave_no_core, refuse_bad

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class Job(Task):  # type: ignore[misc]  # Celery has no types
    """A task whose events tell that the product did it by itself, and in which job."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with events.coming_from({"by_job": self.name.replace(".tasks.", ".")}):
            return super().__call__(*args, **kwargs)


app = Celery("quietledger", task_cls=Job)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect  # type: ignore[untyped-decorator]  # Celery has no types
@beat_init.connect  # type: ignore[untyped-decorator]  # Celery has no types
def _refuse_bad(**_: object) -> None:
    leave_no_core()
    refuse_bad()
