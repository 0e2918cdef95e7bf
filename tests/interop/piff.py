"""Smooth Streaming under protection: each fragment is that of the clear stream, by the key that PlayReady is told of."""

import base64
import xml.etree.ElementTree as ElementTree
from uuid import UUID

import cenc
import common
import smooth
import systems
from origin import get

IV_SIZE = 8


def check(name, clear, protected, alike, keys, vectors, is_piff, tally):
    """`clear` and `protected` are the addresses of client manifests, `alike` renditions with init segments of the same samples.

    Without any, what is protected is not looked at.
    """
    headers = {tuple(rendition.track.digests()): common.headers(rendition) for rendition in alike}
    for ours, theirs in zip(smooth.smooth(clear), smooth.smooth(protected), strict=True):
        try:
            check_rendition(ours, theirs, key_ids(protected, keys), keys, vectors, headers, is_piff)
            problems = []
        except AssertionError as error:
            problems = [error]
        tally.add(
            f"{name:6}{theirs.name[-70:]:71}{len(theirs.segments):4} fragments decrypted by the rules of {'PIFF' if is_piff else 'cenc'}",
            problems,
        )


def key_ids(url, keys):
    """The keys that PlayReady is told of ([MS-SSTR] 2.2.2.2)."""
    (told,) = ElementTree.fromstring(get(url, smooth.MANIFEST_TYPES)).findall(
        "Protection/ProtectionHeader"
    )
    assert (
        UUID(told.get("SystemID")) == systems.PLAYREADY
    ), f"{told.get('SystemID')} is told of the key"
    return systems.check_playready(base64.b64decode(told.text), keys, "cenc")


def check_rendition(clear, protected, key_ids, keys, vectors, headers, is_piff):
    """Fragments do not name their key: it is the one under which the first sample is the clear one."""
    told = [cenc.Protection("cenc", key_id, IV_SIZE) for key_id in key_ids]
    fitting = [one for one in told if is_same(clear, protected, one, keys[one.key_id], is_piff)]
    assert (
        len(fitting) == 1
    ), f"{len(fitting)} of {len(told)} keys return what is there in the clear"
    common.check_samples(
        clear,
        protected,
        fitting[0],
        keys,
        vectors,
        headers.get(tuple(clear.track.digests())) if headers else None,
        is_piff,
    )


def is_same(clear, protected, told, key, is_piff):
    said = cenc.information(protected.segments[0].body, told, is_piff)[0]
    return (
        cenc.decrypt(protected.track.samples[0].content, said, told, key)
        == clear.track.samples[0].content
    )
