"""The version: part of a chunk's identity, since another version may make other bytes."""

__version__ = "0.1.0"
