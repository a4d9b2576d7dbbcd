"""`manage.py renew_search`: what searches read of every client, made anew from the records."""

from django.core.management.base import BaseCommand

from accounts.selectors import doors, members
from accounts.tenancy import practice_scope
from clients.services import search_texts


class Command(BaseCommand):
    help = (
        "Make anew what searches read of every client. Needed once after an update that says so;"
        " running it again changes nothing."
    )

    def handle(self, *args: object, **options: object) -> None:
        for practice_id in doors.practice_ids():
            with practice_scope(practice_id):
                count = search_texts.renew_all()
                self.stdout.write(f"{members.practice().name}: {count} clients.")
