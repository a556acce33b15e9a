"""Manages webhooks with the Label Studio SDK of either generation, and ends with 1 at the first surprise.

    python label_studio_manage.py LISTENER_URL {API_URL API_KEY (strict|open)}...

API_KEY is an old-style token or the refresh token of a JWT; the SDK tells them apart. To an open server every key is good enough. Prints a line
for each server.
"""

import sys
from importlib.metadata import version

from label_studio_sdk.client import LabelStudio
from label_studio_sdk.core.api_error import ApiError

listener, *servers = sys.argv[1:]
first = version("label_studio_sdk").startswith("1.")


def refused(status, call):
    try:
        call()
    except ApiError as e:
        assert e.status_code == status, e
        return e.body
    raise AssertionError("was not refused")


def update(client, hook, url):
    """Changes url and is_active. The first generation ignores the arguments made for the body, repeats the others in the query, and sends null
    for what it was not given, so that it must be given everything."""
    if not first:
        return client.webhooks.update(id=hook.id, url=url, is_active=False)
    body = refused(400, lambda: client.webhooks.update(hook.id, url=url, webhook_serializer_for_update_url=url))
    assert body["validation_errors"] == {
        field: ["This field may not be null."] for field in ("send_payload", "send_for_all_actions", "headers", "is_active", "actions")
    }, body
    return client.webhooks.update(
        hook.id,
        url=url,
        webhook_serializer_for_update_url=url,
        send_payload=hook.send_payload,
        send_for_all_actions=hook.send_for_all_actions,
        headers=hook.headers,
        is_active=False,
        actions=[],
    )


def manage(api_url, api_key, strict):
    if first:
        api_url = api_url.rstrip("/")  # to which it adds one more
    client = LabelStudio(base_url=api_url, api_key=api_key)

    project = client.projects.create(title="Managed by the SDK", label_config="<View><Text name='t' value='$t'/></View>").id
    assert isinstance(project, int), project

    hook = client.webhooks.create(url=f"{listener}/a", project=project, send_for_all_actions=False, actions=["TASKS_CREATED", "ANNOTATION_CREATED"], headers={"X-Team": "a"})
    assert isinstance(hook.id, int) and hook.organization == 1 and hook.project == project, hook
    assert hook.url == f"{listener}/a" and hook.headers == {"X-Team": "a"} and hook.is_active is True and hook.send_payload is True and hook.send_for_all_actions is False, hook
    assert sorted(hook.actions) == ["ANNOTATION_CREATED", "TASKS_CREATED"], hook.actions
    assert hook.created_at.tzinfo is not None and hook.created_at <= hook.updated_at, hook

    listed = client.webhooks.list(project=str(project))
    assert [h.id for h in listed] == [hook.id] and listed[0] == hook, listed
    assert hook in client.webhooks.list()

    assert client.webhooks.get(id=hook.id) == hook

    changed = update(client, hook, f"{listener}/b")
    assert changed.url == f"{listener}/b" and changed.is_active is False, changed
    kept = client.webhooks.get(id=hook.id)
    assert kept.actions == [] and kept.send_for_all_actions is False and kept.headers == {"X-Team": "a"}, kept  # a PATCH empties the list of actions
    assert kept.created_at == hook.created_at and kept.updated_at > hook.updated_at, kept

    body = refused(400, lambda: client.webhooks.create(url="nonsense", project=project))
    assert body["validation_errors"] == {"url": ["Enter a valid URL."]}, body
    body = refused(404, lambda: client.webhooks.create(url=f"{listener}/a"))
    assert body["detail"] == "Project not found." and body["status_code"] == 404, body
    refused(404, lambda: client.webhooks.get(id=10**6))
    if strict:
        body = refused(401, lambda: LabelStudio(base_url=api_url, api_key="0" * 40).webhooks.list())
        assert body["detail"] == "Invalid token.", body

    info = client.webhooks.info()
    if first:
        assert info is None, info  # of its own making: it drops what a 2xx says
    else:
        assert info.tasks_created.key == "tasks" and info.project_created.organization_only is True, info
        only = client.webhooks.info(organization_only=True)
        assert only.project_deleted is not None and only.tasks_created is None, only

    client.webhooks.delete(id=hook.id)
    refused(404, lambda: client.webhooks.get(id=hook.id))
    assert client.webhooks.list(project=str(project)) == []
    client.projects.delete(id=project)


for api_url, api_key, mode in zip(servers[::3], servers[1::3], servers[2::3], strict=True):
    try:
        manage(api_url, api_key, mode == "strict")
    except Exception as e:
        raise AssertionError(f"at {api_url} with {api_key[:8]}…") from e
    print("ok", mode, api_url.rsplit("/", 1)[-1], flush=True)
