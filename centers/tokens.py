"""Tokens are stored as hashes only: who reads the database cannot sign in with what it holds."""

import hashlib
import secrets

# By this, scanners of code and mail know a service's token that leaked.
SERVICE_PREFIX = "iop_svc_"


def hashed(token: str) -> bytes:
    """SHA-256 of a token; tokens are random and long, so that no salt is needed."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def new_service_token() -> str:
    """256 random bits behind the prefix."""
    return SERVICE_PREFIX + secrets.token_urlsafe(32)
