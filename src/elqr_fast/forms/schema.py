"""The JSON Schema of a form's TOML, so that editors complete it; and new forms from old ones."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec

from elqr_fast.errors import FormError
from elqr_fast.forms.loader import load_form
from elqr_fast.forms.model import Form

#: What editors look for in the first line of a TOML file (taplo, Even Better TOML).
SCHEMA_NAME = "elqr-form.schema.json"
_DIRECTIVE = f"#:schema {SCHEMA_NAME}\n"
_NAME = re.compile(r'^name = ".*"$', re.MULTILINE)
_GOOD_NAME = re.compile(r"[a-z0-9-]+")


def form_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of the model, without what a file cannot say."""
    schema = msgspec.json.schema(Form)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["$defs"]["Form"]["properties"].pop("path")
    return schema


def schema_text() -> str:
    return json.dumps(form_schema(), ensure_ascii=False, indent=1) + "\n"


def renamed(name: str, source: str | Path) -> str:
    """The TOML of a form under another name.  Raises FormError for a name that cannot be one."""
    if not _GOOD_NAME.fullmatch(name):
        raise FormError(f"{name!r}: a form's name is made of a-z, 0-9 and -")
    text = Path(load_form(source).path).read_text("utf-8").removeprefix(_DIRECTIVE)
    return _DIRECTIVE + _NAME.sub(f'name = "{name}"', text, count=1)
