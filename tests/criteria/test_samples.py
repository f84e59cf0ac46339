"""The samples that a form is tried with."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from elqr_fast.criteria.samples import make_samples
from elqr_fast.errors import FormError
from elqr_fast.forms import Form, list_forms, load_form
from elqr_fast.render.plate import draw_plate

Altered = Callable[..., Form]


@pytest.mark.parametrize("name", list_forms())
def test_every_sample_fits_every_built_in_form(name: str) -> None:
    samples = make_samples(draw_plate(load_form(name), 300)[0])
    assert samples.unfit == {}
    assert len(samples.names) == len(samples.pages) == len(samples.slips.rows)
    keys = samples.slips.texts["case_key"]
    assert len(set(keys)) == len(keys)


def test_a_sample_that_does_not_fit_is_named(altered_form: Altered) -> None:
    narrow = {'overflow = "wrap", min_size = 7 },\n  { source = "levy_year", box = [55': 'overflow = "reject" },\n  { source = "levy_year", box = [55'}  # fmt: skip # noqa: E501
    samples = make_samples(draw_plate(altered_form("maru", narrow), 300)[0])
    assert samples.unfit == {"longest": "name"}
    assert samples.names == ["ordinary", "lowest", "highest", "highest-bar-code"]
    assert len(samples.slips.rows) == 4


def test_a_form_too_small_for_an_ordinary_slip_is_refused(altered_form: Altered) -> None:
    narrow = {"box = [50.8, 21.4, 28.4, 5]": "box = [50.8, 21.4, 3, 5]"}
    with pytest.raises(FormError, match="an ordinary slip does not fit: the field amount"):
        make_samples(draw_plate(altered_form("maru", narrow), 300)[0])


def test_a_column_of_ones_own_gets_a_value(altered_form: Altered) -> None:
    own = {'source = "title", box = [88,': 'source = "ward", box = [88,'}
    samples = make_samples(draw_plate(altered_form("maru", own), 300)[0])
    assert set(samples.slips.texts["ward"]) == {"12345"}
