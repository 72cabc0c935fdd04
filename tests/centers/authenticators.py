"""Second factors as their owners hold them: an authenticator app and a security key, computed here."""

import hashlib
import hmac
import json
import secrets
import struct
import time
from base64 import b32decode, urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

STEP = 30
FLAG: Any = AuthenticatorData.FLAG
cose: Any = ES256


def totp(secret: str, *, steps: int = 0) -> str:
    """The six digits an app shows now, or some steps of thirty seconds later (RFC 6238)."""
    counter = int(time.time()) // STEP + steps
    digest = hmac.new(b32decode(secret), struct.pack(">Q", counter), hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def text(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def challenge_of(options: dict[str, Any]) -> bytes:
    value = options["publicKey"]["challenge"]
    return urlsafe_b64decode(value + "=" * (-len(value) % 4))


class SecurityKey:
    """A key that makes credentials and signs with them, as browsers hand them over."""

    def __init__(self, origin: str = "http://localhost:8000") -> None:
        self.origin = origin
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.credential_id = secrets.token_bytes(32)
        self.count = 0

    def attest(self, options: dict[str, Any]) -> dict[str, Any]:
        """A new credential."""
        data = AttestedCredentialData.create(
            b"\0" * 16, self.credential_id, cose.from_cryptography_key(self.private.public_key())
        )
        relying_party = options["publicKey"]["rp"]["id"]
        authenticator = self._data(relying_party, FLAG.AT, data)
        attestation = AttestationObject.create("none", AuthenticatorData(authenticator), {})
        sent = {
            "clientDataJSON": text(self._client_data("webauthn.create", options)),
            "attestationObject": text(bytes(attestation)),
            "transports": ["usb"],
        }
        return self._credential(sent)

    def sign(self, options: dict[str, Any]) -> dict[str, Any]:
        """An assertion."""
        client_data = self._client_data("webauthn.get", options)
        authenticator = self._data(options["publicKey"]["rpId"], FLAG(0))
        signature = self.private.sign(authenticator + hashlib.sha256(client_data).digest(), ec.ECDSA(SHA256()))
        sent = {
            "clientDataJSON": text(client_data),
            "authenticatorData": text(authenticator),
            "signature": text(signature),
        }
        return self._credential(sent)

    def _data(self, relying_party: str, flags: Any, credential: AttestedCredentialData | None = None) -> bytes:
        self.count += 1
        digest = hashlib.sha256(relying_party.encode()).digest()
        return bytes(AuthenticatorData.create(digest, FLAG.UP | FLAG.UV | flags, self.count, credential or b""))

    def _client_data(self, kind: str, options: dict[str, Any]) -> bytes:
        challenge = text(challenge_of(options))
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _credential(self, response: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "public-key",
            "id": text(self.credential_id),
            "rawId": text(self.credential_id),
            "clientExtensionResults": {},
            "response": response,
        }
