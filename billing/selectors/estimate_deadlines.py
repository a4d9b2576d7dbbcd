"""By when a good faith estimate has to be given: 45 CFR 149.610(b)(1), as pure functions.

A deadline is a business day of the practice; pages say that it ends at 5 pm.
"""

from datetime import date

from billing.selectors import business_days

FAR_AHEAD = 10
AHEAD = 3


def of_booking(*, booked_on: date, served_on: date) -> date | None:
    """Return by when an estimate is due for a service that was booked; None where it is not.

    Booked 10 business days ahead or more: 3 business days after the booking; 3 or more: 1
    business day. What is booked later than that brings no estimate by itself.
    """
    if booked_on <= business_days.before(served_on, FAR_AHEAD):
        return business_days.after(booked_on, 3)
    if booked_on <= business_days.before(served_on, AHEAD):
        return business_days.after(booked_on, 1)
    return None


def of_request(*, asked_on: date) -> date:
    """Return by when an estimate is due for which a client asked: 3 business days later."""
    return business_days.after(asked_on, 3)


def of_change(*, changed_on: date, served_on: date) -> date:
    """Return by when a new estimate is due where one in force does not hold for a service.

    That is 1 business day before the service; at once where that was over when it changed.
    """
    return max(business_days.before(served_on, 1), changed_on)
