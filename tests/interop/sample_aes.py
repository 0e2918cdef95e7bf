"""Transport streams under SAMPLE-AES decrypt to the clear ones, by the rules and by ffmpeg.

The rules are those of *MPEG-2 Stream Encryption Format for HTTP Live Streaming*.
"""

import tempfile
from pathlib import Path
from urllib.parse import urljoin
from uuid import UUID

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

import compare
import decryptors
import elementary
import envelope
import transport
from origin import get
from streams import PLAYLIST_TYPES, attributes

BLOCK = 16
#: Clear bytes at the start of a NAL unit, and the length up to which one is clear (2.2).
LEADER, MAX_CLEAR = 32, 48
SLICES = {1, 5}
PROTOCOLS = "file,http,tcp,crypto,data"


def check(name, clear, protected, keys, tally):
    """One format: `clear` and `protected` are the addresses of its multivariant playlists."""
    pairs = (envelope.playlists(url, with_texts=False) for url in (clear, protected))
    for ours, theirs in zip(*pairs, strict=True):
        what = f"{name:6}{theirs.split('.ism/')[1][-70:]:71}"
        wanted = got = []
        try:
            wanted, got = list(decrypted(ours)), list(decrypted(theirs, keys))
            problems = (
                []
                if got == wanted and got
                else [
                    f"sample {compare.first_difference(wanted, got)} differs from the clear one"
                ]
            )
        except AssertionError as error:
            problems = [error]
        tally.add(f"{what}{len(got):5} samples decrypted by the rules of SAMPLE-AES", problems)
        # ffmpeg treats a key frame alone as a truncated picture.
        if "type=keyframes" not in theirs:
            tally.add(f"{what}{len(got):5} samples by ffmpeg", differences(ours, theirs))


def samples(url, kinds):
    """(what a media playlist refers to, the kind of track, a sample in it) for each sample."""
    for resource in envelope.resources(url):
        for track in transport.read(get(resource.url), kinds):
            yield from ((resource, track.kind, sample) for sample in track.samples)


def decrypted(url, keys=None):
    """The times and parts of each sample of a media playlist: NAL units, or a frame of audio."""
    for resource, kind, sample in samples(
        url, transport.ENCRYPTED_KINDS if keys else transport.KINDS
    ):
        parts = (
            elementary.between_start_codes(sample.content) if kind == "vide" else [sample.content]
        )
        if keys:
            decrypt = decrypt_unit if kind == "vide" else decrypt_frame
            parts = [decrypt(part, *key_of(resource, keys)) for part in parts]
        yield sample.decode, sample.composition, parts


def key_of(resource, keys):
    """The key and the vector of a segment."""
    (tag,) = (key for key in resource.keys if key.get("KEYFORMAT", "identity") == "identity")
    return keys[UUID(tag["KEYID"].removeprefix("0x"))], bytes.fromhex(
        tag["IV"].removeprefix("0x")
    )


def differences(clear, protected):
    """The samples that ffmpeg decodes differently."""
    wanted, got = decryptors.of_streams(clear)["0"], played(identified(protected))["0"]
    beyond = [
        is_beyond_ffmpeg(kind, sample)
        for _, kind, sample in samples(protected, transport.ENCRYPTED_KINDS)
    ]
    if len(beyond) != len(wanted) or len(got) < len(wanted) or all(beyond):
        return [
            f"{len(got)} samples of {len(wanted)}, {beyond.count(True)} of {len(beyond)} beyond it"
        ]
    wrong = [at for at, frame in enumerate(wanted) if got[at] != frame and not beyond[at]]
    return [f"sample {wrong[0]} of {len(wanted)} differs"] if wrong else []


def is_beyond_ffmpeg(kind, sample):
    """ffmpeg loses its place after a slice from which it removed emulation prevention."""
    return kind == "vide" and any(
        b"\0\0\3" in unit and is_encrypted(unit)
        for unit in elementary.between_start_codes(sample.content)[:-1]
    )


def identified(url):
    """A media playlist with only its identity keys, which ffmpeg uses, and with absolute addresses.

    Its last segment is listed twice: ffmpeg does not decrypt the very last picture.
    """
    lines = []
    for line in get(url, PLAYLIST_TYPES).decode().splitlines():
        if line.startswith("#EXT-X-KEY:"):
            key = attributes(line)
            assert (
                key["METHOD"] == "SAMPLE-AES" and len(key["IV"]) == 34
            ), f"{url} has the key {key}"
            if key.get("KEYFORMAT", "identity") != "identity":
                continue
            line = line.replace(key["URI"], urljoin(url, key["URI"]))
        lines.append(line if line.startswith("#") or not line else urljoin(url, line))
    assert lines[-1] == "#EXT-X-ENDLIST", f"{url} does not end"
    return "\n".join([*lines[:-1], *lines[-3:]])


def played(playlist):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "media.m3u8")
        path.write_text(playlist)
        return decryptors.of_streams(
            path, "-allowed_extensions", "ALL", "-protocol_whitelist", PROTOCOLS
        )


def is_encrypted(unit):
    return elementary.kind(unit) in SLICES and len(unit) > MAX_CLEAR


def decrypt_unit(unit, key, iv):
    """A NAL unit: what is encrypted was escaped once more (2.2)."""
    if not is_encrypted(unit):
        return unit
    out = bytearray(unit.replace(b"\0\0\3", b"\0\0"))
    places = range(LEADER, len(out) - BLOCK, 10 * BLOCK)
    cipher = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    for place in places:
        out[place : place + BLOCK] = cipher.update(bytes(out[place : place + BLOCK]))
    return bytes(out)


def decrypt_frame(frame, key, iv):
    """A frame of ADTS: all whole blocks after a header and a leader (2.3)."""
    start = len(frame) - len(elementary.without_header(frame)) + BLOCK
    end = start + (len(frame) - start) // BLOCK * BLOCK
    if end <= start:
        return frame
    return (
        frame[:start]
        + Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor().update(frame[start:end])
        + frame[end:]
    )
