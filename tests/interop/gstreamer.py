"""GStreamer as a client: its demuxers of Smooth Streaming, DASH and HLS hand on the samples that are stored, at their distances."""

import subprocess
from fractions import Fraction

import compare

SECONDS = 120
#: What is asked for by name of a protocol: the demuxer, then pads with what comes behind them.
ADAPTIVE = {"MSS": "mssdemux", "MSS20": "mssdemux", "DASH": "dashdemux", "CSF": "dashdemux"}
PADS = {"vide": "video_00 ! qtdemux", "soun": "audio_00 ! qtdemux"}
#: HLS is read by its media playlists: another variant would come out of another pad.
PLAYLISTS = {"HLS": {"vide": "qtdemux", "soun": "qtdemux"}, "HLS4": {"soun": "tsdemux ! aacparse"}, "HLS3": {"soun": "tsdemux ! aacparse"}}


def check(url, sources, tally):
    for name, demuxer in ADAPTIVE.items():
        for kind, pad in PADS.items():
            pipeline = f"souphttpsrc location={url}/{compare.PROTOCOLS[name].manifest} ! {demuxer} name=all all.{pad}"
            check_samples(name, kind, pipeline, sources, tally)
    for name, kinds in PLAYLISTS.items():
        renditions = compare.PROTOCOLS[name].read(f"{url}/{compare.PROTOCOLS[name].manifest}")
        for kind, parser in kinds.items():
            playlist = next(rendition.url for rendition in renditions if rendition.track.kind == kind)
            raw = "" if parser == "qtdemux" else " ! audio/mpeg,stream-format=raw"
            pipeline = f"souphttpsrc location={playlist} ! hlsdemux ! {parser}{raw}"
            check_samples(name, kind, pipeline, sources, tally)


def check_samples(name, kind, pipeline, sources, tally):
    try:
        read = samples(pipeline)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        tally.add(f"{name:6}{kind}", [f"{error} {(error.stderr or b'')[-300:]}"])
        return
    alike = [source for source in sources if source.track.kind == kind]
    digests = {digest for _, digest in read}
    found = [source.name for source in alike if digests & set(source.track.digests())]
    tally.add(f"{name:6}{kind} {len(read)} samples as of {' and '.join(found)}", problems(read, alike))


def samples(pipeline):
    """(time, md5) of each sample."""
    command = ["gst-launch-1.0", "--quiet", *pipeline.split(), "!", "checksumsink", "hash=md5", "sync=false"]
    output = subprocess.run(command, check=True, capture_output=True, timeout=SECONDS).stdout.decode()
    lines = (line.split() for line in output.splitlines())
    return [(seconds(line[0]), line[1]) for line in lines if len(line) == 2 and line[0].count(":") == 2]


def seconds(clock):
    hours, minutes, rest = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + Fraction(rest)


def problems(read, sources):
    """What is wrong with samples of one kind. Clients change from one bitrate to another: each sample must be that which any of them has in its place."""
    if len(read) not in {len(source.track.samples) for source in sources}:
        return [f"{len(read)} samples of {sorted({len(source.track.samples) for source in sources})}"]
    stored = [list(zip(source.track.digests(), source.track.times())) for source in sources]
    late = []
    for at, (time, digest) in enumerate(read):
        due = next((track[at][1] for track in stored if track[at : at + 1] and track[at][0] == digest), None)
        if due is None:
            return [f"sample {at} is of no source"]
        late.append(time - due)
    # Priming takes no time in Smooth Streaming. All else keeps its distance.
    spread = max(late[1:]) - min(late[1:])
    return [f"the distances of samples differ by up to {float(spread * 1000):.3f} ms"] if spread > Fraction(1, 1000) else []
