"""Which benchmarks there are. Nothing of Django is imported until one of them is measured."""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import cast

from config.dev.bench.timing import Effort, Figure
from config.dev.state import Refused

BENCHES = {
    "access": "config.dev.bench.access",
    "audit": "config.dev.bench.audit",
    "billing": "config.dev.bench.billing",
    "ledger": "config.dev.bench.ledger",
    "payments": "config.dev.bench.payments",
    "phi": "config.dev.bench.phi",
    "search": "config.dev.bench.search",
    "statements": "config.dev.bench.statements",
}
"""Name → the module whose ``figures(effort)`` yields them."""

HELP = (
    "Measure what our guarantees cost beside a bare floor, in one run, and print a line of JSON"
    " for each figure. Exit code 1 if a figure is over its goal. Only an idle machine is fair."
)


def chosen(name: str | None) -> list[str]:
    """Return the names of what is to be measured. Raises Refused for one that is not there."""
    if name is not None and name not in BENCHES:
        raise Refused(f"There is no benchmark {name}; there are: {', '.join(BENCHES)}.")
    return [name] if name else list(BENCHES)


def figures(name: str, effort: Effort) -> Iterator[Figure]:
    """Measure one benchmark, figure by figure."""
    measure = import_module(BENCHES[name]).figures
    return cast("Callable[[Effort], Iterator[Figure]]", measure)(effort)


def add_arguments(parser: ArgumentParser) -> None:
    """Add what both the launcher and the command understand."""
    known = ", ".join(BENCHES)
    parser.add_argument("name", nargs="?", help=f"{known}; without it, all of them")
    standard = Effort()
    parser.add_argument("--rounds", type=_count, default=standard.rounds, help="of both sides")
    parser.add_argument("--calls", type=_count, default=standard.calls, help="a side in a round")


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text} is not a number from 1 up")
    return int(text)
