"""The reports that an evidence pack holds, of one day."""

from datetime import date

from billing.reports.registry import REPORTS
from billing.services.evidence_files import Paper

SLUGS = ("trial-balance", "aging", "income", "balance-sheet")


def of(today: date) -> list[Paper]:
    """Return the reports of a day, in the order in which they are packed."""
    papers = []
    for slug in SLUGS:
        report = REPORTS[slug]
        asked = report.form.sent({}, today=today).asked(today=today)
        papers.append(Paper(slug, report.name, report.version, asked, report.table(asked)))
    return papers
