"""TOML files by name, of those that come with the package, or by path, of a user's own."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path

from elqr_fast.errors import ConfigError


@dataclass(frozen=True, slots=True)
class BuiltIns:
    """The built-in files of a kind, such as "form"; `error` is raised for what is not there."""

    kind: str
    package: str
    folder: str
    error: type[ConfigError] = ConfigError

    def names(self) -> list[str]:
        names = (entry.name for entry in (files(self.package) / self.folder).iterdir())
        return sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml"))

    def locate(self, name_or_path: str | Path) -> Path:
        known = self.names()
        if str(name_or_path) in known:
            return Path(str(files(self.package) / self.folder / f"{name_or_path}.toml"))
        path = Path(name_or_path)
        if path.is_file():
            return path
        near = get_close_matches(str(name_or_path), known, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise self.error(
            f"unknown {self.kind} {str(name_or_path)!r}{hint}"
            f" (built in: {', '.join(known)}; or name a file)"
        )

    def read(self, path: Path) -> str:
        """The text of a file that `locate` found."""
        try:
            return path.read_bytes().decode("utf-8")
        except OSError as error:
            raise self.error(f"{path}: cannot be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise self.error(f"{path}: not UTF-8 (byte {error.start})") from error
