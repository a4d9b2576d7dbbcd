"""The Celery application. A task only wakes work that already stands as a row in PostgreSQL."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("quietledger")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
