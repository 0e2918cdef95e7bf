"""Reads Smooth Streaming ([MS-SSTR]) as a player would: the client manifest, then the fragments."""

import xml.etree.ElementTree as ElementTree
from fractions import Fraction
from urllib.parse import urljoin

import boxes
import elementary
from origin import get
from streams import MEDIA_TYPES, Rendition, Segment

MANIFEST_TYPES = {"application/vnd.ms-sstr+xml", "text/xml"}
KINDS = {"video": "vide", "audio": "soun"}
CODECS = {
    "H264": "avc1",
    "AVC1": "avc1",
    "HVC1": "hvc1",
    "HEV1": "hev1",
    "WVC1": "vc-1",
    "WMA2": "wma ",
    "AACL": "mp4a",
    "AACH": "mp4a",
    "EC-3": "ec-3",
}


def smooth(url):
    """The renditions of a client manifest."""
    root = ElementTree.fromstring(get(url, MANIFEST_TYPES))
    assert (
        root.tag == "SmoothStreamingMedia" and root.get("MajorVersion") == "2"
    ), f"{url} is no manifest of Smooth Streaming 2"
    clock = int(root.get("TimeScale", 10_000_000))
    renditions = []
    for stream in root.findall("StreamIndex"):
        times = list(chunks(stream, root.get("MinorVersion")))
        assert len(times) == int(
            stream.get("Chunks")
        ), f"{stream.get('Name')} has {len(times)} chunks, and says {stream.get('Chunks')}"
        assert len(stream.findall("QualityLevel")) == int(
            stream.get("QualityLevels")
        ), f"{stream.get('Name')} has other quality levels"
        # text_streams.py reads texts.
        if stream.get("Type") == "text":
            continue
        renditions += [
            rendition(url, stream, level, times, clock) for level in stream.findall("QualityLevel")
        ]
    return renditions


def chunks(stream, minor_version):
    """(time, duration) of each chunk. Repeats came with version 2.2 (2.2.2.6)."""
    time = 0
    for chunk in stream.findall("c"):
        time, duration = int(chunk.get("t", time)), int(chunk.get("d"))
        repeats = int(chunk.get("r", 1))
        assert repeats == 1 or minor_version == "2", f"version 2.{minor_version} has no repeats"
        for _ in range(repeats):
            yield time, duration
            time += duration


def rendition(url, stream, level, times, clock):
    base = stream.get("Url").replace("{bitrate}", level.get("Bitrate"))
    segments = []
    for time, duration in times:
        address = urljoin(url, base.replace("{start time}", str(time)))
        segments.append(
            Segment(address, Fraction(time, clock), Fraction(duration, clock), Fraction(0))
        )
    kind, codec, private = (
        KINDS[stream.get("Type")],
        CODECS[level.get("FourCC")],
        bytes.fromhex(level.get("CodecPrivateData")),
    )
    length_size = int(level.get("NALUnitLengthField", 4))
    entry, codecs = configuration(codec, private, length_size)
    name, language = f"{stream.get('Name')} {level.get('Bitrate')}", stream.get("Language", "und")
    whole = Rendition(name, url, codecs, int(level.get("Bitrate")), language, b"", segments)
    read = lambda data: [
        read_fragments(
            data, boxes.Track(0, kind, codec, clock, entry, language, length_size=length_size)
        )
    ]
    (only,) = whole.fetch(read, MEDIA_TYPES)
    return only


def configuration(codec, private, length_size):
    """(a substitute for a sample entry, codec string) from the codec private data (2.2.2.5)."""
    if codec == "ec-3":
        # After the fields of WAVEFORMATEXTENSIBLE.
        return b"dec3" + private[22:], "ec-3"
    if codec == "mp4a":
        return b"esds" + private, ""
    if codec in ("vc-1", "wma "):
        # windows_media.py makes sample entries of these.
        return private, ""
    syntax, units = elementary.SYNTAXES[codec], elementary.units(private, 0)
    assert set(map(syntax.kind, units)) == syntax.sets, f"CodecPrivateData is {private.hex()}"
    if codec != "avc1":
        return hevc_record(units, length_size), ""
    return (
        b"avcC\1" + units[0][1:4] + bytes([0xFC | length_size - 1]),
        f"avc1.{units[0][1:4].hex()}",
    )


def hevc_record(units, length_size):
    """An `hvcC` as a client makes it of parameter sets (ISO/IEC 14496-15, 8.3.3.1)."""
    (sps,) = (unit for unit in units if elementary.hevc_kind(unit) == 33)
    general = sps.replace(b"\0\0\3", b"\0\0")[3:15]
    head = b"\1" + general + bytes([0xF0, 0, 0xFC, 0xFD, 0xF8, 0xF8, 0, 0, 0x0C | length_size - 1])
    arrays = [
        bytes([0x80 | elementary.hevc_kind(unit), 0, 1]) + len(unit).to_bytes(2, "big") + unit
        for unit in units
    ]
    body = head + bytes([len(arrays)]) + b"".join(arrays)
    return (len(body) + 8).to_bytes(4, "big") + b"hvcC" + body


def read_fragments(data, track):
    """A track with the samples of fragments, which may use any track number."""
    parts = boxes.top_level(data)
    fragments = [box for box in parts if box.kind == b"moof"]
    numbers = {
        traf.find(b"tfhd").unpack("I", 4)[0] for moof in fragments for traf in moof.all(b"traf")
    }
    assert len(numbers) == 1, f"the fragments of one track have the track numbers {numbers}"
    boxes.read_fragments(parts, dict.fromkeys(numbers, track), {track.id: (0, 0, 0)})
    return track
