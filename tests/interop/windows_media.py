"""VC-1 and WMA, which Smooth Streaming alone carries: an asset, and what ffmpeg decodes of it.

ffmpeg has no encoder of VC-1. The pictures are made here by SMPTE ST 421: key frames of two greys,
and pictures between them that repeat them.
"""

import re
import struct
import subprocess
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from urllib.parse import urljoin

import clients
import compare
import smooth
import tricky
from origin import ask, get

WIDTH, HEIGHT, GROUP = 64, 48, 50
SEQUENCE, ENTRY_POINT, FRAME, REPEATED = 0x0F, 0x0E, 0x0D, "1111"
RATE, BLOCK_SIZE = 44100, 557
WMA_STANDARD = 0x161
WINDOWS_MEDIA = {"WVC1", "WMA2"}


def windows_media(folder):
    """VC-1 and WMA beside a film in H.264 and AAC."""
    tricky.run(
        *tricky.video(), *tricky.audio(), *tricky.gop(50, 2), *tricky.AAC, folder / "film.mp4"
    )
    with tempfile.TemporaryDirectory() as temporary:
        stream, film = Path(temporary) / "film.vc1", Path(temporary) / "film.ismv"
        stream.write_bytes(pictures(13 * 25))
        tricky.run("-framerate", 25, "-f", "vc1", "-i", stream, "-c", "copy", film)
        film.rename(folder / "vc1.mp4")
        sound = Path(temporary) / "sound.mov"
        tricky.run(
            *tricky.audio(RATE, pitch=220), "-c:a", "wmav2", "-b:a", "96k", "-movflags",
            "+empty_moov+default_base_moof", "-frag_duration", 2_000_000, sound,
        )
        (folder / "wma.mp4").write_bytes(as_smooth_has_it(sound.read_bytes()))


def pictures(count):
    """A stream of VC-1 of the Advanced profile (SMPTE ST 421, annex E)."""
    # Advanced, level 0, 4:2:0; the size; progressive, without display and buffer parameters.
    size = f"{WIDTH // 2 - 1:012b}{HEIGHT // 2 - 1:012b}"
    sequence = f"11 000 01 000 00000 0 {size} 0 0 0 0 1 0 0 0"
    # A closed entry point, where all that can be switched on is off.
    entry = "0 1 0 0 0 0 0 00 0 0 00 0 0 0"
    heads = unit(SEQUENCE, sequence) + unit(ENTRY_POINT, entry)
    return b"".join(
        unit(FRAME, REPEATED) if at % GROUP else heads + unit(FRAME, key_frame(at // GROUP))
        for at in range(count)
    )


def key_frame(number):
    """A picture that is darker before that macroblock than from it on."""
    rows, columns = HEIGHT // 16, WIDTH // 16
    # An I picture of quantizer 9, whose rows predict no coefficients; which tables these have.
    head = "110 0 01001" + "0 010" + "0" * rows + "0 0 0"
    # No block is coded, so each has the difference of its mean: 0, or 1 once.
    means = ("010" if at == number else "1" for at in range(rows * columns))
    return head + "".join(f"1 {mean} 111 0000" for mean in means)


def unit(kind, bits):
    """A unit after its start code: the bit after the last one is set."""
    bits = bits.replace(" ", "") + "1"
    size = -(-len(bits) // 8)
    return bytes([0, 0, 1, kind]) + int(bits.ljust(size * 8, "0"), 2).to_bytes(size, "big")


def as_smooth_has_it(data):
    """A fragmented file of QuickTime with the sample entry `wma `, as in files for IIS."""
    at = data.index(b"ms\x01a") - 4
    (size,) = struct.unpack_from(">I", data, at)
    extra = data.index(b"glbl", at)
    extra = data[extra + 4 : extra - 4 + struct.unpack_from(">I", data, extra - 4)[0]]
    fields = struct.pack("<HHIIHHH", WMA_STANDARD, 2, RATE, 12_000, BLOCK_SIZE, 16, len(extra))
    entry = sound_entry(2, RATE, box(b"wfex", fields + extra))
    moov = data.index(b"moov") - 4
    (moov_size,) = struct.unpack_from(">I", data, moov)
    end = moov + moov_size
    return data[:moov] + replaced(data[moov:end], at - moov, size, entry) + data[end:]


def replaced(moov, at, size, entry):
    """A `moov` with another box in the place of that one; all boxes around it change their size."""
    changed = bytearray(moov[:at] + entry + moov[at + size :])
    for kind in (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd"):
        place = moov.index(kind) - 4
        (own,) = struct.unpack_from(">I", changed, place)
        struct.pack_into(">I", changed, place, own + len(entry) - size)
    return bytes(changed)


def box(kind, *parts):
    body = b"".join(parts)
    return struct.pack(">I4s", len(body) + 8, kind) + body


def sound_entry(channels, rate, *boxes):
    fields = struct.pack(">6xH8xHHIHH", 1, channels, 16, 0, rate, 0)
    return box(b"wma ", fields, *boxes)


def picture_entry(width, height, *boxes):
    return box(b"vc-1", struct.pack(">6xH16xHH50x", 1, width, height), *boxes)


def entry_of(level, private):
    """The sample entry that a client makes of the attributes of a quality level."""
    number = lambda name: int(level.get(name))
    if level.get("FourCC") == "WVC1":
        record = box(b"dvc1", b"\xc0\0\0\xff\xff\xff\xff", private)
        return picture_entry(number("MaxWidth"), number("MaxHeight"), record)
    fields = struct.pack(
        "<HHIIHHH", number("AudioTag"), number("Channels"), number("SamplingRate"),
        number("Bitrate") // 8, number("PacketSize"), number("BitsPerSample"), len(private),
    )
    return sound_entry(number("Channels"), number("SamplingRate"), box(b"wfex", fields + private))


def init_segment(entry, handler, clock):
    """An init segment for fragments of track 1."""
    full = lambda kind, fields: box(kind, b"\0\0\0\0", fields)
    sizes = {b"stts": 4, b"stsc": 4, b"stsz": 8, b"stco": 4}
    empty = [full(kind, b"\0" * size) for kind, size in sizes.items()]
    stbl = box(b"stbl", full(b"stsd", b"\0\0\0\1" + entry), *empty)
    dinf = box(b"dinf", full(b"dref", b"\0\0\0\1" + box(b"url ", b"\0\0\0\1")))
    head = full(b"vmhd", b"\0" * 8) if handler == b"vide" else full(b"smhd", b"\0" * 4)
    mdia = box(
        b"mdia", full(b"mdhd", struct.pack(">III2x2x", 0, 0, clock) + b"\0" * 4),
        full(b"hdlr", struct.pack(">4x4s12xx", handler)), box(b"minf", head, dinf, stbl),
    )
    tkhd = full(b"tkhd", struct.pack(">IIIII52xII", 0, 0, 1, 0, 0, 0, 0))
    mvhd = full(b"mvhd", struct.pack(">IIII80x", 0, 0, clock, 0))
    trex = full(b"trex", struct.pack(">IIIII", 1, 1, 0, 0, 0))
    return box(b"ftyp", b"isml\0\0\0\1") + box(
        b"moov", mvhd, box(b"trak", tkhd, mdia), box(b"mvex", trex)
    )


def check(url, folder, tally):
    """ffmpeg decodes the frames of each file by what client manifests say; other formats refuse."""
    for name in ("MSS", "MSS20"):
        address = f"{url}/{compare.PROTOCOLS[name].manifest}"
        for stream, level in levels(address):
            check_level(name, address, stream, level, folder, tally)
    fragment = next(
        rendition.segments[0].url for rendition in smooth.smooth(f"{url}/manifest")
        if rendition.track.codec == "vc-1"
    )
    for name, protocol in compare.PROTOCOLS.items():
        if name.startswith("MSS"):
            continue
        answer = ask(f"{url}/{protocol.manifest}")
        said = answer.headers.get("x-warning", "")
        token = re.search(r"format=([^),]*)", protocol.manifest)[1]
        refusal = ask(f"{fragment[:-1]},format={token})")
        found = (answer.status, refusal.status, said.count("leaves out"))
        wrong = [] if found == (200, 415, 2) else [f"{found}: {said}"]
        tally.add(f"{name:6}leaves out VC-1 and WMA", wrong)


def levels(address):
    """(stream, level) of Windows Media in a client manifest."""
    for stream in ElementTree.fromstring(get(address)).iter("StreamIndex"):
        for level in stream.iter("QualityLevel"):
            if level.get("FourCC") in WINDOWS_MEDIA:
                yield stream, level


def check_level(name, address, stream, level, folder, tally):
    is_video = stream.get("Type") == "video"
    entry = entry_of(level, bytes.fromhex(level.get("CodecPrivateData")))
    init = init_segment(entry, b"vide" if is_video else b"soun", 10_000_000)
    template = stream.get("Url").replace("{bitrate}", level.get("Bitrate"))
    times = [time for time, _ in smooth.chunks(stream, "2")]
    parts = [get(urljoin(address, template.replace("{start time}", str(time)))) for time in times]
    with tempfile.NamedTemporaryFile(suffix=".mp4") as whole:
        whole.write(b"".join([init, *parts]))
        whole.flush()
        found = clients.decoded(whole.name, 0)
    due = clients.decoded(folder / ("vc1.mp4" if is_video else "wma.mp4"), 0)
    wrong = [] if found == due and due else [f"{len(found)} frames of {len(due)}, or others"]
    tally.add(f"{name:6}{len(found)} frames of {level.get('FourCC')} by the manifest alone", wrong)
