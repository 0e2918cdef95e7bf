"""Compares a stream with the files it was made from, sample by sample."""

import hashlib
import json
import subprocess
import tempfile
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

import analyzers
import boxes
import hds
import smooth
import streams
from origin import ask

PREROLL = Fraction(1)
STREAMABLE = {
    "avc1", "avc3", "hvc1", "hev1", "av01", "vp08", "vp09", "mp4a", "ac-3", "ec-3", "ac-4", "Opus",
    "fLaC", "alac", "dtsc", "dtse", "dtsh", "dtsl", "vc-1", "wma ",
}


@dataclass(frozen=True)
class Protocol:
    """How a presentation is requested and read, and what it cannot preserve of its samples."""

    manifest: str
    read: callable
    #: Reads the renditions for trick play, if the protocol has any.
    key_frames: callable = None
    #: The file ending by which ffmpeg recognizes the joined segments; none if they have no header.
    suffix: str = ".mp4"
    #: The clock that all times are rounded to, in Hz; none if each track keeps its own.
    clock: int = None
    #: What the bandwidth is: the peak or the average of segments, or of the media in them.
    bandwidth: str = "average"
    #: Whether one track of audio is carried with the video.
    is_muxed: bool = False
    #: The types of the sample entries of codecs that it cannot carry.
    without: frozenset = frozenset()


LOSSLESS = frozenset({"fLaC", "alac"})
DOLBY = frozenset({"ac-3", "ec-3"})
WINDOWS = frozenset({"vc-1", "wma "})
DTS = frozenset({"dts", "dtsc", "dtse", "dtsh", "dtsl"})
#: What neither transport streams nor formats of older players carry.
NEWER = frozenset({"av01", "vp08", "vp09", "ac-4"})
HLS = {
    "read": streams.hls,
    "key_frames": streams.hls_key_frames,
    "bandwidth": "peak",
    "without": WINDOWS,
}
TRANSPORT = {**HLS, "suffix": ".ts", "clock": 90_000, "without": LOSSLESS | WINDOWS | NEWER}
DASH = {"read": streams.dash, "key_frames": streams.dash_key_frames, "without": WINDOWS}
SMOOTH = {
    "read": smooth.smooth,
    "suffix": None,
    "clock": 10_000_000,
    "bandwidth": "media",
    "without": LOSSLESS | DTS | NEWER | {"ac-3", "mp3", "Opus"},
}
PROTOCOLS = {
    "HLS": Protocol("manifest(format=m3u8-cmaf)", **HLS),
    "HLS4": Protocol("manifest(format=m3u8-aapl)", **TRANSPORT),
    "HLS3": Protocol(
        "manifest(format=m3u8-aapl-v3)", **{**TRANSPORT, "key_frames": None}, is_muxed=True
    ),
    "DASH": Protocol("manifest(format=mpd-time-cmaf)", **DASH),
    "CSF": Protocol("manifest(format=mpd-time-csf)", **DASH),
    "MSS": Protocol("manifest", **SMOOTH),
    "MSS20": Protocol("manifest(format=fmp4-v20)", **SMOOTH),
    "HDS": Protocol(
        "manifest(format=f4m-f4f)",
        hds.hds,
        suffix=".flv",
        clock=1000,
        bandwidth="media",
        is_muxed=True,
        without=LOSSLESS | DOLBY | DTS | NEWER | WINDOWS | {"Opus", "hvc1", "hev1"},
    ),
}


@dataclass
class Row:
    """The result of comparing one rendition in one protocol."""

    protocol: str
    rendition: str
    source: str = ""
    segments: int = 0
    stored: int = 0
    streamed: int = 0
    #: Presentation time of the stream less that of the source, in seconds.
    shift: Fraction = None
    #: The tick of the coarser of their clocks, in seconds.
    tick: Fraction = None
    problems: list = field(default_factory=list)


@dataclass
class Source:
    """A stored track, with its samples as ffmpeg reports them."""

    name: str
    track: boxes.Track


def stored(folder):
    """The tracks of all files of an asset. Our reader and ffmpeg must agree on each."""
    sources = []
    for path in sorted(Path(folder).glob("*.mp4")):
        for index, track in enumerate(boxes.read(path.read_bytes())):
            if track.codec in STREAMABLE and track.kind in ("vide", "soun") and track.samples:
                assert_witnessed(path, index, track)
                sources.append(Source(f"{path.stem}#{track.id}", boxes.edited(track)))
    return sources


def packets(target, index, *options):
    """(dts, pts, size, md5) of each packet of one stream, as ffprobe reports them.

    ffmpeg itself rewrites times of audio that it copies. With `-v warning` among the options, any
    warning is an error.
    """
    return timed_packets(target, index, *options)[1]


def timed_packets(target, index, *options):
    """The tick in seconds, and [`packets`]."""
    command = [
        "ffprobe", "-v", "error", *options, "-select_streams", str(index), "-show_data_hash", "md5",
        "-of", "json",
    ]
    command += ["-show_entries", "stream=time_base:packet=dts,pts,size,data_hash", str(target)]
    done = subprocess.run(command, check=True, capture_output=True, timeout=300)
    assert "warning" not in options or not done.stderr, f"ffprobe: {done.stderr.decode().strip()}"
    parsed = json.loads(done.stdout)
    found = [
        (
            # Without a decode time of its own, a packet has that of its presentation.
            packet.get("dts", packet["pts"]),
            packet["pts"],
            int(packet["size"]),
            packet["data_hash"].removeprefix("MD5:"),
        )
        for packet in parsed["packets"]
    ]
    return Fraction(parsed["streams"][0]["time_base"]), found


def as_ffmpeg_divides(track, samples):
    """(size, digest) of each sample. In byte streams of HEVC, ffmpeg takes the first zero of the
    start code between two access units for the end of the earlier one."""
    if track.length_size or track.codec != "hvc1":
        return [(sample.size, sample.digest) for sample in samples]
    last = len(samples) - 1
    contents = [
        sample.content[min(at, 1) :] + b"\0" * (at < last) for at, sample in enumerate(samples)
    ]
    return [(len(content), hashlib.md5(content).hexdigest()) for content in contents]


def assert_witnessed(path, index, track, options=("-ignore_editlist", "1"), rounding=0):
    """ffmpeg reports the same samples in the same order, as far apart except for rounding.

    It leaves out those without bytes.
    """
    seen = packets(path, index, *options)
    samples = [sample for sample in track.samples if sample.size]
    ours = as_ffmpeg_divides(track, samples)
    theirs = [packet[2:] for packet in seen]
    if theirs != ours:
        at = first_difference(ours, theirs)
        raise AssertionError(
            f"{Path(path).name}: ffmpeg sees other samples than this reader, first at {at}"
        )
    for name, mine, yours in (
        ("decode", [sample.decode for sample in samples], [packet[0] for packet in seen]),
        (
            "presentation",
            [sample.decode + sample.composition for sample in samples],
            [packet[1] for packet in seen],
        ),
    ):
        mine, yours = distances(mine), distances(yours)
        if any(abs(ours - theirs) > rounding for ours, theirs in zip(mine, yours)):
            at = first_difference(mine, yours)
            raise AssertionError(
                f"{Path(path).name}: ffmpeg sees other {name} times than this reader, first at {at}"
            )


def distances(times):
    return [time - times[0] for time in times]


def first_difference(ours, theirs):
    return next(
        (at for at, (mine, yours) in enumerate(zip(ours, theirs)) if mine != yours),
        min(len(ours), len(theirs)),
    )


def compare(base, sources):
    """The rows of an asset: `base` is its address, without the manifest."""
    return [row for protocol in PROTOCOLS for row in compare_protocol(base, protocol, sources)]


def compare_protocol(base, name, sources):
    protocol = PROTOCOLS[name]
    renditions = protocol.read(f"{base}/{protocol.manifest}")
    rows, used = [], set()
    for rendition in renditions:
        source = origin_of(rendition, sources)
        row = Row(
            name, rendition.name, source.name, len(rendition.segments), len(source.track.samples)
        )
        row.streamed = len(rendition.track.samples)
        check_samples(row, rendition, source.track)
        check_segments(row, rendition, source.track)
        check_description(row, rendition, source.track)
        check_http(row, rendition)
        used.add(source.name)
        rows.append(row)
    check_start(rows, renditions)
    check_offsets(rows, renditions)
    check_alignment(rows, renditions)
    return rows + list(missing(name, sources, used))


def missing(name, sources, used):
    """A row for each missing source, except twins, and choices that a muxed protocol leaves out:
    audio other than the muxed track, and other video of the same file.
    """
    delivered = [source for source in sources if source.name in used]
    for source in sources:
        alike = any(source.track.digests() == other.track.digests() for other in delivered)
        spoken_for = PROTOCOLS[name].is_muxed and any(
            source.track.kind == other.track.kind
            and (source.track.kind == "soun" or file_of(source) == file_of(other))
            for other in delivered
        )
        if not alike and not spoken_for and source.track.codec not in PROTOCOLS[name].without:
            yield Row(
                name, "-", source.name, 0, len(source.track.samples),
                problems=[f"{source.name} is not in the stream"],
            )


def file_of(source):
    return source.name.rpartition("#")[0]


def origin_of(rendition, sources):
    """The stored track that shares the largest number of samples with the rendition."""
    essences = set(rendition.track.essences())
    alike = lambda source: (
        len(essences & set(source.track.essences())),
        source.track.language == rendition.track.language,
    )
    return max(sources, key=alike)


def check_samples(row, rendition, source):
    """Every sample, in order, bit for bit; times and sync flags as stored."""
    track = rendition.track
    row.tick = max(Fraction(1, track.timescale), Fraction(1, source.timescale))
    dropped = max(len(source.samples) - len(track.samples), 0)
    kept = replace(source, samples=source.samples[dropped:])
    streamed, stored = (
        (track.essences(), kept.essences())
        if track.length_size == 0
        else (track.digests(), kept.digests())
    )
    if streamed != stored:
        at = first_difference(streamed, stored)
        row.problems.append(
            f"{len(track.samples)} samples of {len(source.samples)}; other bytes from sample {at} "
            "on"
        )
        return
    check_dropped(row, source, dropped)
    if source.kind == "vide":
        assert_equal(
            row, "sync flags", [s.sync for s in track.samples], [s.sync for s in kept.samples]
        )
    clock = PROTOCOLS[row.protocol].clock
    if track.timescale != (clock or source.timescale):
        row.problems.append(f"the timescale is {track.timescale}, not {clock or source.timescale}")
    check_rounded_times(row, rendition, kept) if clock else check_times(row, rendition, kept)
    check_witness(row, rendition)


def check_times(row, rendition, kept):
    """On the clock of the source there is nothing to round."""
    track = rendition.track
    assert_equal(
        row, "decode times", distances(ticks(track, decode)), distances(ticks(kept, decode))
    )
    assert_equal(
        row,
        "presentation times",
        distances(ticks(track, presented)),
        distances(ticks(kept, presented)),
    )
    assert_equal(
        row,
        "durations",
        [s.duration for s in track.samples[:-1]],
        [s.duration for s in kept.samples[:-1]],
    )
    row.shift = rendition.times()[0] - kept.times()[0]


def check_rounded_times(row, rendition, kept):
    """On another clock each time is rounded once. Without edit lists, none is below 0."""
    track, tick = rendition.track, Fraction(1, rendition.track.timescale)
    if PROTOCOLS[row.protocol].suffix:
        # What a container does not state.
        track.samples[-1].duration = Fraction(
            kept.samples[-1].duration * track.timescale, kept.timescale
        )
    is_smooth = not PROTOCOLS[row.protocol].suffix
    times, stored = rendition.times(), kept.times()
    shifts = [time - due for time, due in zip(times, stored)]
    row.shift = middle(
        [shift for shift, time in zip(shifts, times) if time > 0 or not is_smooth] or shifts
    )
    wanted = [time + row.shift for time in stored]
    if is_smooth:
        wanted = [max(time, Fraction(0)) for time in wanted]
    # Receivers of transport streams count frames from the last time stamp, exact to a tick only.
    is_counted = PROTOCOLS[row.protocol].suffix == ".ts" and track.kind == "soun"
    tolerance = tick if is_counted else tick / 2
    for at, (time, due) in enumerate(zip(times, wanted)):
        if abs(time - due) > tolerance:
            row.problems.append(
                f"sample {at} is presented at {float(time):.7f} s, not {float(due):.7f} s"
            )
            return
    late = next((at for at, sample in enumerate(track.samples) if sample.composition < 0), None)
    if late is not None and PROTOCOLS[row.protocol].suffix:
        row.problems.append(f"sample {late} is presented before it is decoded")


def middle(values):
    """The middle between the smallest and the largest."""
    values = list(values)
    return (min(values) + max(values)) / 2


def held_back(track):
    """How much later ffmpeg and GStreamer present pictures with signed composition offsets.

    They do so to present no picture before it is decoded, and do the same with what ffmpeg writes
    (`-movflags negative_cts_offsets`).
    """
    return Fraction(max(0, -min(sample.composition for sample in track.samples)), track.timescale)


def start_of(sources):
    """The start of the presentation in source time: the first picture or audible sound."""
    return min(max(min(source.track.times()), source.track.delay) for source in sources)


def decode(sample):
    return sample.decode


def presented(sample):
    return sample.decode + sample.composition


def ticks(track, time):
    return [time(sample) for sample in track.samples]


def assert_equal(row, name, streamed, wanted):
    if streamed != wanted:
        at = first_difference(streamed, wanted)
        row.problems.append(f"the {name} differ from the source's, first at sample {at}")


def check_dropped(row, source, dropped):
    """Only samples wholly before the edit list's start may be left out.

    They are whole groups of pictures, or more audio than a decoder needs.
    """
    edge = source.delay if source.kind == "vide" else source.delay - PREROLL
    for sample in source.samples[:dropped]:
        if source.presented(sample) + Fraction(sample.duration, source.timescale) > edge:
            row.problems.append(
                f"the first {dropped} samples are missing, and the edit list does not skip them"
            )
            return


def check_witness(row, rendition):
    """ffmpeg reads the same from the stream as we do; neither it nor the analyzers warn."""
    suffix = PROTOCOLS[row.protocol].suffix
    if not suffix:
        return
    with tempfile.NamedTemporaryFile(suffix=suffix) as file:
        file.write(rendition.whole())
        file.flush()
        try:
            # FLV files have their tracks in the order in which they start.
            index = "v:0" if rendition.track.kind == "vide" else "a:0"
            # In transport streams, audio frames without a time stamp are counted from the last one.
            given = (("-ignore_editlist", "1"),) if suffix == ".mp4" else (("-v", "warning"), 1)
            assert_witnessed(file.name, index, rendition.track, *given)
        except (AssertionError, subprocess.CalledProcessError) as error:
            row.problems.append(str(error))
    if suffix == ".ts" and not rendition.is_companion:
        row.problems += analyzers.problems([segment.body for segment in rendition.segments])[:5]


def check_segments(row, rendition, stored):
    """Segments start at sync samples and follow without a gap, at the announced times.

    A file that begins without a sync sample is delivered from its first one on as it is.
    """
    samples, times = rendition.track.samples, rendition.times()
    # In Smooth Streaming the start of a fragment is its first decode time, wherever the last ended.
    starts = () if PROTOCOLS[row.protocol].suffix else rendition.bounds
    for at, (before, after) in enumerate(zip(samples, samples[1:]), 1):
        if before.decode + before.duration != after.decode and at not in starts:
            row.problems.append(
                f"decode time {after.decode} does not follow {before.decode} + {before.duration}"
            )
            break
    opened = openings(rendition)
    pairs = zip(rendition.segments, rendition.bounds, rendition.bounds[1:])
    for number, (segment, first, end) in enumerate(pairs):
        if first == end:
            if all(part.bounds[number] == part.bounds[number + 1] for part in rendition.parts):
                row.problems.append(f"segment {number} is empty")
            continue
        can_start = stored.samples[0].sync or number > 0
        if rendition.track.kind == "vide" and can_start and not samples[first].sync:
            row.problems.append(f"segment {number} does not start at a sync sample")
        start, said = opened[number], segment.start
        if number == 0:
            # What lies before 0 is priming. All HLS playlists start at 0, so a late track starts
            # within its first segment.
            start = max(start, Fraction(0))
            said = (
                max(said, start)
                if row.protocol.startswith("HLS") and start < said + segment.duration
                else said
            )
        if abs(said - start) > segment.tolerance:
            row.problems.append(
                f"segment {number} is said to start at {float(said):.6f} s and starts at "
                f"{float(start):.6f} s"
            )
    check_companion(row, rendition)
    last, end = rendition.segments[-1], max(ending(part) for part in rendition.parts)
    said = last.start + last.duration
    frames = (frame_duration(part.track) for part in rendition.parts if part.is_companion)
    tick = Fraction(1, PROTOCOLS[row.protocol].clock) if PROTOCOLS[row.protocol].clock else 0
    if row.protocol.startswith("MSS") and rendition.track.kind == "soun" and said > end:
        # It is listed until the end of the pictures if that is less than two frames later.
        said = max(end, said - 2 * frame_duration(rendition.track))
    if abs(said - end) > max(frames, default=0) + last.tolerance + tick:
        row.problems.append(
            f"the end is said to be at {float(said):.7f} s and is at {float(end):.7f} s"
        )


def openings(rendition):
    """When each segment starts: with its pictures, or else (and the first) with any sample."""
    main, beside = main_of(rendition), [streams.starts_of(part) for part in rendition.parts]
    first = next(number for number, end in enumerate(main.bounds[1:]) if end)
    shown = [
        start if number != first else None for number, start in enumerate(streams.starts_of(main))
    ]
    earliest = [
        min((start for start in starts if start is not None), default=None)
        for starts in zip(*beside)
    ]
    return [start if start is not None else other for start, other in zip(shown, earliest)]


def check_companion(row, rendition):
    """Sound is cut at the frame nearest to the picture at which video is cut."""
    main = main_of(rendition)
    if main is rendition:
        return
    starts, times = streams.starts_of(rendition), main.times()
    for number, (start, first, end) in enumerate(zip(starts, main.bounds, main.bounds[1:])):
        if (
            start is not None
            and 0 < first < end
            and abs(start - times[first]) > frame_duration(rendition.track)
        ):
            row.problems.append(
                f"the sound of segment {number} starts at {float(start):.6f} s, and its picture "
                f"{float(times[first]):.6f} s"
            )


def main_of(rendition):
    """The rendition that names the segments."""
    return next(part for part in rendition.parts if not part.is_companion)


def frame_duration(track):
    return Fraction(max(sample.duration for sample in track.samples), track.timescale)


def ending(rendition):
    samples = rendition.track.samples
    durations = (Fraction(sample.duration, rendition.track.timescale) for sample in samples)
    return max(time + duration for time, duration in zip(rendition.times(), durations))


def check_description(row, rendition, source):
    """The codecs, language and bandwidth in the manifest are correct."""
    # Parameter sets of HEVC go into the sample entry where that can be.
    codec = rfc6381(source)
    right = {codec, codec.replace("hev1", "hvc1")} if codec else set()
    said = set(rendition.codecs.lower().split(","))
    if right and rendition.codecs and not said & {one.lower() for one in right}:
        row.problems.append(f"the codec is {codec}, and the manifest says {rendition.codecs!r}")
    if (
        rendition.init
        and source.entry.find(b"avcC") >= 0
        and rendition.track.entry.find(b"avcC") < 0
        and source.codec == "avc1"
    ):
        row.problems.append("the codec configuration is missing")
    check_bandwidth(row, rendition)


def check_bandwidth(row, rendition):
    floor = bandwidths(rendition)[PROTOCOLS[row.protocol].bandwidth]
    if rendition.bandwidth and rendition.bandwidth < floor * Fraction(999, 1000):
        row.problems.append(
            f"the bandwidth is said to be {rendition.bandwidth}, and is {int(floor)} bit/s"
        )


def bandwidths(rendition):
    """Bits a second: average, media alone, peak without short segments (RFC 8216, 4.3.4.2)."""
    sizes = [(len(segment.body) * 8, segment.duration) for segment in rendition.segments]
    length = sum(duration for _, duration in sizes)
    longest = max(duration for _, duration in sizes)
    return {
        "average": sum(size for size, _ in sizes) / length,
        "media": sum(sample.size * 8 for part in rendition.parts for sample in part.track.samples)
        / length,
        "peak": max(size / duration for size, duration in sizes if duration * 2 >= longest),
    }


def rfc6381(track):
    """The codec string of video, and of codecs of sound that have the name of their sample entry.

    Others would need more parsing than it is worth here.
    """
    if track.codec in ("ac-3", "ec-3", "Opus", "fLaC", "alac"):
        return track.codec
    at = track.entry.find(b"avcC")
    if at >= 0:
        return f"{track.codec}.{track.entry[at + 5:at + 8].hex()}"
    at = track.entry.find(b"hvcC")
    return f"{track.codec}.{hevc_profile(track.entry[at + 5:at + 17])}" if at >= 0 else None


def hevc_profile(general):
    """The codec string of HEVC after its first point (ISO/IEC 14496-15, E.3)."""
    space = ("", "A", "B", "C")[general[0] >> 6] + str(general[0] & 31)
    compatibility = int(f"{int.from_bytes(general[1:5], 'big'):032b}"[::-1], 2)
    tier = "LH"[general[0] >> 5 & 1] + str(general[11])
    constraints = [f"{byte:X}" for byte in general[5:11].rstrip(b"\0")]
    return ".".join([space, f"{compatibility:X}", tier, *constraints])


def check_http(row, rendition):
    """A range equals a slice of the whole, HEAD has its length, a known ETag saves the body."""
    segment = rendition.segments[0]
    part = ask(segment.url, Range="bytes=10-99")
    if part.status != 206 or part.body != segment.body[10:100]:
        row.problems.append(
            f"a range is answered with {part.status} and {len(part.body)} bytes that are not the "
            "slice"
        )
    head = ask(segment.url, method="HEAD")
    if head.headers.get("content-length") != str(len(segment.body)):
        row.problems.append(
            f"HEAD reports {head.headers.get('content-length')} bytes of {len(segment.body)}"
        )
    known = ask(segment.url, If_None_Match=head.headers.get("etag", ""))
    if known.status != 304:
        row.problems.append(f"a known ETag is answered with {known.status}, not 304")


def check_start(rows, renditions):
    """The presentation starts at 0: some rendition does, and only audio priming lies before it."""
    starts = [min(rendition.times()) for rendition in renditions]
    for row, rendition, start in zip(rows, renditions, starts):
        if start < -Fraction(1, rendition.track.timescale) and rendition.track.kind == "vide":
            row.problems.append(f"video starts at {float(start):.6f} s, before the presentation")
        if start < -PREROLL - Fraction(1, 10):
            row.problems.append(
                f"audio starts at {float(start):.6f} s, long before the presentation"
            )
    if starts and min(max(start, Fraction(0)) for start in starts) > 0:
        rows[0].problems.append(f"nothing is presented before {float(min(starts)):.6f} s")


def check_offsets(rows, renditions):
    """All renditions are moved by the same time, exact to a tick: each is rounded alone."""
    known = [(row, rendition) for row, rendition in zip(rows, renditions) if row.shift is not None]
    for row, _ in known:
        first = known[0][0]
        if abs(row.shift - first.shift) > max(row.tick, first.tick):
            row.problems.append(
                f"it is {float((row.shift - first.shift) * 1000):+.3f} ms from where it was "
                f"beside {first.source}"
            )


def check_alignment(rows, renditions):
    """All renditions of video are cut at the same times, to the precision of their clocks."""
    video = [
        (row, rendition)
        for row, rendition in zip(rows, renditions)
        if rendition.track.kind == "vide"
    ]
    cuts = lambda rendition: [
        min(rendition.times()[first:end])
        for first, end in zip(rendition.bounds, rendition.bounds[1:])
    ]
    for row, rendition in video[1:]:
        ours, theirs = cuts(rendition), cuts(video[0][1])
        half = Fraction(1, 2) * max(
            Fraction(s.duration, rendition.track.timescale) for s in rendition.track.samples
        )
        if len(ours) != len(theirs) or any(
            abs(mine - yours) > half for mine, yours in zip(ours, theirs)
        ):
            row.problems.append(f"its segments are cut elsewhere than those of {video[0][1].name}")


def compare_key_frames(base, name, sources):
    """The rows of trick play: segments are all key frames of the source, one each, on time."""
    protocol, rows = PROTOCOLS[name], []
    for rendition in protocol.key_frames(f"{base}/{protocol.manifest}"):
        source = origin_of(rendition, sources)
        track = source.track
        kept = replace(
            track,
            samples=[
                sample for sample in track.samples if sample.sync and track.presented(sample) >= 0
            ],
        )
        row = Row(
            name,
            rendition.name,
            source.name,
            len(rendition.segments),
            len(kept.samples),
            len(rendition.track.samples),
        )
        if rendition.bounds != list(range(len(rendition.segments) + 1)):
            row.problems.append("there are segments of more than one picture, or of none")
        if rendition.track.essences() != kept.essences():
            row.problems.append("these are not the key frames of the source")
        for segment, time in zip(rendition.segments, rendition.times()):
            if abs(segment.start - time) > segment.tolerance:
                row.problems.append(
                    f"the key frame said to be at {float(segment.start):.6f} s is at "
                    f"{float(time):.6f} s"
                )
        check_bandwidth(row, rendition)
        rows.append(row)
    return rows
