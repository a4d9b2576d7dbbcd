"""The forms that the product's own pages show, read as a browser would: what can be sent where."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.test import Client


@dataclass(slots=True)
class Found:
    """A form: where it goes, how, and each field with the values that it offers."""

    path: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)

    def offer(self, name: str, value: str) -> None:
        self.fields.setdefault(name, []).append(value)


class Reader(HTMLParser):
    """Gathers the forms of one page, and the addresses that it leads to."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.forms: list[Found] = []
        self.links: list[str] = []
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            path = (said.get("action") or self.path).partition("#")[0]
            self.forms.append(Found(path, said.get("method", "get").lower()))
        if tag == "a":
            self.links.append(said.get("href", "").partition("#")[0])
        if not self.forms:
            return
        name = said.get("name", "")
        if name and tag in {"input", "textarea", "button"} and name != "csrfmiddlewaretoken":
            self.forms[-1].offer(name, said.get("value", ""))
        if tag == "select":
            self.select = name
        if tag == "option" and self.select:
            self.forms[-1].offer(self.select, said.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = ""


def forms_of(browser: Client, paths: Iterable[str], most: int) -> Iterator[Found]:
    """Walk the pages from these paths on, as far as links lead, and give every form once."""
    waiting, seen, shapes = list(paths), set(paths), set()
    while waiting and len(seen) <= most + len(waiting):
        path = waiting.pop(0)
        answer: Any = browser.get(path)
        if answer.status_code != 200 or "html" not in answer.get("Content-Type", ""):
            continue
        reader = Reader(path)
        reader.feed(answer.content.decode())
        for found in reader.forms:
            shape = (found.path, tuple(sorted(found.fields)))
            if shape not in shapes and found.path.startswith("/"):
                shapes.add(shape)
                yield found
        new = [link for link in reader.links if link.startswith("/") and link not in seen]
        waiting += [link for link in dict.fromkeys(new) if not link.startswith("//")]
        seen |= set(new)
