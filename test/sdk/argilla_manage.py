"""Manages webhooks with the Argilla SDK as a user does, and ends with 1 at the first surprise.

    python argilla_manage.py API_URL API_KEY LISTENER_URL
"""

import sys

import argilla as rg
from argilla._exceptions import ArgillaAPIError, NotFoundError, UnprocessableEntityError

api_url, api_key, listener = sys.argv[1:]
client = rg.Argilla(api_url=api_url, api_key=api_key)


def done(what):
    print("ok", what, flush=True)


def refused(error, call):
    try:
        call()
    except error as e:
        return e
    raise AssertionError(f"{call} was not refused with {error.__name__}")


before = len(client.webhooks)
hook = rg.Webhook(url=f"{listener}/manage", events=["record.completed", "dataset.created"], description="to be managed", _client=client).create()
assert hook.enabled and hook.id and hook.inserted_at, hook
assert [getattr(e, "value", e) for e in hook.events] == ["record.completed", "dataset.created"], hook.events
assert len(hook.secret) == 88, hook.secret
assert len(client.webhooks) == before + 1
done("create")

hook.description, hook.enabled, hook.events = "changed", False, ["response.created"]
hook.update()
(stored,) = [w for w in client.webhooks.list() if w.id == hook.id]
assert (stored.description, stored.enabled, [getattr(e, "value", e) for e in stored.events]) == ("changed", False, ["response.created"]), stored
assert stored.secret == hook.secret and stored.inserted_at == hook.inserted_at and stored.updated_at >= hook.inserted_at
done("update")

client.api.webhooks.ping(hook.id)  # reaches a disabled webhook too; the test looks at what arrived
done("ping")

hook.url = "http://127.0.0.1:1/nobody"
hook.update()
refused(ArgillaAPIError, lambda: client.api.webhooks.ping(hook.id))
done("ping without a listener")

for bad in ({"url": "ftp://127.0.0.1/x"}, {"url": ""}, {"events": ["record.created", "record.created"]}):
    values = {"url": f"{listener}/x", "events": ["record.created"]} | bad
    refused(UnprocessableEntityError, lambda: rg.Webhook(**values, _client=client).create())
done("validation")

spare = [rg.Webhook(url=f"{listener}/spare{i}", events=["record.created"], _client=client).create() for i in range(10 - len(client.webhooks))]
refused(UnprocessableEntityError, lambda: rg.Webhook(url=f"{listener}/eleventh", events=["record.created"], _client=client).create())
for w in spare:
    w.delete()
done("ten at most")

hook.delete()
assert hook.id not in [w.id for w in client.webhooks]
refused(NotFoundError, lambda: client.api.webhooks.delete(hook.id))
assert len(client.webhooks) == before
done("delete")
