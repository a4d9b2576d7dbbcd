"""Business dates: the calendar on the practice's wall."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.selectors import members


def zone() -> ZoneInfo:
    """Return the time zone of the practice in scope."""
    return ZoneInfo(members.practice().time_zone)


def day_of(moment: datetime, where: ZoneInfo) -> date:
    """Return the business date of a moment."""
    return moment.astimezone(where).date()


def bounds(on: date, where: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the moments at which a business date begins and ends; 23 to 25 hours apart."""
    return (
        datetime.combine(on, time.min, where),
        datetime.combine(on + timedelta(days=1), time.min, where),
    )
