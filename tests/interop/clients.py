"""Clients that are not ours get what is stored: ffmpeg by its own readers of HLS and DASH, yt-dlp for Smooth Streaming and HDS."""

import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

import compare

QUIET = ["ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "warning"]


def check_ffmpeg(url, name, sources, folder, tally):
    """All that a protocol has, by ffmpeg."""
    protocol = compare.PROTOCOLS[name]
    renditions = protocol.read(f"{url}/{protocol.manifest}")
    others = protocol.key_frames(f"{url}/{protocol.manifest}") if protocol.key_frames else []
    # ffmpeg numbers the streams of an MPD with video first, those for trick play among it.
    order = sorted(renditions + others, key=lambda rendition: rendition.track.kind != "vide")
    for rendition in renditions:
        if protocol.suffix == ".mp4" and "mpd" in protocol.manifest:
            check_packets(name, rendition, f"{url}/{protocol.manifest}", next(at for at, other in enumerate(order) if other is rendition), tally)
        elif protocol.suffix != ".flv":
            check_packets(name, rendition, rendition.url, rendition.parts.index(rendition), tally)
        check_decoded(name, rendition, folder, sources, tally)
        if protocol.suffix == ".ts" and not rendition.is_companion:
            check_warnings(name, rendition, tally)
    for rendition in others:
        check_pictures(name, rendition, tally)


def check_packets(name, rendition, target, stream, tally):
    """ffmpeg delivers every packet. Its DASH reader loses some when it reads several streams at once."""
    read = compare.packets(target, stream, *(["-allowed_extensions", "ALL"] if "m3u8" in target else []))
    same = [packet[-1] for packet in read] == rendition.track.digests()
    problems = [] if same else [f"ffmpeg reads {len(read)} packets of {len(rendition.track.samples)}, or others"]
    tally.add(f"{name:6}{rendition.name[-45:]:46} {len(read)} packets by ffmpeg's reader", problems)


def check_decoded(name, rendition, folder, sources, tally):
    """Decoded pictures and sound are those of the source."""
    source = compare.origin_of(rendition, sources)
    suffix = compare.PROTOCOLS[name].suffix
    with tempfile.NamedTemporaryFile(suffix=suffix) as whole:
        whole.write(rendition.whole())
        whole.flush()
        streamed = decoded(whole.name, rendition.parts.index(rendition))
    stored = decoded(folder / f"{source.name.split('#')[0]}.mp4", 0)
    problems = [] if streamed == stored else [f"first at frame {compare.first_difference(streamed, stored)}"]
    tally.add(f"{name:6}{rendition.name[-45:]:46} {len(streamed)} decoded frames as of {source.name}", problems)


def decoded(path, index):
    options = ["-ignore_editlist", "1"] if Path(path).suffix == ".mp4" else []
    command = [*QUIET, *options, "-i", str(path), "-map", f"0:{index}", "-vsync", "passthrough", "-f", "framemd5", "-"]
    output = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout
    return [line.split(",")[-1].strip() for line in output.splitlines() if not line.startswith("#")]


def check_warnings(name, rendition, tally):
    """ffmpeg has nothing to warn of, neither when it reads a segment alone nor when it reads them joined; nor has it when it decodes."""
    problems = []
    for segment in [*(segment.body for segment in rendition.segments), rendition.whole()]:
        done = subprocess.run([*QUIET, "-i", "-", "-map", "0", "-f", "null", "-"], input=segment, capture_output=True, timeout=300)
        problems += done.stderr.decode().splitlines()
    tally.add(f"{name:6}{rendition.name[-45:]:46} {len(rendition.segments)} segments alone and joined without a warning", problems[:5])


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
    tally.add(f"{name:6}{rendition.name[-45:]:46} {len(rendition.segments)} key frames are a picture each", problems)


def check_yt_dlp(url, name, sources, tally):
    """yt-dlp makes a file of each rendition, of which ffmpeg reads the packets of the source at their times."""
    protocol = compare.PROTOCOLS[name]
    kinds = [rendition.name for rendition in protocol.read(f"{url}/{protocol.manifest}") if not rendition.is_companion]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "yt_dlp", "--quiet", "--no-warnings", "--fixup", "never", "--format", "all"]
        command += ["--output", f"{folder}/%(format_id)s.%(ext)s", f"{url}/{protocol.manifest}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        files = sorted(Path(folder).iterdir())
        wrong = [] if len(files) == len(kinds) and done.returncode == 0 else [f"{len(files)} files of {len(kinds)}; {done.stderr.strip()}"]
        tally.add(f"{name:6}{len(files)} files by yt-dlp", wrong)
        for file in files:
            check_file(name, file, sources, tally)


def check_file(name, file, sources, tally):
    """Every stream of a file is a source."""
    for index, (clock, _) in enumerate(streams(file)):
        seen = compare.packets(file, index)
        source = next((source for source in sources if source.track.digests() == [packet[-1] for packet in seen]), None)
        problems = [] if source else ["its packets are of no source"]
        if source:
            tick = max(clock, Fraction(1, compare.PROTOCOLS[name].clock))
            times = [packet[1] * clock for packet in seen]
            shift = times[-1] - source.track.times()[-1]
            due = [max(time + shift, Fraction(0)) for time in source.track.times()]
            late = [at for at, (time, wanted) in enumerate(zip(times, due)) if abs(time - wanted) > tick]
            problems += [f"packet {late[0]} of {len(seen)} is at {float(times[late[0]]):.6f} s, not {float(due[late[0]]):.6f} s"] if late else []
        tally.add(f"{name:6}{file.name:32} {len(seen)} packets as of {source and source.name}", problems)


def streams(file):
    """(tick in seconds, kind) of each stream."""
    command = ["ffprobe", "-v", "error", "-show_entries", "stream=time_base,codec_type", "-of", "csv=p=0", str(file)]
    lines = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.split()
    return [(Fraction(tick), kind) for kind, tick in (line.split(",")[:2] for line in lines)]
