#!/usr/bin/env python3
"""Checks that streams contain their sources, bit for bit: every sample, in order, at its time.

    bitexact.py ORIGIN SAMPLE [--keep DIR]

ORIGIN is the binary of the example origin, and SAMPLE the folder of an asset. tricky.py makes the
other assets. Each is read over every protocol, by the reader here and by ffmpeg. If the environment
variable DYNPACK_MPD_SCHEMA names a DASH-MPD.xsd, MPDs are validated against it. Prints a table and,
last, `interop: N passed, M failed`.
"""

import argparse
import functools
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import analyzers
import buffers
import clients
import compare
import damage
import displaced
import filtered
import gstreamer
import origin
import sets
import side_data
import tokens
import tricky
import windows_media
from tally import Tally


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("origin", type=Path)
    parser.add_argument("sample", type=Path)
    parser.add_argument(
        "--keep", type=Path, help="keep the assets and the log of the origin in this folder"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dynpack-interop-") as temporary:
        work = options.keep or Path(temporary)
        media = work / "media"
        for folder in (media, work / "sets"):
            shutil.rmtree(folder, ignore_errors=True)
        tricky.make(media, [*tricky.ASSETS, windows_media.windows_media])
        shutil.copytree(options.sample, media / "sample")
        tally = Tally()
        binary = options.origin.resolve()
        with origin.serving(binary, media, work / "origin.log", origin.AS_STORED) as base:
            tally.add_each((check_asset, base, folder) for folder in sorted(media.iterdir()))
            tally.add_each(checks_of_one_asset(base, media))
        filtered.check(binary, media / "sample", work, tally)
        tokens.check(binary, media / "sample", work, tally)
        shorter = ["--segment-duration", "2"]
        with origin.serving(binary, media, work / "origin.log", shorter) as base:
            tally.heading("with segments of two seconds")
            names = ("sample", "film_rate_and_44100_hz")
            tally.add_each((check_asset, base, media / name) for name in names)
        sets.make(work / "sets")
        with origin.serving(binary, work / "sets", work / "origin.log", origin.AS_STORED) as base:
            tally.heading("one film in every kind of set")
            sets.check(base, tally)
        tricky.make(work / "side_data", side_data.ASSETS)
        with origin.serving(binary, work / "side_data", work / "origin.log") as base:
            side_data.check(base, tally)
    print(f"interop: {tally.passed} passed, {tally.failed} failed")
    sys.exit(1 if tally.failed else 0)


#: Of assets with a codec that not all protocols carry, those that refuse it.
REFUSED = {asset.__name__: ("HDS",) for asset in tricky.HEVC}
REFUSED[tricky.mp3.__name__] = ("MSS", "MSS20")

#: Each asset is read once, though several checks need it.
stored = functools.cache(compare.stored)


def check_asset(base, folder, tally):
    tally.heading(folder.name)
    try:
        sources = stored(folder)
    except (AssertionError, subprocess.CalledProcessError) as error:
        tally.add("the source", [error])
        return
    for name, protocol in compare.PROTOCOLS.items():
        if name in REFUSED.get(folder.name, ()):
            answer = origin.ask(f"{address(base, folder.name)}/{protocol.manifest}")
            tally.add(f"{name:6} is refused", [] if answer.status == 415 else [answer.text()])
            continue
        try:
            rows = compare.compare_protocol(address(base, folder.name), name, sources)
        # Any exception that a stream causes here counts as a failure of the stream.
        except Exception as error:
            rows = [compare.Row(name, "-", problems=[f"{type(error).__name__}: {error}"])]
        for row in rows:
            tally.add(describe(row), row.problems)


def check_hevc(url, folder, tally):
    """What ffmpeg and GStreamer decode from the pictures of each stream is what is stored."""
    tally.heading(f"{folder.name}: the pictures that are decoded")
    sources = stored(folder)
    for name, protocol in compare.PROTOCOLS.items():
        if not protocol.suffix or name == "HDS":
            continue
        for rendition in protocol.read(f"{url}/{protocol.manifest}"):
            if rendition.track.kind == "vide":
                clients.check_decoded(name, rendition, folder, sources, tally)
    gstreamer.check_pictures(url, folder / "film.mp4", tally)


def describe(row):
    shift = "" if row.shift is None else f"shift {float(row.shift * 1000):+9.3f} ms"
    counts = f"{row.streamed} of {row.stored}"
    return (
        f"{row.protocol:6}{row.source:14.14}{row.rendition[-40:]:42}{row.segments:4} segments "
        f"{counts:>14} samples  {shift}"
    )


def address(base, name):
    return f"{base}/{name}/{name}.ism"


def checks_of_one_asset(base, media):
    """Checks that run once, mostly on an asset known to be intact. The longest come first."""
    checks = [
        check_damage,
        check_displaced_sound,
        check_ffmpeg,
        check_yt_dlp,
        check_gstreamer,
        check_key_frames,
        check_audio_tracks,
        check_manifests,
        check_analyzers,
        check_buffers,
    ]
    of_others = [
        (check_buffers, tricky.ac3_beside_aac),
        (check_dolby, tricky.ac3_beside_aac),
        (check_dolby, tricky.enhanced_ac3_beside_aac),
        (check_key_frames, tricky.open_groups_of_pictures),
        (check_windows_media, windows_media.windows_media),
        *((check_hevc, asset) for asset in tricky.HEVC),
    ]
    cases = [(check, "sample") for check in checks]
    cases += [(check, asset.__name__) for check, asset in of_others]
    return [(check, address(base, name), media / name) for check, name in cases]


def check_ffmpeg(url, folder, tally):
    tally.heading(f"{folder.name}: ffmpeg as a client, and the pictures it decodes")
    sources = stored(folder)
    for name, protocol in compare.PROTOCOLS.items():
        if protocol.suffix:
            clients.check_ffmpeg(url, name, sources, folder, tally)


def check_yt_dlp(url, folder, tally):
    tally.heading(f"{folder.name}: yt-dlp as a client")
    sources = stored(folder)
    for name in ("MSS", "MSS20", "HDS"):
        clients.check_yt_dlp(url, name, sources, tally)


def check_gstreamer(url, folder, tally):
    tally.heading(f"{folder.name}: GStreamer as a client")
    gstreamer.check(url, stored(folder), tally)


def check_dolby(url, folder, tally):
    """GStreamer as a client, and the sound that it decodes."""
    check_gstreamer(url, folder, tally)
    gstreamer.check_sound(url, folder / "film.mp4", tally)


def check_windows_media(url, folder, tally):
    tally.heading(f"{folder.name}: in Smooth Streaming alone")
    windows_media.check(url, folder, tally)


def check_manifests(url, folder, tally):
    tally.heading(f"{folder.name}: the manifests, by xmllint")
    for name in ("DASH", "CSF", "MSS", "MSS20", "HDS"):
        check_manifest(name, f"{url}/{compare.PROTOCOLS[name].manifest}", tally)


def check_damage(url, folder, tally):
    tally.heading(f"{folder.name}: damage to the stream is detected")
    missed = damage.undiscovered(url, stored(folder), compare.compare_protocol)
    tally.add(f"{len(damage.DAMAGES)} kinds of damage", missed)


def check_displaced_sound(url, folder, tally):
    tally.heading(f"{folder.name}: sound out of sync is detected")
    tally.add(
        f"sound that is out of sync, in {len(displaced.WITNESSES)} protocols by other clients",
        list(displaced.unnoticed(url, stored(folder))),
    )


def check_analyzers(url, folder, tally):
    tally.heading(f"{folder.name}: damage to transport streams is detected by analyzers")
    for name in ("HLS3", "HLS4"):
        stream = (
            compare.PROTOCOLS[name].read(f"{url}/{compare.PROTOCOLS[name].manifest}")[0].whole()
        )
        harms = len(analyzers.DAMAGES + analyzers.CLOCK_DAMAGES)
        tally.add(
            f"{name:6}{harms} kinds of damage by analyzers", list(analyzers.undiscovered(stream))
        )


def check_buffers(url, folder, tally):
    tally.heading(f"{folder.name}: the buffers of sound in transport streams")
    for name in ("HLS3", "HLS4"):
        buffers.check(url, name, compare.PROTOCOLS[name], tally)


def check_key_frames(url, folder, tally):
    tally.heading(f"{folder.name}: key frames")
    sources = stored(folder)
    for name, protocol in compare.PROTOCOLS.items():
        for row in compare.compare_key_frames(url, name, sources) if protocol.key_frames else ():
            tally.add(describe(row), row.problems)


def check_audio_tracks(url, folder, tally):
    tally.heading(f"{folder.name}: each audio track can be muxed")
    sources = stored(folder)
    for name, protocol in compare.PROTOCOLS.items():
        if protocol.is_muxed:
            check_muxed_audio(url, name, sources, tally)


def check_muxed_audio(url, name, sources, tally):
    """`audioTrack=` selects the audio that is carried with video."""
    protocol = compare.PROTOCOLS[name]
    tracks = {
        rendition.name.split()[0]
        for rendition in compare.PROTOCOLS["MSS"].read(f"{url}/manifest")
        if rendition.track.kind == "soun"
    }
    heard = set()
    for track in sorted(tracks):
        renditions = protocol.read(
            f"{url}/{protocol.manifest.replace(')', f',audioTrack={track})')}"
        )
        found = {
            compare.origin_of(rendition, sources).name
            for rendition in renditions
            if rendition.track.kind == "soun"
        }
        tally.add(
            f"{name:6}{track}: {', '.join(sorted(found))}",
            [] if len(found) == 1 and not found & heard else ["not a track of its own"],
        )
        heard |= found


def check_manifest(name, url, tally):
    body = origin.get(url)
    checked = subprocess.run(
        ["xmllint", "--noout", "--nonet", "-"], input=body, capture_output=True, timeout=30
    )
    tally.add(f"{name:6}is well formed", [checked.stderr.decode()] if checked.returncode else [])
    schema = os.environ.get("DYNPACK_MPD_SCHEMA")
    if schema and "mpd" in url:
        checked = subprocess.run(
            ["xmllint", "--noout", "--nonet", "--schema", schema, "-"],
            input=body,
            capture_output=True,
            timeout=30,
        )
        tally.add(
            f"{name:6}is valid by the schema",
            checked.stderr.decode().splitlines()[:-1] if checked.returncode else [],
        )


if __name__ == "__main__":
    main()
