"""Undoes what transport streams change: NAL units without delimiters, audio frame by frame."""

import hashlib
import re
import struct
from dataclasses import dataclass

RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
IDR, SPS, PPS, DELIMITER, FILLER, SPS_EXTENSION = 5, 7, 8, 9, 12, 13


@dataclass(frozen=True)
class Syntax:
    """The types of NAL units of a codec."""

    #: The type of a unit.
    kind: callable
    slices: frozenset
    delimiter: int
    #: Parameter sets.
    sets: frozenset
    #: What else frames or fills.
    filling: frozenset


def kind(unit):
    """The type of a NAL unit (ISO/IEC 14496-10, 7.4.1)."""
    return unit[0] & 31


def hevc_kind(unit):
    """The type of a NAL unit (ITU-T H.265, 7.4.2.2)."""
    return unit[0] >> 1 & 63


AVC = Syntax(
    kind, frozenset({1, IDR}), DELIMITER, frozenset({SPS, PPS}), frozenset({FILLER, SPS_EXTENSION})
)
HEVC = Syntax(
    hevc_kind, frozenset({*range(10), *range(16, 22)}), 35, frozenset({32, 33, 34}), frozenset({38})
)
SYNTAXES = {"avc1": AVC, "avc3": AVC, "hvc1": HEVC, "hev1": HEVC}


def units(content, length_size):
    """The NAL units of a sample, after lengths or (if `length_size` is 0) after start codes."""
    found = (
        between_start_codes(content) if length_size == 0 else after_lengths(content, length_size)
    )
    return [unit for unit in (unit.rstrip(b"\0") for unit in found) if unit]


def between_start_codes(content):
    """The NAL units of a byte stream. Zeros before a start code or at the end belong to none."""
    return [unit.rstrip(b"\0") for unit in re.split(b"\0\0\1", content)[1:]]


def after_lengths(content, length_size):
    at = 0
    while at + length_size <= len(content):
        length = int.from_bytes(content[at : at + length_size], "big")
        yield content[at + length_size : at + length_size + length]
        at += length_size + length


def essence(content, length_size, codec):
    """A digest of the NAL units of a picture, except those that only frame or fill."""
    syntax = SYNTAXES[codec]
    framing = {syntax.delimiter} | syntax.sets | syntax.filling
    kept = (unit for unit in units(content, length_size) if syntax.kind(unit) not in framing)
    return hashlib.md5(b"".join(struct.pack(">I", len(unit)) + unit for unit in kept)).hexdigest()


def check_access_unit(content, is_key, codec):
    """An access unit begins with its one delimiter; a key frame has each parameter set once."""
    syntax = SYNTAXES[codec]
    kinds = [syntax.kind(unit) for unit in units(content, 0)]
    assert (
        kinds[0] == syntax.delimiter and kinds.count(syntax.delimiter) == 1
    ), f"an access unit has NAL units of types {kinds}"
    if is_key:
        sets = [unit for unit in units(content, 0) if syntax.kind(unit) in syntax.sets]
        assert syntax.sets <= set(
            map(syntax.kind, sets)
        ), f"a key frame has NAL units of types {kinds}"
        assert len(set(sets)) == len(sets), f"a key frame has parameter sets twice: types {kinds}"


def without_header(frame):
    """The AAC in an ADTS frame, whose header may have a CRC; other frames as they are."""
    if frame[0] != 0xFF:
        return frame
    return frame[7 if frame[1] & 1 else 9 :]


def adts_frames(content):
    """(sampling rate, frame with its header) of each ADTS frame (ISO/IEC 13818-7, 6.2)."""
    at = 0
    while at < len(content):
        assert (
            content[at] == 0xFF and content[at + 1] & 0xF6 == 0xF0
        ), f"there is no ADTS header at {at}"
        length = (content[at + 3] & 3) << 11 | content[at + 4] << 3 | content[at + 5] >> 5
        assert length > 7 and at + length <= len(content), f"the ADTS frame at {at} does not fit"
        yield RATES[content[at + 2] >> 2 & 15], content[at : at + length]
        at += length


def mp3_frames(content):
    """(sampling rate, samples, frame) of each frame of Layer III (ISO/IEC 11172-3, 2.4.1.3)."""
    at = 0
    while at < len(content):
        head = int.from_bytes(content[at : at + 4], "big")
        assert head >> 21 == 0x7FF and head >> 17 & 3 == 1, f"there is no frame of MP3 at {at}"
        halvings = {3: 0, 2: 1, 0: 2}[head >> 19 & 3]
        rate = (44100, 48000, 32000)[head >> 10 & 3] >> halvings
        rates = MP3_BITRATES[min(halvings, 1)]
        per_frame = 576 if halvings else 1152
        length = per_frame // 8 * rates[head >> 12 & 15] * 1000 // rate + (head >> 9 & 1)
        assert at + length <= len(content), f"the frame of MP3 at {at} does not fit"
        yield rate, per_frame, content[at : at + length]
        at += length


MP3_BITRATES = (
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
)
AC3_BITRATES = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640)


def ac3_frames(content):
    """(sampling rate, samples, frame) of each frame of AC-3 (ETSI TS 102 366, 4.3.1, 4.4.1)."""
    at = 0
    while at < len(content):
        assert content[at : at + 2] == b"\x0b\x77", f"there is no frame of AC-3 at {at}"
        fscod, code, bsid = content[at + 4] >> 6, content[at + 4] & 63, content[at + 5] >> 3
        rate = (48000, 44100, 32000)[fscod]
        length = 1536 // 8 * AC3_BITRATES[code >> 1] * 1000 // rate // 2 * 2 + 2 * (
            fscod == 1 and code & 1
        )
        assert at + length <= len(content), f"the frame of AC-3 at {at} does not fit"
        yield rate >> max(0, bsid - 8), 1536, content[at : at + length]
        at += length


def eac3_frames(content):
    """The same of six blocks of all substreams of Enhanced AC-3 (ETSI TS 102 366, E.1.3.1)."""
    at, start, blocks, rate = 0, 0, 0, 0
    while at < len(content):
        assert content[at : at + 2] == b"\x0b\x77", f"there is no syncframe at {at}"
        is_dependent, first = content[at + 2] >> 6 == 1, content[at + 2] & 0x38 == 0
        if blocks >= 6 and not is_dependent and first:
            yield rate, 1536, content[start:at]
            start, blocks = at, 0
        if not is_dependent and first:
            rate = (48000, 44100, 32000)[content[at + 4] >> 6]
            blocks += (1, 2, 3, 6)[content[at + 4] >> 4 & 3]
        at += 2 * (((content[at + 2] & 7) << 8 | content[at + 3]) + 1)
    assert at == len(content) and blocks == 6, "a PES packet does not end with a whole frame"
    yield rate, 1536, content[start:]


def opus_packets(content):
    """(sampling rate, samples, packet) of each packet, which has a control header before it."""
    at = 0
    while at < len(content):
        assert content[at : at + 2] == b"\x7f\xe0", f"there is no control header at {at}"
        at, size = at + 2, 0
        while content[at] == 255:
            at, size = at + 1, size + 255
        at, size = at + 1, size + content[at]
        packet = content[at : at + size]
        yield 48000, opus_samples(packet), packet
        at += size


def opus_samples(packet):
    """Samples at 48 kHz (RFC 6716, 3.1)."""
    config, code = packet[0] >> 3, packet[0] & 3
    of_frame = (
        (480, 960, 1920, 2880)[config & 3]
        if config < 12
        else (480, 960)[config & 1] if config < 16 else (120, 240, 480, 960)[config & 3]
    )
    return of_frame * (1, 2, 2, packet[1] & 63 if code == 3 else 0)[code]
