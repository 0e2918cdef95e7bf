"""Reads transport streams of one program strictly, as far as HLS needs them (ISO/IEC 13818-1).

Anything that does not conform raises an exception: sync, continuity, CRCs, lengths, the order of
time stamps, the distance of clock references, and the NAL units that frame pictures.
"""

from dataclasses import dataclass, field

import boxes
import elementary

PACKET = 188
CLOCK = 90000
LONGEST_BETWEEN_REFERENCES = CLOCK // 10
KINDS = {
    0x1B: ("vide", "avc1"),
    0x24: ("vide", "hvc1"),
    0x0F: ("soun", "mp4a"),
    0x03: ("soun", "mp3"),
    0x04: ("soun", "mp3"),
    0x06: ("soun", "Opus"),
    0x81: ("soun", "ac-3"),
    0x87: ("soun", "ec-3"),
    0x8A: ("soun", "dts"),
}
#: The same under SAMPLE-AES (*MPEG-2 Stream Encryption Format for HTTP Live Streaming*, 2.3).
ENCRYPTED_KINDS = {
    0xDB: ("vide", "avc1"),
    0xCF: ("soun", "mp4a"),
    0xC1: ("soun", "ac-3"),
    0xC2: ("soun", "ec-3"),
}
WRAP = 1 << 33


@dataclass
class Pid:
    """The content of the packets of one PID so far."""

    counter: int = None
    #: (payload, whether it is a place for random access, the last clock reference before it)
    units: list = field(default_factory=list)


@dataclass
class Reference:
    """The clock of the program."""

    pid: int = None
    last: int = None

    def take(self, time):
        if self.last is not None:
            time = unwrap(time, self.last)
            assert self.last <= time, f"the clock goes back from {self.last} to {time}"
            assert (
                time - self.last <= LONGEST_BETWEEN_REFERENCES
            ), f"{(time - self.last) / CLOCK:.3f} s pass without a clock reference"
        self.last = time


def read(data, kinds=KINDS):
    """The tracks of a transport stream, in the order of its PMT; `kinds` are allowed types."""
    assert len(data) % PACKET == 0, f"{len(data)} bytes are no whole packets"
    pids, clock, streams, program = {}, Reference(), None, None
    for at in range(0, len(data), PACKET):
        packet = data[at : at + PACKET]
        pid, start, payload, random_access, reference = read_packet(packet, at, pids)
        if at == 0:
            assert pid == 0, "the first packet is no PAT"
        if pid == 0:
            program = read_pat(section(payload))
        elif pid == program:
            clock.pid, streams = read_pmt(section(payload))
        else:
            assert streams is not None, "media comes before the PMT"
            assert pid in streams, f"PID {pid} is not in the PMT"
            if reference is not None:
                assert pid == clock.pid, f"PID {pid} has clock references"
                clock.take(reference)
            if start:
                pids[pid].units.append((bytearray(), random_access, clock.last))
            if payload:
                pids[pid].units[-1][0].extend(payload)
    return [
        read_track(pid, *kinds[kind], pids[pid].units)
        for pid, kind in (streams or {}).items()
        if pid in pids
    ]


def read_packet(packet, at, pids):
    """(PID, whether a unit starts, payload, random access, clock reference)"""
    assert packet[0] == 0x47, f"there is no sync byte at {at}"
    assert (
        not packet[1] & 0x80 and not packet[3] & 0xC0
    ), f"the packet at {at} is marked as damaged or scrambled"
    pid, control = (packet[1] & 31) << 8 | packet[2], packet[3] >> 4 & 3
    state = pids.setdefault(pid, Pid())
    counter = packet[3] & 15
    has_payload, body, random_access, reference = control & 1, 4, False, None
    if control & 2:
        length = packet[4]
        assert (
            length <= 182 if has_payload else length == 183
        ), f"the adaptation field at {at} has {length} bytes"
        body = 5 + length
        if length:
            assert not packet[5] & 0x80, f"there is a discontinuity at {at}"
            random_access = bool(packet[5] & 0x40)
            if packet[5] & 0x10:
                bits = int.from_bytes(packet[6:12], "big")
                reference = bits >> 15
            used = 6 + 6 * bool(packet[5] & 0x10)
            assert packet[5] & 0x0F or set(packet[used:body]) <= {
                0xFF
            }, f"the stuffing at {at} is not 0xff"
    expected = None if state.counter is None else (state.counter + bool(has_payload)) & 15
    assert expected in (
        None,
        counter,
    ), f"the continuity counter of PID {pid} is {counter} at {at}, not {expected}"
    state.counter = counter
    return (
        pid,
        bool(packet[1] & 0x40),
        packet[body:] if has_payload else b"",
        random_access,
        reference,
    )


def section(payload):
    """The body of a section that fits a packet, its CRC checked."""
    start = 1 + payload[0]
    length = (payload[start + 1] & 15) << 8 | payload[start + 2]
    whole = payload[start : start + 3 + length]
    assert crc(whole) == 0, f"the CRC of table {payload[start]} is wrong"
    assert set(payload[start + 3 + length :]) <= {0xFF}, "the stuffing after a section is not 0xff"
    return whole[8:-4]


def crc(data):
    """CRC-32 of MPEG-2 (annex A): 0 over data and its CRC."""
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1 ^ (0x04C11DB7 if value & 0x80000000 else 0)) & 0xFFFFFFFF
    return value


def read_pat(body):
    assert len(body) == 4, "there is not one program"
    return (body[2] & 31) << 8 | body[3]


def read_pmt(body):
    """(PID of the clock, {PID: stream type})"""
    clock, at = (body[0] & 31) << 8 | body[1], 4 + ((body[2] & 15) << 8 | body[3])
    streams = {}
    while at < len(body):
        streams[(body[at + 1] & 31) << 8 | body[at + 2]] = body[at]
        at += 5 + ((body[at + 3] & 15) << 8 | body[at + 4])
    assert clock in streams, f"the clock is on PID {clock}, which is none of the program's"
    return clock, streams


def read_track(pid, kind, codec, units):
    track = boxes.Track(
        id=pid, kind=kind, codec=codec, timescale=CLOCK, entry=b"", language="und", length_size=0
    )
    last = None
    for payload, random_access, reference in units:
        presentation, decode, content = read_pes(bytes(payload))
        decode = decode if last is None else unwrap(decode, last)
        presentation = unwrap(presentation, decode)
        assert (
            reference is None or unwrap(reference, decode) <= decode
        ), f"the sample of {decode} arrives too late, at {reference}"
        last = decode
        if kind == "vide":
            elementary.check_access_unit(content, random_access, codec)
            track.samples.append(
                boxes.Sample(decode, presentation - decode, 0, random_access, content)
            )
        else:
            read_audio(track, decode, content)
    for sample, following in zip(track.samples, track.samples[1:]):
        assert (
            sample.decode < following.decode
        ), f"decode time {following.decode} follows {sample.decode}"
        sample.duration = following.decode - sample.decode
    return track


#: How the content of a PES packet is split, by codec: (sampling rate, samples, frame) each.
FRAMES = {
    "mp4a": lambda content: ((rate, 1024, frame) for rate, frame in elementary.adts_frames(content)),
    "mp3": elementary.mp3_frames,
    "ac-3": elementary.ac3_frames,
    "ec-3": elementary.eac3_frames,
    "Opus": elementary.opus_packets,
    # Each frame has a PES packet of its own.
    "dts": lambda content: [(48000, 512, content)],
}


def read_audio(track, decode, content):
    for rate, samples, frame in FRAMES[track.codec](content):
        duration = boxes.Fraction(samples * CLOCK, rate)
        track.samples.append(boxes.Sample(decode, 0, duration, True, frame))
        decode += duration


def read_pes(payload):
    """(PTS, DTS, content)"""
    assert payload[:3] == b"\0\0\1", "a PES packet does not start with its prefix"
    length, flags, header = int.from_bytes(payload[4:6], "big"), payload[7] >> 6, payload[8]
    assert length in (
        0,
        len(payload) - 6,
    ), f"a PES packet of {len(payload) - 6} bytes says that it has {length}"
    assert flags in (2, 3), "a PES packet has no time stamp"
    presentation = stamp(payload[9:14], flags)
    decode = stamp(payload[14:19], 1) if flags == 3 else presentation
    assert header == 5 + 5 * (flags == 3) or set(payload[9 + 5 * (flags - 1) : 9 + header]) <= {
        0xFF
    }, "a PES header is not stuffed with 0xff"
    return presentation, decode, payload[9 + header :]


def stamp(field, prefix):
    assert (
        field[0] >> 4 == prefix and field[0] & field[2] & field[4] & 1
    ), f"the time stamp {field.hex()} is malformed"
    return (
        (field[0] >> 1 & 7) << 30
        | field[1] << 22
        | field[2] >> 1 << 15
        | field[3] << 7
        | field[4] >> 1
    )


def unwrap(time, near):
    """The time that is `time` modulo 2^33 and nearest to `near`."""
    return time + (near - time + WRAP // 2) // WRAP * WRAP
