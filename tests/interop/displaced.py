"""Proves that independent clients detect sound out of sync: a proxy moves all of it by 10 ms."""

from urllib.parse import urlsplit

import boxes
import clients
import compare
import damage
import gstreamer
import transport
from tally import Found

#: Which answers carry sound, by lower-case text in their URLs.
ALONE, MUXED = "fragments(audio", "fragments("
WITNESSES = {
    "HLS": ALONE,
    "DASH": ALONE,
    "CSF": ALONE,
    "HLS4": ALONE,
    "HLS3": MUXED,
    "MSS": ALONE,
    "HDS": MUXED,
}
#: The protocols that GStreamer checks as well.
STEPPED = ("MSS", "HLS", "HLS3")


def sound_in_transport_streams(body):
    for at in range(0, len(body), 188):
        if (body[at + 1] & 0x5F, body[at + 2]) == (0x41, 0x01):
            pts = at + 4 + (1 + body[at + 4] if body[at + 3] & 0x20 else 0) + 9
            time = transport.stamp(body[pts : pts + 5], 2) + 900
            spread = [
                0x21 | time >> 29 & 0xE,
                time >> 22 & 0xFF,
                time >> 14 & 0xFE | 1,
                time >> 7 & 0xFF,
                time << 1 & 0xFE | 1,
            ]
            body[pts : pts + 5] = bytes(spread)


def sound_in_fragments(body):
    """At 48 kHz. ffmpeg uses the segment index if there is one."""
    for tfdt in damage.fields(body, b"tfdt"):
        add(body, tfdt.end - 4, 4, 480)
    for sidx in damage.fields(body, b"sidx"):
        add(body, sidx.body + 12, 8 if body[sidx.body] else 4, 480)


def sound_in_smooth_fragments(body):
    """Makes the first frame longer: most clients ignore the start times of fragments."""
    start = body.index(boxes.TFXD) + 20
    if not any(body[start : start + 8]):
        (trun,) = damage.fields(body, b"trun")
        assert trun.flags & 0x100, "the first frame has a duration of its own"
        add(body, damage.first_entry(trun), 4, 100_000)


def sound_in_tags(body):
    at = body.index(b"mdat") + 4
    while at < len(body):
        if body[at] == 8:
            add(body, at + 4, 3, 10)
        at += 15 + int.from_bytes(body[at + 1 : at + 4], "big")


HARMS = {
    "HLS4": sound_in_transport_streams,
    "HLS3": sound_in_transport_streams,
    "MSS": sound_in_smooth_fragments,
    "HDS": sound_in_tags,
}


def add(body, at, length, more):
    """Adds to a number of the given size in bytes."""
    moved = int.from_bytes(body[at : at + length], "big") + more
    body[at : at + length] = (moved % (1 << 8 * length)).to_bytes(length, "big")


def unnoticed(url, sources):
    """The protocols in which clients detect nothing; `url` is an intact asset, audio at 48 kHz."""
    parts = urlsplit(url)
    for name, where in WITNESSES.items():
        with damage.damaging(
            f"{parts.scheme}://{parts.netloc}", HARMS.get(name, sound_in_fragments), where
        ) as (address, broken):
            harmed = address + parts.path
            found = Found()
            if compare.PROTOCOLS[name].suffix in (".mp4", ".ts"):
                clients.check_times(harmed, name, clients.read(harmed, name), sources, found)
            else:
                clients.check_yt_dlp(harmed, name, sources, found)
            if not found.mentions("presented at"):
                yield f"{name} by ffmpeg"
            found = Found()
            if name in STEPPED:
                gstreamer.check_protocol(harmed, name, sources, found)
                if not found.mentions("apart", "differ"):
                    yield f"{name} by GStreamer"
        yield from broken[:1]
