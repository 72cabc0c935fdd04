"""Tokens are stored as hashes only: who reads the database cannot sign in with what it holds."""

import hashlib


def hashed(token: str) -> bytes:
    """SHA-256 of a token; tokens are random and long, so that no salt is needed."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
