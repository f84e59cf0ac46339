"""Forms: the model, the loader, the built-in ones in `builtin/`."""

from .loader import list_forms, load_form
from .model import Form

__all__ = ["Form", "list_forms", "load_form"]
