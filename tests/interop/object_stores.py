#!/usr/bin/env python3
"""Serves the sample from emulators of object stores, and compares it with the local storage.

    object_stores.py ORIGIN SUITE MEDIA AZURITE

ORIGIN is the built example with the feature `object-stores`, SUITE the built test `emulators` of
dynpack-object-store, MEDIA the folder with the asset `sample`, and AZURITE the command
`azurite-blob`. moto is that of the Python that runs this. ffmpeg and nginx are on the path.

Each store passes the conformance suite, and serves every resource of every format with the bytes
that the local storage serves. Prints what that costs in requests and bytes, and, last,
`object stores: N passed, M failed`.
"""

import base64
import contextlib
import email.utils
import hashlib
import hmac
import http.client
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import compare
import origin
from tally import Tally

#: The account of every Azurite.
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
#: The first is the one that is served without listings.
ASSETS = ("listed", "sample", "interleaved")
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


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    binary, suite, media, azurite = (Path(argument).resolve() for argument in sys.argv[1:])
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        folder = Path(folder)
        films, log = folder / "films", folder / "origin.log"
        make_films(films, media / "sample")
        with origin.serving(binary, films, log) as address:
            wanted = {asset: crawl(address, asset) for asset in ASSETS}
        stores = [
            stack.enter_context(moto(folder)),
            stack.enter_context(azure(folder, azurite)),
            *stack.enter_context(nginx(folder)),
        ]
        for store in stores:
            tally.heading(store.name)
            tally.add(*conformance(store, suite))
            publish(store, films)
            with serving(store, binary, log) as address:
                for asset in ASSETS if store.lists else ASSETS[:1]:
                    tally.add(*same_bytes(address, asset, wanted[asset]))
                if not store.lists:
                    tally.add(*not_found(address))
            for asset in ASSETS if store.lists else ASSETS[:1]:
                with serving(store, binary, log) as address:
                    tally.add(*costs(address, asset))
        if tally.failed:
            print(log.read_text()[-4000:])
    print(f"object stores: {tally.passed} passed, {tally.failed} failed")
    sys.exit(1 if tally.failed else 0)


def conformance(store, suite):
    """Runs the suite on an empty part of the store."""
    settings = {"DYNPACK_STORE_URL": f"{store.url}/suite"}
    if store.folder:
        suite_folder = store.folder / "suite"
        shutil.rmtree(suite_folder, ignore_errors=True)
        suite_folder.mkdir()
        settings["DYNPACK_STORE_FOLDER"] = str(suite_folder)
    if not store.lists:
        settings["DYNPACK_STORE_LISTS"] = "no"
    command = [str(suite), "--ignored", "--nocapture"]
    done = subprocess.run(
        command, env={**os.environ, **store.settings, **settings}, capture_output=True, text=True
    )
    if done.returncode:
        return "conformance", [(done.stdout + done.stderr)[-2000:]]
    (line,) = re.findall(r"^.* conforms: .*$", done.stdout, re.MULTILINE)
    return f"conformance: {line}", []


def make_films(films, sample):
    """The assets: the sample with a server manifest, the same without, and an interleaved film."""
    listed, plain, interleaved = (films / asset for asset in ASSETS)
    for folder in (listed, plain):
        shutil.copytree(sample, folder)
    tracks = "".join(
        f'<{path.name.split("_")[0]} src="{path.name}"/>' for path in sorted(listed.iterdir())
    )
    (listed / "listed.ism").write_text(f"<smil><body><switch>{tracks}</switch></body></smil>")
    interleaved.mkdir()
    inputs = ["-i", str(sample / "video_720p.mp4"), "-i", str(sample / "audio_eng.mp4")]
    command = ["ffmpeg", "-v", "error", *inputs, "-c", "copy", "-movflags", "+faststart"]
    subprocess.run([*command, str(interleaved / "film.mp4")], check=True)


def publish(store, films):
    for path in sorted(films.glob("*/*")):
        store.put(path.relative_to(films.parent).as_posix(), path.read_bytes())


def same_bytes(address, asset, wanted):
    """Compares every resource with that of the local storage."""
    found = crawl(address, asset)
    problems = [f"{url} differs" for url in wanted if found.get(url) != wanted[url]]
    problems += [f"{url} is not served locally" for url in sorted(set(found) - set(wanted))]
    return f"{asset}: {len(wanted)} resources are as those of the local storage", problems[:5]


def not_found(address):
    """An asset without a server manifest cannot be found where folders are not listed."""
    answer = origin.ask(f"{address}/sample/sample.ism/manifest(format=m3u8-cmaf)")
    problems = [] if answer.status == 404 else [f"{answer.status} {answer.text()}"]
    return "an asset without a server manifest is not found", problems


def costs(address, asset):
    """What a segment costs in requests and bytes, once its asset is open."""
    manifest = f"{address}/{asset}/{asset}.ism/{compare.PROTOCOLS['HLS'].manifest}"
    opened = counted(address, lambda: origin.get(manifest))
    renditions = compare.PROTOCOLS["HLS"].read(manifest)
    segments = [segment.url for rendition in renditions for segment in rendition.segments]
    sent = []
    read = counted(address, lambda: sent.extend(len(origin.get(url)) for url in segments))
    requests, fetched = read[0] / len(segments), read[1] / sum(sent)
    line = (
        f"{asset}: opening costs {opened[0]} requests and {opened[1]} bytes; a segment "
        f"{requests:.2f} requests, and {fetched:.3f} bytes for each byte sent "
        f"({len(segments)} segments)"
    )
    # A segment of an interleaved film spans the other track too.
    limit = 2.5 if asset == "interleaved" else 1.02
    problems = [] if requests <= 2 and fetched <= limit else ["that is too much"]
    return line, problems


def counted(address, work):
    """The requests and bytes that the work costs, by the metrics of the origin."""
    before = metrics(address)
    work()
    return [after - before for before, after in zip(before, metrics(address))]


def metrics(address):
    text = origin.get(f"{address}/metrics").decode()
    value = lambda name: int(re.search(rf"^dynpack_{name}_total (\d+)", text, re.M).group(1))
    return value("storage_requests"), value("storage_bytes")


def crawl(address, asset):
    """All resources of an asset in all formats, by their URLs below it."""
    base, found, ask = f"{address}/{asset}/{asset}.ism", {}, origin.ask

    def recording(url, *arguments, **headers):
        answer = ask(url, *arguments, **headers)
        if answer.status == 200:
            found[url.removeprefix(base)] = answer.body
        return answer

    origin.ask = recording
    try:
        for protocol in compare.PROTOCOLS.values():
            protocol.read(f"{base}/{protocol.manifest}")
            if protocol.key_frames:
                protocol.key_frames(f"{base}/{protocol.manifest}")
    finally:
        origin.ask = ask
    return found


@contextlib.contextmanager
def serving(store, binary, log):
    """Runs the origin over the films in a store."""
    options = ["--revalidate-after", "3600"]
    with environment(store.settings):
        with origin.serving(binary, f"{store.url}/films", log, options) as address:
            yield address


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
        put = lambda path, body: send(port, "PUT", f"/bucket/{quote(path)}", body)
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

    command = ["nginx", "-c", str(config), "-p", str(folder)]
    with running(command, folder / "nginx.log", port):
        yield [
            Store("HTTP (nginx)", f"http://127.0.0.1:{port}", {}, put, root),
            Store("HTTP without listings", f"http://127.0.0.1:{plain}", {}, put, root, False),
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


if __name__ == "__main__":
    main()
