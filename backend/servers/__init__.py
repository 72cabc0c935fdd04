"""Embedded servers and the launcher behind `iop.py`; the standard library only: it runs before any install."""
