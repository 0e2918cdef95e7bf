"""What must be delivered of a file: its tracks, if a recording broke off, overlaps and so on.

Each function that takes a path returns the tracks as sources.
"""

import struct
from dataclasses import replace
from fractions import Fraction

import boxes
import compare
import elementary

#: Protocols of transport streams.
TRANSPORT = ("HLS3", "HLS4")


def whole_file(path):
    """The samples that edit lists present."""
    return presented(path, boxes.read(path.read_bytes()))


def presented(path, tracks):
    """The samples that edit lists present. ffmpeg must see the stored samples in the same order."""
    for index, track in enumerate(tracks):
        seen = compare.packets(path, index, "-ignore_editlist", "1")
        stored = [sample.digest for sample in track.samples if sample.size]
        assert stored == [packet[-1] for packet in seen[: len(stored)]], "ffmpeg sees other samples"
        yield compare.Source(f"{path.stem}#{track.id}", boxes.edited(track))


def recorded(path):
    """The samples of a recording that broke off, up to the last whole one of each track."""
    return presented(*whole(path))


def whole(path):
    """A file that ffmpeg reads, and its tracks with their whole samples.

    Whole samples are the same whatever follows the end of the file.
    """
    data = path.read_bytes()
    at, kind, end = broken_off(data)
    if kind != b"mdat" and at < len(data):
        path = path.parents[2] / "whole" / path.name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data[:at])
        data, end = data[:at], at
    tracks, others = (boxes.read(data.ljust(end, padding)) for padding in (b"\0", b"\xff"))
    for track, other in zip(tracks, others):
        count = compare.first_difference(track.digests(), other.digests())
        track.samples = track.samples[:count]
    return path, tracks


def broken_off(data):
    """Where the first box starts that is not whole, its type, and where it should end."""
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        if size < 8 or at + size > len(data):
            return at, kind, at + size
        at += size
    return at, b"", at


def resent(path):
    """Of samples that overlap, the later ones in the file."""
    for source in whole_file(path):
        samples = []
        for sample in source.track.samples:
            while samples and samples[-1].decode >= sample.decode:
                samples.pop()
            if samples:
                samples[-1].duration = sample.decode - samples[-1].decode
            samples.append(sample)
        source.track.samples = samples
        yield source


def looked_into(path):
    """No table says which pictures are key frames: those that are IDR pictures."""
    for source in whole_file(path):
        for sample in source.track.samples:
            sample.sync = source.track.kind == "soun" or is_idr(source.track, sample)
        yield source


def outlasted(path):
    """Video ends before the sound: its last picture lasts until then."""
    video, sound = whole_file(path)
    last = video.track.samples[-1]
    last.duration = round(end_of(sound.track) * video.track.timescale) - last.decode
    return [video, sound]


def still(path):
    """One picture: it is shown again each second, as long as there is sound."""
    video, sound = whole_file(path)
    (picture,) = video.track.samples
    end = round(end_of(sound.track) * video.track.timescale)
    starts = range(picture.decode, end, video.track.timescale)
    video.track.samples = [
        replace(picture, decode=start, duration=min(video.track.timescale, end - start))
        for start in starts
    ]
    return [video, sound]


def end_of(track):
    last = track.samples[-1]
    return track.presented(last) + Fraction(last.duration, track.timescale)


def with_element(name, source):
    """In transport streams, each frame whose layout has no number opens with its description."""
    if name not in TRANSPORT or source.track.kind != "soun":
        return source
    element = program_config_element(source.track.entry)
    if not element:
        return source
    samples = [
        replace(sample, content=element + sample.content) for sample in source.track.samples
    ]
    return compare.Source(source.name, replace(source.track, samples=samples))


def program_config_element(entry):
    """The element of an AudioSpecificConfig as it opens a frame, without its comment.

    ISO/IEC 14496-3, 1.6.2.1 and 4.5.2.1; none if the channels have a number.
    """
    at = entry.index(b"esds")
    at = entry.index(b"\5", entry.index(b"\4", at)) + 1
    while entry[at] & 0x80:
        at += 1
    bits = "".join(f"{byte:08b}" for byte in entry[at + 1 : at + 1 + entry[at]])
    if int(bits[9:13], 2):
        return b""
    element, counts = bits[16:], [4, 4, 4, 2, 3, 4]
    place, sizes = 10, []
    for width in counts:
        sizes.append(int(element[place : place + width], 2))
        place += width
    for width in (4, 4, 3):
        place += 1 + width * int(element[place])
    front, side, back, low, data, coupling = sizes
    place += 5 * (front + side + back + coupling) + 4 * (low + data)
    body = f"101{element[:place]}"
    body = body.ljust(-(-len(body) // 8) * 8, "0") + "0" * 8
    return int(body, 2).to_bytes(len(body) // 8, "big")


def is_idr(track, sample):
    units = elementary.units(sample.content, track.length_size)
    return elementary.IDR in map(elementary.kind, units)
