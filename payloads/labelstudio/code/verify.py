import hmac

HEADER = "X-Webhook-Secret"  # any name: Label Studio signs nothing, so give the webhook a header of your own


def verify(headers, body: bytes, secret: str) -> bool:
    """headers: the request's, in any mapping that ignores case. The body is not covered: anything may stand in it."""
    given = headers.get(HEADER, "")
    return bool(secret) and hmac.compare_digest(given.encode(), secret.encode())
