"""Forms: the model, the loader, the built-in ones in `builtin/`."""

from elqr_fast.forms.loader import list_forms, load_form
from elqr_fast.forms.model import Form

__all__ = ["Form", "list_forms", "load_form"]
