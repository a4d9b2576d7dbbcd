"""`manage.py readmit --practice SLUG --email E`: when nobody of a practice can let anybody in."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import Membership, User
from accounts.selectors import doors, members
from accounts.services import members as services
from accounts.services import users
from accounts.tenancy import practice_scope


class Command(BaseCommand):
    help = "Let a member back in whose access rests after 90 days away."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--practice", required=True, metavar="SLUG")
        parser.add_argument("--email", required=True, help="with which the person signs in")

    def handle(self, *args: object, practice: str, email: str, **options: object) -> None:
        practice_id = doors.practice_of_slug(practice)
        user = User.objects.filter(email=users.canonical_name(email)).first()
        if practice_id is None or user is None:
            raise CommandError("There is no such person in a practice with this slug.")
        with practice_scope(practice_id):
            member = Membership.objects.filter(person_id=user.pk, ended_at=None).first()
            if member is None:
                raise CommandError("There is no such person in a practice with this slug.")
            try:
                services.readmit(member=member, now=timezone.now(), by=members.automaton())
            except services.NotAway as refused:
                raise CommandError(str(refused)) from refused
        self.stdout.write(f"{member.display_name} can come in again.")
