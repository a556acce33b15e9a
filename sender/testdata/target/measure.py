"""Records what a Python HTTP client puts on the wire for the URLs of urls.json.

    python measure.py httpx    > httpx.json       # in an environment with httpx 0.27.2
    python measure.py requests > requests.json    # in an environment with requests 2.32.4

Every name leads to one loopback socket that writes down the bytes, and the test beside it sends the same URLs through the sender. Nothing
leaves the machine.
"""

import importlib.metadata
import json
import pathlib
import platform
import socket
import ssl
import subprocess
import sys
import tempfile
import threading

CLIENT = sys.argv[1]
HERE = pathlib.Path(__file__).parent


def certificate():
    """A throw-away certificate for TLS, which the client is told not to look at."""
    folder = pathlib.Path(tempfile.mkdtemp())
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1", "-subj", "/CN=x",
         "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True, capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


class Listener:
    """Answers requests in turn: the first with the Location that is asked for, if any, all others with 204."""

    def __init__(self):
        self.tls = certificate()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.location = None
        self.seen = []
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            connection, _ = self.socket.accept()
            try:
                self.serve(connection)
            except OSError:
                pass
            finally:
                connection.close()

    def serve(self, connection):
        secure = connection.recv(1, socket.MSG_PEEK) == b"\x16"
        if secure:
            connection = self.tls.wrap_socket(connection, server_side=True)
        data = b""
        while b"\r\n\r\n" not in data:
            chunk = connection.recv(65536)
            if not chunk:
                return
            data += chunk
        lines = data.split(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
        row = {"tls": secure, "line": lines[0]}
        for line in lines[1:]:
            name, _, value = line.partition(": ")
            if name.lower() in ("host", "authorization"):
                row[name.lower()] = value
        self.seen.append(row)
        location, self.location = self.location, None
        if location is None:
            connection.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        else:
            head = "HTTP/1.1 307 Temporary Redirect\r\nConnection: close\r\nContent-Length: 0\r\nLocation: " + location + "\r\n\r\n"
            connection.sendall(head.encode())


listener = Listener()
dialled = []
resolve = socket.getaddrinfo


def to_listener(host, port, *args, **kwargs):
    """Every name is the listener's; what was asked for is kept."""
    if isinstance(host, bytes):
        host = host.decode("ascii")
    if host != "127.0.0.1" or port != listener.port:
        host.encode("idna")  # as the real one does, which fails for names that are none
        dialled.append(f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
    return resolve("127.0.0.1", listener.port, type=socket.SOCK_STREAM)


socket.getaddrinfo = to_listener

if CLIENT == "httpx":
    import httpx

    with_ = ["httpcore", "h11", "idna"]
    unverified = httpx.create_ssl_context(verify=False)
    post = lambda url: httpx.post(url, content=b"{}", timeout=5, verify=unverified)
else:
    import requests
    import urllib3

    urllib3.disable_warnings()
    with_ = ["urllib3", "idna"]
    post = lambda url: requests.post(url, json={}, timeout=5, verify=False)


def send(url, location=None):
    listener.seen.clear()
    dialled.clear()
    listener.location = location
    error = None
    try:
        post(url)
    except Exception as e:  # whatever the client raises is what it does with this URL
        error = type(e).__name__
    rows = [dict(row, dialled=d) for row, d in zip(listener.seen, dialled)]
    if location is None:
        return rows[0] if rows else {"error": error or "nothing was sent"}
    return rows[1] if len(rows) > 1 else {"error": error or "not followed"}


given = json.loads((HERE / "urls.json").read_text())
version = importlib.metadata.version
table = {
    "client": f"{CLIENT} {version(CLIENT)}",
    "with": ", ".join([f"{name} {version(name)}" for name in with_] + ["Python " + platform.python_version()]),
    "urls": [{"url": url, **send(url)} for url in given["urls"]],
}
if CLIENT == "requests":  # the other is used without following redirects
    table["from"] = given["from"]
    table["locations"] = [{"location": l, **send(given["from"], l)} for l in given["locations"]]

print('{\n "client": %s,\n "with": %s,' % (json.dumps(table["client"]), json.dumps(table["with"])))
if "from" in table:
    print(' "from": %s,' % json.dumps(table["from"]))
lists = [key for key in ("urls", "locations") if key in table]
for key in lists:
    rows = ",\n  ".join(json.dumps(row, ensure_ascii=False) for row in table[key])
    print(' "%s": [\n  %s\n ]%s' % (key, rows, "," if key != lists[-1] else ""))
print("}")
