import base64
import hashlib
import hmac
import time

TOLERANCE = 300  # seconds between Argilla's clock and yours


def verify(headers, body: bytes, secret: str) -> bool:
    """headers: the request's, in any mapping that ignores case; body: its exact bytes, before any parsing."""
    sent_at = headers.get("webhook-timestamp", "")
    try:
        age = int(time.time()) - int(sent_at)
    except ValueError:
        return False
    if not secret or abs(age) > TOLERANCE:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers.get('webhook-id', '')}.{sent_at}.".encode() + body
    want = b"v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256))
    given = headers.get("webhook-signature", "").split()
    return any(hmac.compare_digest(one.encode(), want) for one in given)
