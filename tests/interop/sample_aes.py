"""Transport streams under SAMPLE-AES: ffmpeg plays the frames of the clear stream."""

import tempfile
from pathlib import Path
from urllib.parse import urljoin

import compare
import decryptors
import envelope
from origin import get
from streams import PLAYLIST_TYPES, attributes

PROTOCOLS = "file,http,tcp,crypto,data"


def check(name, clear, protected, tally):
    """One format: `clear` and `protected` are the addresses of its multivariant playlists."""
    for ours, theirs in zip(envelope.playlists(clear), envelope.playlists(protected), strict=True):
        if "type=keyframes" in theirs:
            # ffmpeg takes an I-frame for a picture cut short.
            continue
        wanted, got = decryptors.of_streams(ours)["0"], played(identified(theirs))["0"]
        problems = [] if wanted == got[: len(wanted)] else [f"frame {compare.first_difference(wanted, got)} of {len(wanted)} differs"]
        tally.add(f"{name:6}{theirs.split('.ism/')[1][-70:]:71}{len(wanted):5} frames by ffmpeg", problems)


def identified(url):
    """A media playlist as if its identity keys were its only ones, which ffmpeg goes by; with addresses that hold anywhere.

    Its last segment is there twice: ffmpeg does not decrypt the last picture of all.
    """
    lines = []
    for line in get(url, PLAYLIST_TYPES).decode().splitlines():
        if line.startswith("#EXT-X-KEY:"):
            key = attributes(line)
            assert key["METHOD"] == "SAMPLE-AES" and len(key["IV"]) == 34, f"{url} has the key {key}"
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
        return decryptors.of_streams(path, "-allowed_extensions", "ALL", "-protocol_whitelist", PROTOCOLS)
