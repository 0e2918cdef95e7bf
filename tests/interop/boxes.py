"""Reads the samples of an MP4 file, progressive or fragmented, with their times.

It implements as much of ISO/IEC 14496-12 as comparing a stream with its source takes, and shares no
code with what it checks. It trusts the file: a damaged one raises an exception, unless the damage
touches no sample.
"""

import hashlib
import struct
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property

import elementary

#: The time and duration of a fragment of Smooth Streaming ([MS-SSTR] 2.2.4.4).
TFXD = bytes.fromhex("6d1d9b0542d544e680e2141daff757b2")
CONTAINERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"mvex", b"moof", b"traf"}


@dataclass
class Sample:
    """One sample: times in ticks of its track, `composition` relative to `decode`."""

    decode: int
    composition: int
    duration: int
    sync: bool
    content: bytes

    @property
    def size(self):
        return len(self.content)

    @cached_property
    def digest(self):
        return hashlib.md5(self.content).hexdigest()


@dataclass
class Track:
    """One track. Of the edit list it has what players apply: a delay, and the first media time.

    [`edited`] has the samples that the whole list presents.
    """

    id: int
    kind: str
    codec: str
    timescale: int
    entry: bytes
    language: str
    delay: Fraction = Fraction(0)
    media_start: int = 0
    samples: list = field(default_factory=list)
    #: Of each edit of media: when it starts and ends in the movie, in seconds, and its media time.
    edits: list = field(default_factory=list)
    #: A tick of the movie, in ticks of the track.
    movie_tick: Fraction = Fraction(0)
    #: The duration in `mdhd`.
    duration: int = 0
    #: Bytes in the length of a NAL unit; 0 for samples with start codes or ADTS headers.
    length_size: int = 4

    def presented(self, sample):
        """The exact presentation time of a sample, in seconds."""
        return (
            Fraction(sample.decode + sample.composition - self.media_start, self.timescale)
            + self.delay
        )

    def times(self):
        return [self.presented(sample) for sample in self.samples]

    def digests(self):
        return [sample.digest for sample in self.samples]

    def essences(self):
        """Digests that a transport stream keeps: without headers, delimiters and parameter sets."""
        if self.codec in elementary.SYNTAXES:
            return [
                elementary.essence(sample.content, self.length_size, self.codec)
                for sample in self.samples
            ]
        if self.length_size == 0 and self.codec == "mp4a":
            return [
                hashlib.md5(elementary.without_header(sample.content)).hexdigest()
                for sample in self.samples
            ]
        return self.digests()


def children(data, start, end, clip=None):
    """(type, start, start of body, end) of each box in a range; `clip` boxes may claim too much."""
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, start)
        body = start + 8
        if size == 1:
            size = struct.unpack_from(">Q", data, body)[0]
            body += 8
        stop = end if size == 0 else start + size
        stop = min(stop, end) if kind == clip else stop
        if stop > end or stop < body:
            raise ValueError(f"box {kind} at {start} does not fit")
        yield kind, start, body, stop
        start = stop


class Box:
    """A box with its children by type, containers opened."""

    def __init__(self, data, kind, start, body, end):
        self.data, self.kind, self.start, self.body, self.end = data, kind, start, body, end
        self.children = []
        if kind in CONTAINERS:
            self.children = [Box(data, *child) for child in children(data, body, end)]

    def all(self, kind):
        return [child for child in self.children if child.kind == kind]

    def find(self, *path):
        here = self
        for kind in path:
            found = here.all(kind) if here else []
            here = found[0] if found else None
        return here

    def unpack(self, form, offset=0):
        return struct.unpack_from(">" + form, self.data, self.body + offset)

    @property
    def version(self):
        return self.data[self.body]

    @property
    def flags(self):
        return int.from_bytes(self.data[self.body + 1 : self.body + 4], "big")

    def table(self, form, at=4):
        """The rows of a full box that counts them."""
        (count,) = self.unpack("I", at)
        size = struct.calcsize(">" + form)
        start = self.body + at + 4
        return list(struct.iter_unpack(">" + form, self.data[start : start + count * size]))


def top_level(data):
    """The boxes of a file. Media of a file whose writer was stopped ends with the file."""
    return [Box(data, *box) for box in children(data, 0, len(data), clip=b"mdat")]


def read(data):
    """The tracks of a file in memory, with their samples."""
    boxes = top_level(data)
    moov = next(box for box in boxes if box.kind == b"moov")
    tracks = [read_track(trak, moov) for trak in moov.all(b"trak")]
    by_id = {track.id: track for track in tracks}
    defaults = {
        box.unpack("I", 4)[0]: box.unpack("IIII", 8)[1:]
        for box in (moov.find(b"mvex") or moov).all(b"trex")
    }
    read_fragments(boxes, by_id, defaults)
    return tracks


def read_fragments(boxes, by_id, defaults):
    for moof in (box for box in boxes if box.kind == b"moof"):
        for traf in moof.all(b"traf"):
            read_fragment(moof, traf, by_id, defaults)


def read_track(trak, moov):
    mdhd, tkhd = trak.find(b"mdia", b"mdhd"), trak.find(b"tkhd")
    timescale, language = (
        (mdhd.unpack("I", 20)[0], 32) if mdhd.version else (mdhd.unpack("I", 12)[0], 20)
    )
    letters = mdhd.unpack("H", language)[0]
    stbl = trak.find(b"mdia", b"minf", b"stbl")
    stsd = stbl.find(b"stsd")
    kind, start, _, end = (
        next(children(stbl.data, stsd.body + 8, stsd.end)) if stsd else (b"", 0, 0, 0)
    )
    track = Track(
        id=tkhd.unpack("I", 20 if tkhd.version else 12)[0],
        kind=trak.find(b"mdia", b"hdlr").unpack("4s", 8)[0].decode("latin-1"),
        codec=kind.decode("latin-1"),
        timescale=timescale,
        duration=mdhd.unpack("Q", 24)[0] if mdhd.version else mdhd.unpack("I", 16)[0],
        entry=stbl.data[start:end],
        language="".join(chr((letters >> shift & 31) + 0x60) for shift in (10, 5, 0)),
    )
    for record, place in ((b"avcC", 8), (b"hvcC", 25)):
        configuration = track.entry.find(record)
        if configuration >= 0:
            track.length_size = (track.entry[configuration + place] & 3) + 1
    read_edits(track, trak.find(b"edts", b"elst"), moov.find(b"mvhd"))
    track.samples = read_samples(stbl)
    return track


def read_edits(track, elst, mvhd):
    if elst is None:
        return
    (movie_timescale,) = mvhd.unpack("I", 20 if mvhd.version else 12)
    track.movie_tick = Fraction(track.timescale, movie_timescale)
    start = Fraction(0)
    for duration, media_time, _rate in elst.table("QqI" if elst.version else "IiI"):
        end = start + Fraction(duration, movie_timescale)
        if media_time >= 0:
            if not track.edits:
                track.media_start, track.delay = media_time, start
            track.edits.append((start, end, media_time))
        elif not track.edits:
            track.delay = end
        start = end


def edited(track):
    """The same track with the samples that its edit list presents, and none without bytes.

    A sample is of the edit in which its presentation starts. With it come those that are decoded
    before it, except those that are presented before a later edit.
    """
    samples = filled(track)
    if track.kind == "soun":
        samples = [replace(sample, composition=0) for sample in samples]
    total = sum(sample.duration for sample in samples)
    is_meant = abs(total + samples[0].decode - track.duration) <= samples[-1].duration
    if len(track.edits) > 1 or track.edits and is_meant and track.edits[0][0] < track.edits[0][1]:
        samples = cut(track, samples, min(track.movie_tick, Fraction(total, 2 * len(samples))))
    return replace(track, samples=samples)


def filled(track):
    """The samples that have bytes. Each lasts until the next."""
    samples = []
    for sample in track.samples:
        if sample.size:
            samples.append(replace(sample))
        elif samples:
            samples[-1].duration += sample.duration
    return samples


def cut(track, samples, tolerance):
    """The samples of all edits, one after the other."""
    found = []
    for start, end, media_time in track.edits:
        shift = round((start - track.delay) * track.timescale) + track.media_start - media_time
        first, last = media_time - tolerance, media_time + (end - start) * track.timescale - tolerance
        times = [sample.decode + sample.composition for sample in samples]
        chosen = [at for at, time in enumerate(times) if time < last and (not found or time >= first)]
        if not chosen:
            continue
        piece = [
            replace(samples[at], decode=samples[at].decode + shift)
            for at in range(0 if not found else chosen[0], chosen[-1] + 1)
            if not found or times[at] >= first
        ]
        if found:
            found[-1].duration = piece[0].decode - found[-1].decode
        found += piece
    return found


def expand(rows):
    return [value for count, value in rows for _ in range(count)]


def read_samples(stbl):
    sizes = read_sizes(stbl)
    if not sizes:
        return []
    durations = expand(stbl.find(b"stts").table("II"))
    ctts = stbl.find(b"ctts")
    offsets = expand(ctts.table("Ii")) if ctts else [0] * len(sizes)
    stss = stbl.find(b"stss")
    sync = {number for (number,) in stss.table("I")} if stss else None
    samples, decode = [], 0
    for index, (place, size) in enumerate(zip(read_places(stbl, sizes), sizes)):
        content = stbl.data[place : place + size]
        if len(content) != size:
            raise ValueError(f"sample {index} lies outside of the file")
        is_sync = sync is None or index + 1 in sync
        samples.append(Sample(decode, offsets[index], durations[index], is_sync, content))
        decode += durations[index]
    return samples


def read_sizes(stbl):
    stsz = stbl.find(b"stsz")
    if stsz is None:
        return read_compact_sizes(stbl.find(b"stz2"))
    constant, count = stsz.unpack("II", 4)
    return [constant] * count if constant else [size for (size,) in stsz.table("I", 8)]


def read_compact_sizes(stz2):
    """Sizes of 4, 8 or 16 bits (ISO/IEC 14496-12, 8.7.3.3)."""
    width, count = stz2.unpack("II", 4)
    digits = stz2.data[stz2.body + 12 : stz2.end].hex()
    return [int(digits[at * width // 4 : (at + 1) * width // 4], 16) for at in range(count)]


def read_places(stbl, sizes):
    co64 = stbl.find(b"co64")
    chunks = [place for (place,) in (co64.table("Q") if co64 else stbl.find(b"stco").table("I"))]
    rows = stbl.find(b"stsc").table("III")
    ends = [row[0] for row in rows[1:]] + [len(chunks) + 1]
    index = 0
    for (first, per_chunk, _), end in zip(rows, ends):
        for chunk in range(first, end):
            place = chunks[chunk - 1]
            for size in sizes[index : index + per_chunk]:
                yield place
                place += size
            index += per_chunk


def read_fragment(moof, traf, by_id, defaults):
    tfhd = traf.find(b"tfhd")
    track = by_id[tfhd.unpack("I", 4)[0]]
    duration, size, flags = defaults[track.id]
    at, base = 8, moof.start
    for bit, form in ((1, "Q"), (2, "I"), (8, "I"), (16, "I"), (32, "I")):
        if tfhd.flags & bit:
            (value,) = tfhd.unpack(form, at)
            at += struct.calcsize(form)
            base = value if bit == 1 else base
            duration = value if bit == 8 else duration
            size = value if bit == 16 else size
            flags = value if bit == 32 else flags
    tfdt, tfxd = traf.find(b"tfdt"), next(
        (box for box in traf.all(b"uuid") if box.unpack("16s")[0] == TFXD), None
    )
    if tfdt:
        (decode,) = tfdt.unpack("Q" if tfdt.version else "I", 4)
    elif tfxd:
        (decode,) = tfxd.unpack("Q" if tfxd.data[tfxd.body + 16] else "I", 20)[:1]
    else:
        decode = sum((last.decode + last.duration) for last in track.samples[-1:])
    for trun in traf.all(b"trun"):
        decode = read_run(track, trun, base, decode, (duration, size, flags))


def read_run(track, trun, base, decode, defaults):
    (count,) = trun.unpack("I", 4)
    at, place, first_flags = 8, base, None
    if trun.flags & 1:
        place += trun.unpack("i", at)[0]
        at += 4
    if trun.flags & 4:
        (first_flags,) = trun.unpack("I", at)
        at += 4
    for index in range(count):
        duration, size, flags = defaults
        flags = first_flags if index == 0 and first_flags is not None else flags
        composition = 0
        for bit, form in ((0x100, "I"), (0x200, "I"), (0x400, "I"), (0x800, "i")):
            if trun.flags & bit:
                (value,) = trun.unpack(form, at)
                at += 4
                duration = value if bit == 0x100 else duration
                size = value if bit == 0x200 else size
                flags = value if bit == 0x400 else flags
                composition = value if bit == 0x800 else composition
        content = trun.data[place : place + size]
        if len(content) != size:
            raise ValueError(f"a sample of the fragment lies outside of it, at {place}")
        track.samples.append(Sample(decode, composition, duration, not flags & 0x10000, content))
        place += size
        decode += duration
    return decode
