"""Reads and judges the CSV export of a center, and writes it into the database."""
