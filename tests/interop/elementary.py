"""Undoes what transport streams change: NAL units without delimiters, AAC without ADTS headers."""

import hashlib
import re
import struct

RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
IDR, SPS, PPS, DELIMITER, FILLER, SPS_EXTENSION = 5, 7, 8, 9, 12, 13
FRAMING = {SPS, PPS, DELIMITER, FILLER, SPS_EXTENSION}


def kind(unit):
    """The type of a NAL unit (ISO/IEC 14496-10, 7.4.1)."""
    return unit[0] & 31


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


def essence(content, length_size):
    """A digest of the NAL units of a picture, except those that only frame or fill."""
    kept = (unit for unit in units(content, length_size) if kind(unit) not in FRAMING)
    return hashlib.md5(b"".join(struct.pack(">I", len(unit)) + unit for unit in kept)).hexdigest()


def check_access_unit(content, is_key):
    """An access unit begins with its one delimiter; a key frame has each parameter set once."""
    kinds = [kind(unit) for unit in units(content, 0)]
    assert (
        kinds[0] == DELIMITER and kinds.count(DELIMITER) == 1
    ), f"an access unit has NAL units of types {kinds}"
    if is_key:
        framing = [unit for unit in units(content, 0) if kind(unit) in (SPS, PPS)]
        assert {SPS, PPS} <= {
            kind(unit) for unit in framing
        }, f"a key frame has NAL units of types {kinds}"
        assert len(set(framing)) == len(
            framing
        ), f"a key frame has parameter sets twice: types {kinds}"


def without_header(frame):
    """The AAC in an ADTS frame, whose header may have a CRC."""
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
