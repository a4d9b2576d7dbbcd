"""What every page says in one way: money, dates, states, controls."""

from datetime import UTC, date, datetime

import pytest
from django import forms
from django.template import Context
from django.test import override_settings
from django.utils import timezone

from accounts.templatetags import face
from accounts.templatetags.face import MINUS
from audit.actions import Action
from ledger.money import Money
from tests.templates.strict import engine

AT = datetime(2026, 3, 3, 19, 5, 9, tzinfo=UTC)


class PayForm(forms.Form):
    """A field of each layout."""

    amount = forms.CharField(label="Amount", help_text="135 and 135.00 both work.")
    how = forms.ChoiceField(choices=[("CASH", "Cash")], widget=forms.RadioSelect)
    parts = forms.MultipleChoiceField(
        choices=[("A", "A")], widget=forms.CheckboxSelectMultiple, required=False
    )
    rule = forms.ChoiceField(
        choices=[("A", "Paid in full: do not tell my plan"), ("B", "Agreed: nothing is disclosed")],
        widget=forms.RadioSelect,
        required=False,
    )
    receipt = forms.BooleanField(required=False)
    service = forms.ChoiceField(choices=[("", "None")], required=False)
    note = forms.CharField(widget=forms.Textarea, required=False)


def render(source: str, **context: object) -> str:
    return engine().from_string(source).render(Context(context))


@pytest.mark.parametrize(
    ("cents", "figure", "sentence"),
    [
        (135_000, "1,350.00", "$1,350.00"),
        (5, "0.05", "$0.05"),
        (0, "0.00", "$0.00"),
        (-41_005, f"{MINUS}410.05", f"{MINUS}$410.05"),
        (99_999_999_999, "999,999,999.99", "$999,999,999.99"),
    ],
)
def test_money_has_a_figure_and_a_sentence_form(cents: int, figure: str, sentence: str) -> None:
    assert face.money(Money(cents)) == figure
    assert face.dollars(Money(cents)) == sentence


def test_days_are_told_in_words() -> None:
    first, last = date(1999, 3, 3), date(2001, 4, 1)

    assert face.days(first, None) == "Since Mar 3, 1999"
    assert face.days(date(2999, 3, 3), None) == "From Mar 3, 2999"
    assert face.days(first, last) == "Mar 3, 1999 to Apr 1, 2001"
    assert face.days(None, last) == "Until Apr 1, 2001"
    assert face.days(None, None) == "Always"


def test_a_money_cell_is_quiet_about_nothing() -> None:
    cell = '{% include "components/_money.html" with value=value only %}'

    assert 'class="num zero">0.00<' in render(cell, value=Money(0))
    assert f'class="num">{MINUS}50.00<' in render(cell, value=Money(-5_000))
    assert 'class="num"></td>' in render(cell, value=None)


def test_a_money_cell_of_an_age_column_has_a_dash_for_nothing() -> None:
    cell = '{% include "components/_money.html" with value=value dash=True only %}'

    assert ">\N{EN DASH}<" in render(cell, value=Money(0))


def test_a_day_of_this_year_needs_no_year() -> None:
    today = timezone.localdate()

    assert face.day(date(today.year, 3, 3)) == "Mar 3"
    assert face.day(date(2019, 3, 3)) == "Mar 3, 2019"


def test_documents_and_titles_write_days_in_full() -> None:
    assert face.long_day(date(2026, 3, 3)) == "Mar 3, 2026"
    assert face.weekday(date(2026, 3, 3)) == "Tuesday, March 3"


def test_times_are_told_in_the_zone_of_the_practice() -> None:
    with timezone.override("America/New_York"):
        assert render("{{ at|clock }}, {{ at|clock_seconds }}", at=AT) == "2:05 PM, 2:05:09 PM"
    with timezone.override("Asia/Tokyo"):
        assert render("{{ at|long_day }} {{ at|clock }}", at=AT) == "Mar 4, 2026 4:05 AM"


def test_midnight_and_noon_are_twelve() -> None:
    assert face.clock(datetime(2026, 3, 3, 0, 0, tzinfo=UTC)) == "12:00 AM"
    assert face.clock(datetime(2026, 3, 3, 12, 0, tzinfo=UTC)) == "12:00 PM"


@pytest.mark.parametrize(
    ("days", "words"), [(1, "1 day"), (28, "28 days"), (60, "60 days"), (61, "2 months")]
)
def test_ages_are_days_to_sixty_and_then_months(days: int, words: str) -> None:
    assert face.age(days) == words


def test_the_rail_counts_quiet_minutes_to_the_end() -> None:
    assert face.quiet_minutes(540) == 10


def test_a_state_is_a_sign_and_a_word() -> None:
    badge = render('{% state "PART_PAID" %}')

    assert "badge--info" in badge
    assert "#hold" in badge
    assert "Part paid" in badge


def test_a_state_that_nobody_named_is_an_error() -> None:
    with pytest.raises(KeyError):
        face.state("processing")


def test_every_action_of_the_log_has_its_drawing() -> None:
    assert {action for action in Action if face.action_icon(action) == "info"} <= {
        Action.PRACTICE_CREATED,
        Action.PRACTICE_ENTERED,
        Action.KEYS_PROVISIONED,
        Action.DATA_KEY_CREATED,
        Action.DEMO_SEEDED,
    }


def test_what_was_refused_or_failed_stands_out() -> None:
    assert face.needs_a_look(Action.REQUEST_REFUSED)
    assert face.needs_a_look(Action.SIGN_IN_FAILED)
    assert not face.needs_a_look(Action.CLIENT_VIEWED)


@override_settings(STATIC_URL="/s/")
def test_a_drawing_is_hidden_from_readers() -> None:
    assert face.icon("check", "l").startswith('<svg class="icon icon--l" aria-hidden="true">')


@pytest.mark.parametrize(
    ("field", "layout"),
    [
        ("amount", "line"),
        ("how", "segment"),
        ("parts", "ticks"),
        ("receipt", "tick"),
        ("rule", "dots"),
    ],
)
def test_a_field_is_laid_out_by_its_control(field: str, layout: str) -> None:
    assert face.kind(PayForm()[field]) == layout


def test_a_field_ties_its_hint_and_error_to_the_control() -> None:
    shown = render(
        '{% include "components/_field.html" with field=form.amount unit="USD" only %}',
        form=PayForm({"amount": ""}),
    )

    assert 'aria-describedby="id_amount_helptext id_amount_error"' in shown
    assert 'aria-invalid="true"' in shown
    assert 'id="id_amount_helptext"' in shown
    assert 'id="id_amount_error"' in shown
    assert "This field is required." in shown


def test_a_component_may_give_a_hint_of_its_own() -> None:
    shown = render(
        '{% include "components/_field.html" with field=form.note hint="For the log." only %}',
        form=PayForm(),
    )

    assert 'aria-describedby="id_note_helptext"' in shown
    assert 'id="id_note_helptext">For the log.' in shown


def test_one_error_stands_at_its_field_alone() -> None:
    form = PayForm({"amount": "", "how": "CASH"})

    assert (
        render('{% include "components/_errors.html" with form=form only %}', form=form).strip()
        == ""
    )


def test_two_errors_also_stand_on_top_as_links() -> None:
    shown = render('{% include "components/_errors.html" with form=form only %}', form=PayForm({}))

    assert '<a href="#id_amount">Amount: This field is required.</a>' in shown
    assert '<a href="#id_how">How: This field is required.</a>' in shown


def test_what_is_typed_never_becomes_markup() -> None:
    shown = render(
        '{% include "components/_fields.html" with form=form only %}',
        form=PayForm({"amount": "<b>", "how": '"><script>'}),
    )

    assert "<b>" not in shown
    assert "<script>" not in shown
    assert "&lt;b&gt;" in shown


def test_the_longest_bar_is_the_largest_amount() -> None:
    drawn = face.bars([_Bucket("Now", 30_000), _Bucket("Late", 10_000), _Bucket("None", 0)], "Age")

    bars = drawn["bars"]
    assert isinstance(bars, list)
    assert [(bar.width, bar.percent) for bar in bars] == [(300, 75), (100, 25), (0, 0)]


def test_bars_of_nothing_are_flat() -> None:
    drawn = face.bars([_Bucket("Now", 0)], "Age")

    bars = drawn["bars"]
    assert isinstance(bars, list)
    assert [(bar.width, bar.percent) for bar in bars] == [(0, 0)]


def test_steps_say_where_one_is() -> None:
    shown = render('{% steps "Password" "Code" "Done" current=2 %}')

    assert '<li class="done">Password</li>' in shown
    assert '<li aria-current="step">Code</li>' in shown
    assert "<li >Done</li>" in shown


class _Bucket:
    """One bar to draw, in cents."""

    def __init__(self, label: str, cents: int) -> None:
        self.label = label
        self.amount = Money(cents)
