"""Starts emulators of object stores, and nginx as an HTTP store, and serves films from them."""

import base64
import contextlib
import email.utils
import hashlib
import hmac
import http.client
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

import origin
from faulty_proxy import Proxy

#: The account of every Azurite.
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
READY_SECONDS = 60
NGINX = """
daemon off;
pid {folder}/nginx.pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/nginx-body;
    proxy_temp_path {folder}/nginx-proxy;
    fastcgi_temp_path {folder}/nginx-fastcgi;
    uwsgi_temp_path {folder}/nginx-uwsgi;
    scgi_temp_path {folder}/nginx-scgi;
    server {{ listen 127.0.0.1:{port}; root {root}; autoindex on; autoindex_format json; }}
    server {{ listen 127.0.0.1:{plain}; root {root}; }}
}}
"""


@dataclass
class Store:
    """A store that is ready: its URL, the settings for it, and how a file gets there."""

    name: str
    url: str
    settings: dict
    put: callable
    #: The folder that an HTTP server serves.
    folder: Path = None
    lists: bool = True
    #: Whether origins may store index files.
    is_written: bool = True


def publish(store, films):
    for path in sorted(films.glob("*/*")):
        store.put(path.relative_to(films.parent).as_posix(), path.read_bytes())


@contextlib.contextmanager
def serving(store, binary, log, *options, revalidate_after=3600):
    """Runs the origin over the films in a store."""
    options = ["--revalidate-after", revalidate_after, *options]
    with environment(store.settings):
        with origin.serving(binary, f"{store.url}/films", log, options) as address:
            yield address


@contextlib.contextmanager
def through(store, *faults):
    """The store behind a proxy, which fails if there are faults."""
    ports = re.findall(r"127\.0\.0\.1:(\d+)", f"{store.url} {store.settings}")
    with Proxy(int(ports[0]), *faults) as proxy:
        proxy.fails = bool(faults)
        moved = lambda text: text.replace(f"127.0.0.1:{ports[0]}", f"127.0.0.1:{proxy.port}")
        settings = {name: moved(value) for name, value in store.settings.items()}
        yield proxy, replace(store, url=moved(store.url), settings=settings)


@contextlib.contextmanager
def environment(settings):
    before = dict(os.environ)
    os.environ.update(settings)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextlib.contextmanager
def moto(folder):
    """S3, by moto."""
    port = origin.free_port()
    command = [str(Path(sys.executable).with_name("moto_server")), "-H", "127.0.0.1"]
    with running([*command, "-p", str(port)], folder / "moto.log", port):
        # It asks for a signature before it replaces an object, and does not check it.
        signature = {"Authorization": "AWS4-HMAC-SHA256 Credential=id/20261130/us-east-1/s3/x"}
        put = lambda path, body: send(port, "PUT", f"/bucket/{quote(path)}", body, signature)
        put("", b"")
        settings = {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_ACCESS_KEY_ID": "id",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "us-east-1",
        }
        yield Store("S3 (moto)", "s3://bucket", settings, put)


@contextlib.contextmanager
def azure(folder, azurite):
    """Azure Blob Storage, by Azurite."""
    port = origin.free_port()
    command = [str(azurite), "--silent", "--skipApiVersionCheck", "--disableTelemetry"]
    command += ["--location", str(folder / "azurite"), "--blobPort", str(port)]
    with running(command, folder / "azurite.log", port):
        blob = {"x-ms-blob-type": "BlockBlob"}
        put = lambda path, body: signed(port, f"/container/{quote(path)}", body, blob)
        signed(port, "/container", b"", {}, "restype=container")
        settings = {
            "AZURE_STORAGE_ACCOUNT_NAME": ACCOUNT,
            "AZURE_STORAGE_ACCOUNT_KEY": KEY,
            "AZURE_STORAGE_ENDPOINT": f"http://127.0.0.1:{port}/{ACCOUNT}",
        }
        yield Store("Azure Blob Storage (Azurite)", "az://container", settings, put)


def signed(port, path, body, headers, query=""):
    """A PUT to Azurite, signed with the key of the account (Shared Key)."""
    headers = {
        **headers,
        "x-ms-date": email.utils.formatdate(usegmt=True),
        "x-ms-version": "2021-12-02",
    }
    length = str(len(body)) if body else ""
    names = "".join(f"{name}:{value}\n" for name, value in sorted(headers.items()))
    resource = f"/{ACCOUNT}/{ACCOUNT}{path}" + (f"\n{query.replace('=', ':')}" if query else "")
    text = "\n".join(["PUT", "", "", length, *[""] * 8, names + resource])
    digest = hmac.new(base64.b64decode(KEY), text.encode(), hashlib.sha256).digest()
    headers["Authorization"] = f"SharedKey {ACCOUNT}:{base64.b64encode(digest).decode()}"
    send(port, "PUT", f"/{ACCOUNT}{path}" + (f"?{query}" if query else ""), body, headers)


@contextlib.contextmanager
def nginx(folder):
    """A plain HTTP server, with listings and without."""
    root, port, plain = folder / "root", origin.free_port(), origin.free_port()
    root.mkdir()
    # Its workers run as another user.
    for path in (folder, root):
        path.chmod(0o755)
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, port=port, plain=plain, root=root))

    def put(path, body):
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body)

    served = lambda name, port, lists: Store(
        name, f"http://127.0.0.1:{port}", {}, put, root, lists, is_written=False
    )
    command = ["nginx", "-c", str(config), "-p", str(folder)]
    with running(command, folder / "nginx.log", port):
        yield [
            served("HTTP (nginx)", port, lists=True),
            served("HTTP without listings", plain, lists=False),
        ]


def send(port, method, path, body, headers=()):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=origin.ANSWER_SECONDS)
    with contextlib.closing(connection):
        connection.request(method, path, body, dict(headers))
        answer = connection.getresponse()
        text = answer.read()
    assert answer.status in (200, 201), f"{method} {path}: {answer.status} {text[:500]}"


@contextlib.contextmanager
def running(command, log, port):
    """Runs a server until the block ends, which begins when its port is open."""
    with open(log, "ab") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        deadline = time.monotonic() + READY_SECONDS
        while not is_open(port):
            assert process.poll() is None, f"{command[0]} ended: {log.read_text()[-1000:]}"
            assert time.monotonic() < deadline, f"{command[0]} is not ready"
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(timeout=15)


def is_open(port):
    with contextlib.suppress(OSError):
        http.client.socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    return False
