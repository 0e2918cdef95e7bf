#!/usr/bin/env python3
"""Checks that converted subtitles say what their sources say, by readers that are not ours.

    text.py CONVERT SAMPLES [--keep DIR]

CONVERT is the example of dynpack-text, and SAMPLES a folder of subtitle files. Each is converted,
whole and in segments, to WebVTT, to IMSC 1, and to samples of wvtt and stpp. ffmpeg, the W3C's
webvtt-parser, imsc.js and ttconv read the results, and the sources. They must show the same texts
at the same times. A document with images becomes IMSC alone, with the same images. Prints a table and, last, `text: N passed, M failed`.
"""

import argparse
import contextlib
import json
import logging
import re
import struct
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from html import unescape
from pathlib import Path

import ttconv.imsc.reader
import ttconv.srt.writer

from tally import Tally

NODE = Path(__file__).with_name("text.mjs")
SEGMENT = 6
#: The most files that are read by one process.
BATCH = 500


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("convert", type=Path)
    parser.add_argument("samples", type=Path)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    # ttconv reports that it joins the texts of several regions.
    logging.disable(logging.WARNING)
    tally = Tally()
    with contextlib.ExitStack() as stack:
        folder = options.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for source in sorted(options.samples.iterdir()):
            if ".written." not in source.name:
                tally.heading(source.name)
                check(Converter(options.convert, source, folder), tally)
    print(f"\ntext: {tally.passed} passed, {tally.failed} failed")
    sys.exit(tally.failed > 0)


class Converter:
    """Converts one source with the example."""

    def __init__(self, program, source, folder):
        self.program, self.source = program, source
        self.folder = folder / source.name
        self.folder.mkdir(parents=True, exist_ok=True)

    def whole(self, ending):
        path = self.folder / f"whole{ending}"
        subprocess.run([self.program, self.source, path], check=True)
        return path

    def segments(self, ending):
        """The segments, in order."""
        self.cut(ending, "{}")
        return sorted(self.folder.glob(f"[0-9]*{ending}"), key=lambda path: int(path.stem))

    def cut(self, ending, name="cut"):
        """The samples of all segments in one file."""
        path = self.folder / f"{name}{ending}"
        subprocess.run([self.program, self.source, path, str(SEGMENT)], check=True)
        return path


def check(converter, tally):
    """All that one source is converted to."""
    styled = timeline(source_cues(converter))
    assert styled, "the source has no cues"
    plain = without_styles(styled)
    with_images = has_images(converter.source)
    # ttconv reads documents with images, and shows none.
    by_ttconv_found = [] if with_images else plain
    vtt, ttml = converter.whole(".vtt"), converter.whole(".ttml")
    if not with_images:
        compare(tally, "WebVTT by webvtt-parser", styled, timeline(by_node([vtt])[0]))
        compare(tally, "WebVTT by ffmpeg", plain, without_styles(timeline(by_ffmpeg(vtt))))
    compare(tally, "IMSC by imsc.js", styled, timeline(by_node([ttml])[0]))
    compare(tally, "IMSC by ttconv", by_ttconv_found, without_styles(timeline(by_ttconv(ttml))))
    for ending in (".ttml",) if with_images else (".vtt", ".ttml"):
        paths = converter.segments(ending)
        what = f"{len(paths)} segments of {ending}"
        compare(tally, what, styled, timeline(in_segments(by_node(paths))))
    cues = in_segments(map(by_ttconv, paths))
    compare(tally, "the latter by ttconv", by_ttconv_found, without_styles(timeline(cues)))
    in_mp4 = () if with_images else (("", converter.whole(".mp4")), (" cut", converter.cut(".mp4")))
    for what, path in in_mp4:
        found = without_styles(timeline(wvtt_cues(path)))
        compare(tally, f"samples of wvtt{what} by ffmpeg", plain, found)
    samples = [data.decode() for _, _, data in samples_of(converter.cut(".stpp.mp4"))]
    expected = [path.read_text() for path in paths]
    tally.add("samples of stpp by ffmpeg", ["other documents"] * (samples != expected))


def has_images(source):
    return source.suffix == ".ttml" and "smpte:image" in source.read_text()


def compare(tally, what, expected, found):
    problems = [f"expected {stretch}" for stretch in expected if stretch not in found]
    problems += [f"found {stretch}" for stretch in found if stretch not in expected]
    tally.add(f"{what}: {len(found)} stretches", problems[:6])


def timeline(cues):
    """What is shown when: stretches of time, in milliseconds, each with its texts.

    A text is a tuple of lines, a line one of runs, a run a text with its style. Stretches that show
    the same follow each other as one.
    """
    cues = [(start, end, lines(runs)) for start, end, runs in cues if start < end]
    bounds = sorted({bound for start, end, _ in cues for bound in (start, end)})
    stretches = []
    for start, end in zip(bounds, bounds[1:]):
        shown = tuple(sorted(cue[2] for cue in cues if cue[0] <= start and end <= cue[1]))
        if stretches and stretches[-1][1:] == (start, shown):
            start = stretches.pop()[0]
        if shown:
            stretches.append((start, end, shown))
    return stretches


def lines(runs):
    """The lines of a text: runs of one style each."""
    found = [[]]
    for text, style in runs:
        for at, piece in enumerate(text.split("\n")):
            if at:
                found.append([])
            if found[-1] and found[-1][-1][1] == style:
                piece = found[-1].pop()[0] + piece
            if piece:
                found[-1].append((piece, style))
    return tuple(tuple(line) for line in found)


def without_styles(stretches):
    """The same with the sorted lines of all texts, as readers without styles have them."""
    return [
        (start, end, sorted("".join(run[0] for run in line) for text in shown for line in text))
        for start, end, shown in stretches
    ]


def source_cues(converter):
    """The cues of a source, by a reader that is not ours."""
    if converter.source.suffix != ".srt":
        return by_node([converter.source])[0]
    path = converter.folder / "source.vtt"
    ffmpeg(converter.source, path)
    return by_node([path])[0]


def by_node(paths):
    """The cues of each file, by the parsers of text.mjs, which must find no errors."""
    found = []
    for at in range(0, len(paths), BATCH):
        command = ["node", NODE, *paths[at : at + BATCH]]
        output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        for path, file in zip(paths[at:], json.loads(output)):
            assert not file["errors"], f"{path}: {file['errors']}"
            found.append([(cue["start"], cue["end"], cue["runs"]) for cue in file["cues"]])
    return found


def by_ffmpeg(path):
    """The cues of a WebVTT document without its style sheets, at which ffmpeg 5 stops."""
    plain, out = path.with_suffix(".plain.vtt"), path.with_suffix(".ffmpeg.srt")
    plain.write_text(with_parentheses(re.sub(r"STYLE\n(.+\n)+\n", "", path.read_text())))
    ffmpeg(plain, out)
    return srt_cues(out.read_text())


def with_parentheses(text):
    """WebVTT with its ruby in parentheses, as IMSC 1 has it."""
    return text.replace("<rt>", "(").replace("</rt>", ")")


def ffmpeg(source, target):
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", source, target], check=True)


def by_ttconv(path):
    document = ttconv.imsc.reader.to_model(ElementTree.parse(path))
    return srt_cues(ttconv.srt.writer.from_model(document))


def srt_cues(text):
    """Our own reading of SRT, as plain as ffmpeg and ttconv write it."""
    times = r"(\d+):(\d+):(\d+),(\d+)"
    cue = rf"{times} --> {times}\n(.*?)(?=\n+\d+\n\d+:\d+:|\s*\Z)"
    for found in re.finditer(cue, text, re.DOTALL):
        *times, content = found.groups()
        start, end = (millis(*map(int, times[at : at + 4])) for at in (0, 4))
        yield start, end, [(re.sub(r"<[^>]*>|\{\\[^}]*\}", "", content), "")]


def millis(hours, minutes, seconds, rest):
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest


def in_segments(segments):
    """The cues of segments, each as far as its segment shows it."""
    for at, cues in enumerate(segments):
        first, last = (1000 * SEGMENT * number for number in (at, at + 1))
        for start, end, runs in cues:
            yield max(start, first), min(end, last), runs


def wvtt_cues(path):
    """The cues of each sample, which lasts up to the next."""
    for start, end, data in samples_of(path):
        for kind, cue in boxes(data):
            assert kind in (b"vttc", b"vtte"), kind
            for kind, body in boxes(cue):
                if kind == b"payl":
                    text = re.sub("<[^>]*>", "", with_parentheses(body.decode()))
                    yield start, end, [(unescape(text), "")]


def samples_of(path):
    """Start, end and bytes of each sample, by ffmpeg."""
    command = ["ffprobe", "-v", "error", "-show_packets", "-show_streams", "-show_data", "-of"]
    output = subprocess.run([*command, "json", path], check=True, capture_output=True).stdout
    found = json.loads(output)
    starts = [packet["pts"] for packet in found["packets"]]
    ends = [*starts[1:], found["streams"][0]["duration_ts"]]
    for start, end, packet in zip(starts, ends, found["packets"]):
        rows = packet["data"].strip().splitlines()
        yield start, end, bytes.fromhex("".join(row[10:50] for row in rows))


def boxes(data):
    at = 0
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        yield kind, data[at + 8 : at + length]
        at += length


if __name__ == "__main__":
    main()
