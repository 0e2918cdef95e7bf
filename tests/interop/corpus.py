#!/usr/bin/env python3
"""Streams each file of a corpus. It must arrive whole, bit for bit, or be refused with a reason.

    corpus.py ORIGIN CORPUS
    corpus.py ORIGIN CORPUS --compare COMMIT [FOLDER...]

CORPUS is a folder with a MANIFEST.tsv, whose first column names the files. Prints a table of all of
them and, last, `corpus: N passed, M failed`. Tracks of codecs that cannot be streamed may be left
out; the table names them, and the formats that refuse a file.

With `--compare`, the origin of that commit is built, and opens all files of the corpus and the
assets in each FOLDER too. Prints what both answer: status, renditions and duration.
"""

import csv
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import boxes
import compare
import history
import origin

#: The formats that are asked, and of them those that can carry all files.
MANIFESTS = {
    protocol: compare.PROTOCOLS[protocol].manifest for protocol in ("HLS", "DASH", "HLS4", "MSS")
}
CARRY_ALL = ("HLS", "DASH")
#: Codecs that share a sample entry with AAC.
OBJECT_TYPES = {0x69: "mp3", 0x6B: "mp3", 0xA9: "dts", 0xAA: "dts", 0xAB: "dts", 0xAC: "dts"}
#: What readers here cannot tell of a file, by its format.
BEYOND = {
    "audio/mozilla_sine-3s-xhe-aac-44khz-mono.mp4": (
        MANIFESTS, "ffmpeg 5 does not read xHE-AAC",
    ),
    "editlist/sample_edit_list_no_sync_frame_before_edit.mp4": (
        ("HLS4",), "ffmpeg warns of pictures before the first key frame",
    ),
    "fragmented/sample_eac3_fragmented.mp4": (
        ("HLS4",), "its syncframes have one block, and last as long as six",
    ),
    "progressive/sample_sef_slow_motion.mp4": (
        ("HLS4",), "there are start codes in its NAL units",
    ),
    "progressive/sample_with_vobsub.mp4": (
        ("HLS4",), "ffmpeg counts frames of AC-3 at 44.1 kHz in whole ticks",
    ),
}
#: Endings of files that are opened.
MEDIA = (".mp4", ".m4a", ".m4v", ".mov", ".ismv", ".isma", ".3gp")


def main():
    if len(sys.argv) != 3 and sys.argv[3:4] != ["--compare"] or len(sys.argv) == 4:
        sys.exit(__doc__)
    binary, corpus = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
    if len(sys.argv) > 3:
        compare_with(binary, corpus, sys.argv[4], map(Path, sys.argv[5:]))
        return
    with tempfile.TemporaryDirectory(prefix="dynpack-corpus-") as temporary:
        media = Path(temporary) / "media"
        files = {}
        for name in wanted(corpus):
            if not name.endswith(MEDIA):
                files[name] = None
                continue
            folder = media / Path(name).stem.replace(" ", "_")
            folder.mkdir(parents=True)
            shutil.copyfile(corpus / name, folder / f"{folder.name}.mp4")
            files[name] = folder
        log = Path(temporary) / "origin.log"
        with origin.serving(binary, media, log, origin.AS_STORED) as base:
            names = (folder.name if folder else "" for folder in files.values())
            urls = [f"{base}/{name}/{name}.ism" for name in names]
            with ProcessPoolExecutor(os.cpu_count()) as pool:
                results = list(pool.map(judge, urls, files, files.values()))
        print_table(results)
    failed = sum(problem is not None for *_, problem in results)
    print(f"corpus: {len(results) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


def compare_with(binary, corpus, commit, folders):
    """Each file of the corpus is an asset, and so is each folder or file in `folders`."""
    sources = {corpus / row["file"]: row["file"] for row in manifest(corpus)}
    for folder in folders:
        sources |= {path: f"{folder.name}/{path.name}" for path in sorted(folder.iterdir())}
    with tempfile.TemporaryDirectory(prefix="dynpack-corpus-") as temporary:
        names = {}
        for source, name in sources.items():
            asset = Path(temporary) / re.sub(r"\W+", "_", name)
            if source.is_dir():
                shutil.copytree(source, asset)
            elif source.suffix.lower() in MEDIA and source.is_file():
                asset.mkdir()
                shutil.copyfile(source, asset / f"{asset.name}{source.suffix}")
            else:
                continue
            names[asset.name] = name
        history.print_changes(binary, commit, Path(temporary), names)


def manifest(corpus):
    with open(corpus / "MANIFEST.tsv", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def wanted(corpus):
    names = (row["file"] for row in manifest(corpus))
    return sorted(name for name in names if (corpus / name).is_file())


def judge(url, name, folder):
    """(file, verdict, remark, what is wrong or None)"""
    if folder is None:
        return name, "no film", "", None
    refusals = {protocol: refusal(f"{url}/{manifest}") for protocol, manifest in MANIFESTS.items()}
    refused = [protocol for protocol in MANIFESTS if refusals[protocol]]
    if set(CARRY_ALL) & set(refused):
        return judge_refusal(name, refusals)
    beyond, reason = BEYOND.get(name, ((), ""))
    compared = [each for each in MANIFESTS if not refusals[each] and each not in beyond]
    try:
        sources = compare.stored(folder) if compared else []
        rows = [
            row
            for protocol in compared
            for row in compare.compare_protocol(url, protocol, sources)
        ]
    except origin.Refused as error:
        return name, "FAILED", "", f"listed, but refused: {error}"
    except (
        AssertionError,
        ValueError,
        AttributeError,
        LookupError,
        StopIteration,
        subprocess.CalledProcessError,
    ) as error:
        return name, "FAILED", "", f"{type(error).__name__}: {error}"
    problems = [
        f"{row.protocol} {row.source}: {problem}" for row in rows for problem in row.problems
    ]
    problems += [
        f"{protocol}: {refusals[protocol].text()}"
        for protocol in refused
        if compared and not any(is_without(protocol, source.track) for source in sources)
    ]
    counts = [
        f"{row.source.split('#')[1]}: {row.stored} = {row.streamed}"
        for row in rows
        if row.protocol == "HLS"
    ]
    remark = ", ".join(counts) + left_out(folder)
    if refused:
        remark += f"; not in {' and '.join(refused)}"
    if beyond:
        remark += f"; not compared in {' and '.join(beyond)}: {reason}"
    verdict = "FAILED" if problems else "whole" if sources else "served"
    return name, verdict, remark, "\n".join(problems) or None


def is_without(protocol, track):
    """Whether a protocol has no place for the codec of a track."""
    codec, at = track.codec, track.entry.find(b"esds")
    if codec == "mp4a" and at >= 0:
        # `objectTypeIndication`, after the tag of its descriptor and a length (ISO/IEC 14496-1).
        at = track.entry.index(b"\4", at + 8) + 1
        while track.entry[at] & 0x80:
            at += 1
        codec = OBJECT_TYPES.get(track.entry[at + 1], codec)
    return codec in compare.PROTOCOLS[protocol].without


def refusal(url):
    answer = origin.ask(url)
    return None if answer.status == 200 else answer


def judge_refusal(name, refusals):
    if not all(refusals[protocol] for protocol in CARRY_ALL):
        return name, "FAILED", "", "refused in one protocol and not in the other"
    answer = refusals["HLS"]
    remark = f"{answer.status} {' '.join(answer.text().split())}"
    if answer.status >= 500 and answer.status != 501 or len(answer.text()) < 12:
        return name, "FAILED", "", f"refused without a reason that helps: {remark}"
    return name, "refused", remark, None


def left_out(folder):
    """What the file contains besides what can be streamed."""
    tracks = boxes.read(next(folder.glob("*.mp4")).read_bytes())
    others = [
        track.codec or "no sample entry"
        for track in tracks
        if track.codec not in compare.STREAMABLE or not track.samples
    ]
    return f"; besides: {', '.join(others)}" if others else ""


def print_table(results):
    width = max((len(name) for name, *_ in results), default=0)
    for name, verdict, remark, problem in results:
        print(f"{name:{width}}  {verdict:8}{remark}")
        for line in (problem or "").splitlines():
            print(f"{'':{width}}  {line}")


if __name__ == "__main__":
    main()
