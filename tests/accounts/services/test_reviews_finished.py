"""A finished review covers all that people held as it was finished, and stays as it was."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AccessReview, AccessReviewItem, Role, RoleGrant
from accounts.selectors import members
from accounts.services import own_roles, reviews, roles
from accounts.tenancy import practice_scope
from tests.accounts.services.test_reviews import IN_SECOND_QUARTER, open_due
from tests.houses import House

NOW = IN_SECOND_QUARTER


def decide_all(house: House) -> AccessReview:
    """Open a review and confirm every line of it."""
    by = house.people["administrator"]
    review = open_due(house, NOW)
    assert review is not None
    with practice_scope(house.id, person_id=by.person_id):
        for item in AccessReviewItem.objects.all():
            reviews.confirm(item_id=item.pk, now=NOW, by=by)
    return review


def test_a_role_taken_after_the_review_began_is_reviewed_too(practice: House) -> None:
    """Otherwise a copy of the reviewed role, put in its place, would be looked at by nobody."""
    by = practice.people["administrator"]
    review = open_due(practice, NOW)
    assert review is not None
    with practice_scope(practice.id, person_id=by.person_id):
        original = Role.objects.get(slug="administrator")
        mine = AccessReviewItem.objects.get(grant__member=by)
        copied = own_roles.copy(original=original, name="Chief", description="", now=NOW, by=by)
        roles.grant(member=by, role=copied, now=NOW, by=by)
        roles.withdraw(member=by, role=original, now=NOW, by=by)
        for item in AccessReviewItem.objects.exclude(pk=mine.pk):
            reviews.confirm(item_id=item.pk, now=NOW, by=by)

        with pytest.raises(reviews.StillWaiting, match="1 line waits"):
            reviews.close(review=review, now=NOW, by=by)

        new = AccessReviewItem.objects.get(grant__role=copied)
        reviews.confirm(item_id=new.pk, now=NOW, by=by)
        reviews.close(review=review, now=NOW, by=by)


@pytest.mark.parametrize("what", ["line", "new line", "review"])
def test_the_database_keeps_a_finished_review(practice: House, what: str) -> None:
    review, by = decide_all(practice), practice.people["administrator"]
    with practice_scope(practice.id, person_id=by.person_id):
        reviews.close(review=review, now=NOW, by=by)
        later = NOW + timedelta(days=1)

        with pytest.raises(IntegrityError, match="finished"), transaction.atomic():
            if what == "line":
                AccessReviewItem.objects.update(decision="REMOVED")
            elif what == "review":
                AccessReview.objects.update(closed_at=later)
            else:
                gone, role = practice.people["auditor"], Role.objects.get(slug="therapist")
                grant = RoleGrant.objects.create(
                    member=gone, role=role, granted_at=later, granted_by=members.automaton()
                )
                AccessReviewItem.objects.create(review=review, grant=grant)
