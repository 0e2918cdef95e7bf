"""Signalling to protection systems: `pssh` boxes by pymp4, their content by each system's rules."""

import base64
import struct
import xml.etree.ElementTree as ElementTree
from urllib.parse import urljoin
from uuid import UUID

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from pymp4.parser import Box

import boxes
import envelope
import publication
from origin import get
from streams import DASH, MANIFEST_TYPES, attributes

PLAYREADY = UUID("9a04f079-9840-4286-ab92-e65be0885f95")
WIDEVINE = UUID("edef8ba9-79d6-4ace-a3c8-27dcd51d21ed")
CLEAR_KEY = UUID("e2719d58-a985-b3c9-781a-b030af78d30e")
FAIRPLAY = UUID("94ce86fb-07ff-4f43-adb8-93d2fa968ca2")
COMMON = UUID("1077efec-c0b2-4d02-ace3-3c1e52e2fb4b")
#: `KEYFORMAT` in HLS.
KEY_FORMATS = {
    "com.microsoft.playready": PLAYREADY,
    f"urn:uuid:{WIDEVINE}": WIDEVINE,
    "com.apple.streamingkeydelivery": FAIRPLAY,
}
CENC = "{urn:mpeg:cenc:2013}"
MSPR = "{urn:microsoft:playready}"
WRM = "{http://schemas.microsoft.com/DRM/2007/03/PlayReadyHeader}"
DASHIF = "{https://dashif.org/CPS}"
MP4_PROTECTION = "urn:mpeg:dash:mp4protection:2011"


def check_pssh(box, keys, scheme):
    """A `pssh` box (ISO/IEC 23001-7, 8.1) signals the keys to its system; returns the system."""
    read = Box.parse(box)
    assert (
        read.type == b"pssh" and Box.build(read) == box and read.flags == 0
    ), f"{box[:28].hex()} is no pssh box"
    if read.system_ID == PLAYREADY:
        check_playready(read.init_data, keys, scheme)
    elif read.system_ID == WIDEVINE:
        check_widevine(read.init_data, keys, scheme)
    else:
        assert (
            read.system_ID == COMMON and read.version == 1 and not read.init_data
        ), f"there is a pssh of {read.system_ID}"
        assert set(read.key_IDs) == set(keys), f"the pssh of all systems is for {read.key_IDs}"
    return read.system_ID


def check_widevine(data, keys, scheme):
    """`WidevinePsshData` lists the keys: field 2 is their ids, field 9 the scheme."""
    fields = list(protobuf(data))
    assert {UUID(bytes=value) for number, value in fields if number == 2} == set(
        keys
    ), f"the Widevine header has {fields}"
    assert [value for number, value in fields if number == 9] == [
        int.from_bytes(scheme.encode(), "big")
    ], f"the Widevine header has {fields}"


def protobuf(data):
    """(number, value) of each field of a message: integers and bytes."""
    at = 0

    def integer():
        nonlocal at
        value = shift = 0
        while True:
            byte, at = data[at], at + 1
            value, shift = value | (byte & 127) << shift, shift + 7
            if byte < 128:
                return value

    while at < len(data):
        tag = integer()
        assert tag & 7 in (0, 2), f"{data.hex()} has a field of wire type {tag & 7}"
        value = integer()
        if tag & 7:
            value, at = data[at : at + value], at + value
        yield tag >> 3, value


def check_playready(data, keys, scheme):
    """A PlayReady object (*PlayReady Header Specification*, 2 and 3) lists the keys."""
    signalled = playready_keys(data)
    header = playready_header(data)
    assert set(signalled) == set(keys), f"PlayReady is signalled {set(signalled)}"
    url = header.findtext(f"{WRM}DATA/{WRM}LA_URL")
    assert url in licences("playReadyUrlTemplate", keys), f"PlayReady is sent to {url}"
    for key_id, (algorithm, checksum) in signalled.items():
        assert (
            algorithm == {"cenc": "AESCTR", "cbcs": "AESCBC"}[scheme]
        ), f"PlayReady is signalled {algorithm}"
        due = (
            Cipher(algorithms.AES(keys[key_id]), modes.ECB())
            .encryptor()
            .update(key_id.bytes_le)[:8]
            if scheme == "cenc"
            else None
        )
        assert checksum == due, f"the checksum of {key_id} is {checksum}"
    return list(signalled)


def playready_header(data):
    """The one header in an object."""
    length, count, kind, size = struct.unpack_from("<IHHH", data)
    assert (length, count, kind, size) == (
        len(data),
        1,
        1,
        len(data) - 10,
    ), f"the object is {(length, count, kind, size)}"
    return ElementTree.fromstring(data[10:].decode("utf-16-le"))


def playready_keys(data):
    """(algorithm, checksum) by key id."""
    header = playready_header(data)
    inner, version = header.find(f"{WRM}DATA"), header.get("version")
    if version == "4.0.0.0":
        algorithm = inner.findtext(f"{WRM}PROTECTINFO/{WRM}ALGID")
        assert inner.findtext(f"{WRM}PROTECTINFO/{WRM}KEYLEN") == "16", "keys are not of 16 bytes"
        found = [(inner.findtext(f"{WRM}KID"), algorithm, inner.findtext(f"{WRM}CHECKSUM"))]
    else:
        assert version in ("4.2.0.0", "4.3.0.0"), f"the header is of version {version}"
        kids = inner.findall(f"{WRM}PROTECTINFO/{WRM}KIDS/{WRM}KID")
        found = [(kid.get("VALUE"), kid.get("ALGID"), kid.get("CHECKSUM")) for kid in kids]
    decode = base64.b64decode
    return {
        UUID(bytes_le=decode(key_id)): (algorithm, checksum and decode(checksum))
        for key_id, algorithm, checksum in found
    }


def licences(template, keys):
    return {
        publication.LICENCES[template].replace("{ContentKeyId}", str(key_id)) for key_id in keys
    }


def check_init(init, keys, scheme, systems):
    """An init segment has a `pssh` box with its key for each system that uses one."""
    moov = next(box for box in boxes.top_level(init) if box.kind == b"moov")
    key_id = UUID(bytes=init[init.index(b"tenc") + 12 :][:16])
    found = [
        check_pssh(init[box.start : box.end], {key_id: keys[key_id]}, scheme)
        for box in moov.all(b"pssh")
    ]
    assert sorted(found) == sorted(
        {*systems, COMMON} - {FAIRPLAY}
    ), f"an init segment has pssh boxes of {found}"


def check_mpd(url, keys, scheme, systems):
    """Adaptation sets name their key and all systems (ISO/IEC 23009-1, 5.8.4.1; DASH-IF IOP 6)."""
    named = set()
    for adaptation in ElementTree.fromstring(get(url, MANIFEST_TYPES)).iter(f"{DASH}AdaptationSet"):
        # Text stays clear, as in Azure Media Services.
        if adaptation.get("contentType") == "text":
            assert adaptation.find(f"{DASH}ContentProtection") is None, "text is protected"
            continue
        general, *elements = adaptation.findall(f"{DASH}ContentProtection")
        key_id = UUID(general.get(f"{CENC}default_KID"))
        assert (
            general.get("schemeIdUri") == MP4_PROTECTION and general.get("value") == scheme
        ), f"a set is protected by {general.attrib}"
        found = [check_described(element, {key_id: keys[key_id]}, scheme) for element in elements]
        assert sorted(found) == sorted(systems), f"a set names the systems {found}"
        named.add(key_id)
    assert named == set(keys), f"the keys {named} are named"


def check_described(described, only, scheme):
    """A `ContentProtection` of one system; returns the system."""
    system = UUID(described.get("schemeIdUri").removeprefix("urn:uuid:"))
    for pssh in described.findall(f"{CENC}pssh"):
        assert check_pssh(base64.b64decode(pssh.text), only, scheme) in (
            system,
            COMMON,
        ), f"{system} has the pssh of another system"
    if system == PLAYREADY:
        check_playready(base64.b64decode(described.find(f"{MSPR}pro").text), only, scheme)
    template = {PLAYREADY: "playReadyUrlTemplate", WIDEVINE: "widevineUrlTemplate"}.get(system)
    if template:
        assert described.find(f"{DASHIF}Laurl").text in licences(
            template, only
        ), f"{system} is sent elsewhere"
    return system


def check_hls(url, keys, scheme, systems):
    """Each playlist names one key for all HLS systems, the multivariant one all keys (4.3.4.5)."""
    named, session = set(), [
        attributes(line)
        for line in get(url).decode().splitlines()
        if line.startswith("#EXT-X-SESSION-KEY:")
    ]
    for playlist in envelope.playlists(url, with_texts=False):
        tags = {}
        for resource in envelope.resources(playlist):
            tags |= {key.get("KEYFORMAT", "identity"): key for key in resource.keys}
            found = {KEY_FORMATS[name] for name in tags if name in KEY_FORMATS}
            assert len(resource.keys) == len(tags) and found == set(
                systems
            ), f"{resource.url} names the systems {found}"
            assert all(
                key in session for key in resource.keys
            ), f"{resource.url} has keys that are not in the session"
        key_ids = {check_key(name, tag, keys, scheme, playlist) for name, tag in tags.items()}
        key_ids -= {None}
        assert len(key_ids) == 1, f"{playlist} names the keys {key_ids}"
        named |= key_ids
    assert named == set(keys), f"the keys {named} are named"


def check_key(name, tag, keys, scheme, playlist):
    """An EXT-X-KEY of one system; returns the id of the key, if it has one."""
    method = {"cenc": "SAMPLE-AES-CTR", "cbcs": "SAMPLE-AES"}[scheme]
    assert tag["METHOD"] == method, f"{name} has the method {tag['METHOD']}"
    uri = tag["URI"]
    key_id = UUID(tag["KEYID"].removeprefix("0x")) if "KEYID" in tag else None
    data, system = base64.b64decode(uri.partition("base64,")[2]), KEY_FORMATS.get(name)
    if system == PLAYREADY:
        (key_id,) = playready_keys(data)
        check_playready(data, {key_id: keys[key_id]}, scheme)
    elif system == WIDEVINE:
        assert (
            check_pssh(data, {key_id: keys[key_id]}, scheme) == system
        ), f"{name} has the pssh of another system"
    elif system == FAIRPLAY:
        assert uri.replace("skd://", "https://") in licences(
            "fairPlayUrlTemplate", keys
        ), f"FairPlay is sent to {uri}"
    else:
        assert get(urljoin(playlist, uri)) == keys[key_id], f"{uri} has another key than {key_id}"
    return key_id
