"""Templates filled with escaped text, and the headers every page carries."""

from collections.abc import Mapping
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import urlsplit

from config.dev.stripe_simulator.messages import Reply

_FOLDER = Path(__file__).parent / "templates"
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'{targets}; "
    "base-uri 'none'; frame-ancestors 'none'"
)


def fill(name: str, html: Mapping[str, str] | None = None, /, **words: object) -> str:
    """A fragment; `words` are escaped, `html` is made of fragments and is not."""
    escaped = {key: escape(str(word)) for key, word in words.items()}
    template = Template((_FOLDER / f"{name}.html").read_text(encoding="utf-8"))
    return template.substitute(escaped | dict(html or {})).strip()


def page(
    title: str, main: str, *, status: int = 200, leads_to: tuple[str | None, ...] = ()
) -> Reply:
    """A whole page. A form may lead to these addresses after its answer redirects there."""
    body = fill("page", {"main": main}, title=title)
    return Reply(status, body.encode(), "text/html; charset=utf-8", _headers(leads_to))


def notice(title: str, text: str, link: str | None = None, *, status: int = 200) -> Reply:
    """A page that says one thing, with the way back to the merchant where there is one."""
    way = fill("back", href=link, text="Return to the merchant") if link else ""
    return page(title, fill("notice", {"way": way}, title=title, text=text), status=status)


def not_found() -> Reply:
    text = "This address does not name a page. Go back to where you came from and try again."
    return notice("Page not found", text, status=404)


def see_other(url: str) -> Reply:
    return Reply(303, b"", "text/html; charset=utf-8", {**_headers((url,)), "Location": url})


def money(cents: int) -> str:
    return f"${cents // 100:,}.{cents % 100:02d}"


def _headers(leads_to: tuple[str | None, ...]) -> dict[str, str]:
    origins = {_origin(url) for url in leads_to if url}
    return {
        "Cache-Control": "no-store",
        "Content-Security-Policy": _POLICY.format(
            targets="".join(f" {origin}" for origin in sorted(origins))
        ),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }


def _origin(url: str) -> str:
    address = urlsplit(url)
    return f"{address.scheme}://{address.netloc}"
