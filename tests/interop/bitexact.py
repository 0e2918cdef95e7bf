#!/usr/bin/env python3
"""Checks from outside that streams are their sources: every sample of every rendition, bit for bit, in order, at its time.

    bitexact.py ORIGIN SAMPLE [--keep DIR]

ORIGIN is the binary of the example origin, SAMPLE the folder of an asset. The other assets are made on the fly: see tricky.py. Each
is read over HLS and DASH, by the reader here and by ffmpeg. Prints a table and, last, `interop: N passed, M failed`.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import compare
import damage
import origin
import tricky


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("origin", type=Path)
    parser.add_argument("sample", type=Path)
    parser.add_argument("--keep", type=Path, help="keep the assets and the log of the origin in this folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dynpack-interop-") as temporary:
        work = options.keep or Path(temporary)
        media = work / "media"
        shutil.rmtree(media, ignore_errors=True)
        tricky.make(media)
        shutil.copytree(options.sample, media / "sample")
        tally = Tally()
        with origin.serving(options.origin.resolve(), media, work / "origin.log") as base:
            for folder in sorted(media.iterdir()):
                check_asset(base, folder, tally)
            check_sample(base, media / "sample", tally)
        with origin.serving(options.origin.resolve(), media, work / "origin.log", ["--segment-duration", "2"]) as base:
            tally.heading("with segments of two seconds")
            check_asset(base, media / "sample", tally)
            check_asset(base, media / "film_rate_and_44100_hz", tally)
    print(f"interop: {tally.passed} passed, {tally.failed} failed")
    sys.exit(1 if tally.failed else 0)


class Tally:
    """Counts what passed, and prints it."""

    def __init__(self):
        self.passed = self.failed = 0

    def heading(self, text):
        print(f"\n{text}", flush=True)

    def add(self, line, problems=()):
        self.failed += bool(problems)
        self.passed += not problems
        print(f"  {'FAILED' if problems else 'ok':7}{line}", flush=True)
        for problem in problems:
            print(f"         {problem}", flush=True)


def check_asset(base, folder, tally):
    tally.heading(folder.name)
    try:
        sources = compare.stored(folder)
    except (AssertionError, subprocess.CalledProcessError) as error:
        tally.add("the source", [error])
        return
    for protocol in compare.PROTOCOLS:
        try:
            rows = compare.compare_protocol(address(base, folder.name), protocol, sources)
        except Exception as error:  # Whatever a stream makes this reader stumble over is the stream's failure.
            rows = [compare.Row(protocol, "-", problems=[f"{type(error).__name__}: {error}"])]
        for row in rows:
            tally.add(describe(row), row.problems)


def describe(row):
    shift = "" if row.shift is None else f"shift {float(row.shift * 1000):+9.3f} ms"
    counts = f"{row.streamed} of {row.stored}"
    return f"{row.protocol:5}{row.source:14.14}{row.rendition[-40:]:42}{row.segments:4} segments {counts:>14} samples  {shift}"


def address(base, name):
    return f"{base}/{name}/{name}.ism"


def check_sample(base, folder, tally):
    """What needs to be done only once, on an asset that is known to be sound."""
    sources = compare.stored(folder)
    tally.heading("ffmpeg as a client, and the pictures it decodes")
    for name, protocol in compare.PROTOCOLS.items():
        url = f"{address(base, folder.name)}/{protocol.manifest}"
        # ffmpeg numbers the streams of an MPD with video first.
        for index, rendition in enumerate(sorted(protocol.read(url), key=lambda rendition: rendition.track.kind != "vide")):
            check_client(rendition, url, name, index, tally)
            check_decoded(rendition, folder, sources, name, tally)
    tally.heading("the manifests, by xmllint")
    check_manifest(f"{address(base, folder.name)}/manifest(format=mpd-time-cmaf)", tally)
    tally.heading("damage to the stream is found out")
    missed = damage.undiscovered(address(base, folder.name), sources, compare.compare_protocol)
    tally.add(f"{len(damage.DAMAGES)} kinds of damage in {len(compare.PROTOCOLS)} protocols", missed)


def check_client(rendition, url, protocol, index, tally):
    """ffmpeg's own HLS and DASH readers deliver every packet. Its DASH reader loses some when it reads several streams at once."""
    target, stream = (rendition.url, 0) if protocol == "HLS" else (url, index)
    read = compare.packets(target, stream, *(["-allowed_extensions", "ALL"] if protocol == "HLS" else []))
    same = [packet[-1] for packet in read] == rendition.track.digests()
    problems = [] if same else [f"ffmpeg reads {len(read)} packets of {len(rendition.track.samples)}, or others"]
    tally.add(f"{protocol:5}{rendition.name[-40:]:42} {len(read)} packets by ffmpeg's reader", problems)


def check_decoded(rendition, folder, sources, protocol, tally):
    """Decoded pictures and sound are those of the source."""
    source = compare.origin_of(rendition, sources)
    with tempfile.NamedTemporaryFile(suffix=".mp4") as whole:
        whole.write(rendition.whole())
        whole.flush()
        streamed = decoded(whole.name)
    stored = decoded(folder / f"{source.name.split('#')[0]}.mp4")
    problems = [] if streamed == stored else [f"first at frame {compare.first_difference(streamed, stored)}"]
    tally.add(f"{protocol:5}{rendition.name[-40:]:42} {len(streamed)} decoded frames as of {source.name}", problems)


def decoded(path):
    command = ["ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "error", "-ignore_editlist", "1", "-i", str(path)]
    command += ["-vsync", "passthrough", "-f", "framemd5", "-"]
    output = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout
    return [line.split(",")[-1].strip() for line in output.splitlines() if not line.startswith("#")]


def check_manifest(url, tally):
    body = origin.get(url)
    checked = subprocess.run(["xmllint", "--noout", "--nonet", "-"], input=body, capture_output=True, timeout=30)
    tally.add("the MPD is well formed", [checked.stderr.decode()] if checked.returncode else [])


if __name__ == "__main__":
    main()
