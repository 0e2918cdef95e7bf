"""Proves that the comparison can fail: a proxy damages streams, and each damage is detected."""

import contextlib
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import boxes
from origin import ask


def fields(body, kind):
    """Where the bodies of all boxes of a kind start, in a segment or an init segment."""
    found = []

    def visit(box):
        if box.kind == kind:
            found.append(box)
        for child in box.children:
            visit(child)

    for box in boxes.top_level(bytes(body)):
        visit(box)
    return found


def one_bit_of_media(body):
    for mdat in fields(body, b"mdat")[-1:]:
        body[(mdat.body + mdat.end) // 2] ^= 1


def a_decode_time(body):
    for tfdt in fields(body, b"tfdt")[-1:]:
        body[tfdt.end - 1] ^= 3


def a_sample_duration(body):
    for trun in fields(body, b"trun")[-1:]:
        for tfhd in fields(body, b"tfhd")[-1:]:
            if trun.flags & 0x100:
                body[first_entry(trun) + 3] ^= 1
            elif tfhd.flags & 8:
                body[
                    tfhd.body + 8 + (8 if tfhd.flags & 1 else 0) + (4 if tfhd.flags & 2 else 0) + 3
                ] ^= 1


def a_composition_offset(body):
    for trun in fields(body, b"trun")[-1:]:
        if trun.flags & 0x800:
            before = 4 * sum(bool(trun.flags & bit) for bit in (0x100, 0x200, 0x400))
            body[first_entry(trun) + before + 3] ^= 1


def first_entry(trun):
    return trun.body + 8 + (4 if trun.flags & 1 else 0) + (4 if trun.flags & 4 else 0)


def a_sync_flag(body):
    for trun in fields(body, b"trun")[-1:]:
        if trun.flags & 4:
            body[trun.body + 8 + (4 if trun.flags & 1 else 0) + 1] ^= 1
        elif trun.flags & 0x400:
            before = 4 * sum(bool(trun.flags & bit) for bit in (0x100, 0x200))
            body[first_entry(trun) + before + 1] ^= 1


def an_edit_list(body):
    for elst in fields(body, b"elst"):
        body[elst.end - 5] ^= 64


def a_segment_duration(body):
    body[:] = re.sub(
        rb"#EXTINF:(\d+)\.",
        lambda found: b"#EXTINF:%d." % (int(found[1]) - 1),
        bytes(body),
        count=1,
    )
    body[:] = re.sub(
        rb'(<S [^>]*?)d="(\d+)"',
        lambda found: found[1] + b'd="%d"' % (int(found[2]) - 1),
        bytes(body),
        count=1,
    )


def a_bandwidth(body):
    body[:] = re.sub(rb'(bandwidth=["]?|BANDWIDTH=)(\d+)', rb"\g<1>9999", bytes(body))


def the_codecs(body):
    body[:] = re.sub(rb"avc1\.([0-9A-Fa-f]{6})", b"avc1.42c00a", bytes(body))


def a_bit_of_a_packet(body):
    body[len(body) // 2 // 188 * 188 + 150] ^= 1


def a_continuity_counter(body):
    body[len(body) // 2 // 188 * 188 + 3] ^= 1


def a_time_stamp(body):
    found = body.find(b"\0\0\1\xe0") if b"\0\0\1\xe0" in body else body.find(b"\0\0\1\xc0")
    body[found + 13] ^= 8


def a_checksum(body):
    body[5 + 3] ^= 1


def a_clock_reference(body):
    for at in range(0, len(body), 188):
        if body[at + 3] & 0x20 and body[at + 4] and body[at + 5] & 0x10:
            body[at + 7] ^= 1


def a_fragment_time(body):
    at = body.find(boxes.TFXD)
    if at >= 0:
        body[at + 27] ^= 3


def a_tag_time(body):
    at = body.index(b"mdat") + 4
    for _ in range(20):
        at += 15 + int.from_bytes(body[at + 1 : at + 4], "big")
    body[at + 6] ^= 4


def a_bit_of_a_tag(body):
    body[-100] ^= 1


def the_bootstrap(body):
    body[:] = re.sub(
        rb"(<bootstrapInfo[^>]*>.{150})(.)",
        lambda found: found[1] + (b"B" if found[2] == b"A" else b"A"),
        bytes(body),
    )


ISO, TRANSPORT, SMOOTH, FLASH = ("HLS", "DASH"), ("HLS4", "HLS3"), ("MSS",), ("HDS",)

#: Each damage, the answers it applies to (by lower-case text in the URL), and the protocols.
DAMAGES = {
    one_bit_of_media: ("fragments(", ISO + SMOOTH),
    a_decode_time: ("fragments(", ISO),
    a_sample_duration: ("fragments(", ISO + SMOOTH),
    a_composition_offset: ("fragments(video", ISO + SMOOTH),
    a_sync_flag: ("fragments(video", ISO + SMOOTH),
    an_edit_list: ("=i", ISO),
    a_segment_duration: ("manifest(", ISO + TRANSPORT),
    a_bandwidth: ("manifest(", ISO + TRANSPORT),
    the_codecs: ("manifest(", ISO + TRANSPORT),
    a_bit_of_a_packet: ("fragments(", TRANSPORT),
    a_continuity_counter: ("fragments(", TRANSPORT),
    a_time_stamp: ("fragments(", TRANSPORT),
    a_checksum: ("fragments(", TRANSPORT),
    a_clock_reference: ("fragments(", TRANSPORT),
    a_fragment_time: ("fragments(", SMOOTH),
    a_tag_time: ("fragments(", FLASH),
    a_bit_of_a_tag: ("fragments(", FLASH),
    the_bootstrap: ("manifest(", FLASH),
}


@contextlib.contextmanager
def damaging(base, damage, where):
    """Yields the address of a proxy for `base` that damages answers, and a list of failures.

    It damages the answers whose URL contains `where`.
    """
    broken = []

    class Proxy(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def do_GET(self):
            names = ("Range", "If-None-Match")
            wanted = {
                name.replace("-", "_"): self.headers[name] for name in names if name in self.headers
            }
            answer = ask(base + self.path, self.command, **wanted)
            body = bytearray(answer.body)
            # ffmpeg asks for all of it as a range.
            is_whole = answer.status == 200 or self.headers.get("Range") == "bytes=0-"
            if where in self.path.lower() and is_whole and body:
                try:
                    damage(body)
                except Exception as error:
                    broken.append(
                        f"{damage.__name__} cannot be done: {type(error).__name__} {error}"
                    )
            self.send_response(answer.status)
            for name in ("content-type", "etag", "content-range"):
                if name in answer.headers:
                    self.send_header(name, answer.headers[name])
            length = (
                answer.headers.get("content-length", "0")
                if self.command == "HEAD"
                else str(len(body))
            )
            self.send_header("content-length", length)
            self.end_headers()
            self.wfile.write(b"" if self.command == "HEAD" else body)

        do_HEAD = do_GET

    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    server.daemon_threads = True
    # Clients close the connection when they have read enough.
    server.handle_error = lambda *_: None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", broken
    finally:
        server.shutdown()
        server.server_close()


def undiscovered(url, sources, compare_protocol):
    """The damages that the comparison misses, by protocol; `url` is that of an intact asset."""
    parts = urlsplit(url)
    base = f"{parts.scheme}://{parts.netloc}"
    every = ISO + TRANSPORT + SMOOTH + FLASH
    sound = [
        problem
        for protocol in every
        for row in compare_protocol(url, protocol, sources)
        for problem in row.problems
    ]
    if sound:
        return ["the stream has problems before it is damaged"]
    missed = []
    for damage, (where, protocols) in DAMAGES.items():
        with damaging(base, damage, where) as (address, broken):
            for protocol in protocols:
                try:
                    found = any(
                        row.problems
                        for row in compare_protocol(address + parts.path, protocol, sources)
                    )
                except Exception:  # A stream that cannot be read at all counts as detected.
                    found = True
                if not found:
                    missed.append(f"{protocol}: {damage.__name__}")
            missed += broken[:1]
    return missed
