"""Films whose pictures carry something beside themselves, and what manifests declare of it.

ffmpeg and x265 make them, or ffmpeg at least reads in them what was put in here.
"""

import re
import subprocess
import tempfile

import compare
import origin
import tricky

#: Elementary streams with delimiters, so that pictures are easy to tell apart.
H264 = [*tricky.gop(25, 0), "-x264-params", "aud=1", "-f", "h264"]
COLORS = "colorprim=bt2020:transfer={}:colormatrix=bt2020nc"
START = b"\0\0\0\1"
#: By codec: the delimiter, and the types of slices.
DELIMITERS = {"h264": b"\x09", "hevc": b"\x46"}


def hlg_by_message(folder):
    """HEVC that declares BT.2020 and prefers hybrid log-gamma."""
    options = f"keyint=25:atc-sei=18:{COLORS.format('bt2020-10')}"
    encode(folder, options, folder / "film.mp4")


def hdr10_plus(folder):
    """HEVC with dynamic metadata in each picture."""
    path = folder / "film.hevc"
    options = f"keyint=25:aud=1:bframes=0:hdr10=1:max-cll=1000,400:{COLORS.format('smpte2084')}"
    encode(folder, options, path)
    insert(path, "hevc", lambda at: b"\x4e\x01" + message(metadata()) + b"\x80")


def hdr10_plus_in_av1(folder):
    """AV1 with dynamic metadata in each sample."""
    path = folder / "film.obu"
    tricky.run(
        *tricky.video(duration=4), "-pix_fmt", "yuv420p10le", "-c:v", "libsvtav1", "-preset", "12",
        "-g", 25, "-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace",
        "bt2020nc", path,
    )
    unit = b"\x04" + metadata() + b"\x80"
    unit = bytes([5 << 3 | 2, len(unit)]) + unit
    data, at, made = path.read_bytes(), 0, b""
    while at < len(data):
        kind, end = obu(data, at)
        # Before the frame, or the header of one.
        made += (unit if kind in (3, 6) and made[-len(unit) :] != unit else b"") + data[at:end]
        at = end
    path.write_bytes(made)
    mux(path, "obu")


def captions(folder):
    """H.264 with captions in the first channel of line 21."""
    path = folder / "film.h264"
    tricky.run(*tricky.video(duration=13), *H264, path)
    pairs = commands()
    insert(path, "h264", lambda at: b"\x06" + message(cc_data(pairs[at % len(pairs)])) + b"\x80")


ASSETS = [hlg_by_message, hdr10_plus, hdr10_plus_in_av1, captions]


def encode(folder, options, path):
    tricky.run(*tricky.video(duration=4), *tricky.x265(options, "yuv420p10le"), path)


def commands():
    """The bytes of a caption, a pair for each picture: load it, write it, show it, and wait."""
    wait = [(0, 0)] * 40
    load, place, show, erase = (0x14, 0x20), (0x14, 0x70), (0x14, 0x2F), (0x14, 0x2C)
    text = [tuple(b"HELLO "[at : at + 2]) for at in (0, 2, 4)]
    return [load, load, place, place, *text, show, show, *wait, erase, erase]


def cc_data(pair):
    """`ATSC1_data` with one construct in the first field (ATSC A/53-4, 6.2.3)."""
    odd = bytes(byte | (bin(byte).count("1") % 2 == 0) << 7 for byte in pair)
    return b"\xb5\0\x31GA94\x03\xc1\xff\xfc" + odd + b"\xff"


def metadata():
    """Metadata of HDR10+ with one window and nothing optional (CTA-861-H, annex S)."""
    fields = [(0xB5, 8), (0x3C, 16), (1, 16), (4, 8), (1, 8), (1, 2), (400, 27), (0, 1)]
    fields += [(5000, 17)] * 4 + [(0, 4), (0, 10), (0, 1), (0, 1), (0, 1)]
    bits = "".join(f"{value:0{length}b}" for value, length in fields)
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def message(payload):
    """A message that is registered by ITU-T T.35, without start codes in it."""
    content = bytes([4, len(payload)]) + payload
    return re.sub(b"\0\0(?=[\0-\3])", b"\0\0\3", content)


def insert(path, codec, unit):
    """Puts a unit before the first slice of each picture, and makes a film of the stream."""
    units = [each for each in re.split(b"\0\0\0\1|\0\0\1", path.read_bytes()) if each]
    made, pictures, is_open = b"", 0, False
    for each in units:
        if each[:1] == DELIMITERS[codec]:
            is_open = True
        elif is_open and is_slice(codec, each):
            made, pictures, is_open = made + START + unit(pictures), pictures + 1, False
        made += START + each
    path.write_bytes(made)
    mux(path, codec)


def is_slice(codec, unit):
    return unit[0] & 31 in (1, 5) if codec == "h264" else unit[0] >> 1 & 63 < 32


def mux(path, form):
    tag = ["-tag:v", "hvc1"] if form == "hevc" else []
    tricky.run("-r", 25, "-f", form, "-i", path, "-c", "copy", *tag, path.with_name("film.mp4"))
    path.unlink()


def obu(data, at):
    """The type of a unit with a size, and where it ends (AV1, 5.3)."""
    kind, start = data[at] >> 3 & 15, at + 1 + (data[at] >> 2 & 1)
    length = shift = 0
    while True:
        byte = data[start]
        length, start, shift = length | (byte & 127) << shift, start + 1, shift + 7
        if not byte & 128:
            return kind, start + length


def check(base, tally):
    """Manifests declare what ffmpeg finds in the segments."""
    tally.heading("what pictures carry beside themselves")
    for asset, (in_hls, in_dash, seen, wanted) in DECLARED.items():
        name = asset.__name__
        address = f"{base}/{name}/{name}.ism"
        problems = []
        if in_hls not in text(address, "HLS"):
            problems.append(f"HLS: there is no {in_hls}")
        scheme, value = in_dash
        if not re.search(f'{scheme}" value="{value}"', text(address, "DASH")):
            problems.append(f"DASH: there is no {scheme} of {value}")
        for protocol in PROTOCOLS:
            found = in_segments(address, protocol, seen)
            if wanted not in found:
                problems.append(f"{protocol}: ffmpeg finds {found[-200:]!r} in the segments")
        tally.add(f"{name:20} {in_hls}, {value}; ffmpeg: {wanted}", problems)


def text(address, protocol):
    return origin.get(f"{address}/{compare.PROTOCOLS[protocol].manifest}").decode()


def in_segments(address, protocol, seen):
    """What ffmpeg says of the joined segments of the video."""
    kind = compare.PROTOCOLS[protocol]
    (video,) = kind.read(f"{address}/{kind.manifest}")
    with tempfile.NamedTemporaryFile(suffix=kind.suffix) as whole:
        whole.write(video.whole())
        whole.flush()
        command = [argument.format(whole.name) for argument in seen]
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    return done.stdout + done.stderr


def probe(entries):
    return ["ffprobe", "-v", "error", "-show_entries", entries, "-read_intervals", "%+1", "{}"]


CAPTIONS = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "movie={}[out0+subcc]", "-map", "0:s"]
HEADERS = ["ffmpeg", "-i", "{}", "-c", "copy", "-bsf:v", "trace_headers", "-t", "1"]

#: Of each asset: what HLS and DASH declare, by which command ffmpeg sees it, and what it says.
DECLARED = {
    hlg_by_message: (
        "VIDEO-RANGE=HLG", ("TransferCharacteristics", "18"), probe("frame=color_transfer"),
        "color_transfer=arib-std-b67",
    ),
    hdr10_plus: (
        "VIDEO-RANGE=PQ", ("metadata/hdr", "SMPTE2094-40"),
        probe("frame_side_data=side_data_type"), "HDR Dynamic Metadata SMPTE2094-40 (HDR10+)",
    ),
    hdr10_plus_in_av1: (
        '/cdm4",VIDEO-RANGE=PQ', ("metadata/hdr", "SMPTE2094-40"), [*HEADERS, "-f", "null", "-"],
        "itu_t_t35_country_code                               10110101 = 181",
    ),
    captions: (
        'INSTREAM-ID="CC1"', ("cea-608:2015", "CC1=und"), [*CAPTIONS, "-f", "srt", "-"], "HELLO",
    ),
}
#: By which segments are read: AV1 has no place in transport streams.
PROTOCOLS = ("HLS", "DASH")
