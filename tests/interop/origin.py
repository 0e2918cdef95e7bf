"""Starts the example origin, and sends it HTTP requests."""

import contextlib
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass

READY_SECONDS = 20
ANSWER_SECONDS = 30

# Video that is filled has other samples than its source: field_cases.py checks it.
AS_STORED = ["--unfilled"]


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; header names are in lower case."""

    url: str
    status: int
    headers: dict
    body: bytes

    @property
    def content_type(self):
        return self.headers.get("content-type", "").split(";")[0].strip()

    def text(self):
        return self.body.decode("utf-8", "replace").strip()


class Refused(Exception):
    """An answer other than the expected one."""

    def __init__(self, answer):
        super().__init__(f"{answer.status} {answer.text()[:200]}")
        self.answer = answer


def ask(url, method="GET", **headers):
    """Requests `url`; header names are written with underscores."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url.replace(" ", "%20"), method=method, headers=names)
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as response:
            return Answer(url, response.status, lower(response.headers), response.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(url, error.code, lower(error.headers), error.read())


def get(url, content_types=None):
    """The body of `url`, which must be answered with 200 and one of `content_types`."""
    answer = ask(url)
    if answer.status != 200:
        raise Refused(answer)
    if content_types and answer.content_type not in content_types:
        raise AssertionError(
            f"{url}: the content type is {answer.content_type!r}, not one of "
            f"{sorted(content_types)}"
        )
    return answer.body


def lower(headers):
    """The headers by name. Those of one name are joined (RFC 9110, 5.3)."""
    return {name.lower(): ", ".join(headers.get_all(name)) for name in headers}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def serving(binary, media, log, options=()):
    """Runs the origin over the folder `media`, and yields its address until the block ends."""
    listen = f"127.0.0.1:{free_port()}"
    command = [str(binary), "--media", str(media), "--listen", listen, *map(str, options)]
    with open(log, "ab") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        await_health(process, f"http://{listen}/healthz", log)
        yield f"http://{listen}"
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()


def await_health(process, url, log):
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the origin ended with {process.returncode}: see {log}")
        with contextlib.suppress(OSError):
            if ask(url).status == 200:
                return
        time.sleep(0.05)
    raise RuntimeError(f"the origin was not ready within {READY_SECONDS} seconds: see {log}")
