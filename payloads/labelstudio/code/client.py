from label_studio_sdk.client import LabelStudio

client = LabelStudio(base_url="{base}", api_key="any")
project = client.projects.create(title="Reviews", label_config="<View><Text name='t' value='$t'/></View>")
webhook = client.webhooks.create(url="http://127.0.0.1:9000/webhook", project=project.id, send_for_all_actions=True)
print(webhook.id)
