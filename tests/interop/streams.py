"""Reads HLS or DASH as a player would: playlists or a manifest, then init and media segments."""

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field, replace
from fractions import Fraction
from urllib.parse import urljoin

import boxes
import transport
from origin import get

PLAYLIST_TYPES = {"application/vnd.apple.mpegurl"}
MANIFEST_TYPES = {"application/dash+xml"}
MEDIA_TYPES = {
    "video/mp4",
    "audio/mp4",
    "application/mp4",
    "video/iso.segment",
    "audio/iso.segment",
}
TRANSPORT_TYPES = {"video/mp2t"}
#: The time stamp of presentation time 0 in transport streams.
TRANSPORT_ZERO = Fraction(10)
#: What pictures of wide gamut or high dynamic range look like (ISO/IEC 23091-2).
COLOURS = {
    f"urn:mpeg:mpegB:cicp:{name}"
    for name in ("ColourPrimaries", "TransferCharacteristics", "MatrixCoefficients")
}
TRICK_MODE = "http://dashif.org/guidelines/trickmode"
DASH = "{urn:mpeg:dash:schema:mpd:2011}"


@dataclass
class Segment:
    """An announced media segment: start and duration in seconds, and the allowed rounding."""

    url: str
    start: Fraction
    duration: Fraction
    tolerance: Fraction
    body: bytes = b""


@dataclass
class Rendition:
    """One rendition of a stream, fetched whole."""

    name: str
    url: str
    codecs: str
    bandwidth: int
    language: str
    init: bytes
    segments: list
    track: boxes.Track = None
    #: The first sample of each segment, and one past the last.
    bounds: list = field(default_factory=list)
    #: Presentation time of the stream = presentation time of the track + this.
    offset: Fraction = Fraction(0)
    #: All tracks in the same segments, itself included.
    parts: list = field(default_factory=list)

    @property
    def is_companion(self):
        """Whether the segments are those of another track, and this one goes with it."""
        return self.track.kind != "vide" and len(self.parts) > 1

    def fetch(self, read=boxes.read, content_types=MEDIA_TYPES, together=True):
        """Fetches the segments, and returns a rendition for each track that `read` finds."""
        alone = []
        for segment in self.segments:
            segment.body = get(segment.url, content_types)
            alone.append({track.id: track for track in read(self.init + segment.body)})
        for track in read(self.whole()) if together else collect(alone):
            bounds = [0]
            for found in alone:
                bounds.append(
                    bounds[-1] + (len(found[track.id].samples) if track.id in found else 0)
                )
            self.parts.append(replace(self, track=track, bounds=bounds, parts=self.parts))
        for part in self.parts if len(self.parts) > 1 else ():
            part.name = f"{self.name} {part.track.kind}"
        return self.parts

    def whole(self):
        """The rendition as one file."""
        return self.init + b"".join(segment.body for segment in self.segments)

    def times(self):
        return [time + self.offset for time in self.track.times()]


def starts_of(rendition):
    """The presentation time of each segment's first sample, if it has one."""
    times = rendition.times()
    return [
        min(times[first:end], default=None)
        for first, end in zip(rendition.bounds, rendition.bounds[1:])
    ]


def collect(alone):
    """The tracks of segments that are not meant to be joined, as if they were."""
    whole = {}
    for found in alone:
        for number, track in found.items():
            whole.setdefault(number, replace(track, samples=[])).samples.extend(track.samples)
    return list(whole.values())


def attributes(line):
    """An HLS attribute list (RFC 8216, 4.2)."""
    pairs = re.findall(r'([A-Z0-9-]+)=("[^"]*"|[^,]*)', line.split(":", 1)[1])
    return {name: value.strip('"') for name, value in pairs}


def hls(url):
    """The renditions of a multivariant playlist: every variant's video, and all audio.

    Subtitles are left out: browser.mjs reads them.
    """
    lines = get(url, PLAYLIST_TYPES).decode().splitlines()
    assert lines[0] == "#EXTM3U", f"{url} starts with {lines[0]!r}"
    found = {}
    for line, following in zip(lines, lines[1:] + [""]):
        if line.startswith("#EXT-X-STREAM-INF:"):
            found.setdefault(following, attributes(line))
        elif line.startswith("#EXT-X-MEDIA:"):
            media = attributes(line)
            if "URI" in media and media["TYPE"] != "SUBTITLES":
                found.setdefault(media["URI"], media)
    return [
        part
        for uri, described in found.items()
        for part in hls_rendition(urljoin(url, uri), uri, described)
    ]


def hls_key_frames(url):
    """The renditions for trick play (RFC 8216, 4.3.4.3)."""
    lines = get(url, PLAYLIST_TYPES).decode().splitlines()
    found = [attributes(line) for line in lines if line.startswith("#EXT-X-I-FRAME-STREAM-INF:")]
    parts = [
        hls_rendition(urljoin(url, described["URI"]), described["URI"], described, False)
        for described in found
    ]
    return [only for (only,) in parts]


def hls_rendition(url, name, described, together=True):
    lines = get(url, PLAYLIST_TYPES).decode().splitlines()
    target = int(
        next(line for line in lines if line.startswith("#EXT-X-TARGETDURATION:")).split(":")[1]
    )
    init, segments, start, duration, is_gap = b"", [], Fraction(0), None, False
    for line in lines:
        if line.startswith("#EXT-X-MAP:"):
            init = get(urljoin(url, attributes(line)["URI"]), MEDIA_TYPES)
        elif line == "#EXT-X-GAP":
            is_gap = True
        elif line.startswith("#EXTINF:"):
            duration = Fraction(line.split(":", 1)[1].split(",")[0])
        elif line and not line.startswith("#"):
            assert duration is not None, f"{url}: {line} has no EXTINF"
            assert (
                round(duration) <= target
            ), f"{url}: {float(duration)} s pass the target duration {target}"
            if not is_gap:
                segments.append(Segment(urljoin(url, line), start, duration, Fraction(1, 1000)))
            start, duration, is_gap = start + duration, None, False
    assert lines[-1] == "#EXT-X-ENDLIST", f"{url} does not end"
    bandwidth, codecs = int(described.get("BANDWIDTH", 0)), described.get("CODECS", "")
    rendition = Rendition(
        name, url, codecs, bandwidth, described.get("LANGUAGE", "und"), init, segments
    )
    assert together != any(
        line == "#EXT-X-I-FRAMES-ONLY" for line in lines
    ), f"{url} has another purpose than its link"
    if init:
        return rendition.fetch(together=together)
    rendition.offset = -TRANSPORT_ZERO
    return rendition.fetch(transport.read, TRANSPORT_TYPES, together)


def dash(url):
    """The renditions of a static MPD of one period, except those for trick play."""
    return [
        part
        for described in adaptation_sets(url)
        if not is_trick(described[0])
        for part in dash_rendition(url, *described)
    ]


def dash_key_frames(url):
    """The renditions for trick play (DASH-IF IOP 4.3, 3.2.9)."""
    return [
        part
        for described in adaptation_sets(url)
        if is_trick(described[0])
        for part in dash_rendition(url, *described, False)
    ]


def adaptation_sets(url):
    """(adaptation set, representation) of video and audio; text_streams.py reads texts."""
    root = ElementTree.fromstring(get(url, MANIFEST_TYPES))
    periods = root.findall(f"{DASH}Period")
    assert len(periods) == 1, f"{url} has {len(periods)} periods"
    sets = periods[0].findall(f"{DASH}AdaptationSet")
    return [
        (adaptation, representation)
        for adaptation in sets
        if adaptation.get("contentType") != "text"
        for representation in adaptation.findall(f"{DASH}Representation")
    ]


def is_trick(adaptation):
    schemes = [
        essential.get("schemeIdUri") for essential in adaptation.findall(f"{DASH}EssentialProperty")
    ]
    assert not set(schemes) - {TRICK_MODE, *COLOURS}, f"an adaptation set is described by {schemes}"
    return TRICK_MODE in schemes


def dash_rendition(url, adaptation, representation, together=True):
    parents = (representation, adaptation)
    template = {}
    for parent in reversed(parents):
        found = parent.find(f"{DASH}SegmentTemplate")
        if found is not None:
            template.update(found.attrib)
            timeline = found.find(f"{DASH}SegmentTimeline")
    values = {
        "RepresentationID": representation.get("id"),
        "Bandwidth": representation.get("bandwidth"),
    }
    timescale = int(template.get("timescale", 1))
    shift = int(template.get("presentationTimeOffset", 0))
    segments = []
    for number, (time, duration) in enumerate(
        expand(timeline), int(template.get("startNumber", 1))
    ):
        media = fill(template["media"], {**values, "Time": time, "Number": number})
        start = Fraction(time - shift, timescale)
        segments.append(
            Segment(urljoin(url, media), start, Fraction(duration, timescale), Fraction(0))
        )
    init_url = urljoin(url, fill(template["initialization"], values))
    inherited = lambda name, default: next(
        (parent.get(name) for parent in parents if parent.get(name)), default
    )
    rendition = Rendition(
        name=representation.get("id"),
        url=init_url,
        codecs=inherited("codecs", ""),
        bandwidth=int(representation.get("bandwidth")),
        language=adaptation.get("lang", "und"),
        init=get(init_url, MEDIA_TYPES),
        segments=segments,
        offset=Fraction(-shift, timescale),
    )
    return rendition.fetch(together=together)


def expand(timeline):
    time, lines = 0, timeline.findall(f"{DASH}S")
    for line in lines:
        time = int(line.get("t", time))
        for _ in range(int(line.get("r", 0)) + 1):
            yield time, int(line.get("d"))
            time += int(line.get("d"))


def fill(template, values):
    def value(match):
        width = match.group(2)
        return (
            f"{int(values[match.group(1)]):0{int(width)}d}"
            if width
            else str(values[match.group(1)])
        )

    return re.sub(r"\$(\w+)(?:%0(\d+)d)?\$", value, template)
