"""Proves that the checks of protection can fail: every reader must detect wrong keys and boxes."""

import re
import struct
from dataclasses import replace

import cenc
import common
import damage
import decryptors
import envelope
import refusals
import sample_aes
from origin import get


def common_encryption(clear, protected, keys):
    """The damages to a DASH stream that a reader misses; `clear` and `protected` are MPDs."""
    for ours, theirs in zip(
        common.renditions("DASH", clear), common.renditions("DASH", protected), strict=True
    ):
        for name, harm, readers in DAMAGES:
            harmed, harmed_keys = harm(theirs, keys)
            for reader in readers if harmed else ():
                if not READERS[reader](ours, harmed, harmed_keys):
                    yield f"{reader} does not find {name} in {theirs.name}"


def by_the_rules(clear, protected, keys):
    try:
        signalled = cenc.protection(protected.init, clear.init)
        headers = common.headers(clear)
        common.check_samples(clear, protected, signalled, keys, cenc.Vectors(), headers)
    except AssertionError:
        return True
    return False


def by_ffmpeg(clear, protected, keys):
    (key,) = keys.values()
    return bool(common.differences(clear, protected, key))


def by_packager(clear, protected, keys):
    ((key_id, key),) = keys.items()
    return bool(common.packaged(clear, protected, key_id, key))


def another_key(rendition, keys):
    return rendition, {key_id: bytes([key[0] ^ 1]) + key[1:] for key_id, key in keys.items()}


def another_vector(rendition, keys):
    """In `senc`, or else in `tenc`."""
    changed = bytearray(rendition.segments[0].body)
    senc = damage.fields(changed, b"senc")
    if b"cenc" in rendition.init:
        changed[senc[0].body + 8] ^= 1
        return with_segment(rendition, changed), keys
    init = bytearray(rendition.init)
    init[init.index(b"tenc") + 29] ^= 1
    return replace(rendition, init=bytes(init)), keys


def another_offset(rendition, keys):
    changed = bytearray(rendition.segments[0].body)
    for saio in damage.fields(changed, b"saio"):
        changed[saio.end - 1] ^= 1
        return with_segment(rendition, changed), keys
    return None, keys


def another_stretch(rendition, keys):
    """A byte less in the clear, and one more protected."""
    changed = bytearray(rendition.segments[0].body)
    for senc in damage.fields(changed, b"senc"):
        if senc.flags & 2:
            entry = senc.body + 8 + (8 if b"cenc" in rendition.init else 0) + 2
            clear, protected = struct.unpack_from(">HI", changed, entry)
            struct.pack_into(">HI", changed, entry, clear - 1, protected + 1)
            return with_segment(rendition, changed), keys
    return None, keys


def with_segment(rendition, body):
    first, *others = rendition.segments
    return replace(rendition, segments=[replace(first, body=bytes(body)), *others])


READERS = {
    "the reader by the rules": by_the_rules,
    "ffmpeg": by_ffmpeg,
    "Shaka Packager": by_packager,
}
DAMAGES = [
    ("another key", another_key, list(READERS)),
    ("another vector", another_vector, list(READERS)),
    ("another offset in saio", another_offset, ["the reader by the rules"]),
    ("another stretch", another_stretch, ["the reader by the rules"]),
]


def whole_segments(clear, protected, keys):
    """The damages to an HLS segment that openssl misses; `clear` and `protected` are playlists."""
    clear, protected = (
        envelope.resources(envelope.playlists(url)[0])[0] for url in (clear, protected)
    )
    (tag,), (key,) = protected.keys, keys.values()
    iv, body, wanted = bytes.fromhex(tag["IV"][2:]), get(protected.url), get(clear.url)
    for name, harmed in (
        ("key", (body, flipped(key), iv)),
        ("vector", (body, key, flipped(iv))),
        ("byte", (flipped(body), key, iv)),
    ):
        try:
            if decryptors.openssl(*harmed) == wanted:
                yield f"openssl does not find another {name}"
        except AssertionError:
            continue


def another_head(clear, protected):
    """The segments with a protected head and clear samples that are not detected.

    `clear` and `protected` are the addresses of MPDs.
    """
    for ours, theirs in zip(
        common.renditions("DASH", clear), common.renditions("DASH", protected), strict=True
    ):
        for number, (segment, encrypted) in enumerate(
            zip(ours.segments, theirs.segments, strict=True)
        ):
            forged = encrypted.body.split(b"mdat")[0] + b"mdat" + segment.body.split(b"mdat", 1)[1]
            if not refusals.shows(forged, segment.body, ours.track.kind):
                yield (
                    f"segment {number} of {ours.name} is taken for protected with its samples in "
                    "the clear"
                )
            if refusals.shows(encrypted.body, segment.body, ours.track.kind):
                yield f"segment {number} of {ours.name} is taken for clear"


def frames(clear, protected, keys):
    """The damages to frames under SAMPLE-AES that a reader does not find."""
    pairs = (envelope.playlists(url, with_texts=False) for url in (clear, protected))
    for ours, theirs in zip(*pairs, strict=True):
        if list(sample_aes.decrypted(theirs, another_key(None, keys)[1])) == list(
            sample_aes.decrypted(ours)
        ):
            yield f"the reader by the rules does not find another key of {theirs}"
    wanted = decryptors.of_streams(envelope.playlists(clear)[0])["0"]
    playlist = sample_aes.identified(envelope.playlists(protected)[0])
    harmed = re.sub(
        r"IV=0x(\w{32})", lambda found: f"IV=0x{flipped(bytes.fromhex(found[1])).hex()}", playlist
    )
    if sample_aes.played(harmed)["0"][: len(wanted)] == wanted:
        yield "ffmpeg does not find another vector"


def flipped(data):
    return bytes([data[0] ^ 1]) + data[1:]
