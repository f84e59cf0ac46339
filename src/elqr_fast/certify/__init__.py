"""How far a form, a printer and a scanner can drift before reads fail (docs/certify.md)."""

from elqr_fast.certify.sweeps import Cell, Certificate, Curve, certify

__all__ = ["Cell", "Certificate", "Curve", "certify"]
