#!/usr/bin/env python3
"""Streams each film of a folder of field cases. What its row says must come of it.

    field_cases.py ORIGIN FOLDER

FOLDER has a README.tsv, whose first column names a file or a folder of files. `CASES` has what
must come of each, and a row without a case fails. All formats must deliver the samples that are
expected, as both readers see them in the source, and ffmpeg must decode the same frames. Players
are not started: browser.mjs does that. Prints a table and, last, `field cases: N passed, M failed`.
"""

import csv
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import compare
import expected
import frames
import origin
import special
from tally import Tally

ENDINGS = {".mp4", ".m4a"}


@dataclass
class Asset:
    """A row of README.tsv, as it is served."""

    name: str
    url: str
    #: The files of the row, with lower-case endings.
    folder: Path
    #: The tracks that must be delivered.
    sources: list = field(default_factory=list)
    #: The renditions of each protocol, once they are read.
    renditions: dict = field(default_factory=dict)

    def files(self):
        return sorted(path for path in self.folder.iterdir() if path.suffix in ENDINGS)

    def manifest(self, name):
        return f"{self.url}/{compare.PROTOCOLS[name].manifest}"

    def text(self, name):
        return origin.get(self.manifest(name)).decode()

    def read(self, name):
        if name not in self.renditions:
            self.renditions[name] = compare.PROTOCOLS[name].read(self.manifest(name))
        return self.renditions[name]


@dataclass
class Case:
    """What must come of a row."""

    #: The end of the presentation, in seconds; none if the asset is refused.
    seconds: Fraction = None
    #: The tracks of a file that must be delivered.
    expect: callable = expected.whole_file
    #: What a protocol makes of a track.
    carried: callable = lambda name, source: source
    #: What a warning says; without, there is none.
    warning: str = None
    #: What else a warning says in the formats that carry one video and one track of sound.
    left_out: str = None
    #: What the refusal says, with its status 415.
    refusal: str = None
    #: Checks of this case alone: their documentation is a line of the table.
    also: tuple = ()


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    binary, folder = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
    with open(folder / "README.tsv", newline="") as file:
        names = [row["file"] for row in csv.DictReader(file, delimiter="\t")]
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="dynpack-field-") as temporary:
        work = Path(temporary)
        copies = {name: copy(folder / name, work) for name in names}
        with origin.serving(binary, work / "media", work / "origin.log") as base:
            tally.add_each(
                (check, Asset(name, f"{base}/{files.name}/{files.name}.ism", files))
                for name, files in copies.items()
            )
        for name in sorted(set(CASES) - set(names)):
            tally.add(f"{name:30}", ["the folder has no such row"])
    print(f"field cases: {tally.passed} passed, {tally.failed} failed")
    sys.exit(1 if tally.failed else 0)


def copy(path, work):
    """Puts a row where it is served, and returns a folder of its files: their source.

    A file whose name is in capitals stays beside the folders.
    """
    stored, served = work / "stored" / path.stem, work / "media"
    stored.mkdir(parents=True)
    files = [path] if path.is_file() else sorted(path.iterdir())
    for file in files:
        shutil.copyfile(file, stored / f"{file.stem}{file.suffix.lower()}")
    served.mkdir(exist_ok=True)
    if path.is_file() and path.name.isupper():
        shutil.copyfile(path, served / path.name)
    else:
        shutil.copytree(stored, served / path.stem)
    return stored


def check(asset, tally):
    case = CASES.get(asset.name)
    if case is None:
        tally.add(f"{asset.name:30}", ["nothing is expected of it: add it to `CASES`"])
        return
    checks = (check_samples, check_frames, check_key_frames, check_end, check_warning, *case.also)
    for each in (check_refusal,) if case.refusal else checks:
        try:
            problems = list(each(asset, case))
        # Any exception that a stream causes here counts as a failure of the stream.
        except Exception as error:
            problems = [f"{type(error).__name__}: {error}"]
        tally.add(f"{asset.name:30}{each.__doc__}", problems)


def check_refusal(asset, case):
    """refused in every format, by a sentence with the reason"""
    for name in compare.PROTOCOLS:
        answer = origin.ask(asset.manifest(name))
        if answer.status != 415 or case.refusal not in answer.text():
            yield f"{name}: {answer.status} {answer.text()}"


def check_samples(asset, case):
    """every sample in every format, bit for bit and at its time"""
    asset.sources = [source for path in asset.files() for source in case.expect(path)]
    for name in compare.PROTOCOLS:
        sources = [case.carried(name, source) for source in asset.sources]
        try:
            rows = compare.compare_protocol(asset.url, name, sources)
        except (AssertionError, StopIteration, origin.Refused, ValueError) as error:
            yield f"{name}: {type(error).__name__}: {error}"
            continue
        for row in rows:
            yield from (f"{name} {row.source}: {problem}" for problem in row.problems)


def check_frames(asset, case):
    """ffmpeg decodes the frames of the source"""
    stored = {source.name: frames.stored(asset, source) for source in asset.sources}
    for name, protocol in compare.PROTOCOLS.items():
        for rendition in asset.read(name) if protocol.suffix else ():
            sources = [case.carried(name, source) for source in asset.sources]
            source = compare.origin_of(rendition, sources)
            ours, wanted = frames.streamed(rendition, protocol), stored[source.name]
            at = next(
                (at for at, (frame, due) in enumerate(zip(ours, wanted)) if due and frame != due),
                min(len(ours), len(wanted)),
            )
            if (at, at) != (len(ours), len(wanted)):
                yield (
                    f"{name} {source.name}: {len(ours)} frames of {len(wanted)} are decoded; "
                    f"others from frame {at} on"
                )


def check_key_frames(asset, case):
    """trick play has the key frames of the source"""
    for name, protocol in compare.PROTOCOLS.items():
        if protocol.key_frames:
            for row in compare.compare_key_frames(asset.url, name, asset.sources):
                yield from (f"{name} {row.source}: {problem}" for problem in row.problems)


def check_end(asset, case):
    """every format ends when it must"""
    for name in compare.PROTOCOLS:
        lasts = (rendition.segments[-1] for rendition in asset.read(name))
        end = max(last.start + last.duration for last in lasts)
        if abs(end - case.seconds) > special.END:
            yield f"{name}: it ends at {float(end):.6f} s, not {float(case.seconds):.6f} s"


def check_warning(asset, case):
    """the warnings are those that are due, of manifests and of playlists"""
    for name in compare.PROTOCOLS:
        left_out = case.left_out if name in special.MUXED else None
        yield from wrong_warning(name, asset.manifest(name), [case.warning, left_out])
        if name.startswith("HLS"):
            yield from wrong_warning(name, asset.read(name)[0].url, [case.warning])


def wrong_warning(name, url, due):
    said, due = origin.ask(url).headers.get("x-warning", ""), [words for words in due if words]
    if any(words not in said for words in due) or bool(said) != bool(due):
        yield f"{name}: the warning is {said!r}, and {due} is due"


BROWSERS = "a program config element describes the channels of its AAC, which browsers do not play"
CANNOT_TURN = "which transport streams, Smooth Streaming and HDS cannot say"
CANNOT_STRETCH = "which transport streams and HDS cannot say"
FILLED = "has no pictures for part of the film"
REPLACED = "samples were replaced by later ones"
CASES = {
    "commentary.mp4": Case(
        8, left_out='leaves out "audio_en_2"', also=(special.choices, special.commentary)
    ),
    "two_cams.mp4": Case(
        8, left_out='leaves out "video_2" (Rear)', also=(special.choices, special.cameras)
    ),
    "frag_trunc_mid_video.mp4": Case(
        Fraction(197, 25), expected.recorded, warning="4 samples are missing, since the file ends"
    ),
    "frag_trunc_moof.mp4": Case(7, expected.recorded, warning="the file ends early: moof at"),
    "frag_zero_tail.mp4": Case(8, expected.recorded, warning="there are zeros instead of a box"),
    "frag_overlap_resend.mp4": Case(8, expected.resent, warning=REPLACED),
    "frag_tfdt_overlap.mp4": Case(Fraction(15, 2), expected.resent, warning=REPLACED),
    "two_stsd_pps_added.mp4": Case(8, also=(special.sets,)),
    "two_stsd_resolution.mp4": Case(refusal="the pictures have another size"),
    "avcC_no_ps.mp4": Case(8, also=(special.sets,)),
    "aac_pce51side.mp4": Case(
        8, carried=expected.with_element, warning=BROWSERS, also=(special.channels,)
    ),
    "set_pce/": Case(8, carried=expected.with_element, warning=BROWSERS, also=(special.channels,)),
    "rotate90.mp4": Case(8, warning=CANNOT_TURN, also=(special.turn,)),
    "audio_start_gap_edit_mid.mp4": Case(8, also=(special.silence,)),
    "elst_end_trim.mp4": Case(5),
    "empty_samples.mp4": Case(8, also=(special.sizes,)),
    "audio_long.mp4": Case(
        Fraction(1433600, 48000), expected.outlasted, warning=FILLED, also=(special.cuts,)
    ),
    "cover_h264_still.mp4": Case(8, expected.still, warning=FILLED, also=(special.cuts,)),
    "tkhd_aspect_only.mp4": Case(8, warning=CANNOT_STRETCH, also=(special.aspect,)),
    "no_stss_gop3.mp4": Case(8, expected.looked_into, warning="but 3 key frames were found"),
    "LONE_UPPERCASE.MP4": Case(8),
}


if __name__ == "__main__":
    main()
