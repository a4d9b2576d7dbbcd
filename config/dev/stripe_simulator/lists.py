"""Lists: newest first, a page at a time."""

from collections.abc import Sequence

from config.dev.stripe_simulator.calls import Call
from config.dev.stripe_simulator.errors import no_such
from config.dev.stripe_simulator.messages import Object
from config.dev.stripe_simulator.parameters import Parameters

_COMPARISONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def of(data: list[Object], url: str, *, has_more: bool = False) -> Object:
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def page(
    call: Call,
    kind: str,
    *fields: str,
    conditions: Sequence[str] = (),
    values: Sequence[object] = (),
) -> Object:
    """A page of one kind, narrowed by `created` and by those fields that were asked for."""
    where, wanted = list(conditions), list(values)
    for field in fields:
        value = call.params.text(field)
        if value is not None:
            where.append(f"json_extract(body, '$.{field}') = ?")
            wanted.append(value)
    for comparison, moment in _created(call.params):
        where.append(f"created {comparison} ?")
        wanted.append(moment)
    return _cut(call, kind, where, wanted)


def _cut(call: Call, kind: str, where: list[str], wanted: list[object]) -> Object:
    limit = call.params.whole("limit", least=1, most=100) or 10
    after, before = call.params.text("starting_after"), call.params.text("ending_before")
    for cursor, comparison in ((after, "<"), (before, ">")):
        if cursor is not None:
            where.append(f"seq {comparison} ?")
            wanted.append(_place(call, cursor))
    store, account = call.merchant.store, call.merchant.account
    backwards = before is not None
    rows = store.page(account, kind, where, wanted, limit=limit + 1, oldest_first=backwards)
    data = rows[:limit][::-1] if backwards else rows[:limit]
    return of(data, call.path, has_more=len(rows) > limit)


def _place(call: Call, cursor: str) -> int:
    if call.merchant.store.get(cursor, account=call.merchant.account) is None:
        raise no_such("object", cursor, param="starting_after")
    return call.merchant.store.seq(cursor)


def _created(params: Parameters) -> list[tuple[str, int]]:
    if not params.has("created"):
        return []
    if not params.is_hash("created"):
        moment = params.whole("created", most=2**40)
        return [("=", moment)] if moment is not None else []
    bounds = params.within("created")
    return [
        (sign, moment)
        for name, sign in _COMPARISONS.items()
        if bounds is not None and (moment := bounds.whole(name, most=2**40)) is not None
    ]
