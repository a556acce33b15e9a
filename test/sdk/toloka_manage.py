"""Manages webhook subscriptions with toloka-kit, and ends with 1 at the first surprise.

    python toloka_manage.py API_URL TOKEN LISTENER_URL
"""

import sys
import uuid

from toloka.client import TolokaClient
from toloka.client import exceptions as errors
from toloka.client.webhook_subscription import WebhookSubscription

api_url, token, listener = sys.argv[1:]
client = TolokaClient(token, url=api_url, retries=0)
kinds = ["POOL_CLOSED", "ASSIGNMENT_CREATED", "ASSIGNMENT_SUBMITTED", "ASSIGNMENT_SKIPPED", "ASSIGNMENT_EXPIRED", "ASSIGNMENT_APPROVED", "ASSIGNMENT_REJECTED"]


def done(what):
    print("ok", what, flush=True)


def refused(error, call):
    try:
        call()
    except error as e:
        assert type(e) is error, e
        return e
    raise AssertionError(f"was not refused with {error.__name__}")


def form(pool, kind="POOL_CLOSED", path="a", **more):
    return {"webhook_url": f"{listener}/{path}", "event_type": kind, "pool_id": str(pool), **more}


pool = 910000
first = client.upsert_webhook_subscriptions([WebhookSubscription(webhook_url=f"{listener}/a", event_type="POOL_CLOSED", pool_id=str(pool), secret_key="s3cret")])
made = first.items["0"]
assert first.validation_errors in (None, {}), first
assert len(made.id) == 24 and int(made.id, 16) >= 0 and made.created and made.secret_key is None and made.pool_id == str(pool), made
again = client.upsert_webhook_subscriptions([form(pool, secret_key="another")]).items["0"]
assert (again.id, again.created) == (made.id, made.created), (made, again)
done("upsert")

mixed = client.upsert_webhook_subscriptions([form(pool), form(pool + 1, "NO_SUCH_EVENT"), form(pool + 1, webhook_url="nonsense"), {"pool_id": str(pool)}])
assert list(mixed.items) == ["0"] and sorted(mixed.validation_errors) == ["1", "2", "3"], mixed
assert mixed.items["0"].id == made.id
assert set(mixed.validation_errors["3"]) == {"webhook_url", "event_type"}, mixed.validation_errors
assert all(e.code for fields in mixed.validation_errors.values() for e in fields.values()), mixed.validation_errors
done("upsert with errors by index")

got = client.get_webhook_subscription(made.id)
assert got == again, (got, again)
done("get")

wanted = {}
for start in range(0, 60, 20):
    batch = [form(pool + 1000 + i, kinds[i % len(kinds)], f"page{i}") for i in range(start, start + 20)]
    for sub in client.upsert_webhook_subscriptions(batch).items.values():
        wanted[sub.id] = sub
assert len(wanted) == 60 and len({s.created for s in wanted.values()}) == 60
pages = [s for s in client.get_webhook_subscriptions(batch_size=7) if s.id != made.id]
assert [s.id for s in pages] == [s.id for s in sorted(wanted.values(), key=lambda s: s.created)], f"{len(pages)} of 60"
assert {s.id: s for s in pages} == wanted
done("60 subscriptions in pages of 7")

found = client.find_webhook_subscriptions(event_type="POOL_CLOSED", pool_id=str(pool), limit=5)
assert [s.id for s in found.items] == [made.id] and found.has_more is False, found
found = client.find_webhook_subscriptions(sort=["-created", "id"], limit=7)
assert len(found.items) == 7 and found.has_more is True, found
assert [s.created for s in found.items] == sorted((s.created for s in found.items), reverse=True)
middle = sorted(wanted.values(), key=lambda s: s.created)[29]
later = client.find_webhook_subscriptions(created_gt=middle.created, limit=300)
assert {s.id for s in later.items} == {s.id for s in wanted.values() if s.created > middle.created}
below = client.find_webhook_subscriptions(id_lte=made.id, sort="id", limit=300)
assert below.items and below.items[-1].id == made.id and all(s.id <= made.id for s in below.items)
done("find")

refused(errors.ValidationApiError, lambda: client.upsert_webhook_subscriptions([{"pool_id": "1"}]))
refused(errors.DoesNotExistApiError, lambda: client.get_webhook_subscription("0" * 24))
refused(errors.DoesNotExistApiError, lambda: client.delete_webhook_subscription("0" * 24))
refused(errors.ValidationApiError, lambda: client.find_webhook_subscriptions(limit=301))
if token != "any":
    error = refused(errors.AuthenticationApiError, lambda: TolokaClient(str(uuid.uuid4()), url=api_url, retries=0).find_webhook_subscriptions())
    assert error.code == "AUTHENTICATION_ERROR", error
done("error classes")

for sub in [made, *wanted.values()]:
    client.delete_webhook_subscription(sub.id)
refused(errors.DoesNotExistApiError, lambda: client.get_webhook_subscription(made.id))
assert client.find_webhook_subscriptions(limit=300).items == []
done("delete")
