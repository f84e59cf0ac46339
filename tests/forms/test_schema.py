"""The schema that editors get, and forms made from others."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from elqr_fast.errors import FormError
from elqr_fast.forms import load_form
from elqr_fast.forms.loader import parse_form
from elqr_fast.forms.model import Form
from elqr_fast.forms.schema import form_schema, renamed, schema_text


def test_the_schema_knows_every_table_and_key() -> None:
    schema = json.loads(schema_text())
    assert schema == form_schema()
    tables = schema["$defs"]
    form = tables["Form"]
    assert set(form["properties"]) == set(Form.__struct_fields__) - {"path"}
    assert {"name", "kind", "layout", "claims", "parts"} <= set(form["required"])
    assert form["properties"]["kind"]["enum"] == ["kaku", "maru"]
    for name in ("Part", "Field", "Text", "Frame", "Qr", "BarCode", "Empty"):
        assert tables[name]["additionalProperties"] is False
    # What each table is for, shown by editors.
    assert tables["Frame"]["description"].startswith("A box ruled on its edges")


def test_the_schema_is_the_models_own() -> None:
    """Field by field, so that an editor accepts what the loader accepts."""
    tables = form_schema()["$defs"]
    for name in ("Field", "Text", "OcrLine", "Line"):
        model = next(kind for kind in _structs(Form) if kind.__name__ == name)
        assert set(tables[name]["properties"]) == set(model.__struct_fields__)


def _structs(kind: type[msgspec.Struct]) -> set[type[msgspec.Struct]]:
    """The structs that a struct's fields name, at any depth."""
    found: set[type[msgspec.Struct]] = set()
    waiting = [msgspec.inspect.type_info(kind)]
    while waiting:
        info = waiting.pop()
        if isinstance(info, msgspec.inspect.StructType):
            if info.cls in found:
                continue
            found.add(info.cls)
            waiting += [field.type for field in info.fields]
        for name in ("item_type", "value_type"):
            if hasattr(info, name):
                waiting.append(getattr(info, name))
        waiting += getattr(info, "types", ())
    return found


def test_a_renamed_form_is_the_form_under_another_name() -> None:
    text = renamed("my-form", "kaku-mpn")
    assert text.startswith("#:schema elqr-form.schema.json\n")
    form = parse_form(text, Path("my-form.toml"))
    assert form.name == "my-form"
    assert form.parts == load_form("kaku-mpn").parts


def test_a_renamed_form_can_be_renamed_again(tmp_path: Path) -> None:
    path = tmp_path / "first.toml"
    path.write_text(renamed("first", "maru"), "utf-8")
    assert renamed("second", path).count("#:schema") == 1


@pytest.mark.parametrize("name", ["My form", "納付書", "", "a/b", 'x"'])
def test_a_name_is_made_of_plain_letters(name: str) -> None:
    with pytest.raises(FormError, match="a-z, 0-9 and -"):
        renamed(name, "maru")
