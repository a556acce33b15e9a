"""Reads requests as a JSON list on stdin and prints what the Standard Webhooks library says of each: null, or its complaint."""

import base64
import json
import sys

from standardwebhooks.webhooks import Webhook


def complaint(case):
    try:
        Webhook(case["secret"]).verify(base64.b64decode(case["body"]), case["headers"])
    except Exception as error:  # whatever it raises, the request is refused
        return f"{type(error).__name__}: {error}"
    return None


json.dump([complaint(case) for case in json.load(sys.stdin)], sys.stdout)
