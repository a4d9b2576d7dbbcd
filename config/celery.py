"""The Celery application. A task only wakes work that already stands as a row in PostgreSQL."""

import os

from celery import Celery
from celery.signals import beat_init, worker_init

from config.startup import leave_no_core, refuse_bad

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("quietledger")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect  # type: ignore[untyped-decorator]  # Celery has no types
@beat_init.connect  # type: ignore[untyped-decorator]  # Celery has no types
def _refuse_bad(**_: object) -> None:
    leave_no_core()
    refuse_bad()
