import argilla as rg

client = rg.Argilla(api_url="{base}", api_key="any")
webhook = rg.Webhook(url="http://127.0.0.1:9000/webhook", events=["record.completed"], _client=client).create()
print(webhook.id, webhook.secret)
