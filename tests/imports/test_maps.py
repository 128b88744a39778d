"""Column maps: what they accept, what they refuse and by which name, and how options adapt them."""

from __future__ import annotations

import pytest
from attrs import evolve

from orderkit.errors import InvalidRequest
from orderkit.imports import MAPS, ColumnMap, adapted, map_named, sentence


def test_known_maps_are_found_by_name() -> None:
    """Every map in the box is found under its own name."""
    assert {name: map_named(name).name for name in MAPS} == {"orderkit": "orderkit", "uk-retail": "uk-retail"}


def test_unknown_map_is_refused_with_the_known_ones() -> None:
    """Asking for a map that is not there names the field and lists those that are."""
    with pytest.raises(InvalidRequest) as caught:
        map_named("us-retail")
    assert caught.value.field == "map"
    assert sentence(caught.value.refusal) == "There is no map named us-retail. Known are: orderkit, uk-retail."


@pytest.mark.parametrize(
    ("option", "value", "code"),
    [
        ("delimiter", ";;", "is_one_character"),
        ("delimiter", "", "is_one_character"),
        ("delimiter", '"', "is_one_character"),
        ("delimiter", "\n", "is_one_character"),
        ("decimal", "'", "is_point_or_comma"),
        ("encoding", "utf-16", "is_usable_encoding"),
        ("encoding", "utf-7", "is_usable_encoding"),
        ("encoding", "cp037", "is_usable_encoding"),
        ("encoding", "raw_unicode_escape", "is_usable_encoding"),
        ("encoding", "rot13", "is_usable_encoding"),
        ("encoding", "hex", "is_usable_encoding"),
        ("encoding", "no such thing", "is_usable_encoding"),
        ("encoding", "nul\0", "is_usable_encoding"),
        ("zone", "Europe/Londres", "is_known_zone"),
        ("zone", "../etc/passwd", "is_known_zone"),
        ("zone", "Europe", "is_known_zone"),
        ("zone", "", "is_known_zone"),
        ("currency", "GBX", "is_known_currency"),
        ("currency", "gbp", "is_known_currency"),
        ("currency", "", "is_known_currency"),
    ],
)
def test_an_option_that_cannot_be_used_is_refused_by_name(option: str, value: str, code: str) -> None:
    """A wrong option is an error that names the option, has a sentence, and leaves no half-adapted map behind."""
    with pytest.raises(InvalidRequest) as caught:
        evolve(map_named("uk-retail"), **{option: value})  # type: ignore[arg-type]  # one option by its name
    assert (caught.value.field, caught.value.refusal.code) == (option, code)
    assert not sentence(caught.value.refusal).startswith(code)


@pytest.mark.parametrize("encoding", ["utf-8", "UTF-8-SIG", "cp1252", "latin-1", "gb18030", "shift_jis", "iso-8859-15"])
def test_encodings_that_keep_ascii_are_usable(encoding: str) -> None:
    """Every encoding in which lines can be found by their bytes is accepted."""
    assert adapted(map_named("uk-retail"), encoding=encoding).encoding == encoding


def test_options_replace_only_what_they_name() -> None:
    """Adapting with nothing gives the same map; with one option, a map that differs in that alone."""
    retail = map_named("uk-retail")
    assert adapted(retail) == retail
    assert adapted(retail, zone="Europe/Dublin") == evolve(retail, zone="Europe/Dublin")
    assert adapted(retail, delimiter="tab").delimiter == "\t"
    assert adapted(retail, day_first=False).day_first is False


def test_a_map_names_what_no_line_can_do_without() -> None:
    """A map that lacks a needed field, or names one nobody knows, or leaves the currency open, is refused."""
    columns = dict(map_named("uk-retail").columns)
    with pytest.raises(InvalidRequest, match="missing=offer"):
        ColumnMap(name="mine", currency="GBP", columns={k: v for k, v in columns.items() if k != "offer"})
    with pytest.raises(InvalidRequest, match="found=colour"):
        ColumnMap(name="mine", currency="GBP", columns={**columns, "colour": "Colour"})  # type: ignore[dict-item]  # the point of the test
    with pytest.raises(InvalidRequest, match="currency: is_given"):
        ColumnMap(name="mine", columns=columns)
