"""Reads the FLV tags of F4F fragments (Adobe F4V file format specification 10.1, C and E)."""

import boxes

CLOCK = 1000
AUDIO, VIDEO, SCRIPT = 8, 9, 18
HEADER = b"FLV\1\5\0\0\0\x09\0\0\0\0"


def tags(fragment):
    """The FLV tags of a fragment: the body of its only `mdat`."""
    media = [box for box in boxes.top_level(fragment) if box.kind == b"mdat"]
    assert len(media) == 1, f"a fragment has {len(media)} mdat"
    return fragment[media[0].body : media[0].end]


def read(data):
    """The tracks of consecutive FLV tags, video first."""
    video = boxes.Track(VIDEO, "vide", "avc1", CLOCK, b"", "und")
    audio = boxes.Track(AUDIO, "soun", "mp4a", CLOCK, b"", "und")
    at = 0
    while at < len(data):
        size, time = int.from_bytes(data[at + 1 : at + 4], "big"), int.from_bytes(
            data[at + 7 : at + 8] + data[at + 4 : at + 7], "big"
        )
        body, trailer = data[at + 11 : at + 11 + size], data[at + 11 + size : at + 15 + size]
        assert (
            data[at + 8 : at + 11] == b"\0\0\0" and int.from_bytes(trailer, "big") == size + 11
        ), f"the tag at {at} is malformed"
        track = video if data[at] == VIDEO else audio
        read_video(track, time, body) if track is video else read_audio(track, time, body)
        at += 15 + size
    tracks = [track for track in (video, audio) if track.samples]
    for track in tracks:
        for sample, following in zip(track.samples, track.samples[1:]):
            assert (
                sample.decode <= following.decode
            ), f"a sample of {following.decode} ms follows one of {sample.decode} ms"
            sample.duration = following.decode - sample.decode
    return tracks


def read_video(track, time, body):
    assert body[0] & 15 == 7, f"video of codec {body[0] & 15} is not H.264"
    if body[1] == 0:
        check_configuration(track, b"avcC" + body[5:])
        track.length_size = (body[9] & 3) + 1
    elif body[1] == 1:
        assert track.entry, "a picture comes before the configuration"
        offset = int.from_bytes(body[2:5], "big", signed=True)
        track.samples.append(boxes.Sample(time, offset, 0, body[0] >> 4 == 1, body[5:]))


def read_audio(track, time, body):
    assert body[0] == 0xAF or body[0] >> 4 == 2, f"audio of {body[0]:#x} is neither AAC nor MP3"
    if body[0] != 0xAF:
        track.samples.append(boxes.Sample(time, 0, 0, True, body[1:]))
    elif body[1] == 0:
        check_configuration(track, b"esds" + body[2:])
    else:
        assert track.entry, "sound comes before the configuration"
        track.samples.append(boxes.Sample(time, 0, 0, True, body[2:]))


def check_configuration(track, entry):
    assert track.entry in (b"", entry), "the configuration of a stream changes"
    track.entry = entry
