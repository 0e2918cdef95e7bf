#!/usr/bin/env python3
"""Streams each file of a corpus. It must arrive whole, bit for bit, or be refused with a reason.

    corpus.py ORIGIN CORPUS
    corpus.py ORIGIN CORPUS --compare COMMIT [FOLDER...]

CORPUS is a folder with a MANIFEST.tsv. Its first column names the files, and its column `streams`
lists what ffmpeg finds in them. Prints a table of the progressive files with a codec
of CODECS (and of any other that is streamed) and, last, `corpus: N passed, M failed`. Tracks of other codecs may be
left out of the stream; the table names them.

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

FOLDERS = ("progressive", "editlist", "audio", "odd")
#: Formats that can carry all files.
MANIFESTS = {protocol: compare.PROTOCOLS[protocol].manifest for protocol in ("HLS", "DASH")}
CODECS = (
    "h264/avc1", "h264/avc3", "hevc/hvc1", "hevc/hev1", "av1/av01", "vp9/vp09", "aac/mp4a",
    "ac3/ac-3", "eac3/ec-3", "opus/Opus", "flac/fLaC", "alac/alac", "mp3/mp4a", "dts/mp4a", "/ac-4",
)
#: Endings of files that are opened to compare.
MEDIA = (".mp4", ".m4a", ".m4v", ".mov", ".ismv", ".isma")


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
            folder = media / Path(name).stem.replace(" ", "_")
            folder.mkdir(parents=True)
            shutil.copyfile(corpus / name, folder / f"{folder.name}.mp4")
            files[name] = folder
        log = Path(temporary) / "origin.log"
        with origin.serving(binary, media, log, origin.AS_STORED) as base:
            urls = [f"{base}/{folder.name}/{folder.name}.ism" for folder in files.values()]
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
    chosen = [
        row["file"]
        for row in manifest(corpus)
        if row["file"].startswith(FOLDERS) and any(codec in row["streams"] for codec in CODECS)
    ]
    return sorted(name for name in chosen if (corpus / name).is_file())


def judge(url, name, folder):
    """(file, verdict, remark, what is wrong or None)"""
    refusals = {protocol: refusal(f"{url}/{manifest}") for protocol, manifest in MANIFESTS.items()}
    if any(refusals.values()):
        return judge_refusal(name, refusals)
    try:
        sources = compare.stored(folder)
        rows = [
            row
            for protocol in MANIFESTS
            for row in compare.compare_protocol(url, protocol, sources)
        ]
    except origin.Refused as refused:
        return name, "FAILED", "", f"listed, but refused: {refused}"
    except (
        AssertionError,
        ValueError,
        AttributeError,
        StopIteration,
        subprocess.CalledProcessError,
    ) as error:
        return name, "FAILED", "", f"{type(error).__name__}: {error}"
    problems = [
        f"{row.protocol} {row.source}: {problem}" for row in rows for problem in row.problems
    ]
    counts = [
        f"{row.source.split('#')[1]}: {row.stored} = {row.streamed}"
        for row in rows
        if row.protocol == "HLS"
    ]
    return (
        name,
        "FAILED" if problems else "whole",
        ", ".join(counts) + left_out(folder),
        "\n".join(problems) or None,
    )


def refusal(url):
    answer = origin.ask(url)
    return None if answer.status == 200 else answer


def judge_refusal(name, refusals):
    if not all(refusals.values()):
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
