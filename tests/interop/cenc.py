"""Decrypts Common Encryption, by the rules of ISO/IEC 23001-7 and with the ciphers of OpenSSL.

What violates the rules raises an exception: boxes that disagree, stretches that leave
their NAL unit or have the wrong length, and repeated vectors.
"""

import struct
import uuid
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

import boxes
import elementary

BLOCK = 16
#: `SampleEncryptionBox` of PIFF 1.1 (5.3.2.1).
PIFF_SENC = uuid.UUID("a2394f52-5a9b-4f14-a244-6c427c648df4").bytes
#: Bytes of a sample entry before its boxes (ISO/IEC 14496-12, 12.1.3 and 12.2.3).
ENTRY_HEADS = {"vide": 86, "soun": 36}
ENCRYPTED = {"vide": b"encv", "soun": b"enca"}
VIDEO_PATTERN = (1, 9)


@dataclass(frozen=True)
class Protection:
    """What a `tenc` says (8.2)."""

    scheme: str
    key_id: uuid.UUID
    iv_size: int
    constant_iv: bytes = b""
    #: The number of blocks encrypted, then left clear; none if all blocks are encrypted.
    pattern: tuple = (0, 0)


@dataclass
class Information:
    """A sample's vector, and its clear and protected stretches; `None` if all is protected."""

    iv: bytes
    stretches: list = None


@dataclass
class Vectors:
    """The counter blocks of `cenc` seen under each key: none may encrypt two plaintexts."""

    seen: dict = field(default_factory=dict)

    def take(self, key_id, info, sample):
        """Adds an encrypted sample. The same sample may come again in another format."""
        counter, text = int.from_bytes(info.iv.ljust(BLOCK, b"\0"), "big"), protected_bytes(
            sample, info.stretches
        )
        for number, at in enumerate(range(0, len(text), BLOCK)):
            block = text[at : at + BLOCK]
            before = self.seen.setdefault((key_id, counter + number), block)
            assert (
                before == block
            ), f"block {number} after the vector {info.iv.hex()} encrypts two plaintexts"


def protected_bytes(sample, stretches):
    """The bytes of a sample that are protected."""
    if stretches is None:
        return sample
    at, out = 0, bytearray()
    for clear, length in stretches:
        out += sample[at + clear : at + clear + length]
        at += clear + length
    return bytes(out)


def protection(init, clear_init):
    """The protection that an init segment signals; its track else equals that of `clear_init`."""
    entry, kind = sample_entry(init)
    clear, _ = sample_entry(clear_init)
    head = ENTRY_HEADS[kind]
    assert entry[4:8] == ENCRYPTED[kind], f"the sample entry of {kind} is {entry[4:8]}"
    parts = list(boxes.children(entry, head, len(entry)))
    assert [part[0] for part in parts].count(
        b"sinf"
    ) == 1, f"the sample entry holds {[part[0] for part in parts]}"
    sinf = next(part for part in parts if part[0] == b"sinf")
    assert (
        clear[8:] == entry[8 : sinf[1]] + entry[sinf[3] :]
    ), "more of the sample entry differs than its name and sinf"
    inner = {
        name: entry[body:end] for name, _, body, end in boxes.children(entry, sinf[2], sinf[3])
    }
    assert list(inner) == [b"frma", b"schm", b"schi"], f"sinf holds {list(inner)}"
    assert inner[b"frma"] == clear[4:8], f"frma says {inner[b'frma']}"
    assert inner[b"schm"][:4] == bytes(4) and inner[b"schm"][8:] == struct.pack(
        ">I", 0x10000
    ), "schm is malformed"
    ((name, _, body, end),) = boxes.children(inner[b"schi"], 0, len(inner[b"schi"]))
    assert name == b"tenc", f"schi holds {name}"
    return track_encryption(inner[b"schm"][4:8].decode(), inner[b"schi"][body:end], kind)


def track_encryption(scheme, tenc, kind):
    """8.2, with what 10.1 and 10.4 require of each scheme."""
    version, crypt, skip = tenc[0], tenc[5] >> 4, tenc[5] & 15
    is_protected, iv_size, key_id = tenc[6], tenc[7], uuid.UUID(bytes=tenc[8:24])
    assert (
        version == (1 if crypt or skip else 0) and tenc[1:5] == bytes(4) and is_protected == 1
    ), f"tenc is {tenc.hex()}"
    constant = tenc[25:] if iv_size == 0 else b""
    assert len(tenc) == (24 if iv_size else 25 + tenc[24]), f"tenc has {len(tenc)} bytes"
    if scheme == "cenc":
        assert iv_size in (8, 16) and (crypt, skip) == (
            0,
            0,
        ), f"cenc has vectors of {iv_size} bytes and the pattern {crypt}:{skip}"
    else:
        assert scheme == "cbcs", f"the scheme is {scheme}"
        assert iv_size == 0 and len(constant) == BLOCK, "cbcs has no constant vector of 16 bytes"
        assert (crypt, skip) == (
            VIDEO_PATTERN if kind == "vide" else (0, 0)
        ), f"cbcs has the pattern {crypt}:{skip} for {kind}"
    return Protection(scheme, key_id, iv_size, constant, (crypt, skip))


def sample_entry(init):
    """(the one sample entry, the kind of track)"""
    moov = next(box for box in boxes.top_level(init) if box.kind == b"moov")
    (trak,) = moov.all(b"trak")
    stsd = trak.find(b"mdia", b"minf", b"stbl", b"stsd")
    assert stsd.unpack("I", 4) == (1,), "there is not one sample entry"
    return (
        stsd.data[stsd.body + 8 : stsd.end],
        trak.find(b"mdia", b"hdlr").unpack("4s", 8)[0].decode(),
    )


def information(segment, protection, is_piff=False):
    """What the fragments of a segment state about their samples, in order."""
    found = []
    for moof in (box for box in boxes.top_level(segment) if box.kind == b"moof"):
        (traf,) = moof.all(b"traf")
        count = sum(trun.unpack("I", 4)[0] for trun in traf.all(b"trun"))
        found += of_fragment(moof, traf, count, protection, is_piff)
    return found


def of_fragment(moof, traf, count, protection, is_piff):
    """7.1 and 7.2: `senc`, and `saiz` and `saio` that point into it; in PIFF one `uuid` box."""
    common = [len(traf.all(kind)) for kind in (b"senc", b"saiz", b"saio")]
    piff = [box for box in traf.all(b"uuid") if box.data[box.body : box.body + 16] == PIFF_SENC]
    if protection.iv_size == 0 and common == [0, 0, 0] and not piff:
        return [Information(protection.constant_iv) for _ in range(count)]
    if is_piff:
        assert (
            common == [0, 0, 0] and len(piff) == 1
        ), f"a fragment of PIFF has {common} senc, saiz, saio and {len(piff)} of its own"
        return list(entries(piff[0], 16, count, protection)[0])
    assert (
        common == [1, 1, 1] and not piff
    ), f"a fragment has {common} senc, saiz, saio and {len(piff)} of PIFF"
    senc, saiz, saio = (traf.find(kind) for kind in (b"senc", b"saiz", b"saio"))
    found, sizes = entries(senc, 0, count, protection)
    assert not saiz.flags & 1 and not saio.flags & 1, "saiz or saio name a type of information"
    uniform, stated = saiz.unpack("BI", 4)
    listed = list(saiz.data[saiz.body + 9 : saiz.end])
    assert stated == count and (
        listed == [] if uniform else len(listed) == count
    ), f"saiz lists {stated} samples of {count}"
    assert (
        [uniform] * count if uniform else listed
    ) == sizes, "saiz lists other sizes than senc has"
    (place,) = saio.table("Q" if saio.version else "I")[0]
    assert len(saio.table("Q" if saio.version else "I")) == 1, "saio has not one offset"
    assert not traf.find(b"tfhd").flags & 1, "offsets do not count from the start of moof"
    assert (
        moof.start + place == senc.body + 8
    ), f"saio points to {moof.start + place}, not to {senc.body + 8}"
    return found


def entries(senc, at, count, protection):
    """(entries of a `senc`, their sizes); `at` is where the full box begins in its body."""
    flags = int.from_bytes(senc.data[senc.body + at + 1 : senc.body + at + 4], "big")
    assert senc.data[senc.body + at] == 0 and flags in (
        0,
        2,
    ), f"senc has the version {senc.data[senc.body + at]} and the flags {flags}"
    assert senc.unpack("I", at + 4) == (
        count,
    ), f"senc lists {senc.unpack('I', at + 4)[0]} samples of {count}"
    place, found, sizes = senc.body + at + 8, [], []
    for _ in range(count):
        start = place
        iv, stretches = (
            senc.data[place : place + protection.iv_size] or protection.constant_iv,
            None,
        )
        place += protection.iv_size
        if flags & 2:
            (pairs,) = struct.unpack_from(">H", senc.data, place)
            stretches = [
                struct.unpack_from(">HI", senc.data, place + 2 + 6 * pair) for pair in range(pairs)
            ]
            place += 2 + 6 * pairs
        found.append(Information(iv, stretches))
        sizes.append(place - start)
    assert place == senc.end, f"senc ends at {senc.end}, and what it says at {place}"
    return found, sizes


def decrypt(sample, info, protection, key):
    """The clear sample (9.5 to 9.7)."""
    stretches = [(0, len(sample))] if info.stretches is None else info.stretches
    assert sum(clear + protected for clear, protected in stretches) == len(
        sample
    ), "the stretches do not cover the sample"
    counter = None
    if protection.scheme == "cenc":
        counter = Cipher(algorithms.AES(key), modes.CTR(info.iv.ljust(BLOCK, b"\0"))).decryptor()
    at, out = 0, bytearray()
    for clear, protected in stretches:
        out += sample[at : at + clear]
        stretch = sample[at + clear : at + clear + protected]
        out += (
            counter.update(stretch)
            if counter
            else chained(stretch, info.iv, protection.pattern, key)
        )
        at += clear + protected
    return bytes(out)


def chained(stretch, iv, pattern, key):
    """A stretch by `cbcs`: one chain over some of its blocks; the rest is clear (9.6 and 9.7)."""
    crypt, skip = pattern
    blocks = range(len(stretch) // BLOCK)
    taken = [at * BLOCK for at in blocks if skip == 0 or at % (crypt + skip) < crypt]
    cipher = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    clear = cipher.update(b"".join(stretch[at : at + BLOCK] for at in taken)) + cipher.finalize()
    out = bytearray(stretch)
    for number, at in enumerate(taken):
        out[at : at + BLOCK] = clear[number * BLOCK : number * BLOCK + BLOCK]
    return bytes(out)


def check_layout(sample, info, protection, track, headers):
    """Of each slice, what follows its header is protected if it is a block or more.

    By `cenc` that is whole blocks, by `cbcs` all of it. `headers` has the number of bits in the
    header of each slice, with its NAL unit header and without emulation prevention.
    """
    assert info.stretches is not None, "a picture is protected whole"
    protected, wanted = [*ranges(info.stretches)], []
    for start, end in slices(sample, track):
        first = start + escaped_length(sample[start:end], -(-next(headers) // 8))
        if protection.scheme == "cenc":
            first = end - (end - first) // BLOCK * BLOCK
        wanted += [(first, end)] if end - first >= BLOCK else []
    assert protected == wanted, f"the stretches {protected} are protected where {wanted} should be"


def ranges(stretches):
    """Where each protected stretch of a sample starts and ends."""
    at = 0
    for clear, length in stretches:
        if length:
            yield at + clear, at + clear + length
        at += clear + length


def slices(sample, track):
    """Where each slice of a picture starts and ends."""
    syntax, at = elementary.SYNTAXES[track.codec], 0
    while at < len(sample):
        start = at + track.length_size
        at = start + int.from_bytes(sample[at:start], "big")
        if syntax.kind(sample[start:]) in syntax.slices:
            yield start, at


def escaped_length(unit, length):
    """The number of bytes that the first `length` of a NAL unit take (ISO/IEC 14496-10, 7.3.1)."""
    at = zeros = 0
    while length:
        if zeros == 2 and unit[at] == 3:
            zeros = 0
        else:
            zeros = zeros + 1 if unit[at] == 0 else 0
            length -= 1
        at += 1
    return at
