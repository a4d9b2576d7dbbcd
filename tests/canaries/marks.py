"""Values that are in the world nowhere else: whoever finds one has found what somebody typed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

CONSONANTS, VOWELS = "bdfgklmnprtvz", "aeiou"
ACCENTED = str.maketrans("aeioukzdnl", "áèïøůķžđñł")
SCRIPTS = {
    "cyrillic": "бвгджзклмнпрстфхцчшэюя",
    "greek": "αβγδεζηθικλμνξοπρστυφχψω",
    "hebrew": "אבגדהזחטילמנסעפצקרשת",
    "arabic": "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "devanagari": "कखगघचछजझटठडढतथदधनपफबभमयरलवशषसह",
    "han": "".join(map(chr, range(0x6F20, 0x6FF0))),
    "hangul": "".join(map(chr, range(0xC820, 0xC900))),
    "kana": "カキクケコサシスセソタチツテトナニヌネノハヒフヘホ",
    "armenian": "բգդեզթժիլխծկհձղճմյնշոչպջռսվտրցփք",
    "georgian": "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ",
}
FIRST_DAY, DAYS = date(1851, 2, 1), 17_000
"""Nobody alive was born then, and no page, log or table has another reason to say such a day."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A value, what it is, and how else people write it."""

    kind: str
    text: str
    also: tuple[str, ...] = ()


@dataclass(slots=True)
class Marks:
    """Makes marked values, each once, and remembers them. The same seed makes the same ones."""

    seed: int
    made: list[Mark] = field(default_factory=list)
    _random: Random = field(init=False)
    _taken: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._random = Random(self.seed)

    def name(self, script: str = "latin", kind: str = "name") -> str:
        """Return a word of a script that is no word of any language."""
        return self._keep(kind, lambda: self._word(script))

    def words(self, kind: str) -> str:
        """Return two words with a space, an apostrophe and an accent among them."""
        return self._keep(kind, lambda: f"{self._word('latin')} d'{self._word('accented')}")

    def line(self, kind: str) -> str:
        """Return a line of an address."""
        number = self._random.randrange(100, 999)
        return self._keep(kind, lambda: f"{number} {self._word('latin')} Way & Sons")

    def email(self) -> str:
        return self._keep(
            "e-mail", lambda: f"{self._word('latin')}.{self._word('latin')}@post.example".lower()
        )

    def phone(self) -> str:
        """Return a number of a country that does not exist, too short for a payment card."""

        def make() -> str:
            digits = f"{self._random.randrange(10**9):09}"
            return f"+999 {digits[:2]} {digits[2:5]} {digits[5:]}"

        return self._keep("phone", make, lambda text: ("".join(filter(str.isdigit, text)),))

    def code(self, kind: str) -> str:
        """Return an identifier as insurers give them."""
        letters = "BCDFGHJKLMNPQRSTVWXZ"
        return self._keep(
            kind,
            lambda: (
                "".join(self._random.choices(letters, k=6)) + f"{self._random.randrange(10**6):06}"
            ),
        )

    def day(self, kind: str = "birth date") -> str:
        """Return a day in ISO form; it is looked for in the forms of other places too."""

        def make() -> str:
            return (FIRST_DAY + timedelta(days=self._random.randrange(DAYS))).isoformat()

        return self._keep(kind, make, _written)

    def _keep(
        self,
        kind: str,
        make: Callable[[], str],
        also: Callable[[str], tuple[str, ...]] = lambda text: (),
    ) -> str:
        text = make()
        while text in self._taken:
            text = make()
        self._taken.add(text)
        self.made.append(Mark(kind, text, also(text)))
        return text

    def _word(self, script: str) -> str:
        if letters := SCRIPTS.get(script):
            return "".join(self._random.choices(letters, k=8))
        choice = self._random.choice
        word = "".join(choice(CONSONANTS) + choice(VOWELS) for _ in range(5)) + "q"
        return (word.translate(ACCENTED) if script == "accented" else word).capitalize()


def _written(iso: str) -> tuple[str, ...]:
    day = date.fromisoformat(iso)
    forms = ("%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y")
    plain = (day.strftime(form) for form in forms)
    short = (f"{day:%B} {day.day}, {day.year}", f"{day.day} {day:%B} {day.year}")
    return (*plain, *short, repr(day), f"{day.month}/{day.day}/{day.year}")
