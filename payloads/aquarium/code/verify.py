import hmac


def verify(headers, body: bytes, secret: str) -> bool:
    """headers: the request's, in any mapping that ignores case. The body is not covered: anything may stand in it."""
    given = headers.get("X-Aquarium-Secret", "")
    return bool(secret) and hmac.compare_digest(given.encode(), secret.encode())
