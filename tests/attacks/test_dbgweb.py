from tests.attacks.test_markup import *
import difflib
def test_dbg(world, monkeypatch):
    a = said(world, "front-desk", HARMLESS, monkeypatch); b = said(world, "front-desk", " ".join(PAYLOADS), monkeypatch)
    for k in ("accounts:passkey_new","accounts:you"):
        x, y = Skeleton(a[k]), Skeleton(b[k])
        print(k, led_away(y)[:3])
        print("\n".join(l[:300] for l in list(difflib.unified_diff(x.bones, y.bones, n=1))[:20]))
    assert 0
