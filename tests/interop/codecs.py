#!/usr/bin/env python3
"""Checks that manifests name codecs as mp4box.js names them by the init segments.

    codecs.py ORIGIN FILE...

Each FILE becomes an asset of its own; files that are refused are left out. Prints a line for each
init segment and, last, `codecs: N passed, M failed`.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import origin
import streams
from tally import Tally

MANIFEST = "manifest(format=mpd-time-cmaf)"
#: Codecs whose names may end early; mp4box.js leaves out what may be left out, and more of AC-4.
OPTIONAL = ("av01.", "vp09.", "ac-4.")


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="dynpack-codecs-") as temporary:
        media, inits = Path(temporary) / "media", Path(temporary) / "inits"
        inits.mkdir()
        names = [copy(Path(file), media) for file in sys.argv[2:]]
        log = Path(temporary) / "origin.log"
        with origin.serving(Path(sys.argv[1]).resolve(), media, log, origin.AS_STORED) as base:
            declared = {
                path: codec
                for name in names
                for path, codec in stored(f"{base}/{name}/{name}.ism", inits / name)
            }
        check(declared, tally)
    print(f"codecs: {tally.passed} passed, {tally.failed} failed")
    sys.exit(1 if tally.failed or not tally.passed else 0)


def copy(file, media):
    name = re.sub(r"\W+", "_", str(file.with_suffix("")).lstrip("/"))
    folder = media / name
    folder.mkdir(parents=True)
    shutil.copyfile(file, folder / f"film{file.suffix.lower()}")
    return name


def stored(address, prefix):
    """The init segments of an asset as files, each with the codec that its manifest names."""
    answer = origin.ask(f"{address}/{MANIFEST}")
    if answer.status != 200:
        return
    for at, (codec, init) in enumerate(representations(answer.text())):
        path = prefix.with_name(f"{prefix.name}-{at}.mp4")
        path.write_bytes(origin.get(f"{address}/{init}"))
        yield str(path), codec


def representations(manifest):
    """(codec, URL of the init segment) of each representation but those for trick play."""
    for adaptation in ElementTree.fromstring(manifest).iter(f"{streams.DASH}AdaptationSet"):
        if streams.is_trick(adaptation):
            continue
        for each in adaptation.iter(f"{streams.DASH}Representation"):
            template = next(each.iter(f"{streams.DASH}SegmentTemplate"), None)
            if template is None:
                template = adaptation.find(f"{streams.DASH}SegmentTemplate")
            init = template.get("initialization").replace("$Bandwidth$", each.get("bandwidth"))
            yield each.get("codecs") or adaptation.get("codecs"), init


def check(declared, tally):
    script = Path(__file__).with_name("codecs.mjs")
    done = subprocess.run(
        ["node", script, *declared], check=True, capture_output=True, text=True, timeout=120
    )
    for path, theirs in json.loads(done.stdout).items():
        wrong = [] if is_same(declared[path], theirs) else [f"mp4box.js reads {theirs}"]
        tally.add(f"{Path(path).stem[-60:]:62}{declared[path]}", wrong)


def is_same(ours, theirs):
    """Hexadecimal digits have any case, and so have Opus and FLAC in DASH."""
    ours, theirs = ours.lower(), theirs.lower()
    return ours == theirs or ours.startswith(OPTIONAL) and ours.startswith(f"{theirs}.")


if __name__ == "__main__":
    main()
