"""The page where the payer types a card, for one Checkout session."""

from datetime import UTC, datetime

from config.dev.stripe_simulator.messages import Object, Reply, Request
from config.dev.stripe_simulator.pages import card_form
from config.dev.stripe_simulator.pages.card_form import CODE, EXPIRY, NUMBER
from config.dev.stripe_simulator.pages.rendering import (
    fill,
    money,
    not_found,
    notice,
    page,
    see_other,
)
from config.dev.stripe_simulator.resources import checkout_payment
from config.dev.stripe_simulator.simulator import Simulator

_FIELDS = (
    (NUMBER, "Card number", "cc-number", "For example 4242 4242 4242 4242", "23"),
    (EXPIRY, "Expiry", "cc-exp", "For example 12 / 34", "9"),
    (CODE, "Security code", "cc-csc", "On the back of the card", "4"),
)
_SAVING = "Your card will be saved for later payments. Nothing is charged now."


def answer(simulator: Simulator, request: Request, session_id: str) -> Reply:
    with simulator.store.transaction():
        account = simulator.store.account_of(session_id)
    if account is None or request.method not in ("GET", "POST"):
        return not_found()
    with simulator.visit(account) as merchant:
        session = simulator.store.get(session_id)
        if session is None or session["object"] != "checkout.session":
            return not_found()
        if session["status"] != "open":
            return _over(session)
        items = simulator.store.private(session_id)["line_items"]
        if request.method == "GET":
            return _show(session, items, _last_error(simulator, session), {})
        today = datetime.fromtimestamp(merchant.now, UTC).date()
        form = card_form.read(request.body, today)
        if form.card is None or form.errors:
            return _show(session, items, "", form.errors)
        intent = checkout_payment.pay(merchant, session, form.card, form.expiry)
        return _next(session, items, intent)


def landing(session: Object) -> str:
    """Where the payer goes when it is done."""
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _next(session: Object, items: list[Object], intent: Object) -> Reply:
    if intent["status"] == "succeeded":
        return see_other(landing(session))
    if intent["status"] == "requires_action":
        return see_other(intent["next_action"]["redirect_to_url"]["url"])
    return _show(session, items, _error_of(intent), {})


def _over(session: Object) -> Reply:
    if session["status"] == "expired":
        text = "This payment link has expired. Ask for a new one; nothing was charged."
        return notice("This page has expired", text, session["cancel_url"])
    if session["mode"] == "setup":
        return notice("Card already saved", "There is nothing more to do here.", landing(session))
    text = f"{money(session['amount_total'])} was paid. There is nothing more to do here."
    return notice("Already paid", text, landing(session))


def _error_of(intent: Object) -> str:
    error = intent.get("last_payment_error") or intent.get("last_setup_error")
    return str(error["message"]) if error else ""


def _last_error(simulator: Simulator, session: Object) -> str:
    intent_id = session["payment_intent"] or session["setup_intent"]
    intent = simulator.store.get(intent_id) if intent_id else None
    return _error_of(intent) if intent else ""


def _show(session: Object, items: list[Object], refusal: str, errors: dict[str, str]) -> Reply:
    """Always 200: a browser calls other answers failures, and a decline is none."""
    merchant = session["branding_settings"]["display_name"]
    saves = session["mode"] == "setup"
    title = f"Save a card for {merchant}" if saves else f"Pay {merchant}"
    message = session["custom_text"]["submit"]
    main = fill(
        "pay",
        {
            "alert": _alert(refusal, errors),
            "summary": fill("saving", text=_SAVING) if saves else _summary(session, items),
            "fields": "\n".join(_field(errors, *described) for described in _FIELDS),
            "message": fill("message", text=message["message"]) if message else "",
            "back": _back(session["cancel_url"], merchant),
        },
        title=title,
        action=f"/c/pay/{session['id']}",
        button="Save card" if saves else f"Pay {money(session['amount_total'])}",
    )
    wrong = "Error: " if refusal or errors else ""
    return page(wrong + title, main, leads_to=(session["success_url"],))


def _summary(session: Object, items: list[Object]) -> str:
    rows = "\n".join(
        fill(
            "item",
            name=item["description"],
            quantity=f", {item['quantity']} times" if item["quantity"] > 1 else "",
            amount=money(item["amount_total"]),
        )
        for item in items
    )
    return fill("summary", {"items": rows}, total=money(session["amount_total"]))


def _alert(refusal: str, errors: dict[str, str]) -> str:
    if refusal:
        return fill("refusal", text=f"{refusal} Nothing was charged. Try another card.")
    links = "\n".join(fill("error_link", name=name, text=text) for name, text in errors.items())
    return fill("errors", {"links": links}) if errors else ""


def _field(
    errors: dict[str, str], name: str, label: str, purpose: str, hint: str, longest: str
) -> str:
    error = errors.get(name, "")
    described = {"error": fill("field_error", name=name, text=error) if error else ""}
    return fill(
        "field",
        described,
        name=name,
        label=label,
        purpose=purpose,
        hint=hint,
        longest=longest,
        invalid="true" if error else "false",
        describes=f"{name}-hint {name}-error" if error else f"{name}-hint",
    )


def _back(url: str | None, merchant: str) -> str:
    return fill("back", href=url, text=f"Back to {merchant}") if url else ""
