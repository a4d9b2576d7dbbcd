from accounts.tenancy import practice_scope
from tests.houses import House
from audit.models import Event
def test_smoke(practice: House):
    with practice_scope(practice.id):
        for e in Event.objects.order_by("seq"): print(e.seq,e.action,e.label,e.facts,e.hash, type(e.hash))
