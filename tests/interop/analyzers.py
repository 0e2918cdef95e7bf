"""Independent analyzers of transport streams: `tsreport` of tstools, and tstrans in strict mode."""

import re
import subprocess
import tempfile
from itertools import groupby

import damage
from transport import PACKET

#: How far ahead of its decode time data may arrive: a second (ISO/IEC 13818-1, 2.4.2.6), or with
#: HEVC ten (2.17.2). Of H.264, which may take ten as well (2.14.3), a second is enough.
MAX_AHEAD = 90_000
MAX_AHEAD_OF_HEVC = 900_000
HEVC = 0x24
AHEAD = re.compile(
    r"PCR/(?:PTS,)?DTS:\n *Minimum difference was (-?\d+)t.*\n *Maximum difference was (-?\d+)t"
)
#: The number of bytes fed at once.
CHUNK = PACKET * 5000


def problems(segments):
    """Problems that either finds. `tsreport` does not follow a clock from one PID to another."""
    stretches = (b"".join(stretch) for _, stretch in groupby(segments, program_map))
    return [problem for stretch in stretches for problem in report(stretch)] + nonconformities(
        b"".join(segments)
    )


def program_map(segment):
    """The second packet, without its packet counter."""
    return segment[PACKET + 4 : 2 * PACKET]


def report(stream):
    """Checks continuity, checksums, clock references every 100 ms, and that no data is late.

    Of a stream with one clock reference, `tsreport` guesses the rate.
    """
    if len(references(stream)) < 2:
        return []
    with tempfile.NamedTemporaryFile(suffix=".ts") as file:
        file.write(stream)
        file.flush()
        output = subprocess.run(
            ["tsreport", "-buffering", file.name], capture_output=True, text=True, timeout=60
        ).stdout
    found = [line.strip(" !#") for line in output.splitlines() if "###" in line or "!!!" in line]
    section = program_map(stream)[1:]
    first = 12 + int.from_bytes(section[10:12], "big") % 0x1000
    limit = MAX_AHEAD_OF_HEVC if section[first] == HEVC else MAX_AHEAD
    ahead = [int(ticks) for bounds in AHEAD.findall(output) for ticks in bounds]
    found += [
        f"data arrives {ticks} ticks ahead of its time"
        for ticks in ahead
        if not 0 < ticks <= limit
    ]
    found += [] if ahead else ["there is nothing to decode"]
    return [f"tsreport: {line}" for line in found]


def nonconformities(stream):
    """Continuity, tables and their checksums, headers, time stamps and clock references."""
    # Only checks of transport streams need tstrans installed.
    from tstrans.exceptions import DemuxError
    from tstrans.mpegts import DemuxEvent, Demuxer, DemuxerConfig, StrictMode

    demuxer, found = Demuxer(DemuxerConfig(strict_mode=StrictMode.FULL)), []
    try:
        for at in range(0, len(stream), CHUNK):
            demuxer.feed(stream[at : at + CHUNK])
            found += list(demuxer)
        demuxer.flush()
        found += list(demuxer)
    except DemuxError as error:
        return [f"tstrans: {error}"]
    return [
        f"tstrans: {event}"
        for event in found
        if isinstance(event, (DemuxEvent.Discontinuity, DemuxEvent.NonConformant))
    ]


def references(body):
    """Where packets with clock references start."""
    return [
        at
        for at in range(0, len(body), PACKET)
        if body[at + 3] & 0x20 and body[at + 4] and body[at + 5] & 0x10
    ]


def a_missing_reference(body):
    body[references(body)[9] + 5] &= ~0x10


def a_late_clock(body):
    for at in references(body):
        late = int.from_bytes(body[at + 6 : at + 10], "big") + MAX_AHEAD // 2
        body[at + 6 : at + 10] = late.to_bytes(4, "big")


def an_early_clock(body):
    for at in references(body):
        early = int.from_bytes(body[at + 6 : at + 10], "big") - MAX_AHEAD // 2
        body[at + 6 : at + 10] = early.to_bytes(4, "big")


#: What `tsreport` must find, and what both must find.
CLOCK_DAMAGES = (a_missing_reference, a_late_clock, an_early_clock)
DAMAGES = (damage.a_continuity_counter, damage.a_checksum, damage.a_clock_reference)


def undiscovered(stream):
    """The names of the damages to an intact stream that are not found."""
    if problems([stream]):
        yield "the stream has problems before it is damaged"
    for harms, judges in ((CLOCK_DAMAGES, (report,)), (DAMAGES, (report, nonconformities))):
        for harm in harms:
            body = bytearray(stream)
            harm(body)
            yield from (
                f"{harm.__name__} by {judge.__name__}" for judge in judges if not judge(bytes(body))
            )
