"""Reads Adobe HTTP Dynamic Streaming as a player would: manifest, bootstrap, then all fragments."""

import base64
import struct
import xml.etree.ElementTree as ElementTree
from fractions import Fraction
from urllib.parse import urljoin

import flash
from origin import get
from streams import Rendition, Segment, starts_of

MANIFEST_TYPES = {"application/f4m+xml"}
FRAGMENT_TYPES = {"video/f4f"}
F4M = "{http://ns.adobe.com/f4m/1.0}"


class Stream(Rendition):
    """One media of a manifest."""

    def whole(self):
        """The rendition as FLV, which ffmpeg can read."""
        return flash.HEADER + b"".join(
            flash.tags(segment.body) for segment in self.segments if segment.body
        )


def hds(url):
    """The renditions of a manifest: each video, and the audio that goes with it."""
    root = ElementTree.fromstring(get(url, MANIFEST_TYPES))
    bootstraps = {
        info.get("id"): base64.b64decode(info.text) for info in root.findall(f"{F4M}bootstrapInfo")
    }
    renditions = []
    for media in root.findall(f"{F4M}media"):
        renditions += stream(url, media, bootstraps[media.get("bootstrapInfoId")])
    return renditions


def stream(url, media, bootstrap):
    address, bandwidth = urljoin(url, media.get("url")), int(media.get("bitrate")) * 1000
    # The name of a fragment belongs to the path, as OSMF and yt-dlp have it.
    path, mark, query = address.partition("?")
    segments = []
    for number, time, duration, clock in fragments(bootstrap):
        tolerance = Fraction(1, clock)
        segments.append(
            Segment(
                f"{path}Seg1-Frag{number}{mark}{query}",
                Fraction(time, clock),
                Fraction(duration, clock),
                tolerance,
            )
        )
    whole = Stream(media.get("url"), url, "", bandwidth, "und", b"", segments)
    parts = whole.fetch(
        lambda data: flash.read(
            data[len(flash.HEADER) :] if data.startswith(flash.HEADER) else flash.tags(data)
        ),
        FRAGMENT_TYPES,
    )
    # Times are moved so that none is below 0. Only the start times of fragments reveal it: the
    # second one with pictures starts with them. The first may start with sound.
    starts = [starts_of(part) for part in parts]
    places = [place for place, start in enumerate(starts[0]) if start is not None]
    place = places[min(1, len(places) - 1)]
    started = [
        start[place]
        for start in (starts if place == places[0] else starts[:1])
        if start[place] is not None
    ]
    shift = segments[place].start - min(started)
    for part in parts:
        part.offset = shift
    return parts


def fragments(bootstrap):
    """(number, time, duration, clock) of each fragment, by the bootstrap information (C.2)."""
    reader = Reader(bootstrap)
    reader.box(b"abst")
    _, _, _, end, _ = reader.take("IBIQQ")
    reader.text()
    for _ in range(2):
        reader.texts()
    reader.text(), reader.text()
    assert reader.take("B") == (1,), "there is more than one segment run table"
    count = read_segment_runs(reader)
    assert reader.take("B") == (1,), "there is more than one fragment run table"
    clock, runs = read_fragment_runs(reader)
    assert reader.at == len(bootstrap), "there is data after the bootstrap information"
    numbered_from = runs[0][0]
    for number in range(numbered_from, numbered_from + count):
        first, time, duration = next(run for run in reversed(runs) if run[0] <= number)
        yield number, time + (number - first) * duration, duration, clock
    assert time + (number - first + 1) * duration == end, f"the last fragment does not end at {end}"


def read_segment_runs(reader):
    """How many fragments there are (C.2.1)."""
    reader.box(b"asrt")
    reader.texts()
    assert reader.take("I") == (1,), "there is not one segment"
    first, count = reader.take("II")
    assert first == 1, f"the first segment is {first}"
    return count


def read_fragment_runs(reader):
    """Clock, and [first fragment, time, duration] of each run except the end mark (C.2.2)."""
    reader.box(b"afrt")
    (clock,) = reader.take("I")
    reader.texts()
    (count,) = reader.take("I")
    runs = []
    for _ in range(count):
        first, time, duration = reader.take("IQI")
        if duration:
            runs.append((first, time, duration))
        else:
            assert reader.take("B") == (0,), "there is a discontinuity other than the end"
    return clock, runs


class Reader:
    """Takes fields one after the other."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, form):
        form = ">" + form
        values = struct.unpack_from(form, self.data, self.at)
        self.at += struct.calcsize(form)
        return values

    def box(self, kind):
        """The head of a full box."""
        _, found, _ = self.take("I4sI")
        assert found == kind, f"{found} stands where {kind} is expected"

    def text(self):
        self.at = self.data.index(b"\0", self.at) + 1

    def texts(self):
        for _ in range(*self.take("B")):
            self.text()
