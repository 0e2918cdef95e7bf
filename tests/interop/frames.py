"""Frames that ffmpeg decodes, of a stream and of the file it was made from."""

import subprocess
import tempfile
from pathlib import Path

import clients
import compare
import expected


def streamed(rendition, protocol):
    """What ffmpeg decodes from the joined segments."""
    with tempfile.NamedTemporaryFile(suffix=protocol.suffix) as whole:
        whole.write(rendition.whole())
        whole.flush()
        return clients.decoded(whole.name, "v:0" if rendition.track.kind == "vide" else "a:0")


def stored(asset, source):
    """What ffmpeg decodes from the file of a source, of the samples that are expected.

    Decoders of sound remember the frames before. So all that follows one left out is `None`.
    """
    path = next(path for path in asset.files() if path.stem == compare.file_of(source))
    path, tracks = expected.whole(path)
    index, track = next(
        (at, track) for at, track in enumerate(tracks) if track.id == source.track.id
    )
    samples = in_order(track)
    with tempfile.TemporaryDirectory() as folder:
        if goes_back(track):
            path, index = elementary_stream(path, index, track.kind, Path(folder)), 0
        frames = clients.decoded(path, index)
    assert len(frames) == len(samples), f"ffmpeg decodes {len(frames)} of {len(samples)} samples"
    places = places_of(digests(in_order(source.track)), digests(samples))
    if track.kind == "vide":
        return [frames[place] for place in places]
    same = compare.first_difference(places, range(len(frames)))
    return [frames[place] for place in places[:same]] + [None] * (len(places) - same)


def goes_back(track):
    times = [sample.decode for sample in track.samples]
    return any(time >= after for time, after in zip(times, times[1:]))


def elementary_stream(path, index, kind, folder):
    """The samples without their times. By times that go back, ffmpeg would drop frames."""
    file = folder / {"vide": "film.h264", "soun": "film.aac"}[kind]
    command = [
        "ffmpeg", "-loglevel", "fatal", "-ignore_editlist", "1", "-i", path, "-map", f"0:{index}",
        "-c", "copy", file,
    ]
    subprocess.run(command, check=True, timeout=60)
    return file


def places_of(expected, stored):
    """Where the expected samples are stored. Of equal ones, each is the next, or the last again."""
    places, found = {}, []
    for place, digest in enumerate(stored):
        places.setdefault(digest, []).append(place)
    for digest in expected:
        alike = places[digest]
        found.append(alike.pop(0) if len(alike) > 1 else alike[0])
    return found


def in_order(track):
    """The samples in the order in which decoders return them, and none without bytes.

    An IDR picture begins anew, and so does each frame of sound.
    """
    group, keys = 0, []
    for sample in track.samples:
        group += track.kind == "soun" or expected.is_idr(track, sample)
        keys.append((group, sample.decode + sample.composition))
    order = sorted(range(len(keys)), key=keys.__getitem__)
    return [track.samples[at] for at in order if track.samples[at].size]


def digests(samples):
    return [sample.digest for sample in samples]
