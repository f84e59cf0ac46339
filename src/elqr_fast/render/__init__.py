"""Slips onto paper: fonts, plates, pages, their outputs, and those read back."""
