from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django import forms

from frontend.templatetags.frontend import upcoming
from tests.frontend.rendering import render

EVIL = '"><script>alert(1)</script>'


@pytest.mark.parametrize(
    "source",
    [
        '<c-input name="a" label="{{ evil }}" :value="evil" help="{{ evil }}" error="{{ evil }}" />',
        '<c-textarea name="a" :label="evil" :value="evil" />',
        '<c-code-editor name="a" :label="evil" :value="evil" />',
        '<c-card :title="evil">{{ evil }}</c-card>',
        "<c-pill>{{ evil }}</c-pill>",
        '<c-copyable :value="evil" />',
        '<c-menu-item :href="evil">{{ evil }}</c-menu-item>',
        '<c-confirm-dialog id="x" :title="evil" :action="evil" :typed="evil">{{ evil }}</c-confirm-dialog>',
        '<c-code-view id="x" :label="evil" :value="evil" language="json" />',
        '<c-wire method="GET" :url="evil" :headers="pairs" />',
        '<c-select name="s" label="S" :options="pairs" :value="evil" />',
        '<c-kv-rows name="k" label="K" :rows="rows" types="text,json" />',
        '<c-button data-x="{{ evil }}" label="{{ evil }}" />',
        '<c-detail :term="evil" :copy="evil" />',
    ],
)
def test_values_are_escaped_everywhere(source: str) -> None:
    row = {"name": EVIL, "value": EVIL, "enabled": True, "type": "text"}
    html = render(source, evil=EVIL, pairs=[(EVIL, EVIL)], rows=[row])
    assert "<script" not in html
    assert '""&gt;' not in html
    assert "alert(1)" in html


def test_a_value_is_not_escaped_twice() -> None:
    assert "Tom &amp; Ann" in render('<c-card title="{{ name }}"></c-card>', name="Tom & Ann")
    assert "&amp;amp;" not in render('<c-input name="a" label="{{ name }}" value="{{ name }}" />', name="Tom & Ann")


def test_a_field_names_its_help_and_its_error() -> None:
    html = render('<c-input name="url" label="URL" help="Where to" error="No host" />')
    assert 'for="url"' in html
    assert 'aria-describedby="url-error url-help"' in html
    assert 'aria-invalid="true"' in html


@pytest.mark.parametrize("value", ["", 0, "0"])
def test_a_value_that_counts_as_false_is_still_written(value: Any) -> None:
    assert f'value="{value}"' in render('<c-input name="a" label="A" :value="value" />', value=value)


def test_none_is_an_empty_field() -> None:
    assert 'value=""' in render('<c-input name="a" label="A" :value="value" />', value=None)


@pytest.mark.parametrize(("value", "chosen"), [(2, "2"), ("2", "2"), (None, None)])
def test_a_select_compares_by_words(value: Any, chosen: str | None) -> None:
    html = render(
        '<c-select name="a" label="A" :options="options" :value="value" />',
        options=[(1, "One"), (2, "Two")],
        value=value,
    )
    assert ('<option value="2" selected>' in html) is (chosen == "2")


def test_a_component_does_not_take_the_pages_variables() -> None:
    html = render(
        '<c-button>Go</c-button><c-input name="a" label="A" />',
        href="/elsewhere",
        error="Old",
        value="Old",
        disabled=True,
    )
    assert "/elsewhere" not in html
    assert "Old" not in html
    assert "disabled" not in html


@pytest.mark.parametrize(
    ("state", "tone"), [("running", "active"), ("FAILED", "bad"), ("delivered", "ok"), ("anything", "neutral")]
)
def test_a_state_has_its_look(state: str, tone: str) -> None:
    assert f"pill-{tone}" in render('<c-pill :state="state" />', state=state)


@pytest.mark.parametrize(
    ("status", "tone"), [(204, "ok"), (302, "warn"), (404, "bad"), (429, "warn"), (503, "bad"), (None, "bad")]
)
def test_a_status_has_its_look(status: int | None, tone: str) -> None:
    assert f"pill-{tone}" in render('<c-http-status :status="status" />', status=status)


@time_machine.travel("2026-11-24 14:00:00Z", tick=False)
@pytest.mark.parametrize(
    ("delta", "words"),
    [
        (timedelta(seconds=-20), "just now"),
        (timedelta(seconds=3), "just now"),
        (timedelta(seconds=20), "in a few seconds"),
        (timedelta(minutes=-3), "3\xa0minutes ago"),
        (timedelta(hours=2), "in 2\xa0hours"),
    ],
)
def test_times_are_relative_with_the_absolute_one_beside(delta: timedelta, words: str) -> None:
    html = render('<c-relative-time :at="at" />', at=datetime(2026, 11, 24, 14, tzinfo=UTC) + delta)
    assert words in html
    assert "24 Nov 2026, 1" in html


@time_machine.travel("2026-11-24 14:00:00Z", tick=False)
@pytest.mark.parametrize(
    ("delta", "words"), [(-20, "as soon as possible"), (3, "as soon as possible"), (20, "in a few seconds")]
)
def test_what_waits_for_a_moment_that_has_come_comes_as_soon_as_possible(delta: int, words: str) -> None:
    assert upcoming(datetime(2026, 11, 24, 14, tzinfo=UTC) + timedelta(seconds=delta)) == words


def test_json_is_laid_out_and_other_text_left_alone() -> None:
    assert "&quot;a&quot;: 1" in render('<c-code-view id="x" language="json" :value="body" />', body='{"a":1}')
    assert "not json" in render('<c-code-view id="x" language="json" :value="body" />', body="not json")


def test_every_row_has_its_own_number_and_the_last_is_blank() -> None:
    rows = [{"name": "A", "value": "1", "enabled": True}]
    html = render('<c-kv-rows name="h" label="H" key_label="Header" :rows="rows" />', rows=rows)
    assert html.count('name="h.0.name"') == html.count('name="h.1.name"') == html.count('name="h.__index__.name"') == 1


class SignUp(forms.Form):
    email = forms.EmailField(help_text="We send nothing to it.")
    agree = forms.BooleanField(required=False)
    secret = forms.CharField(widget=forms.HiddenInput, required=False)


def test_a_django_form_shows_labels_help_and_errors() -> None:
    html = render('<c-form-fields :form="form" />', form=SignUp({"email": "no"}))
    assert '<label for="id_email">Email</label>' in html
    assert "We send nothing to it." in html
    assert "Enter a valid email address." in html
    assert 'aria-invalid="true"' in html


@pytest.mark.parametrize("name", ["403.html", "403_csrf.html", "404.html", "500.html"])
def test_error_pages_need_nothing(name: str) -> None:
    from django.template.loader import get_template

    assert "<h1>" in get_template(name).render()
