"""Runs of reports that were kept."""

from django.db.models import QuerySet

from billing.models import ReportRun


def newest_first() -> QuerySet[ReportRun]:
    return ReportRun.objects.select_related("run_by").order_by("-run_at", "-pk")
