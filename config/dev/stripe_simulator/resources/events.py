"""Events as the API shows them: each with the object as it was then."""

from config.dev.stripe_simulator import lists
from config.dev.stripe_simulator.calls import Call
from config.dev.stripe_simulator.messages import Object


def retrieve(call: Call) -> Object:
    return call.merchant.find("event", call.ids[0])


def listing(call: Call) -> Object:
    """Narrowed by `type`, where `charge.*` names a group, or by several exact `types`."""
    conditions: list[str] = []
    values: list[str] = []
    if (pattern := call.params.text("type")) is not None:
        conditions.append("json_extract(body, '$.type') GLOB ?")
        values.append(pattern)
    if types := call.params.texts("types"):
        marks = ", ".join("?" * len(types))
        conditions.append(f"json_extract(body, '$.type') IN ({marks})")
        values.extend(types)
    return lists.page(call, "event", conditions=conditions, values=values)
