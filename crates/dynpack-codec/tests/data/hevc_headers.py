"""Makes the streams of HEVC beside it, and the lengths of their slice segment headers.

The lengths are those that ffmpeg's `trace_headers` finds. x265 writes the first streams. It writes
no tiles, long-term pictures or predicted reference sets, so the last one is headers alone, written
here at random from the syntax of ITU-T H.265, 7.3.
"""

import random
import re
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
LEVELS = "log-level=none:info=0:pools=none:frame-threads=1:"
STREAMS = {
    "open_gop_2_slices": ("yuv420p", "160x128", 14, "slices=2:ctu=32:keyint=6:min-keyint=6:"
        "bframes=4:b-adapt=0:hrd=1:vbv-bufsize=60:vbv-maxrate=60:bitrate=40:aud=1:ref=4"),
    "rows_422_10_bit": ("yuv422p10le", "160x128", 8, "wpp=1:ctu=16:qp=45:keyint=8:bframes=2:"
        "scaling-list=default:deblock=1,1:cbqpoffs=2"),
    "intra_444": ("yuv444p", "96x80", 3, "keyint=1:qp=45:no-sao=1:no-deblock=1:ctu=16:tskip=1"),
    "fade_weighted": ("yuv420p", "128x96", 12, "qp=40:keyint=12:bframes=2:ctu=16:"
        "temporal-layers=3:ref=3"),
}


def encode(name):
    pixels, size, frames, params = STREAMS[name]
    fade = ",fade=t=in:n=12:color=white" if name == "fade_weighted" else ""
    subprocess.run(["ffmpeg", "-loglevel", "error", "-y", "-f", "lavfi", "-i",
        f"testsrc2=size={size}:rate=25{fade}", "-frames:v", str(frames), "-pix_fmt", pixels,
        "-c:v", "libx265", "-x265-params", LEVELS + params, HERE / f"{name}.h265"], check=True)


class Writer:
    """Bits of a NAL unit."""

    def __init__(self, kind):
        self.bits = f"0{kind:06b}{0:06b}{1:03b}"

    def u(self, count, value):
        self.bits += f"{value:0{count}b}" if count else ""
        return value

    def ue(self, value):
        self.bits += f"{value + 1:0{2 * (value + 1).bit_length() - 1}b}"
        return value

    def se(self, value):
        self.ue(2 * value - 1 if value > 0 else -2 * value)

    def unit(self, payload=b""):
        self.bits += "1"
        self.bits += "0" * (-len(self.bits) % 8)
        raw = bytes(int(self.bits[at:at + 8], 2) for at in range(0, len(self.bits), 8)) + payload
        out, zeros = bytearray(), 0
        for byte in raw:
            if zeros >= 2 and byte <= 3:
                out.append(3)
                zeros = 0
            out.append(byte)
            zeros = 0 if byte else zeros + 1
        return b"\0\0\0\1" + bytes(out)


def explicit_set(w, dice):
    """A reference set that is written out: its distances, and which are used."""
    counts = [w.ue(dice.randint(0, 2)), w.ue(dice.randint(0, 2))]
    out = []
    for sign, count in zip((-1, 1), counts):
        at = 0
        for _ in range(count):
            at += sign * (w.ue(dice.randint(0, 3)) + 1)
            out.append((at, w.u(1, dice.randint(0, 1))))
    return out


def reference_set(w, dice, sets, in_slice):
    if not sets or not w.u(1, dice.randint(0, 1)):
        return explicit_set(w, dice)
    back = w.ue(dice.randint(0, len(sets) - 1)) + 1 if in_slice else 1
    sign = w.u(1, dice.randint(0, 1))
    step = (w.ue(dice.randint(0, 2)) + 1) * (-1 if sign else 1)
    out = []
    for distance, _ in sets[-back] + [(0, 0)]:
        used = w.u(1, dice.randint(0, 1))
        if used or w.u(1, dice.randint(0, 1)):
            out.append((distance + step, used))
    negative = sorted((one for one in out if one[0] < 0), reverse=True)
    return negative + sorted(one for one in out if one[0] > 0)


def head(w):
    """`profile_tier_level` of Main 4:4:4, level 6.2."""
    w.u(8, 4), w.u(32, 1 << 27), w.u(48, 0), w.u(8, 186)


def vps():
    w = Writer(32)
    w.u(4, 0), w.u(2, 3), w.u(6, 0), w.u(3, 0), w.u(1, 1), w.u(16, 0xffff)
    head(w)
    w.u(1, 1), w.ue(15), w.ue(0), w.ue(0), w.u(6, 0), w.ue(0), w.u(1, 0), w.u(1, 0)
    return w.unit()


def sps(dice, chroma, planes):
    w = Writer(33)
    w.u(4, 0), w.u(3, 0), w.u(1, 1)
    head(w)
    w.ue(0), w.ue(chroma)
    if chroma == 3:
        w.u(1, planes)
    w.ue(1920), w.ue(1080), w.u(1, 0), w.ue(0), w.ue(0), w.ue(4), w.u(1, 1)
    w.ue(15), w.ue(0), w.ue(0), w.ue(0), w.ue(3), w.ue(0), w.ue(3), w.ue(0), w.ue(0)
    w.u(1, 0), w.u(1, 0), w.u(1, 1), w.u(1, 0)
    sets = []
    count = w.ue(dice.randint(0, 6))
    for _ in range(count):
        sets.append(reference_set(w, dice, sets, False))
    listed = None
    if w.u(1, dice.randint(0, 1)):
        listed = []
        for _ in range(w.ue(dice.randint(0, 3))):
            w.u(8, dice.randint(0, 255))
            listed.append(w.u(1, dice.randint(0, 1)))
    motion = w.u(1, dice.randint(0, 1))
    w.u(1, 0), w.u(1, 0), w.u(1, 0)
    return w.unit(), dict(sets=sets, listed=listed, motion=motion, planes=planes, chroma=chroma)


def pps(dice):
    w, p = Writer(34), {}
    flag = lambda name: p.setdefault(name, w.u(1, dice.randint(0, 1)))
    w.ue(0), w.ue(0), flag("dependent"), flag("output")
    p["extra"] = w.u(3, dice.randint(0, 2))
    w.u(1, 0), flag("cabac")
    p["counts"] = [w.ue(dice.randint(0, 2)) + 1, w.ue(dice.randint(0, 2)) + 1]
    w.se(0), w.u(1, 0), flag("skip"), w.u(1, 0), w.se(0), w.se(0), flag("chroma_offsets")
    flag("weights_p"), flag("weights_b"), w.u(1, 0), flag("tiles"), flag("rows")
    if p["tiles"]:
        w.ue(2), w.ue(1)
        if not w.u(1, dice.randint(0, 1)):
            w.ue(3), w.ue(4), w.ue(5)
        w.u(1, 1)
    flag("across")
    p["override"] = p["undeblocked"] = 0
    if w.u(1, dice.randint(0, 1)):
        p["override"], p["undeblocked"] = w.u(1, dice.randint(0, 1)), w.u(1, dice.randint(0, 1))
        if not p["undeblocked"]:
            w.se(1), w.se(-1)
    w.u(1, 0), flag("modifies"), w.ue(0), flag("extension")
    p["lists"] = 0
    if w.u(1, dice.randint(0, 1)):
        w.u(8, 0x80)
        if p["skip"]:
            w.ue(0)
        w.u(1, 0)
        p["lists"] = w.u(1, dice.randint(0, 1))
        if p["lists"]:
            w.ue(0), w.ue(0), w.se(1), w.se(1)
        w.ue(0), w.ue(0)
    return w.unit(), p


def index_bits(count):
    return (count - 1).bit_length()


def slice_segment(dice, s, p, kind, first):
    w = Writer(kind)
    w.u(1, first)
    if 16 <= kind <= 23:
        w.u(1, 0)
    w.ue(0)
    dependent = 0
    if not first:
        dependent = p["dependent"] and w.u(1, dice.randint(0, 1))
        w.u(9, dice.randint(1, 509))
    if not dependent:
        body(w, dice, s, p, kind)
    if p["tiles"] or p["rows"]:
        count = w.ue(dice.randint(0, 3))
        if count:
            size = w.ue(dice.randint(0, 31)) + 1
            [w.u(size, dice.getrandbits(size)) for _ in range(count)]
    if p["extension"]:
        [w.u(8, dice.randint(0, 255)) for _ in range(w.ue(dice.randint(0, 3)))]
    return w.unit(bytes(dice.randint(1, 255) for _ in range(20)))


def body(w, dice, s, p, kind):
    w.u(p["extra"], 0)
    b, intra = 0, 2
    slice_type = w.ue(intra if 16 <= kind <= 23 else dice.randint(0, 2))
    if p["output"]:
        w.u(1, 1)
    if s["planes"]:
        w.u(2, dice.randint(0, 2))
    has_chroma = s["chroma"] and not s["planes"]
    total, motion = 0, 0
    if kind not in (19, 20):
        w.u(8, dice.randint(0, 255))
        if s["sets"] and dice.randint(0, 1):
            w.u(1, 1)
            index = dice.randrange(len(s["sets"]))
            w.u(index_bits(len(s["sets"])), index)
            chosen = s["sets"][index]
        else:
            w.u(1, 0)
            chosen = reference_set(w, dice, s["sets"], True)
        total = sum(used for _, used in chosen) + long_term(w, dice, s)
        motion = s["motion"] and w.u(1, dice.randint(0, 1))
    offsets = w.u(1, dice.randint(0, 1))
    if has_chroma:
        offsets |= w.u(1, dice.randint(0, 1))
    if slice_type != intra:
        prediction(w, dice, p, slice_type == b, total, motion, has_chroma)
    w.se(dice.randint(-5, 5))
    if p["chroma_offsets"]:
        w.se(2), w.se(-3)
    if p["lists"]:
        w.u(1, 1)
    undeblocked = p["undeblocked"]
    if p["override"] and w.u(1, dice.randint(0, 1)):
        undeblocked = w.u(1, dice.randint(0, 1))
        if not undeblocked:
            w.se(2), w.se(-2)
    if p["across"] and (offsets or not undeblocked):
        w.u(1, 1)


def long_term(w, dice, s):
    used = 0
    if s["listed"] is None:
        return used
    from_list = w.ue(dice.randint(0, min(2, len(s["listed"])))) if s["listed"] else 0
    for at in range(from_list + w.ue(dice.randint(0, 2))):
        if at < from_list:
            index = dice.randrange(len(s["listed"]))
            w.u(index_bits(len(s["listed"])), index)
            used += s["listed"][index]
        else:
            w.u(8, dice.randint(0, 255))
            used += w.u(1, dice.randint(0, 1))
        if w.u(1, dice.randint(0, 1)):
            w.ue(dice.randint(0, 5))
    return used


def prediction(w, dice, p, is_b, total, motion, has_chroma):
    lists = 2 if is_b else 1
    counts = list(p["counts"])
    if w.u(1, dice.randint(0, 1)):
        counts[:lists] = [w.ue(dice.randint(0, 3)) + 1 for _ in range(lists)]
    if p["modifies"] and total > 1:
        for count in counts[:lists]:
            if w.u(1, dice.randint(0, 1)):
                [w.u(index_bits(total), dice.randrange(total)) for _ in range(count)]
    if is_b:
        w.u(1, 0)
    if p["cabac"]:
        w.u(1, 0)
    if motion:
        first = w.u(1, dice.randint(0, 1)) if is_b else 1
        if counts[0 if first else 1] > 1:
            w.ue(0)
    if p["weights_b"] if is_b else p["weights_p"]:
        w.ue(6)
        if has_chroma:
            w.se(-1)
        for count in counts[:lists]:
            luma = [w.u(1, dice.randint(0, 1)) for _ in range(count)]
            chroma = [has_chroma and w.u(1, dice.randint(0, 1)) for _ in range(count)]
            for at in range(count):
                [w.se(dice.randint(-9, 9)) for _ in range(2 * luma[at] + 4 * chroma[at])]
    w.ue(0)


def synthesize(name):
    out = b""
    for seed in range(40):
        dice = random.Random(seed)
        chroma = dice.randint(0, 3)
        parameters, s = sps(dice, chroma, int(chroma == 3 and dice.randint(0, 1)))
        picture, p = pps(dice)
        out += vps() + parameters + picture
        for kind in (19, 21, 1, 0, 9, 1):
            out += slice_segment(dice, s, p, kind, 1) + slice_segment(dice, s, p, kind, 0)
    (HERE / f"{name}.h265").write_bytes(out)


def slices(stream):
    units = stream.split(b"\0\0\1")[1:]
    return [unit.rstrip(b"\0") for unit in units if unit[0] >> 1 & 63 < 32]


def in_unit(unit, count):
    """How many bytes of a unit encode its first `count` bytes."""
    zeros = at = 0
    while count:
        is_mark = zeros >= 2 and unit[at] == 3
        count -= not is_mark
        zeros = 0 if is_mark or unit[at] else zeros + 1
        at += 1
    return at


def traced(path):
    """The bits of each slice segment header, according to ffmpeg."""
    trace = subprocess.run(["ffmpeg", "-hide_banner", "-f", "hevc", "-i", path, "-c", "copy",
        "-bsf:v", "trace_headers", "-f", "null", "-"], capture_output=True, text=True).stderr
    lengths, is_slice = [], False
    for line in re.findall(r"\[trace_headers @ \S+\] (.*)", trace):
        field = re.match(r"(\d+) +\S+ +([01]+) = ", line)
        if not field:
            is_slice = line.startswith("Slice Segment Header")
            lengths += [0] * is_slice
        elif is_slice:
            lengths[-1] = int(field[1]) + len(field[2])
    return lengths


if __name__ == "__main__":
    lines = []
    for name in STREAMS:
        encode(name)
    synthesize("synthetic")
    for name in [*STREAMS, "synthetic"]:
        path = HERE / f"{name}.h265"
        units, bits = slices(path.read_bytes()), traced(path)
        assert len(units) == len(bits) and not any(count % 8 for count in bits), (name, len(units), len(bits))
        lengths = [in_unit(unit, count // 8) for unit, count in zip(units, bits)]
        lines.append(" ".join(map(str, [name, *lengths])) + "\n")
    (HERE / "hevc_headers.txt").write_text("".join(lines))
