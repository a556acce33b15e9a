import hashlib
import hmac
import time

TOLERANCE = 300_000  # milliseconds between Toloka's clock and yours; Toloka names no bound, so choose yours


def verify(headers, body: bytes, secret: str) -> bool:
    """headers: the request's, in any mapping that ignores case; body: its exact bytes, before any parsing."""
    field = headers.get("Toloka-Signature", "").strip("{}")
    parts = dict(part.strip().partition("=")[::2] for part in field.split(","))
    sent_at = parts.get("ts", "")
    try:
        age = int(time.time() * 1000) - int(sent_at)
    except ValueError:
        return False
    if not secret or parts.get("v") != "1" or abs(age) > TOLERANCE:
        return False
    want = hmac.new(secret.encode(), f"{sent_at}.1.".encode() + body, hashlib.sha256).hexdigest()
    given = parts.get("sign", "").zfill(64)  # leading zeros may be missing
    return hmac.compare_digest(given.encode(), want.encode())
