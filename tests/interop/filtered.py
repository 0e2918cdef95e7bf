"""Checks that a filter leaves whole segments of a film, with their times, in every protocol."""

import json
import re
import subprocess

import compare
import origin

#: From the middle of a segment of six seconds to the middle of the next.
RANGE = {"timescale": 1, "startTimestamp": 7, "endTimestamp": 13}
#: The places of the segments that the range touches, and what they last, in seconds.
KEPT = slice(1, 3)
START, END = 6, 18
#: The filter without 4K of docs/filters.md, for smaller pictures, with the range and one language.
FILTERS = [
    {
        "name": "small",
        "properties": {
            "presentationTimeRange": RANGE,
            "tracks": [
                {
                    "trackSelections": [
                        {"property": "Type", "operation": "Equal", "value": "Video"},
                        {"property": "Height", "operation": "Equal", "value": "0-400"},
                    ]
                },
                {
                    "trackSelections": [
                        {"property": "Type", "operation": "Equal", "value": "Audio"},
                        {"property": "Language", "operation": "Equal", "value": "de"},
                    ]
                },
            ],
        },
    }
]
#: How far the bounds of a presentation may be from those of its video: a frame of audio.
FRAME = 0.03
#: The time stamp of presentation time 0 in transport streams.
TRANSPORT_ZERO = 10


def check(binary, folder, work, tally):
    """All protocols of the sample, by the readers here and by ffprobe."""
    tally.heading("a filter leaves whole segments at their times")
    file = work / "filters.json"
    file.write_text(json.dumps({"value": FILTERS}))
    options = [*origin.AS_STORED, "--filters", file]
    with origin.serving(binary, folder.parent, work / "origin.log", options) as base:
        url = f"{base}/{folder.name}/{folder.name}.ism"
        for name, protocol in compare.PROTOCOLS.items():
            whole = protocol.read(f"{url}/{protocol.manifest}")
            left = protocol.read(f"{url}/{filtered(protocol)}")
            expected = 3
            tally.add(
                f"{name:6}{len(left)} renditions are left",
                [] if len(left) == expected or protocol.is_muxed else [f"not {expected}"],
            )
            for rendition in left:
                check_rendition(name, rendition, whole, tally)
            if protocol.suffix in (".mp4", ".ts"):
                check_bounds(name, f"{url}/{filtered(protocol)}", tally)


def filtered(protocol):
    """The manifest with the filter."""
    if "(" not in protocol.manifest:
        return f"{protocol.manifest}(filter=small)"
    return protocol.manifest.replace(")", ",filter=small)")


def check_rendition(name, rendition, whole, tally):
    """The segments of the range, by the URLs of the whole, with their samples and times."""
    urls = [url_in_whole(segment.url) for segment in rendition.segments]
    same = [
        other
        for other in whole
        if [segment.url for segment in other.segments][KEPT] == urls
        and other.track.kind == rendition.track.kind
    ]
    problems = [] if same else [f"no rendition of the whole has {urls}"]
    for other in same[:1]:
        first, end = other.bounds[KEPT.start], other.bounds[KEPT.stop]
        wanted, got = samples(other)[first:end], samples(rendition)
        if wanted != got:
            problems.append(f"{len(got)} samples, and {len(wanted)} in the whole, or other times")
    lasts = float(sum(segment.duration for segment in rendition.segments))
    if abs(lasts - (END - START)) > FRAME:
        problems.append(f"it lasts {lasts} s")
    tally.add(f"{name:6}{rendition.name[-60:]:61} segments of the whole", problems)


def url_in_whole(url):
    """The URL of a segment in the whole: those of Smooth Streaming count from the part's start."""
    return re.sub(r"=(\d+),from=(\d+)", lambda found: f"={int(found[1]) + int(found[2])}", url)


def samples(rendition):
    """The content and the times of all samples."""
    digests = rendition.track.digests()
    times = rendition.track.times()
    return list(zip(digests, times, strict=True))


def check_bounds(name, url, tally):
    """The first time stamps and the duration, as ffprobe reports them."""
    options = ["-allowed_extensions", "ALL"] if "m3u8" in url else []
    shown = ["-show_entries", "format=start_time,duration", "-of", "json"]
    command = ["ffprobe", "-v", "error", *options, *shown, url]
    done = subprocess.run(command, check=True, capture_output=True, timeout=120)
    found = {key: float(value) for key, value in json.loads(done.stdout)["format"].items()}
    tally.add(f"{name:6}by ffprobe: {found}", list(bounds_problems(name, found)))


def bounds_problems(name, found):
    zero = TRANSPORT_ZERO if compare.PROTOCOLS[name].suffix == ".ts" else 0
    due = {"start_time": zero + START, "duration": END - START}
    for key, value in due.items():
        if abs(found.get(key, -1) - value) > 2 * FRAME:
            yield f"{key} is {found.get(key)}, not {value}"
