#!/usr/bin/env python3
"""Checks that text tracks of MP4 files say what their sources say.

    text_tracks.py TEXTS [CORPUS]

TEXTS is the example that prints the text tracks and chapters of a file. ffmpeg writes files with
each format of text that it can, and TEXTS must find the cues of the source in them, to the
millisecond, whatever else the file has. CORPUS is a folder with a MANIFEST.tsv: of each of its files
with text, EXPECTED says what must be found. Prints a table and, last, `text tracks: N passed, M
failed`.
"""

import argparse
import csv
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tally import Tally

#: Start and end, in milliseconds, and text, with gaps and two lines. ffmpeg cannot write a gap of
#: 36 minutes.
CUES = [
    (1_000, 2_500, "Hello there"),
    (2_500, 4_123, "Two\nlines"),
    (8_000, 9_999, "Ende é ☂"),
    (1_200_001, 1_201_000, "Later & more"),
]
TITLES = [(0, 700, "One"), (700, 2_000, "Zwölf")]
CHAPTERS = ";FFMETADATA1\n" + "".join(
    f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={start}\nEND={end}\ntitle={title}\n"
    for start, end, title in TITLES
)

#: How ffmpeg writes text: its codec, the ending of the file, and other options.
FORMATS = {
    "tx3g": ("mov_text", ".mp4", []),
    "text of QuickTime": ("mov_text", ".mov", ["-tag:s", "text"]),
    "stpp": ("ttml", ".mp4", []),
    "dfxp": ("ttml", ".mp4", ["-tag:s", "dfxp", "-strict", "unofficial"]),
    "wvtt": ("webvtt", ".mp4", []),
    "tx3g in fragments": ("mov_text", ".mp4", ["-movflags", "frag_keyframe+delay_moov"]),
}

#: The notes and the cues that each file of the corpus has.
EXPECTED = {
    "text/livesim2_testpic_2s_imsc1_txt_sv.mp4": (8, 0, "sv"),
    "text/ttml-in-mp4_sample.text.mp4": (3, 0, "und"),
    "text/webvtt-in-mp4_sample.text.mp4": (2, 0, "und"),
    "text/mp4ff_stpp_prog.mp4": (4, 0, "en"),
    "progressive/sample_with_chapters.mp4": (3, 3, "und"),
    "audio/mp4parser_test-pod.m4a": (2, 0, "en"),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("texts", type=Path)
    parser.add_argument("corpus", type=Path, nargs="?")
    options = parser.parse_args()
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="dynpack-texts-") as folder:
        of_ffmpeg(options.texts, Path(folder), tally)
    if options.corpus and (options.corpus / "MANIFEST.tsv").is_file():
        of_corpus(options.texts, options.corpus, tally)
    else:
        print("\nskipped: there is no corpus of real files")
    print(f"\ntext tracks: {tally.passed} passed, {tally.failed} failed")
    sys.exit(tally.failed > 0)


def of_ffmpeg(texts, folder, tally):
    """Files that ffmpeg writes, of text alone and with a film that starts before its edit list."""
    tally.heading("files of ffmpeg")
    source, metadata = folder / "source.srt", folder / "chapters.txt"
    source.write_text(
        "".join(
            f"{number}\n{clock(start)} --> {clock(end)}\n{text}\n\n"
            for number, (start, end, text) in enumerate(CUES, 1)
        )
    )
    metadata.write_text(CHAPTERS)
    film = ["-f", "lavfi", "-i", "testsrc=d=2:s=64x64", "-f", "lavfi", "-i", "sine=d=2"]
    for name, (codec, ending, options) in FORMATS.items():
        for with_film in (False, True):
            inputs = film if with_film else []
            path = folder / f"{name} {with_film}{ending}"
            command = ["ffmpeg", "-v", "error", "-y", *inputs, "-i", source]
            maps = [word for at in range(len(inputs) // 4) for word in ("-map", str(at))]
            maps += ["-map", str(len(inputs) // 4), "-metadata:s:s:0", "language=swe"]
            written = subprocess.run(
                [*command, *maps, "-c:s", codec, *options, path], capture_output=True, text=True
            )
            what = f"{name}{', with a film' * with_film}"
            if written.returncode:
                print(f"  skipped {what}: {written.stderr.strip().splitlines()[0]}")
                continue
            (language, found), *_ = tracks(texts, path) or [("none", [])]
            # QuickTime has codes of the Macintosh, which are not read.
            expected = "und" if ending == ".mov" else "sv"
            tally.add(what, differences(CUES, found) + [language] * (language != expected))
    path = folder / "chapters.mp4"
    command = ["ffmpeg", "-v", "error", "-y", *film, "-i", metadata, "-map_metadata", "2"]
    subprocess.run([*command, "-map", "0", "-map", "1", path], check=True)
    (_, found), *_ = tracks(texts, path) or [("none", [])]
    tally.add("chapters", differences(TITLES, found))
    expected = [(start, title) for start, _, title in TITLES]
    tally.add("listed chapters", differences(expected, listed(texts, path)))


def of_corpus(texts, corpus, tally):
    tally.heading("files of the corpus")
    with (corpus / "MANIFEST.tsv").open(newline="") as rows:
        names = {row["file"] for row in csv.DictReader(rows, delimiter="\t")}
    for name, (cues, chapters, language) in EXPECTED.items():
        if name not in names:
            print(f"  skipped {name}: it is not in the corpus")
            continue
        found = tracks(texts, corpus / name)
        count, names_found = sum(len(cues) for _, cues in found), {lang for lang, _ in found}
        problems = [f"{count} cues instead of {cues}"] * (count != cues)
        problems += [f"in {names_found}, not {language}"] * (names_found != {language})
        titles = listed(texts, corpus / name)
        problems += [f"{len(titles)} chapters instead of {chapters}"] * (len(titles) != chapters)
        tally.add(f"{name}: {count} cues", problems)


def run(texts, path):
    return subprocess.run([texts, path], check=True, capture_output=True, text=True).stdout


def tracks(texts, path):
    """The language and the cues of each text track, those of chapters last."""
    found = []
    for part in re.split(r"^NOTE (?=.*track \d+, )", run(texts, path), flags=re.MULTILINE)[1:]:
        language = re.match(r".*track \d+, ([\w-]+)", part)[1]
        times = r"(\d+):(\d+):(\d+)\.(\d+)"
        cues = re.finditer(rf"{times} --> {times}[^\n]*\n(.*?)\n\n", part, re.DOTALL)
        found.append((language, [cue(*match.groups()) for match in cues]))
    return found


def cue(*groups):
    *times, text = groups
    start, end = (millis(*map(int, times[at : at + 4])) for at in (0, 4))
    text = re.sub("<[^>]*>", "", text)
    return start, end, text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def listed(texts, path):
    """Start, in milliseconds, and title of the chapters in the user data of a movie."""
    found = re.findall(r"^NOTE chapter at ([\d.]+) s: (.*)$", run(texts, path), re.MULTILINE)
    return [(round(float(start) * 1000), title) for start, title in found]


def differences(expected, found):
    problems = [f"expected {one}" for one in expected if one not in found]
    return problems + [f"found {one}" for one in found if one not in expected]


def clock(millis):
    seconds, millis = divmod(millis, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02},{millis:03}"


def millis(hours, minutes, seconds, rest):
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest


if __name__ == "__main__":
    main()
