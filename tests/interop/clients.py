"""Independent clients get what is stored: ffmpeg for HLS and DASH, yt-dlp for Smooth and HDS."""

import functools
import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

import compare
import streams
import transport

#: The maximum number of audio frames in the first PES packet.
FIRST_FRAMES = 24
QUIET = ["ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "warning"]


def check_ffmpeg(url, name, sources, folder, tally):
    """All that a protocol has, by ffmpeg."""
    protocol = compare.PROTOCOLS[name]
    renditions, for_trick_play = read(url, name)
    check_times(url, name, (renditions, for_trick_play), sources, tally)
    for rendition in renditions:
        check_decoded(name, rendition, folder, sources, tally)
        if protocol.suffix == ".ts" and not rendition.is_companion:
            check_warnings(name, rendition, tally)
    for rendition in for_trick_play:
        check_pictures(name, rendition, tally)


def read(url, name):
    """All renditions of a protocol, and those for trick play."""
    protocol = compare.PROTOCOLS[name]
    address = f"{url}/{protocol.manifest}"
    return protocol.read(address), protocol.key_frames(address) if protocol.key_frames else []


def check_times(url, name, all_renditions, sources, tally):
    """The packets of all renditions, by ffmpeg's own readers of HLS and DASH."""
    protocol, (renditions, for_trick_play) = compare.PROTOCOLS[name], all_renditions
    if protocol.suffix == ".flv":
        return
    # ffmpeg numbers the streams of an MPD with video first, those for trick play among it.
    order = sorted(
        [*renditions, *for_trick_play], key=lambda rendition: rendition.track.kind != "vide"
    )
    for rendition in renditions:
        if "mpd" in protocol.manifest:
            stream = next(at for at, other in enumerate(order) if other is rendition)
            check_packets(name, rendition, f"{url}/{protocol.manifest}", stream, sources, tally)
        else:
            check_packets(
                name, rendition, rendition.url, rendition.parts.index(rendition), sources, tally
            )


def check_packets(name, rendition, target, stream, sources, tally):
    """ffmpeg delivers every packet on time. Of parallel DASH streams it loses some packets."""
    tick, read = compare.timed_packets(
        target, stream, *(["-allowed_extensions", "ALL"] if "m3u8" in target else [])
    )
    same = [packet[-1] for packet in read] == rendition.track.digests()
    problems = (
        []
        if same
        else [f"ffmpeg reads {len(read)} packets of {len(rendition.track.samples)}, or others"]
    )
    if same:
        problems += late(name, rendition, [packet[1] * tick for packet in read], sources)
    tally.add(f"{name:6}{rendition.name[-45:]:46} {len(read)} packets by ffmpeg's reader", problems)


def late(name, rendition, times, sources):
    """The first time that differs from the source's: exactly in fragmented MP4, to the tick in TS.

    In transport streams all presentations start at the same time stamp.
    """
    is_transport = compare.PROTOCOLS[name].suffix == ".ts"
    source, start = compare.origin_of(rendition, sources).track, compare.start_of(sources)
    zero = streams.TRANSPORT_ZERO if is_transport else compare.held_back(rendition.track)
    tolerance = Fraction(1, transport.CLOCK) if is_transport else 0
    dropped = len(source.samples) - len(times)
    for at, (time, due) in enumerate(zip(times, source.times()[dropped:])):
        due += zero - start
        # ffmpeg's HLS reader has the frames of the first PES packet a frame early, in its own
        # streams too.
        if abs(time - due) > tolerance and not (
            is_transport and source.kind == "soun" and at < FIRST_FRAMES
        ):
            return [f"packet {at} is presented at {float(time):.7f} s, not {float(due):.7f} s"]
    return []


def check_decoded(name, rendition, folder, sources, tally):
    """Decoded pictures and sound are those of the source."""
    source = compare.origin_of(rendition, sources)
    suffix = compare.PROTOCOLS[name].suffix
    with tempfile.NamedTemporaryFile(suffix=suffix) as whole:
        whole.write(rendition.whole())
        whole.flush()
        streamed = decoded(whole.name, rendition.parts.index(rendition))
    stored = decoded_source(folder / f"{source.name.split('#')[0]}.mp4")
    problems = (
        []
        if streamed == stored
        else [f"first at frame {compare.first_difference(streamed, stored)}"]
    )
    tally.add(
        f"{name:6}{rendition.name[-45:]:46} {len(streamed)} decoded frames as of {source.name}",
        problems,
    )


@functools.cache
def decoded_source(path):
    """The first stream of a source, which all protocols have in common."""
    return decoded(path, 0)


def decoded(path, index):
    """Digests of the frames of one stream, as they are coded."""
    options = ["-ignore_editlist", "1"] if Path(path).suffix in (".mp4", ".m4a") else []
    command = [
        *QUIET, *options, "-noautorotate", "-i", str(path), "-map", f"0:{index}", "-vsync",
        "passthrough", "-f", "framemd5", "-",
    ]
    output = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout
    return [line.split(",")[-1].strip() for line in output.splitlines() if not line.startswith("#")]


def check_warnings(name, rendition, tally):
    """ffmpeg reads and decodes segments without a warning, each alone and all joined."""
    problems = []
    for segment in [*(segment.body for segment in rendition.segments), rendition.whole()]:
        done = subprocess.run(
            [*QUIET, "-i", "-", "-map", "0", "-f", "null", "-"],
            input=segment,
            capture_output=True,
            timeout=300,
        )
        problems += done.stderr.decode().splitlines()
    tally.add(
        f"{name:6}{rendition.name[-45:]:46} {len(rendition.segments)} segments alone and joined "
        "without a warning",
        problems[:5],
    )


def check_pictures(name, rendition, tally):
    """Each key frame is one picture, by itself."""
    problems, suffix = [], compare.PROTOCOLS[name].suffix
    for number, segment in enumerate(rendition.segments):
        with tempfile.NamedTemporaryFile(suffix=suffix) as alone:
            alone.write(rendition.init + segment.body)
            alone.flush()
            pictures = decoded(alone.name, 0)
        if len(pictures) != 1:
            problems.append(f"{len(pictures)} pictures are decoded of key frame {number}")
    tally.add(
        f"{name:6}{rendition.name[-45:]:46} {len(rendition.segments)} key frames are a picture "
        "each",
        problems,
    )


def check_yt_dlp(url, name, sources, tally):
    """yt-dlp saves each rendition; ffmpeg reads the source's packets from it, at their times."""
    protocol = compare.PROTOCOLS[name]
    renditions = protocol.read(f"{url}/{protocol.manifest}")
    expected = sum(not rendition.is_companion for rendition in renditions)
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable, "-m", "yt_dlp", "--quiet", "--no-warnings", "--fixup", "never",
            "--format", "all",
        ]
        command += ["--output", f"{folder}/%(format_id)s.%(ext)s", f"{url}/{protocol.manifest}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        files = sorted(Path(folder).iterdir())
        wrong = (
            []
            if len(files) == expected and done.returncode == 0
            else [f"{len(files)} files of {expected}; {done.stderr.strip()}"]
        )
        tally.add(f"{name:6}{len(files)} files by yt-dlp", wrong)
        for file in files:
            check_file(name, file, renditions, sources, tally)


def check_file(name, file, renditions, sources, tally):
    """Every stream of a file is a source, at its times; all are moved by the same time."""
    found = [read_stream(file, index, sources) for index in range(count_streams(file))]
    if None in found:
        tally.add(f"{name:6}{file.name}", ["its packets match no source"])
        return
    shift, tolerance = shift_of(name, found, renditions, sources)
    for source, times in found:
        due = [time + shift for time in source.track.times()]
        due = due if compare.PROTOCOLS[name].is_muxed else [max(time, Fraction(0)) for time in due]
        is_off = (abs(time - wanted) > tolerance for time, wanted in zip(times, due))
        wrong = next((at for at, off in enumerate(is_off) if off), None)
        problems = (
            []
            if wrong is None
            else [
                f"packet {wrong} of {len(times)} is presented at {float(times[wrong]):.7f} s, not "
                f"{float(due[wrong]):.7f} s"
            ]
        )
        tally.add(
            f"{name:6}{file.name:32} {len(times)} packets as of {source.name}, moved by "
            f"{float(shift * 1000):.3f} ms",
            problems,
        )


def shift_of(name, found, renditions, sources):
    """The time by which the streams of a file are moved, and the rounding allowed for each packet.

    Flash has no times before 0, and moves all streams by the same time. In Smooth Streaming each
    stream is a file of its own, and nothing is moved.
    """
    rounding = Fraction(1, 2 * compare.PROTOCOLS[name].clock)
    if compare.PROTOCOLS[name].is_muxed:
        return (
            compare.middle(
                time - due
                for source, times in found
                for time, due in zip(times, source.track.times())
            ),
            rounding,
        )
    ((source, _),) = found
    rendition = next(
        rendition for rendition in renditions if compare.origin_of(rendition, sources) is source
    )
    return compare.held_back(rendition.track) - compare.start_of(sources), 2 * rounding


def read_stream(file, index, sources):
    """(source, times) of a stream, or `None` if it matches no source."""
    tick, seen = compare.timed_packets(file, index)
    source = next(
        (source for source in sources if source.track.digests() == [packet[-1] for packet in seen]),
        None,
    )
    return source and (source, [packet[1] * tick for packet in seen])


def count_streams(file):
    command = [
        "ffprobe", "-v", "error", "-show_entries", "stream=index", "-of", "csv=p=0", str(file),
    ]
    return len(
        subprocess.run(
            command, check=True, capture_output=True, text=True, timeout=60
        ).stdout.split()
    )
