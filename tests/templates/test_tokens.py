"""The colors: one dark theme written twice, enough contrast in both, and no raw color elsewhere."""

import re
from pathlib import Path

import pytest

from tests.templates.sources import COMMENT, ROOT, STYLES, name, text

TOKENS = ROOT / "static" / "css" / "tokens.css"
DECLARATION = re.compile(r"--([\w-]+):\s*([^;]+);")
RAW = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|oklch)a?\(")
MAY_BE_RAW = {"tokens", "print"}
"""The tokens themselves, and paper, which is black on white."""

GROUNDS = ("canvas", "surface", "sunken", "rail", "selected")
TEXTS = ("ink", "ink-2", "ink-3", "accent-text")
TONES = ("good", "warn", "bad", "info", "plain")
PAIRS = (
    *((words, ground) for words in TEXTS for ground in GROUNDS),
    *((tone, ground) for tone in TONES for ground in (f"{tone}-soft", "surface")),
    *(("ink", f"{tone}-soft") for tone in TONES),
    ("on-accent", "accent"),
    ("on-accent", "accent-hover"),
    ("on-bad", "bad-fill"),
    ("accent-text", "accent-soft"),
    ("ink", "mark"),
)
SIGNS = (
    *(("rule-strong", ground) for ground in ("canvas", "surface", "sunken", "rail")),
    *(("focus", ground) for ground in GROUNDS),
    *((f"chart-{number}", "surface") for number in range(1, 7)),
)


def theme(selector: str) -> dict[str, str]:
    """Return the declarations of the first block that this selector opens."""
    css = COMMENT.sub("", text(TOKENS))
    body = css[css.index(selector) :]
    return dict(DECLARATION.findall(body[body.index("{") : body.index("}")]))


LIGHT = theme(':root,\n  [data-theme="light"]')
DARK = theme('\n  [data-theme="dark"]')


def luminance(color: str) -> float:
    """Return the relative luminance of #rrggbb, by WCAG 2.2."""
    parts = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """Return how far apart two colors are, from 1 to 21."""
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_of_black_on_white_is_twenty_one() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_the_dark_theme_is_the_same_by_system_and_by_choice() -> None:
    assert theme(':root:not([data-theme="light"])') == DARK


def test_both_themes_have_the_same_tokens() -> None:
    assert LIGHT.keys() == DARK.keys()


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("words", "ground"), PAIRS)
def test_text_can_be_read(words: str, ground: str, colors: dict[str, str]) -> None:
    assert contrast(colors[words], colors[ground]) >= 4.5


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("sign", "ground"), SIGNS)
def test_edges_and_signs_can_be_seen(sign: str, ground: str, colors: dict[str, str]) -> None:
    assert contrast(colors[sign], colors[ground]) >= 3


@pytest.mark.parametrize("path", [path for path in STYLES if path.stem not in MAY_BE_RAW], ids=name)
def test_raw_colors_stand_in_the_tokens_alone(path: Path) -> None:
    assert not RAW.findall(COMMENT.sub("", text(path)))


def test_no_token_is_left_over_or_missing() -> None:
    css = "\n".join(COMMENT.sub("", text(path)) for path in STYLES)
    declared = set(re.findall(r"(?<![\w-])--([\w-]+):", css))
    used = set(re.findall(r"var\(--([\w-]+)", css))

    assert declared == used
