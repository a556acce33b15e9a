"""Runs the real Label Studio from its package: SQLite in an empty folder, loopback, no outside network.

    python label_studio_server.py FOLDER PORT

Before it listens it prints one JSON line: version of the server and of the library it sends with, an old-style token, a refresh token, the id
of its organization. Each line that it then reads from stdin is an order in JSON, answered by a line:

    {"webhook": {"url": ...}}   inserts a webhook of the whole organization, which the server's own API does not allow
    {"flags": {"NAME": false}}  sets feature flags that this version has grown out of

It ends with its stdin.
"""

import json
import logging
import os
import sys
import threading

folder, port = sys.argv[1:]

os.environ.update(
    LABEL_STUDIO_BASE_DATA_DIR=folder,
    LABEL_STUDIO_DATABASE_NAME=os.path.join(folder, "label-studio.sqlite3"),
    LABEL_STUDIO_HOST="",
    DJANGO_SETTINGS_MODULE="label_studio.core.settings.label_studio",
    SECRET_KEY="of a server that lives for one test",
    LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN="true",
    SSRF_PROTECTION_ENABLED="false",  # the listeners of this test are on loopback, which the server refuses by default
    WEBHOOK_BATCH_SIZE="4",
    WEBHOOK_TIMEOUT="20",
    LATEST_VERSION_CHECK="false",
    COLLECT_ANALYTICS="false",
    SENTRY_DSN="",
    FRONTEND_SENTRY_DSN="",
    LOG_LEVEL="ERROR",
    NO_PROXY="*",
)

import label_studio  # noqa: E402

sys.path.insert(0, os.path.dirname(label_studio.__file__))

import django  # noqa: E402

django.setup()

from django.apps import apps  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from django.db.backends.signals import connection_created  # noqa: E402
from django.urls import get_resolver  # noqa: E402


def careless(connection, **_):
    """A database that lives for one test need not survive a power cut."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")


connections.close_all()
connection_created.connect(careless)
get_resolver().url_patterns  # which loads the last of the models
# The tables are made from the models: the hundreds of migrations that lead to the same tables take twenty seconds.
settings.MIGRATION_MODULES = {app.label: None for app in apps.get_app_configs()}
call_command("migrate", "--no-color", "--run-syncdb", verbosity=0)

import requests  # noqa: E402
from core.feature_flags.stale_feature_flags import STALE_FEATURE_FLAGS  # noqa: E402
from jwt_auth.models import LSAPIToken  # noqa: E402
from organizations.models import Organization  # noqa: E402
from rest_framework.authtoken.models import Token  # noqa: E402
from users.models import User  # noqa: E402
from webhooks.models import Webhook  # noqa: E402

user = User.objects.create_user(email="annotator@example.com", password="not-a-secret")
organization = Organization.create_organization(created_by=user, title="Label Studio", legacy_api_tokens_enabled=True)
user.active_organization = organization
user.save(update_fields=["active_organization"])


def obey():
    for line in sys.stdin:
        order = json.loads(line)
        answer = {"done": True}
        if "webhook" in order:
            answer["id"] = Webhook.objects.create(organization=organization, **order["webhook"]).id
        STALE_FEATURE_FLAGS.update(order.get("flags", {}))
        print(json.dumps(answer), flush=True)
    os._exit(0)


logging.disable(logging.ERROR)  # it logs every answer of 400 with a traceback
facts = {
    "version": label_studio.__version__,
    "requests": requests.__version__,
    "token": Token.objects.get_or_create(user=user)[0].key,
    "refresh": LSAPIToken.for_user(user).get_full_jwt(),
    "organization": organization.id,
}
print(json.dumps(facts), flush=True)
threading.Thread(target=obey, daemon=True).start()
call_command("runserver", "--noreload", "--insecure", f"127.0.0.1:{port}")
