"""HLS under AES-128 (RFC 8216, 4.3.2.4 and 5.2): each segment decrypts to the clear one."""

from dataclasses import dataclass
from urllib.parse import urljoin

import decryptors
from origin import get
from streams import PLAYLIST_TYPES, attributes

FORMATS = {"HLS3": "m3u8-aapl-v3", "HLS4": "m3u8-aapl", "HLS": "m3u8-cmaf"}
KEY_TYPES = {"application/octet-stream"}
REFERENCES = ("#EXT-X-MEDIA:", "#EXT-X-I-FRAME-STREAM-INF:")


@dataclass
class Resource:
    """What a media playlist refers to: an init segment or a segment, with its keys."""

    url: str
    keys: list
    duration: str = ""


def playlists(url, with_texts=True):
    """The media playlists of a multivariant one, in order."""
    lines = get(url, PLAYLIST_TYPES).decode().splitlines()
    found = [line for line in lines if line and not line.startswith("#")]
    named = [attributes(line) for line in lines if line.startswith(REFERENCES)]
    found += [
        each["URI"]
        for each in named
        if "URI" in each and (with_texts or each.get("TYPE") != "SUBTITLES")
    ]
    return [urljoin(url, uri) for uri in dict.fromkeys(found)]


def resources(url):
    """All that a media playlist refers to. A key is for what follows, until the next."""
    keys, duration, found = {}, "", []
    for line in get(url, PLAYLIST_TYPES).decode().splitlines():
        if line.startswith("#EXT-X-KEY:"):
            key = attributes(line)
            keys = (
                {} if key["METHOD"] == "NONE" else {**keys, key.get("KEYFORMAT", "identity"): key}
            )
        elif line.startswith("#EXT-X-MAP:"):
            found.append(Resource(urljoin(url, attributes(line)["URI"]), list(keys.values())))
        elif line.startswith("#EXTINF:"):
            duration = line
        elif line and not line.startswith("#"):
            found.append(Resource(urljoin(url, line), list(keys.values()), duration))
    return found


def check(name, clear, protected, keys, vectors, tally):
    """One format, by its clear and protected multivariant playlists, and vectors seen, by URL."""
    pairs = list(zip(playlists(clear), playlists(protected), strict=True))
    for clear_playlist, playlist in pairs:
        problems, found = [], resources(playlist)
        for ours, theirs in zip(resources(clear_playlist), found, strict=True):
            try:
                check_resource(ours, theirs, playlist, keys, vectors)
            except AssertionError as error:
                problems.append(f"{theirs.url.rsplit('/', 1)[-1]}: {error}")
        tally.add(
            f"{name:6}{playlist.split('.ism/')[1][-70:]:71}{len(found):4} decrypted by openssl",
            problems[:5],
        )
    ours, theirs = (
        decryptors.of_streams(url, "-allowed_extensions", "ALL") for url in (clear, protected)
    )
    problems = (
        []
        if ours == theirs and ours
        else [f"stream {stream} differs" for stream in ours if ours[stream] != theirs.get(stream)]
    )
    tally.add(
        f"{name:6}{sum(map(len, theirs.values()))} frames of {len(theirs)} streams are played by "
        "ffmpeg",
        problems,
    )


def check_resource(clear, protected, playlist, keys, vectors):
    assert (
        clear.duration == protected.duration
    ), f"it lasts {protected.duration} and in the clear {clear.duration}"
    assert (
        len(protected.keys) == 1 and not clear.keys
    ), f"it has {len(protected.keys)} keys, and {len(clear.keys)} in the clear"
    (tag,) = protected.keys
    assert tag["METHOD"] == "AES-128" and "IV" in tag, f"its key is signalled by {tag}"
    iv = bytes.fromhex(tag["IV"].removeprefix("0x"))
    assert (
        len(iv) == 16 and vectors.setdefault(iv, protected.url) == protected.url
    ), f"its vector is that of {vectors[iv]}"
    key = get(urljoin(playlist, tag["URI"]), KEY_TYPES)
    assert key in keys.values(), "its key is not one of the locator's"
    assert decryptors.openssl(get(protected.url), key, iv) == get(
        clear.url
    ), "it differs from the clear one"
