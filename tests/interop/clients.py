"""Clients that are not ours get what is stored: ffmpeg by its own readers of HLS and DASH, yt-dlp for Smooth Streaming and HDS."""

import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

import compare
import streams
import transport

#: So many frames of sound are in the first PES packet at the most.
FIRST_FRAMES = 24
QUIET = ["ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "warning"]


def check_ffmpeg(url, name, sources, folder, tally):
    """All that a protocol has, by ffmpeg."""
    protocol = compare.PROTOCOLS[name]
    check_times(url, name, sources, tally)
    for rendition in protocol.read(f"{url}/{protocol.manifest}"):
        check_decoded(name, rendition, folder, sources, tally)
        if protocol.suffix == ".ts" and not rendition.is_companion:
            check_warnings(name, rendition, tally)
    for rendition in key_frames(url, protocol):
        check_pictures(name, rendition, tally)


def key_frames(url, protocol):
    return protocol.key_frames(f"{url}/{protocol.manifest}") if protocol.key_frames else []


def check_times(url, name, sources, tally):
    """The packets of all renditions, by ffmpeg's own readers of HLS and DASH."""
    protocol = compare.PROTOCOLS[name]
    if protocol.suffix == ".flv":
        return
    renditions = protocol.read(f"{url}/{protocol.manifest}")
    # ffmpeg numbers the streams of an MPD with video first, those for trick play among it.
    order = sorted(
        renditions + key_frames(url, protocol), key=lambda rendition: rendition.track.kind != "vide"
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
    """ffmpeg delivers every packet, when it is due. Its DASH reader loses some when it reads several streams at once."""
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
    """What of those times is not that of the source: exactly in fragmented MP4, and to the tick of transport streams, which all have
    the same time stamp where the presentation starts."""
    is_transport = compare.PROTOCOLS[name].suffix == ".ts"
    source, start = compare.origin_of(rendition, sources).track, compare.start_of(sources)
    zero = streams.TRANSPORT_ZERO if is_transport else compare.held_back(rendition.track)
    most = Fraction(1, transport.CLOCK) if is_transport else 0
    dropped = len(source.samples) - len(times)
    for at, (time, due) in enumerate(zip(times, source.times()[dropped:])):
        due += zero - start
        # In streams of its own making too, its reader of HLS has the frames of the first PES packet a frame early.
        if abs(time - due) > most and not (
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
    stored = decoded(folder / f"{source.name.split('#')[0]}.mp4", 0)
    problems = (
        []
        if streamed == stored
        else [f"first at frame {compare.first_difference(streamed, stored)}"]
    )
    tally.add(
        f"{name:6}{rendition.name[-45:]:46} {len(streamed)} decoded frames as of {source.name}",
        problems,
    )


def decoded(path, index):
    options = ["-ignore_editlist", "1"] if Path(path).suffix == ".mp4" else []
    command = [
        *QUIET, *options, "-i", str(path), "-map", f"0:{index}", "-vsync", "passthrough", "-f",
        "framemd5", "-",
    ]
    output = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout
    return [line.split(",")[-1].strip() for line in output.splitlines() if not line.startswith("#")]


def check_warnings(name, rendition, tally):
    """ffmpeg has nothing to warn of, neither when it reads a segment alone nor when it reads them joined; nor has it when it decodes."""
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
        f"{name:6}{rendition.name[-45:]:46} {len(rendition.segments)} segments alone and joined without a warning",
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
        f"{name:6}{rendition.name[-45:]:46} {len(rendition.segments)} key frames are a picture each",
        problems,
    )


def check_yt_dlp(url, name, sources, tally):
    """yt-dlp makes a file of each rendition, of which ffmpeg reads the packets of the source at their times."""
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
    """Every stream of a file is a source, at its times; all of a file are moved by the same."""
    found = [read_stream(file, index, sources) for index in range(count_streams(file))]
    if None in found:
        tally.add(f"{name:6}{file.name}", ["its packets are of no source"])
        return
    shift, most = shift_of(name, found, renditions, sources)
    for source, times in found:
        due = [time + shift for time in source.track.times()]
        due = due if compare.PROTOCOLS[name].is_muxed else [max(time, Fraction(0)) for time in due]
        wrong = next(
            (at for at, (time, wanted) in enumerate(zip(times, due)) if abs(time - wanted) > most),
            None,
        )
        problems = (
            []
            if wrong is None
            else [
                f"packet {wrong} of {len(times)} is presented at {float(times[wrong]):.7f} s, not {float(due[wrong]):.7f} s"
            ]
        )
        tally.add(
            f"{name:6}{file.name:32} {len(times)} packets as of {source.name}, moved by {float(shift * 1000):.3f} ms",
            problems,
        )


def shift_of(name, found, renditions, sources):
    """By how much the streams of a file are moved, and by how much each packet may be off: by rounding.

    Flash has no times before 0, and so moves all by the same. In Smooth Streaming, whose streams are files of their own, nothing is moved.
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
    """(source, times) of a stream, or `None` if it is that of no source."""
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
