from toloka.client import TolokaClient
from toloka.client.webhook_subscription import WebhookSubscription

client = TolokaClient("any", url="{base}")
subscription = WebhookSubscription(
    webhook_url="http://127.0.0.1:9000/webhook", event_type="ASSIGNMENT_SUBMITTED", pool_id="1", secret_key="s3cret"
)
print(client.upsert_webhook_subscriptions([subscription]).items["0"].id)
