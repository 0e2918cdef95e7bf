"""What the origin of an earlier commit answered about assets, beside what it answers now."""

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree as ElementTree
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import compare
import origin

ROOT = Path(__file__).resolve().parents[2]
KINDS = ("same", "reworded", "CHANGED")
TRICK_MODE = "http://dashif.org/guidelines/trickmode"
MPD = "{urn:mpeg:dash:schema:mpd:2011}"


def print_changes(binary, commit, media, names):
    """Prints what both origins answer about folders of `media`; `names` has what each is called."""
    with tempfile.TemporaryDirectory(prefix="dynpack-history-") as temporary:
        work = Path(temporary)
        with built(commit, work / "source") as earlier:
            before = answers(earlier, media, names, work / "before.log")
        now = answers(binary, media, names, work / "now.log")
    tally = Counter()
    for folder, name in names.items():
        change = kind_of_change(before[folder], now[folder])
        tally[change] += 1
        print(f"  {change:9}{name}: {now[folder]}")
        if change != "same":
            print(f"           before: {before[folder]}")
    print(f"compared with {commit}: " + ", ".join(f"{tally[kind]} {kind}" for kind in KINDS))


def kind_of_change(before, now):
    if before == now:
        return "same"
    # Refused as before, for a reason in other words.
    are_refusals = before.is_refusal and now.is_refusal and before.status == now.status
    return "reworded" if are_refusals else "CHANGED"


@contextlib.contextmanager
def built(commit, source):
    """The origin of a commit, which is checked out into `source` until the block ends."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "history"
    add = ["git", "worktree", "add", "--quiet", "--detach", str(source), commit]
    subprocess.run(add, cwd=ROOT, check=True)
    try:
        build = ["cargo", "build", "--locked", "--quiet", "--example", "origin"]
        environment = os.environ | {"CARGO_TARGET_DIR": str(target)}
        subprocess.run(build, cwd=source, env=environment, check=True)
        copy = source.parent / "origin"
        shutil.copy(target / "debug" / "examples" / "origin", copy)
        yield copy
    finally:
        subprocess.run(["git", "worktree", "remove", "--force", str(source)], cwd=ROOT, check=True)


def answers(binary, media, names, log):
    with origin.serving(binary, media, log) as base:
        return {folder: answer(f"{base}/{folder}/{folder}.ism") for folder in names}


@dataclass(frozen=True)
class Answer:
    status: str
    #: Renditions and duration by the MPD, or why there are none.
    text: str
    is_refusal: bool

    def __str__(self):
        return f"{self.status}; {self.text}"


def answer(url):
    """What all manifests answer."""
    manifests = {
        name: origin.ask(f"{url}/{protocol.manifest}")
        for name, protocol in compare.PROTOCOLS.items()
    }
    statuses = sorted({manifest.status for manifest in manifests.values()})
    by_status = (
        f"{status} {' '.join(name for name, each in manifests.items() if each.status == status)}"
        for status in statuses
    )
    status = str(statuses[0]) if len(statuses) == 1 else ", ".join(by_status)
    mpd = manifests["DASH"]
    if mpd.status == 200:
        return Answer(status, described(mpd.body), False)
    return Answer(status, " ".join(mpd.text().split()), True)


def described(mpd):
    root = ElementTree.fromstring(mpd)
    # Key frames for trick play are no content of their own.
    groups = [
        " / ".join(rendition(group, each) for each in group.iter(f"{MPD}Representation"))
        for group in root.iter(f"{MPD}AdaptationSet")
        if not is_trick_play(group)
    ]
    seconds = duration(root.get("mediaPresentationDuration", "PT0S"))
    return f"{', '.join(groups)}; {seconds:.3f} s"


def is_trick_play(group):
    properties = group.findall(f"{MPD}EssentialProperty")
    return any(each.get("schemeIdUri") == TRICK_MODE for each in properties)


def rendition(group, representation):
    said = group.attrib | representation.attrib
    size = f" {said['width']}x{said['height']}" if "width" in said else ""
    language = f" {said['lang']}" if "lang" in said else ""
    return f"{said.get('codecs')}{size}{language}"


def duration(text):
    """Seconds of a duration of XML Schema without days."""
    parts = re.fullmatch(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?", text).groups("0")
    return sum(float(part) * factor for part, factor in zip(parts, (3600, 60, 1)))
