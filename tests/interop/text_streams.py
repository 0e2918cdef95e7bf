#!/usr/bin/env python3
"""Checks that subtitles in streams say what their files say, by readers that are not ours.

    text_streams.py ORIGIN SAMPLE SUBTITLES

ORIGIN is the built example, SAMPLE the folder of a film, and SUBTITLES one of subtitle files. The
film is served with each of them, in every format and form. ffmpeg takes the samples out of init
segments and segments; imsc.js, ttconv and webvtt-parser read them. Prints a table and, last,
`text streams: N passed, M failed`.
"""

import logging
import re
import shutil
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from urllib.parse import urljoin

import origin
import text
from tally import Tally

MPD = "{urn:mpeg:dash:schema:mpd:2011}"
#: The sample lasts 20 seconds.
END = 20_000


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    program, sample, subtitles = map(Path, sys.argv[1:])
    logging.disable(logging.WARNING)
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        media = Path(folder) / "media"
        sources = [path for path in sorted(subtitles.iterdir()) if ".written." not in path.name]
        for number, source in enumerate(sources):
            asset = media / f"film{number}"
            shutil.copytree(sample, asset, ignore=shutil.ignore_patterns("subtitles.*"))
            (asset / f"film.en{source.suffix}").write_bytes(source.read_bytes())
        with origin.serving(program.resolve(), media, Path(folder) / "log") as address:
            for number, source in enumerate(sources):
                tally.heading(source.name)
                check(Served(f"{address}/film{number}/film{number}.ism", source, folder), tally)
    print(f"\ntext streams: {tally.passed} passed, {tally.failed} failed")
    sys.exit(tally.failed > 0)


class Served:
    """A film with a file of subtitles, and a folder for what is made of it."""

    def __init__(self, address, source, folder):
        self.address, self.source = address, source
        self.folder = Path(folder) / source.name
        self.folder.mkdir()

    def get(self, url, content_type):
        return origin.get(url, {content_type})

    def keep(self, name, data):
        path = self.folder / name
        path.write_bytes(data)
        return path

    def dash(self, kind, form):
        """The URLs of the text in an MPD: of its init segment and its segments, each with its start
        in milliseconds; or of its document."""
        url = f"{self.address}/manifest(format={kind},text={form})"
        root = ElementTree.fromstring(self.get(url, "application/dash+xml"))
        (adaptation,) = root.findall(f".//{MPD}AdaptationSet[@contentType='text']")
        base = adaptation.find(f".//{MPD}BaseURL")
        if base is not None:
            return urljoin(url, base.text), []
        bandwidth = adaptation.find(f".//{MPD}Representation").get("bandwidth")
        template = adaptation.find(f"{MPD}SegmentTemplate")
        filled = {
            name: urljoin(url, template.get(name).replace("$Bandwidth$", bandwidth))
            for name in ("initialization", "media")
        }
        assert template.get("timescale") == "1000"
        starts, time = [], 0
        for run in template.iter(f"{MPD}S"):
            for _ in range(int(run.get("r", 0)) + 1):
                starts.append(time)
                time += int(run.get("d"))
        segments = [(filled["media"].replace("$Time$", str(start)), start) for start in starts]
        return filled["initialization"], segments

    def hls(self, kind, form):
        """The same in playlists."""
        url = f"{self.address}/manifest(format={kind},text={form})"
        playlist = self.get(url, "application/vnd.apple.mpegurl").decode()
        url = urljoin(url, re.search(r'TYPE=SUBTITLES,URI="([^"]*)"', playlist)[1])
        playlist = self.get(url, "application/vnd.apple.mpegurl").decode()
        init = re.search(r'#EXT-X-MAP:URI="([^"]*)"', playlist)
        segments, time = [], 0.0
        for duration, name in re.findall(r"#EXTINF:([\d.]*),\n(.*)", playlist):
            segments.append((urljoin(url, name), round(time * 1000)))
            time += float(duration)
        return init and urljoin(url, init[1]), segments

    def smooth(self):
        """The URLs of the fragments of text, each with its start in milliseconds."""
        url = f"{self.address}/manifest"
        root = ElementTree.fromstring(self.get(url, "application/vnd.ms-sstr+xml"))
        (stream,) = root.findall("StreamIndex[@Type='text']")
        (level,) = stream.findall("QualityLevel")
        assert (stream.get("Subtype"), level.get("FourCC")) == ("SUBT", "TTML")
        template = stream.get("Url").replace("{bitrate}", level.get("Bitrate"))
        time = 0
        for chunk in stream.iter("c"):
            for _ in range(int(chunk.get("r", 1))):
                address = urljoin(url, template.replace("{start time}", str(time)))
                yield address, time // 10_000
                time += int(chunk.get("d"))


def check(served, tally):
    expected = text.timeline(as_far_as_the_film(text.source_cues(converter(served))))
    plain = text.without_styles(expected)
    with_images = text.has_images(served.source)
    for kind in ("mpd-time-cmaf", "mpd-time-csf"):
        check_stpp(served, f"{kind} imsc", served.dash(kind, "imsc"), expected, tally)
        if with_images:
            continue
        url, _ = served.dash(kind, "vtt")
        document = served.keep(f"{kind}.vtt", served.get(url, "text/vtt"))
        cues = as_far_as_the_film(text.by_node([document])[0])
        text.compare(tally, f"{kind} vtt by webvtt-parser", expected, text.timeline(cues))
        init, segments = served.dash(kind, "wvtt")
        path = joined(served, f"{kind}.wvtt.mp4", init, segments)
        found = text.without_styles(text.timeline(text.wvtt_cues(path)))
        text.compare(tally, f"{kind} wvtt by ffmpeg", plain, found)
    check_stpp(served, "m3u8-cmaf imsc", served.hls("m3u8-cmaf", "imsc"), expected, tally)
    for kind in () if with_images else ("m3u8-cmaf", "m3u8-aapl"):
        check_vtt(served, kind, expected, tally)
    check_smooth(served, expected, tally)


def check_stpp(served, what, urls, expected, tally):
    """TTML in segments: each shows its part."""
    init, segments = urls
    path = joined(served, f"{what}.mp4", init, segments)
    samples = list(text.samples_of(path))
    starts = [start for _, start in segments]
    tally.add(f"{what}: {len(samples)} samples by ffmpeg", ["other times"] * (
        [start for start, _, _ in samples] != starts))
    documents = [
        served.keep(f"{what}.{at}.ttml", data) for at, (_, _, data) in enumerate(samples)
    ]
    spans = [(start, end) for start, end, _ in samples]
    cues = list(within(spans, text.by_node(documents)))
    text.compare(tally, f"{what} by imsc.js", expected, text.timeline(cues))
    cues = list(within(spans, map(text.by_ttconv, documents)))
    found = text.without_styles(text.timeline(cues))
    plain = [] if text.has_images(served.source) else text.without_styles(expected)
    text.compare(tally, f"{what} by ttconv", plain, found)


def check_vtt(served, kind, expected, tally):
    """WebVTT in segments. The map of their time stamps is none of WebVTT's headers."""
    _, segments = served.hls(kind, "vtt")
    documents = []
    for at, (url, _) in enumerate(segments):
        data = served.get(url, "text/vtt")
        signature, stamps, rest = data.split(b"\n", 2)
        assert signature == b"WEBVTT" and stamps.startswith(b"X-TIMESTAMP-MAP="), data
        documents.append(served.keep(f"{kind}.{at}.vtt", b"\n".join((signature, rest))))
    starts = [start for _, start in segments]
    cues = within(list(zip(starts, [*starts[1:], END])), text.by_node(documents))
    text.compare(tally, f"{kind} vtt by webvtt-parser", expected, text.timeline(list(cues)))


def check_smooth(served, expected, tally):
    """Fragments of Smooth Streaming, whose documents count from the start of the fragment."""
    documents, starts = [], []
    for at, (url, start) in enumerate(served.smooth()):
        data = served.get(url, "application/mp4")
        (document,) = (body for kind, body in text.boxes(data) if kind == b"mdat")
        documents.append(served.keep(f"smooth.{at}.ttml", document))
        starts.append(start)
    cues = [
        (start + offset, end + offset, runs)
        for offset, cues in zip(starts, text.by_node(documents))
        for start, end, runs in cues
    ]
    text.compare(tally, "fmp4 by imsc.js", expected, text.timeline(cues))


def joined(served, name, init, segments):
    """The init segment and all segments as one file."""
    urls = [init, *(url for url, _ in segments)]
    data = b"".join(served.get(url, "application/mp4") for url in urls)
    return served.keep(name, data)


def within(spans, documents):
    """The cues of documents, each as far as its span shows it."""
    for (first, last), cues in zip(spans, documents):
        for start, end, runs in cues:
            yield max(start, first), min(end, last), runs


def as_far_as_the_film(cues):
    return list(within([(0, END)], [cues]))


def converter(served):
    """The source as the functions of text.py take it."""
    return type("Source", (), {"source": served.source, "folder": served.folder})


if __name__ == "__main__":
    main()
