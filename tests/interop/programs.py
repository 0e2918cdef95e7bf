#!/usr/bin/env python3
"""Checks programs: clips of three films of other rates, played one after the other.

    programs.py ORIGIN

ORIGIN is the binary of the example origin. ffmpeg makes the films, and decodes the clips of every
protocol. Each clip must show exactly the pictures of its stretch, each at its time; the pictures
before the first, which only a decoder needs, must take less time than anybody sees. Prints a table
and, last, `programs: N passed, M failed`.
"""

import json
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from fractions import Fraction
from pathlib import Path
from urllib.parse import urljoin

import boxes
import compare
import origin
from tally import Tally

#: Rate of the pictures, rate of the sound, seconds, pictures in a group.
FILMS = {
    "thirty": (Fraction(30), 48_000, 12, 60),
    "twenty_five": (Fraction(25), 44_100, 10, 100),
    "ntsc": (Fraction(30_000, 1_001), 48_000, 11, 90),
}
#: Film, first picture, picture after the last; `None` for the end.
MIXED = [("thirty", 45, 210), ("twenty_five", 0, None), ("ntsc", 91, 285)]
ALIKE = [("thirty", 100, 200), ("thirty", 31, 32), ("thirty", 60, 120), ("thirty", 200, None)]
#: What hidden pictures take at most: each a tick of 90 kHz, rounded on the clock of a format.
HIDDEN = Fraction(1, 100)
FFMPEG = ["ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "error", "-y"]
DASH = "{urn:mpeg:dash:schema:mpd:2011}"


def main():
    binary = Path(sys.argv[1]).resolve()
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="dynpack-programs-") as temporary:
        media = Path(temporary) / "media"
        for name, film in FILMS.items():
            make(media / name / f"{name}.mp4", *film)
        write(media / "mixed" / "mixed.ism", as_smil(MIXED))
        write(media / "alike" / "alike.ism", as_json(ALIKE))
        sources = {name: decoded(media / name / f"{name}.mp4") for name in FILMS}
        with origin.serving(binary, media, Path(temporary) / "origin.log") as base:
            for program, clips in (("mixed", MIXED), ("alike", ALIKE)):
                tally.heading(f"the program `{program}`")
                url = f"{base}/{program}/{program}.ism"
                check(url, clips, sources, Path(temporary), tally)
            tally.heading("one timeline")
            check_joined(f"{base}/alike/alike.ism", sources, Path(temporary), tally)
            answer = origin.ask(f"{base}/mixed/mixed.ism/manifest")
            refused = answer.status == 415 and "coded differently in clip 2" in answer.text()
            tally.add("Smooth refuses clips that differ", [] if refused else [answer.text()])
    print(f"programs: {tally.passed} passed, {tally.failed} failed")
    sys.exit(1 if tally.failed else 0)


def make(path, rate, sound, seconds, group):
    path.parent.mkdir(parents=True)
    video = f"testsrc2=size=160x90:rate={rate}:duration={seconds}"
    audio = f"sine=frequency=440:sample_rate={sound}:duration={seconds}"
    subprocess.run(
        [
            *FFMPEG, "-f", "lavfi", "-i", video, "-f", "lavfi", "-i", audio, "-c:v", "libx264",
            "-bf", "2", "-g", str(group), "-keyint_min", str(group), "-sc_threshold", "0",
            "-preset", "veryfast", "-threads", "1", "-c:a", "aac", "-ac", "2", path,
        ],
        check=True,
    )


def write(path, text):
    path.parent.mkdir(parents=True)
    path.write_text(text)


def seconds(film, picture):
    return picture / FILMS[film][0]


def as_smil(clips):
    """Times are rounded to the millisecond, as people write them."""
    def clip(film, first, end):
        until = "" if end is None else f' clipEnd="{float(seconds(film, end)):.3f}s"'
        begin = f"{float(seconds(film, first)):.3f}s"
        return f'<ref src="../{film}/{film}.ism" clipBegin="{begin}"{until}/>'

    return f"<smil><body><seq>{''.join(clip(*each) for each in clips)}</seq></body></smil>"


def as_json(clips):
    def clip(film, first, end):
        millis = lambda picture: round(seconds(film, picture) * 1000)
        until = {} if end is None else {"clipTo": millis(end)}
        path = f"/{film}/{film}.mp4"
        return {"type": "source", "path": path, "clipFrom": millis(first), **until}

    return json.dumps({"sequences": [{"clips": [clip(*each) for each in clips]}]})


def decoded(path, stream="v"):
    """(time, digest) of each decoded picture, in the order of their times."""
    command = [
        *FFMPEG, "-copyts", "-i", path, "-map", f"0:{stream}:0", "-vsync",
        "passthrough", "-enc_time_base", "-1", "-f", "framemd5", "-",
    ]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
    base = Fraction(re.search(r"#tb 0: (\S+)", done.stdout)[1])
    lines = [line.split(",") for line in done.stdout.splitlines() if not line.startswith("#")]
    return [(int(line[2]) * base, line[-1].strip()) for line in lines]


def check(url, clips, sources, folder, tally):
    readers = {
        "HLS CMAF": (hls, "manifest(format=m3u8-cmaf)", ".mp4"),
        "HLS v4": (hls, "manifest(format=m3u8-aapl)", ".ts"),
        "HLS v3": (hls, "manifest(format=m3u8-aapl-v3)", ".ts"),
        "DASH CMAF": (dash, "manifest(format=mpd-time-cmaf)", ".mp4"),
        "DASH CSF": (dash, "manifest(format=mpd-time-csf)", ".mp4"),
    }
    for name, (reader, manifest, ending) in readers.items():
        parts = reader(f"{url}/{manifest}")
        tally.add(f"{name}: {len(parts)} clips", [] if len(parts) == len(clips) else ["others"])
        for number, (part, clip) in enumerate(zip(parts, clips), 1):
            path = folder / f"clip{ending}"
            path.write_bytes(part.media)
            pictures = decoded(path)
            zero = Fraction(10) if ending == ".ts" else held_back(part.media)
            problems = problems_of(pictures, clip, sources, zero)
            problems += problems_of_duration(part.duration, clip, sources)
            film, first, end = clip
            row = f"{name}: clip {number}, pictures {first} to {end or 'the end'} of {film}"
            tally.add(f"{row}, {len(pictures)} decoded", problems)


def held_back(media):
    """How much later ffmpeg presents what has signed composition offsets."""
    (track,) = boxes.read(media)
    return compare.held_back(track)


class Part:
    """One clip: the bytes of its video, and how long the manifest says that it lasts."""

    def __init__(self, media, duration):
        self.media, self.duration = media, duration


def hls(url):
    manifest = origin.get(url).decode()
    lines = manifest.splitlines()
    variant = next(
        lines[at + 1] for at, line in enumerate(lines) if line.startswith("#EXT-X-STREAM-INF")
    )
    address = urljoin(url, variant)
    playlist = origin.get(address).decode()
    parts = []
    for part in playlist.split("#EXT-X-DISCONTINUITY\n"):
        maps = re.findall(r'#EXT-X-MAP:URI="([^"]+)"', part)
        segments = [line for line in part.splitlines() if line and line[0] != "#"]
        media = b"".join(origin.get(urljoin(address, link)) for link in maps + segments)
        lasts = sum(Fraction(text) for text in re.findall(r"#EXTINF:([\d.]+)", part))
        parts.append(Part(media, lasts))
    return parts


def dash(url):
    root = ElementTree.fromstring(origin.get(url))
    periods = root.findall(f"{DASH}Period")
    starts = [Fraction(period.get("start")[2:-1]) for period in periods]
    ends = starts[1:] + [Fraction(root.get("mediaPresentationDuration")[2:-1])]
    parts = []
    for period, start, end in zip(periods, starts, ends):
        video = next(
            each for each in period.findall(f"{DASH}AdaptationSet")
            if each.get("contentType") == "video"
        )
        template = video.find(f"{DASH}SegmentTemplate")
        bandwidth = video.find(f"{DASH}Representation").get("bandwidth")
        address = lambda name: template.get(name).replace("$Bandwidth$", bandwidth)
        links, time = [address("initialization")], 0
        for run in template.iter(f"{DASH}S"):
            time = int(run.get("t", time))
            for _ in range(int(run.get("r", 0)) + 1):
                links.append(address("media").replace("$Time$", str(time)))
                time += int(run.get("d"))
        media = b"".join(origin.get(urljoin(url, link)) for link in links)
        parts.append(Part(media, end - start))
    return parts


def stretch(clip, sources):
    film, first, end = clip
    source = [digest for _, digest in sources[film]]
    return source, first, len(source) if end is None else end


def problems_of(pictures, clip, sources, zero):
    """The pictures of a clip are those of its stretch, each at its time."""
    source, first, end = stretch(clip, sources)
    rate = FILMS[clip[0]][0]
    digests = [digest for _, digest in pictures]
    hidden = next(
        (at for at in range(len(digests)) if digests[at : at + end - first] == source[first:end]),
        None,
    )
    if hidden is None:
        return ["its pictures are not those of the film"]
    times = [time - zero for time, _ in pictures]
    problems = []
    if digests[:hidden] != source[first - hidden : first]:
        problems.append("what comes before it is something else")
    if not 0 <= times[hidden] <= HIDDEN:
        problems.append(f"it starts at {float(times[hidden]):.6f} s")
    for at in range(1, end - first):
        late = abs(times[hidden + at] - at / rate)
        if late > Fraction(1, 40_000):
            problems.append(f"picture {at} is {float(late):.6f} s off")
            break
    lasts = Fraction(end - first) / rate
    if any(time > lasts for time in times):
        problems.append("a picture comes after its end")
    return problems


def problems_of_duration(duration, clip, sources):
    _, first, end = stretch(clip, sources)
    off = abs(duration - (end - first) / FILMS[clip[0]][0])
    return [f"it lasts {float(duration)} s"] if off > Fraction(1, 1000) else []


def check_joined(url, sources, folder, tally):
    """Smooth Streaming and HDS play all clips on one timeline."""
    wanted = []
    for clip in ALIKE:
        source, first, end = stretch(clip, sources)
        wanted += source[first:end]
    clients = {"Smooth": "manifest", "HDS": "manifest(format=f4m-f4f)"}
    for name, manifest in clients.items():
        path = folder / name
        command = [sys.executable, "-m", "yt_dlp", "--quiet", "--no-warnings", "--fixup", "never"]
        command += ["--format", "bestvideo/best", "--output", str(path), f"{url}/{manifest}"]
        subprocess.run(command, check=True, timeout=300)
        # ffmpeg takes decode times for those of pictures where many are in one millisecond.
        digests = [digest for _, digest in decoded(path)]
        pictures = list(zip(presented(path), digests, strict=True))
        shown = [digest for _, digest in with_time(pictures, name == "HDS")]
        problems = [] if shown == wanted else [f"{len(shown)} pictures, not {len(wanted)}"]
        tally.add(f"{name}: {len(pictures)} pictures decoded, {len(shown)} are seen", problems)


def presented(path):
    """The times of the pictures, in their order, as they are stored."""
    tick, packets = compare.timed_packets(path, "v:0")
    return sorted(packet[1] * tick for packet in packets)


def with_time(pictures, in_millis):
    """The pictures that last long enough to be seen. The last one does."""
    ends = [time for time, _ in pictures[1:]] + [pictures[-1][0] + 1]
    least = Fraction(3, 1000) if in_millis else Fraction(1, 1000)
    return [picture for picture, end in zip(pictures, ends) if end - picture[0] > least]


if __name__ == "__main__":
    main()
