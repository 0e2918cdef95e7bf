#!/usr/bin/env python3
"""The buffers of sound in a receiver of transport streams (ISO/IEC 13818-1, 2.4.2).

Bytes arrive when clock references say. They pass a transport buffer that drains at a fixed rate,
and wait in a main buffer until their frame is decoded.

    buffers.py SEGMENT...

Prints how full the buffers get with the segments of one playlist, in order, also if all bytes
arrived later. See docs/decisions/sound-arrives-early.md.
"""

import bisect
import sys
from dataclasses import dataclass
from pathlib import Path

import transport
from transport import CLOCK, PACKET

#: What leaves the transport buffer, in bytes a second: 2 Mbit/s, for up to two channels of AAC
#: (2.4.2.3), and for AC-3 (ETSI TS 101 154, 6.2.1).
DRAIN = 250_000
#: The transport buffer, and the main buffer by codec, in bytes.
TRANSPORT_BUFFER = 512
MAIN_BUFFERS = {"mp4a": 3_584, "ac-3": 5_696, "ec-3": 5_696}
#: The longest time that sound waits here: a lead of 0.7 s, up to half a second of frames that share
#: a PES packet, and the reordering of pictures.
LONGEST = 1.3


@dataclass
class Fill:
    """The most that the buffers hold, in bytes."""

    codec: str
    transport: int
    main: int
    #: The longest time from the arrival of a frame's last byte until it is decoded, in seconds.
    lead: float
    #: Pictures whose last byte arrives after they are decoded.
    late: int


def fill(segments, shift=0):
    """How full the buffers of sound get, if everything arrives later by `shift` seconds."""
    data = b"".join(segments)
    arrives, units = Arrival(data, shift), units_of(data)
    sound = next(units[pid] for pid in units if units[pid][0].kind == "soun")
    pictures = next((units[pid] for pid in units if units[pid][0].kind == "vide"), [])
    ends = {unit.packets[-1][0]: unit.decode for unit in pictures}
    late = sum(arrives(at + PACKET) > decode for at, decode in ends.items())
    held = most = last = 0
    events, lead = [], 0
    for unit in sound:
        for at, size in unit.packets:
            start, end = arrives(at), arrives(at + PACKET)
            held = max(0, held - DRAIN * (start - last))
            held = max(0, held + PACKET - DRAIN * (end - start))
            most, last = max(most, held), end
            events.append((end + held / DRAIN, size))
        rest = sum(size for _, size in unit.packets)
        for decode, size in reversed(unit.frames):
            events.append((decode, -(size if decode > unit.decode else rest)))
            lead, rest = max(lead, decode - last), rest - size
    level = peak = 0
    for _, size in sorted(events):
        level += size
        peak = max(peak, level)
    return Fill(sound[0].codec, round(most), peak, lead, late)


class Arrival:
    """When a byte arrives, in seconds: at a constant rate between clock references (2.4.2.2)."""

    def __init__(self, data, shift):
        self.shift, self.places, self.times = shift, [], []
        for at in range(0, len(data), PACKET):
            packet = data[at : at + PACKET]
            if packet[3] & 0x20 and packet[4] and packet[5] & 0x10:
                time = int.from_bytes(packet[6:12], "big") >> 15
                time = transport.unwrap(time, self.times[-1]) if self.times else time
                # Several at the same time arrive with the first.
                if not self.times or time > self.times[-1]:
                    self.places.append(at + 11)
                    self.times.append(time)

    def __call__(self, place):
        after = min(max(bisect.bisect(self.places, place), 1), len(self.places) - 1)
        (start, end), (first, last) = (
            column[after - 1 : after + 1] for column in (self.places, self.times)
        )
        return (first + (place - start) * (last - first) / (end - start)) / CLOCK + self.shift


@dataclass
class Unit:
    """A PES packet."""

    kind: str
    codec: str
    #: Where each of its transport packets is, and its bytes of payload.
    packets: list
    payload: bytearray
    decode: float = 0
    #: (decode time, bytes) of each frame.
    frames: list = None


def units_of(data):
    """The PES packets of each PID."""
    units, kinds, pids = {}, {}, {}
    for at in range(0, len(data), PACKET):
        pid, start, payload, _, _ = transport.read_packet(data[at : at + PACKET], at, pids)
        if pid == 0:
            program = transport.read_pat(transport.section(payload))
        elif pid == program:
            kinds = transport.read_pmt(transport.section(payload))[1]
        else:
            if start:
                unit = Unit(*transport.KINDS[kinds[pid]], [], bytearray())
                units.setdefault(pid, []).append(unit)
            if payload:
                units[pid][-1].packets.append((at, len(payload)))
                units[pid][-1].payload += payload
    for own in units.values():
        last = None
        for unit in own:
            _, decode, content = transport.read_pes(bytes(unit.payload))
            last = decode if last is None else transport.unwrap(decode, last)
            unit.decode = last / CLOCK
            unit.frames = list(frames(unit, content)) if unit.kind == "soun" else []
    return units


def frames(unit, content):
    decode = unit.decode
    for rate, samples, frame in transport.FRAMES[unit.codec](content):
        yield decode, len(frame)
        decode += samples / rate


def check(url, name, protocol, tally):
    """Sound waits no longer than it should, and how full its buffers get. No picture is late."""
    for rendition in protocol.read(f"{url}/{protocol.manifest}"):
        if rendition.track.kind != "soun" or rendition.track.codec not in MAIN_BUFFERS:
            continue
        found = fill([segment.body for segment in rendition.segments])
        is_right = found.lead <= LONGEST and not found.late
        tally.add(f"{name:6}{describe(found)}", [] if is_right else ["that is too long"])


def describe(found):
    size = MAIN_BUFFERS[found.codec]
    return (
        f"{found.codec}: {found.main} bytes of {size}, and {found.transport} of {TRANSPORT_BUFFER} "
        f"in the transport buffer; {found.lead:.3f} s early, {found.late} pictures late"
    )


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    bodies = [Path(name).read_bytes() for name in sys.argv[1:]]
    for later in (0, 0.5, 0.58, 0.62):
        print(f"{later:4.2f} s later: {describe(fill(bodies, later))}")
