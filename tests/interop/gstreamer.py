"""GStreamer as a client of Smooth Streaming, DASH and HLS.

Its demuxers return the stored samples, at their distances, with sound and pictures in sync.
"""

import array
import math
import operator
import subprocess
import tempfile
from fractions import Fraction

import compare

SECONDS = 120
#: By protocol: the demuxer, then its pads with the elements after them.
ADAPTIVE = {"MSS": "mssdemux", "MSS20": "mssdemux", "DASH": "dashdemux", "CSF": "dashdemux"}
PADS = {"vide": "video_00 ! qtdemux", "soun": "audio_00 ! qtdemux"}
#: HLS is read by its media playlists: another variant would use another pad.
PLAYLISTS = {
    "HLS": {"vide": "qtdemux", "soun": "qtdemux"},
    "HLS4": {"soun": "tsdemux ! {parser}"},
    "HLS3": {"vide": "tsdemux ! video/x-h264", "soun": "tsdemux ! {parser}"},
}
#: What splits the sound of transport streams into frames.
PARSERS = {
    "mp4a": "aacparse ! audio/mpeg,stream-format=raw",
    "ac-3": "ac3parse ! audio/x-ac3,alignment=frame",
    "ec-3": "ac3parse ! audio/x-eac3,alignment=iec61937",
}
#: How exactly times are compared, in seconds: GStreamer and transport streams round them.
PRECISION = Fraction(1, 40_000)


def check(url, sources, tally):
    for name in [*ADAPTIVE, *PLAYLISTS]:
        check_protocol(url, name, sources, tally)


def check_protocol(url, name, sources, tally):
    renditions, offsets = read(url, name), {}
    for kind, pipeline in pipelines(url, name, renditions).items():
        offsets[kind] = check_samples(name, kind, pipeline, renditions, sources, tally)
    check_step(name, offsets, tally)


#: What decodes sound, by the type of its sample entry. The first shares no code with ffmpeg.
SOUND_DECODERS = {"ac-3": "a52dec", "ec-3": "avdec_eac3"}
#: How much sound that differs by rounding is alike.
ALIKE = 0.999
#: Where that sound comes from. In MPDs it is the second sound.
SOUND_SOURCES = {
    "HLS": "souphttpsrc location={playlist} ! hlsdemux ! qtdemux",
    "HLS4": "souphttpsrc location={playlist} ! hlsdemux ! tsdemux ! ac3parse",
    "DASH": "souphttpsrc location={manifest} ! dashdemux name=all all.audio_01 ! qtdemux",
}


def check_sound(url, film, tally):
    """GStreamer decodes as much of AC-3 and Enhanced AC-3 as ffmpeg does of the film: the same."""
    due = heard_by_ffmpeg(film)
    for name, source in SOUND_SOURCES.items():
        found = (each for each in read(url, name) if each.track.codec in SOUND_DECODERS)
        rendition = next(found)
        decoder = SOUND_DECODERS[rendition.track.codec]
        address = f"{url}/{compare.PROTOCOLS[name].manifest}"
        source = source.format(playlist=rendition.url, manifest=address)
        heard = heard_by_gstreamer(f"{source} ! {decoder}")
        wrong = [] if len(heard) == len(due) else [f"{len(heard)} samples of {len(due)}"]
        if not wrong and correlation(heard, due) < ALIKE:
            wrong.append("it is other sound")
        tally.add(f"{name:6}{len(heard)} samples of {rendition.track.codec} by {decoder}", wrong)


def heard_by_gstreamer(pipeline):
    """The decoded samples, with all channels mixed."""
    with tempfile.NamedTemporaryFile() as file:
        mixed = "audio/x-raw,format=S16LE,channels=1,layout=interleaved"
        command = f"{pipeline} ! audioconvert ! {mixed} ! filesink location={file.name}"
        subprocess.run(
            ["gst-launch-1.0", "--quiet", *command.split()], check=True, capture_output=True,
            timeout=SECONDS,
        )
        return array.array("h", file.read())


def heard_by_ffmpeg(film):
    """The same of the first track of sound with such a codec."""
    codecs = subprocess.run(
        ["ffprobe", "-v", "error", "-show_entries", "stream=codec_name", "-of",
         "default=noprint_wrappers=1:nokey=1", film],
        check=True, capture_output=True, text=True,
    ).stdout.split()
    index = next(at for at, codec in enumerate(codecs) if codec in ("ac3", "eac3"))
    done = subprocess.run(
        ["ffmpeg", "-v", "error", "-ignore_editlist", "1", "-i", film, "-map", f"0:{index}", "-ac",
         "1", "-f", "s16le", "-"], check=True, capture_output=True, timeout=SECONDS,
    )
    return array.array("h", done.stdout)


def correlation(one, other):
    """How alike two sounds are, whatever their loudness: at most 1."""
    dot = lambda one, other: sum(map(operator.mul, one, other))
    return dot(one, other) / max(1, math.sqrt(dot(one, one) * dot(other, other)))


#: What decodes HEVC, and which pixels it decodes.
DECODER, PIXELS = "libde265dec", {"yuv420p"}


def check_pictures(url, film, tally):
    """The pictures of HEVC that GStreamer decodes from a stream are those of the film.

    Not all are those of ffmpeg: it decodes some slices wrongly. In transport streams it loses
    leading pictures at the start of segments, now and then.
    """
    known = subprocess.run(["gst-inspect-1.0", "--exists", DECODER], check=False).returncode == 0
    pixels = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "stream=pix_fmt", "-of",
         "csv=p=0", film], check=True, capture_output=True, text=True,
    ).stdout.strip()
    if not known or pixels not in PIXELS:
        reason = f"it does not decode {pixels}" if known else "it is not installed"
        tally.heading(f"{film.parent.name}: not decoded by {DECODER}, since {reason}")
        return
    video = next(each for each in read(url, "HLS") if each.track.kind == "vide")
    sources = f"filesrc location={film}", f"souphttpsrc location={video.url} ! hlsdemux"
    due, found = (
        [digest for _, digest in samples(f"{source} ! qtdemux ! h265parse ! {DECODER}")]
        for source in sources
    )
    wrong = [] if due and found == due else [f"{len(found)} pictures of {len(due)}, or others"]
    tally.add(f"HLS   {len(due)} pictures by {DECODER}", wrong)


def pipelines(url, name, renditions):
    """The pipeline that reads the samples of each kind."""
    if name in ADAPTIVE:
        address = f"{url}/{compare.PROTOCOLS[name].manifest}"
        source = f"souphttpsrc location={address} ! {ADAPTIVE[name]} name=all"
        return {kind: f"{source} all.{pad}" for kind, pad in PADS.items()}
    first = lambda kind: next(
        rendition for rendition in renditions if rendition.track.kind == kind
    )
    parser = PARSERS.get(first("soun").track.codec)
    return {
        kind: f"souphttpsrc location={first(kind).url} ! hlsdemux ! {rest.format(parser=parser)}"
        for kind, rest in PLAYLISTS[name].items()
    }


def read(url, name):
    return compare.PROTOCOLS[name].read(f"{url}/{compare.PROTOCOLS[name].manifest}")


def check_step(name, offsets, tally):
    """Sound and pictures are moved by the same time."""
    if None in offsets.values():
        return
    apart = max(offsets.values()) - min(offsets.values())
    offsets_text = " and ".join(
        f"{float(offset * 1000):.3f} ms ({kind})" for kind, offset in offsets.items()
    )
    tally.add(
        f"{name:6}moved by {offsets_text}",
        [f"they are {float(apart * 1000):.3f} ms apart"] if apart > PRECISION else [],
    )


def check_samples(name, kind, pipeline, renditions, sources, tally):
    """The time by which samples are moved, if they are those of a source."""
    try:
        read = samples(pipeline)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        tally.add(f"{name:6}{kind}", [f"{error} {(error.stderr or b'')[-300:]}"])
        return None
    alike = [
        Stored(name, source, renditions, sources) for source in sources if source.track.kind == kind
    ]
    digests = {digest for _, digest in read}
    found = [stored.name for stored in alike if digests & set(stored.digests)]
    wrong, offset = judge(read, alike)
    tally.add(f"{name:6}{kind} {len(read)} samples as of {' and '.join(found)}", wrong)
    return offset


class Stored:
    """A source as GStreamer must read it, with its own changes of times applied."""

    def __init__(self, name, source, renditions, sources):
        self.name = source.name
        rendition = next(
            (
                rendition
                for rendition in renditions
                if compare.origin_of(rendition, sources) is source
            ),
            None,
        )
        track = rendition.track if rendition else source.track
        is_transport = compare.PROTOCOLS[name].suffix == ".ts"
        self.digests = (track if is_transport and track.kind == "vide" else source.track).digests()
        moved = compare.held_back(track) - compare.start_of(sources)
        self.times = [time + moved for time in source.track.times()]
        if name.startswith("MSS"):
            self.times = [max(time, Fraction(0)) for time in self.times]
        elif not is_transport and track.kind == "soun":
            # After its DASH and HLS demuxers, edit lists have no effect.
            self.times = [
                time + Fraction(track.media_start, track.timescale) for time in self.times
            ]


def samples(pipeline):
    """(time, md5) of each sample."""
    command = [
        "gst-launch-1.0", "--quiet", *pipeline.split(), "!", "checksumsink", "hash=md5",
        "sync=false",
    ]
    output = subprocess.run(
        command, check=True, capture_output=True, timeout=SECONDS
    ).stdout.decode()
    lines = (line.split() for line in output.splitlines())
    return [
        (seconds(line[0]), line[1]) for line in lines if len(line) == 2 and line[0].count(":") == 2
    ]


def seconds(clock):
    hours, minutes, rest = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + Fraction(rest)


def judge(read, sources):
    """The problems of samples of one kind, and the time by which they are moved.

    Clients switch bitrates, so each sample must be the one at its place in any of the sources.
    """
    if len(read) not in {len(source.digests) for source in sources}:
        return [
            f"{len(read)} samples of {sorted({len(source.digests) for source in sources})}"
        ], None
    late = []
    for at, (time, digest) in enumerate(read):
        due = next(
            (source.times[at] for source in sources if source.digests[at : at + 1] == [digest]),
            None,
        )
        if due is None:
            return [f"sample {at} matches no source"], None
        late.append(time - due)
    spread = max(late) - min(late)
    wrong = (
        [f"the distances of samples differ by up to {float(spread * 1000):.3f} ms"]
        if spread > PRECISION
        else []
    )
    return wrong, compare.middle(late)
