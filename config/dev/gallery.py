"""The gallery of the demo: every component in its states, light beside dark."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import engines

from config.dev import gallery_samples as samples

THEMES = ("light", "dark")
PART = "components/_{}.html"


@dataclass(frozen=True, slots=True)
class Example:
    """A part and its states. ``values`` makes the context, from a prefix that keeps ids apart."""

    title: str
    note: str
    source: str
    values: Callable[[str], Mapping[str, Any]] = samples.nothing

    def show(self, theme: str) -> str:
        """Render the example for one side of the page, as markup."""
        return engines["django"].from_string(self.source).render(dict(self.values(theme)))


def part(name: str, /, **given: str) -> str:
    """Return the template text that includes a component; ``given`` are template expressions."""
    words = " ".join(f"{word}={expression}" for word, expression in given.items())
    return f'{{% include "{PART.format(name)}" {f"with {words} " if words else ""}only %}}'


def each(name: str, *states: dict[str, str]) -> str:
    return "\n".join(part(name, **state) for state in states)


EXAMPLES = (
    Example(
        "Buttons",
        "One primary on a view",
        '<div class="row">'
        + each(
            "button",
            {"label": '"Take payment"', "look": '"primary"', "key": '"p"'},
            {"label": '"Cancel"'},
            {"label": '"Correct"', "look": '"quiet"'},
            {"label": '"Off-board now"', "look": '"danger"'},
            {"label": '"Invoices"', "href": '"#buttons"', "icon_name": '"file"'},
        )
        + "</div>",
    ),
    Example(
        "Badges",
        "A sign and a word; color only repeats them",
        '<div class="badges">{% for name in states %}{% state name %}{% endfor %}\n'
        "{% late 28 %}{% late 95 %}\n"
        + part("badge", word='"Sent"', tone='"info"', icon_name='"send"')
        + "</div>",
        samples.states,
    ),
    Example(
        "Fields",
        "Hint below, error in place",
        part("fields", form="fine")
        + "\n"
        + part("field", field="large.amount", unit='"USD"', size='"big"', label='"Again, large"'),
        samples.forms_fine,
    ),
    Example(
        "Fields with errors",
        "Two or more also stand on top",
        part("fields", form="wrong"),
        samples.forms_wrong,
    ),
    Example("Filters", "A plain GET form", part("filters", form="filters"), samples.filters),
    Example(
        "Notes",
        "Three loudnesses with the toast",
        each(
            "notice",
            {"text": '"Four clients have no e-mail address."', "tone": '""', "icon_name": '"info"'},
            {"text": '"It ends on March 31."', "tone": '"warn"', "icon_name": '"clock"'},
            {"text": '"Nothing was charged."', "tone": '"bad"', "icon_name": '"alert"'},
            {"text": '"The role is changed."', "tone": '"good"', "icon_name": '"done"'},
        )
        + '\n<p class="toast">{% icon "done" %}<span>Receipt R-00013 written.</span></p>',
    ),
    Example(
        "Figures",
        "Read together, in one strip",
        part("figures", figures="figures"),
        samples.figures,
    ),
    Example(
        "Money cells",
        "Zero is grey, minus is true, age columns have a dash",
        '<table class="table"><tbody><tr>\n'
        + each(
            "money",
            {"value": "plain"},
            {"value": "plain", "strong": "True"},
            {"value": "credit"},
            {"value": "zero"},
            {"value": "zero", "dash": "True"},
            {"value": "None"},
        )
        + "\n</tr></tbody></table>",
        samples.amounts,
    ),
    Example(
        "Clients",
        "By name and code, or by code alone",
        '<table class="table"><tbody>{% for name in names %}<tr><td>'
        + part("client", url='"#clients"', code='"C-0182"', name="name")
        + "</td></tr>{% endfor %}</tbody></table>",
        samples.names,
    ),
    Example(
        "A sum",
        "Single rule above the total",
        part("facts", facts="facts", total="total"),
        samples.facts,
    ),
    Example(
        "Does it agree",
        "Under a report, above a log",
        '<div class="sheet">'
        + each(
            "tieout",
            {
                "ok": "True",
                "title": '"Ties out."',
                "text": '"1100 equals 14,045.00."',
                "mark": '"9f3c 71e0"',
            },
            {"ok": "False", "title": '"Differs by 15.00."', "text": '"1100 is 14,060.00."'},
        )
        + "</div>",
    ),
    Example(
        "What will be written",
        "Before every change to the books",
        '<div class="sheet sheet--pad">'
        + part("journal", caption='"Cash received"', lines="lines")
        + "</div>",
        samples.journal,
    ),
    Example(
        "Bars",
        "Drawn by the server, the table beside them",
        '<div class="sheet chart">{% bars buckets "By age" %}</div>',
        samples.buckets,
    ),
    Example(
        "Steps",
        "A step back never loses what was typed",
        '{% steps "Services" "Price" "Deliver" current=2 %}',
    ),
    Example(
        "Log",
        "Sentences, newest first",
        '<div class="sheet">' + part("timeline", days="days") + "</div>",
        samples.log,
    ),
    Example("Beside a record", "The log, short", part("event_short", event="event"), samples.event),
    Example(
        "Pages",
        "Totals are for all of them",
        '<div class="sheet">' + part("pagination", page="page", noun="noun", query='""') + "</div>",
        samples.page,
    ),
    Example(
        "Nothing here yet",
        "Why, and what next",
        part(
            "empty",
            title='"No unbilled sessions"',
            text='"Every session has an invoice."',
            url='"#nothing"',
            label='"Go to today"',
        ),
    ),
    Example(
        "Banner",
        "Across the page, while it lasts",
        part("banner", text='"This is a demo. Nobody in it exists."', icon_name='"info"'),
    ),
    Example(
        "A person",
        "",
        part("person", name='"Rosalind Achebe"', initials='"RA"', note='"Front desk"'),
    ),
    Example(
        "How far it is",
        "Where work takes more than two seconds",
        part("progress", label='"Rows added"', done="12400", total="20000"),
    ),
    Example("Where this is", "", part("crumbs", url='"#crumbs"', label='"Clients"')),
    Example(
        "Dialog",
        "A click beside it does nothing",
        '<div class="dialog dialog--small">'
        + part("dialog_head", id="id", title='"Take a payment"', text='"C-0182 owes $170.00."')
        + '<div class="dialog__body"></div></div>',
        samples.ids,
    ),
)


def gallery(request: HttpRequest) -> HttpResponse:
    """Show every example, light beside dark."""
    rows = [
        {"example": example, "sides": [(theme, example.show(theme)) for theme in THEMES]}
        for example in EXAMPLES
    ]
    context = {"rows": rows, "icons": icon_names(), "surfaces": samples.SURFACES}
    return render(request, "gallery/index.html", context)


def icon_names() -> list[str]:
    """Return every drawing of the sprite, in its order."""
    sprite = (settings.BASE_DIR / "static" / "icons.svg").read_text(encoding="utf-8")
    return re.findall(r'<symbol id="([a-z]+)"', sprite)
