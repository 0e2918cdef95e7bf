"""Checks of what is special in a film. The documentation of each is its line in the table."""

import re
import subprocess
import tempfile
import xml.etree.ElementTree as ElementTree
from fractions import Fraction

import boxes
import compare
import elementary
import streams
from expected import TRANSPORT

#: Protocols that carry one track of sound with one of video.
MUXED = ("HLS3", "HDS")
CMAF = ("HLS", "DASH", "CSF")
#: How far the end of a presentation may be from the one that is due: a frame of sound, rounded.
END = Fraction(1, 40)


def choices(asset, case):
    """tracks of one file are choices of their own, the first the default"""
    first = {source.track.kind: source for source in reversed(asset.sources)}
    for name in MUXED:
        for rendition in asset.read(name):
            chosen = compare.origin_of(rendition, asset.sources)
            if chosen is not first[chosen.track.kind]:
                yield f"{name}: {chosen.name} is carried"
    for name in ("DASH", "CSF"):
        root = ElementTree.fromstring(asset.text(name))
        roles = {}
        for adaptation in root.iter(f"{streams.DASH}AdaptationSet"):
            if len(adaptation.findall(f"{streams.DASH}Representation")) != 1:
                yield f"{name}: an adaptation set has several bitrates"
            if not streams.is_trick(adaptation):
                role = adaptation.find(f"{streams.DASH}Role").get("value")
                roles.setdefault(adaptation.get("contentType"), []).append(role)
        if any(each[0] != "main" or "main" in each[1:] for each in roles.values()):
            yield f"{name}: the roles are {roles}"
    for name in ("MSS", "MSS20"):
        for stream in ElementTree.fromstring(asset.text(name)).iter("StreamIndex"):
            if len(stream.findall("QualityLevel")) != 1:
                yield f"{name}: the stream {stream.get('Name')} has several bitrates"
    for name in ("HLS", "HLS4"):
        variants = re.findall("^#EXT-X-STREAM-INF", asset.text(name), re.MULTILINE)
        if len(variants) != 1:
            yield f"{name}: there are {len(variants)} variants"


def commentary(asset, case):
    """audio_en and audio_en_2 in every format that lists audio"""
    for name, protocol in compare.PROTOCOLS.items():
        if name in MUXED:
            continue
        names = [
            re.search(r"audio[a-z_0-9]*?(?=_\d{3,}|[, ])", rendition.name)[0]
            for rendition in asset.read(name)
            if rendition.track.kind == "soun"
        ]
        if names != ["audio_en", "audio_en_2"]:
            yield f"{name}: the audio is called {names}"
    for name in ("HLS", "HLS4"):
        defaults = [each.get("DEFAULT") for each in members(asset, name, "AUDIO")]
        if defaults != ["YES", None]:
            yield f"{name}: the attributes DEFAULT are {defaults}"


def cameras(asset, case):
    """the cameras have their names; HLS lists both in a group"""
    for name in ("HLS", "HLS4"):
        group = [
            (each["NAME"], each.get("DEFAULT"), "URI" in each)
            for each in members(asset, name, "VIDEO")
        ]
        if group != [("Front", "YES", False), ("Rear", None, True)]:
            yield f"{name}: the group is {group}"
    for name in ("DASH", "CSF"):
        labels = re.findall("<Label>(.*?)</Label>", asset.text(name))
        if set(labels) != {"Front", "Rear"}:
            yield f"{name}: the labels are {labels}"


def members(asset, name, kind):
    found = (
        streams.attributes(line)
        for line in asset.text(name).splitlines()
        if line.startswith("#EXT-X-MEDIA:")
    )
    return [each for each in found if each["TYPE"] == kind]


def sets(asset, case):
    """the configuration has all parameter sets that pictures use"""
    data = asset.files()[0].read_bytes()
    video = next(source.track for source in asset.sources if source.track.kind == "vide")
    kept = (elementary.SPS, elementary.PPS)
    due = {
        unit
        for sample in video.samples
        for unit in elementary.units(sample.content, video.length_size)
        if elementary.kind(unit) in kept
    }
    due |= {unit for entry in configurations(data) for unit in entry}
    for name in compare.PROTOCOLS:
        rendition = next(each for each in asset.read(name) if each.track.kind == "vide")
        if name in TRANSPORT:
            first = elementary.units(rendition.track.samples[0].content, 0)
            found = {unit for unit in first if elementary.kind(unit) in kept}
        elif name in ("MSS", "MSS20"):
            private = re.search('FourCC="H264".*?CodecPrivateData="(.*?)"', asset.text(name))[1]
            found = set(elementary.units(bytes.fromhex(private), 0))
        else:
            found = set(next(configurations(rendition.init or rendition.track.entry)))
        if found != due:
            yield f"{name}: it has {len(found)} parameter sets of {len(due)}"


def configurations(data):
    """The parameter sets of each `avcC` (ISO/IEC 14496-15, 5.3.3.1)."""
    for found in re.finditer(b"avcC\1", data):
        at, units = found.start() + 9, []
        for mask in (31, 255):
            count, at = data[at] & mask, at + 1
            for _ in range(count):
                length = int.from_bytes(data[at : at + 2], "big")
                units.append(data[at + 2 : at + 2 + length])
                at += 2 + length
        yield units


def channels(asset, case):
    """ffmpeg decodes six channels in every format that carries them"""
    for name, protocol in compare.PROTOCOLS.items():
        # Formats with one track of sound carry that of the film.
        if not protocol.suffix or asset.name == "set_pce/" and name in MUXED:
            continue
        sound = [each for each in asset.read(name) if each.track.kind == "soun"]
        found = [probe(rendition, protocol, "channels")[0] for rendition in sound]
        if "6" not in found:
            yield f"{name}: the channels are {found}"


def probe(rendition, protocol, entries):
    """What ffprobe says of a rendition."""
    with tempfile.NamedTemporaryFile(suffix=protocol.suffix) as whole:
        whole.write(rendition.whole())
        whole.flush()
        command = [
            "ffprobe", "-v", "error", "-select_streams", rendition.track.kind[0].replace("s", "a"),
            "-show_entries", f"stream={entries}:stream_side_data=rotation", "-of",
            "default=noprint_wrappers=1:nokey=1", whole.name,
        ]
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
        return done.stdout.split()


def turn(asset, case):
    """init segments turn pictures as the source does; HLS has the size as displayed"""
    matrix = matrix_of(asset.files()[0].read_bytes())
    for name in CMAF:
        rendition = next(each for each in asset.read(name) if each.track.kind == "vide")
        if matrix_of(rendition.init) != matrix:
            yield f"{name}: the matrix is {matrix_of(rendition.init).hex()}, not {matrix.hex()}"
        turned = probe(rendition, compare.PROTOCOLS[name], "width,height")
        if turned != ["160", "90", "-90"]:
            yield f"{name}: ffprobe reads {turned}"
    yield from check_resolution(asset, "90x160")


def matrix_of(data):
    """The matrix in `tkhd` of the first track."""
    moov = next(box for box in boxes.top_level(data) if box.kind == b"moov")
    tkhd = moov.find(b"trak", b"tkhd")
    at = tkhd.body + (52 if tkhd.version else 40)
    return data[at : at + 36]


def aspect(asset, case):
    """pictures are displayed as 213x90 wherever a format can say so"""
    for name in CMAF:
        rendition = next(each for each in asset.read(name) if each.track.kind == "vide")
        said = probe(rendition, compare.PROTOCOLS[name], "sample_aspect_ratio")
        if said != ["4:3"]:
            yield f"{name}: ffprobe reads pixels of {said}"
        if tkhd_size(rendition.init) != (213, 90):
            yield f"{name}: tkhd says {tkhd_size(rendition.init)}"
    for name in ("DASH", "CSF"):
        if 'sar="4:3"' not in asset.text(name) or 'par="64:27"' not in asset.text(name):
            yield f"{name}: there is no sar of 4:3 and par of 64:27"
    if 'DisplayWidth="213" DisplayHeight="90"' not in asset.text("MSS"):
        yield "Smooth: it is not displayed as 213x90"
    yield from check_resolution(asset, "213x90")


def tkhd_size(data):
    """The whole pixels of the size in `tkhd` of the first track."""
    moov = next(box for box in boxes.top_level(data) if box.kind == b"moov")
    tkhd = moov.find(b"trak", b"tkhd")
    width, height = tkhd.unpack("II", 88 if tkhd.version else 76)
    return width >> 16, height >> 16


def check_resolution(asset, due):
    for name in ("HLS", "HLS4", "HLS3"):
        said = set(re.findall("RESOLUTION=([0-9x]*)", asset.text(name)))
        if said != {due}:
            yield f"{name}: RESOLUTION is {said}"


def silence(asset, case):
    """no sound starts from 3 to 5 s, and then it goes on"""
    frame = Fraction(1024, 48000)
    for name in compare.PROTOCOLS:
        sound = next(each for each in asset.read(name) if each.track.kind == "soun")
        starts = [time for time in sound.times() if 3 <= time < 5 - frame]
        if starts or not any(5 - frame <= time <= 5 + frame for time in sound.times()):
            yield f"{name}: sound starts at {list(map(float, starts))}"


def sizes(asset, case):
    """no sample is without bytes"""
    for name in compare.PROTOCOLS:
        for rendition in asset.read(name):
            if not all(sample.size for sample in rendition.track.samples):
                yield f"{name} {rendition.name}: there are samples without bytes"


def cuts(asset, case):
    """pictures last as long as the sound, whose segments keep to the target duration"""
    for name in compare.PROTOCOLS:
        for rendition in asset.read(name):
            last = rendition.segments[-1]
            if abs(last.start + last.duration - case.seconds) > END:
                yield f"{name} {rendition.name}: it ends at {float(last.start + last.duration)} s"
            longest = max(segment.duration for segment in rendition.segments)
            if rendition.track.kind == "soun" and longest > 7:
                yield f"{name} {rendition.name}: a segment lasts {float(longest):.3f} s"
