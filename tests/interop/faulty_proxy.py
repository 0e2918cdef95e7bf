"""A proxy that fails: it stands between the origin and an object store."""

import asyncio
import random
import re
import socket
import struct
import threading
from collections import Counter
from dataclasses import dataclass

import origin

#: What goes wrong, and how often, compared with each other.
FAULTS = {
    "latency": 4,
    "500": 4,
    "503": 4,
    "reset": 4,
    "truncated": 4,
    "short": 4,
    "wrong range": 4,
    "ranges ignored": 4,
    "stale": 4,
    "replaced": 1,
}
#: A fault for one in so many requests.
ONE_IN = 6
LATENCY_SECONDS = 0.05
#: How many bytes of a body are sent at a time.
PIECE = 16 << 10
ERRORS = {
    "500": b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n",
    "503": b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 0\r\ncontent-length: 0\r\n\r\n",
    "denied": b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n",
}


@dataclass
class Request:
    """The head of a request. None has a body."""

    method: str
    target: str
    #: Names are in lower case.
    headers: dict

    @staticmethod
    def parse(head):
        first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
        method, target, _ = first.split(" ")
        return Request(method, target, headers(lines))

    def range(self):
        """The first and the last byte that are requested, if any are."""
        found = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("range", ""))
        return tuple(map(int, found.groups())) if found else None

    def encoded(self):
        lines = [f"{name}: {value}" for name, value in self.headers.items() if name != "connection"]
        head = [f"{self.method} {self.target} HTTP/1.1", *lines, "connection: close", "", ""]
        return "\r\n".join(head).encode("latin-1")


@dataclass
class Answer:
    head: bytes
    body: bytes

    def with_header(self, name, value):
        lines = self.head.rstrip(b"\r\n").split(b"\r\n")
        kept = [line for line in lines if not line.lower().startswith(name.encode() + b":")]
        return Answer(b"\r\n".join([*kept, f"{name}: {value}".encode(), b"", b""]), self.body)


def headers(lines):
    pairs = (line.split(":", 1) for line in lines)
    return {name.lower(): value.strip() for name, value in pairs}


class Proxy:
    """Runs until its block ends. The fault of a request depends on the seed and on its number.

    `stale` changes the target of a request to that of the version before the current one, and
    `replace` makes that version the current one.
    """

    def __init__(self, port, seed=0, stale=str, replace=None):
        self.store, self.seed, self.stale, self.replace = port, seed, stale, replace
        self.port, self.requests, self.injected = origin.free_port(), 0, Counter()
        #: Requests by their kind: `HEAD`, `GET` of a range, and other `GET`.
        self.asked = Counter()
        #: Whether there are faults.
        self.fails = True
        #: Requests for bytes after this one are refused for good, if set.
        self.denied_after = None
        #: How many bytes a second the store sends, if it is slow.
        self.rate = None
        self.loop, self.listening = asyncio.new_event_loop(), threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        self.thread.start()
        assert self.listening.wait(10), "the proxy does not start"
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)

    def run(self):
        asyncio.set_event_loop(self.loop)
        serving = asyncio.start_server(self.connection, "127.0.0.1", self.port)
        server = self.loop.run_until_complete(serving)
        self.listening.set()
        self.loop.run_forever()
        server.close()
        connections = asyncio.all_tasks(self.loop)
        for connection in connections:
            connection.cancel()
        self.loop.run_until_complete(asyncio.gather(*connections, return_exceptions=True))
        self.loop.close()

    async def connection(self, reader, writer):
        try:
            while await self.answer(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def answer(self, reader, writer):
        """Answers a request. Returns whether the connection can be used again."""
        request = Request.parse(await reader.readuntil(b"\r\n\r\n"))
        self.asked[f"{request.method} of a range" if request.range() else request.method] += 1
        fault = self.fault(request)
        if fault:
            self.injected[fault] += 1
        if fault == "latency":
            await asyncio.sleep(LATENCY_SECONDS)
        elif fault == "reset":
            # Without lingering, the connection ends by a reset.
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            return False
        elif fault == "replaced":
            await self.loop.run_in_executor(None, self.replace)
        if fault in ERRORS:
            writer.write(ERRORS[fault])
            await writer.drain()
            return True
        answer = await self.forward(changed(request, fault, self.stale))
        return await send(answer, fault, request, writer, self.rate)

    def fault(self, request):
        """The fault of the next request."""
        if self.denied_after is not None and (request.range() or [0])[0] > self.denied_after:
            return "denied"
        self.requests += 1
        chance = random.Random(f"{self.seed} {self.requests}")
        if not self.fails or chance.randrange(ONE_IN):
            return None
        return chance.choices(list(FAULTS), FAULTS.values())[0]

    async def forward(self, request):
        """The answer of the store."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.store)
        try:
            writer.write(request.encoded())
            await writer.drain()
            whole = await reader.read(-1)
        finally:
            writer.close()
        head, separator, body = whole.partition(b"\r\n\r\n")
        return Answer(head + separator, body)


def changed(request, fault, stale):
    """The request that a server or a cache with that fault would answer."""
    headers, range = dict(request.headers), request.range()
    if fault == "wrong range" and range and range[0] > 0:
        headers["range"] = f"bytes={range[0] - 1}-{range[1] - 1}"
    elif fault == "ranges ignored":
        headers.pop("range", None)
    elif fault == "stale":
        headers.pop("if-match", None)
        return Request(request.method, stale(request.target), headers)
    return Request(request.method, request.target, headers)


async def send(answer, fault, request, writer, rate):
    """Sends the answer. Returns whether the connection can be used again."""
    body = answer.body
    if fault == "short" and request.method == "GET":
        body = body[: len(body) // 2]
        answer = answer.with_header("content-length", len(body))
    elif fault == "truncated":
        body = body[: len(body) // 2]
    is_framed = b"\r\ncontent-length:" in answer.head.lower() and fault != "truncated"
    answer = answer.with_header("connection", "keep-alive" if is_framed else "close")
    writer.write(answer.head)
    for start in range(0, len(body), PIECE):
        piece = body[start : start + PIECE]
        writer.write(piece)
        await writer.drain()
        if rate:
            await asyncio.sleep(len(piece) / rate)
    await writer.drain()
    return is_framed
