"""What a locator does not publish is refused, and what it protects is not served in the clear."""

import re

import boxes
import envelope
import origin
import publication
import smooth
import streams
import transport

#: What each format can carry.
CARRIED = {
    None: {"cenc", "piff"},
    "fmp4-v20": {"cenc", "piff"},
    "m3u8-aapl-v3": {"cbc"},
    "m3u8-aapl": {"cbc", "cbcs-aapl"},
    "m3u8-cmaf": {"cbc", "cenc", "cbcs-aapl"},
    "mpd-time-csf": {"cenc", "cbcs-aapl"},
    "mpd-time-cmaf": {"cenc", "cbcs-aapl"},
    "f4m-f4f": set(),
}
MEDIA = streams.MEDIA_TYPES | streams.TRANSPORT_TYPES
CMAF = {"m3u8-cmaf", "mpd-time-cmaf"}
#: What each kind of locator publishes under which protection.
ENABLED = {
    "cbc": {"cbc"},
    "cenc": {"cenc", "piff"},
    "keys": {"cenc", "piff"},
    "cbcs": {"cbcs-aapl"},
}
EVERYWHERE = {"dash", "hls", "smooth"}
PROTOCOLS = {"cbc": EVERYWHERE, "cenc": EVERYWHERE, "keys": EVERYWHERE, "cbcs": {"dash", "hls"}}
#: Minimum length of a sample, and bytes at its end: after all headers, in part always encrypted.
TAILS = {"vide": (600, 300), "soun": (128, 64)}
ENCRYPTION = re.compile(r",?encryption=[a-z-]+")


def protocol(format):
    return {"m3u8": "hls", "mpd": "dash", "f4m": "hds"}.get((format or "").split("-")[0], "smooth")


def due(kind, format, named):
    """The status that a request is answered with."""
    carried, enabled = CARRIED[format], ENABLED[kind]
    if protocol(format) not in PROTOCOLS[kind]:
        return 403
    if named:
        return 403 if named not in enabled else 200 if named in carried else 415
    implied = (carried & enabled) - {"piff"}
    if not implied:
        return 415
    return 400 if format in CMAF or len(implied) > 1 else 200


def check(kind, asset, manifests, tally):
    """`manifests` are the addresses of all that a locator publishes, by format."""
    asked, problems = 0, []
    for format, manifest in manifests.items():
        for url in resources(format, manifest):
            for named in (None, "cbc", "cenc", "cbcs-aapl", "piff"):
                wanted, answer = due(kind, format, named), origin.ask(renamed(url, named))
                asked += 1
                if answer.status != wanted:
                    problems.append(f"{answer.url} is answered with {answer.status}, not {wanted}")
                elif is_clear(answer, kind, asset):
                    problems.append(f"{answer.url} is answered in the clear")
    tally.add(f"{kind:6}{asked} requests with every protection and with none", problems[:5])


def check_unpublished(base, asset, kind, files, tally):
    """Formats that are not enabled, stored files, and the folder of the asset itself."""
    folder = f"{base}/{publication.locator(asset, kind)}"
    wanted = {
        f"{folder}/{asset}.ism/manifest(format=f4m-f4f)": 403,
        f"{base}/{asset}/{asset}.ism/manifest": 404,
    }
    wanted |= {f"{folder}/{file}": 403 for file in files} | {
        f"{base}/{asset}/{file}": 404 for file in files
    }
    got = {url: origin.ask(url).status for url in wanted}
    problems = [
        f"{url} is answered with {got[url]}, not {wanted[url]}"
        for url in wanted
        if got[url] != wanted[url]
    ]
    tally.add(f"{kind:6}{len(wanted)} requests for what is not published", problems)


def resources(format, manifest):
    """The manifest, and everything it refers to."""
    yield manifest
    if protocol(format) == "hls":
        for playlist in envelope.playlists(manifest):
            yield playlist
            yield from (resource.url for resource in envelope.resources(playlist))
    elif protocol(format) == "dash":
        for rendition in [*streams.dash(manifest), *streams.dash_key_frames(manifest)]:
            yield rendition.url
            yield from (segment.url for segment in rendition.segments)
    else:
        yield from (
            segment.url for rendition in smooth.smooth(manifest) for segment in rendition.segments
        )


def renamed(url, named):
    """The same address with another protection, or with none."""
    bare = ENCRYPTION.sub("", url).replace("()", "").replace("(,", "(")
    if named is None:
        return bare
    start, last = bare.rsplit("/", 1)
    return (
        f"{start}/{last.replace(')', f',encryption={named})')}"
        if "(" in last
        else f"{bare}(encryption={named})"
    )


def is_clear(answer, kind, asset):
    """Whether media shows any sample that the clear locator of the asset has at the same place."""
    if answer.content_type not in MEDIA:
        return False
    clear = origin.get(
        renamed(answer.url, None).replace(
            publication.locator(asset, kind), publication.locator(asset, "clear")
        )
    )
    return shows(answer.body, clear, "soun" if answer.content_type.startswith("audio") else "vide")


def shows(body, clear, kind):
    """Whether a resource contains a clear sample, or is clear; `kind` is that of a sole track."""
    found = samples(clear, kind)
    secrets = [
        content[-tail:]
        for kind, content in found
        for least, tail in [TAILS[kind]]
        if len(content) >= least
    ]
    assert secrets or not found, "none of the samples is long enough to be recognized"
    searched = (
        b"".join(content for _, content in samples(body, kind))
        if is_transport_stream(body)
        else body
    )
    return body == clear or any(secret in searched for secret in secrets)


def samples(body, kind):
    """(kind, content) of each sample of a segment; none of an init segment."""
    if is_transport_stream(body):
        tracks = transport.read(body, transport.KINDS | transport.ENCRYPTED_KINDS)
    elif any(box.kind == b"moof" for box in boxes.top_level(body)):
        tracks = [smooth.read_fragments(body, boxes.Track(0, kind, "", 1, b"", ""))]
    else:
        tracks = []
    return [(track.kind, sample.content) for track in tracks for sample in track.samples]


def is_transport_stream(body):
    return len(body) % transport.PACKET == 0 and all(
        body[at] == 0x47 for at in range(0, len(body), transport.PACKET)
    )
