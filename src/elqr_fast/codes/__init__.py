"""Codes: payloads, OCR lines, bar codes, symbols, and how foreign codes are recognised."""
