"""A listener as a user of Argilla writes one: argilla's own decorator and server, under uvicorn on loopback.

    python argilla_listener.py API_URL API_KEY PORT EVENT...

Prints a line of JSON for what it registered, one when it serves, and one for each event that its handlers were called with. Ends with stdin.
"""

import json
import os
import sys
import threading
import warnings

api_url, api_key, port, *events = sys.argv[1:]
os.environ["WEBHOOK_SERVER_URL"] = f"http://127.0.0.1:{port}"

import argilla as rg  # noqa: E402
import uvicorn  # noqa: E402

client = rg.Argilla(api_url=api_url, api_key=api_key)


def tell(**facts):
    print(json.dumps(facts, default=str), flush=True)


def described(dataset):
    """What a handler can read of a dataset, settings last: they are not in the event but fetched from the server."""
    settings = dataset.settings
    return {
        "id": dataset.id,
        "name": dataset.name,
        "workspace": dataset.workspace.name,
        "fields": [f.name for f in settings.fields],
        "questions": [q.name for q in settings.questions],
    }


with warnings.catch_warnings(record=True) as found:
    warnings.simplefilter("always")

    @rg.webhook_listener(events=events, description="everything", client=client)
    async def everything(type, timestamp, dataset=None, record=None, response=None):
        facts = {"handler": "everything", "type": type.value, "timestamp": timestamp.isoformat()}
        if response is not None:
            facts["response"] = {"user": response.user_id, "status": response.status.value, "answers": sorted(a.question_name for a in response.responses)}
            record = response.record
        if record is not None:
            facts["record"] = {"id": record._server_id, "status": record.status, "fields": sorted(record.fields)}
            dataset = record.dataset
        tell(**facts, dataset=described(dataset))

    @rg.webhook_listener(events="record.completed", client=client, raw_event=True)
    async def raw(event):
        tell(handler="raw", type=event.type.value, timestamp=event.timestamp.isoformat(), keys=list(event.data))


tell(
    reused=sum("existing webhook" in str(w.message) for w in found),
    webhooks=[{"id": w.id, "url": w.url, "events": [getattr(e, "value", e) for e in w.events], "description": w.description, "enabled": w.enabled} for w in client.webhooks],
)

server = uvicorn.Server(uvicorn.Config(app=rg.get_webhook_server(), host="127.0.0.1", port=int(port), log_level="warning"))


def end():
    sys.stdin.read()
    server.should_exit = True


def announce():
    while not server.started:
        threading.Event().wait(0.01)
    tell(serving=True)


threading.Thread(target=end, daemon=True).start()
threading.Thread(target=announce, daemon=True).start()
server.run()
