"""`manage.py reset_second_factor --email E`: for somebody who works in several practices."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from accounts.services import second_factor_resets, users
from accounts.tenancy import installation_scope
from audit.actions import Action
from audit.services import events


class Command(BaseCommand):
    help = (
        "Take every second factor from a person who lost them, and sign them out."
        " Make sure of who asks: their password then leads to setting up a new one."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True, help="with which the person signs in")

    def handle(self, *args: object, email: str, **options: object) -> None:
        user = User.objects.filter(email=users.canonical_name(email)).first()
        if user is None:
            raise CommandError("Nobody signs in with this address.")
        with installation_scope():
            second_factor_resets.reset(user=user, now=timezone.now())
            events.record(
                Action.MFA_RESET, label="a person", person=str(user.pk), reason="by the operator"
            )
        self.stdout.write("Done. At the next sign-in a new second step is set up.")
