import hashlib
import hmac


def verify(headers, body: bytes, secret: str) -> bool:
    """headers: the request's, in any mapping that ignores case; body: its exact bytes, before any parsing."""
    given = headers.get("X-Datasaur-Signature", "")
    want = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return bool(secret) and hmac.compare_digest(given.encode(), want.encode())
