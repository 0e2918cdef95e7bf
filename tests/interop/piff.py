"""Protected Smooth Streaming: each fragment decrypts to the clear one, by PlayReady's key."""

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
    """`clear` and `protected` are client manifests, `alike` renditions with init segments.

    The renditions have the same samples. Without them, the protected ranges are not checked.
    """
    headers = {tuple(rendition.track.digests()): common.headers(rendition) for rendition in alike}
    for ours, theirs in zip(smooth.smooth(clear), smooth.smooth(protected), strict=True):
        try:
            check_rendition(ours, theirs, key_ids(protected, keys), keys, vectors, headers, is_piff)
            problems = []
        except AssertionError as error:
            problems = [error]
        tally.add(
            f"{name:6}{theirs.name[-70:]:71}{len(theirs.segments):4} fragments decrypted by the "
            f"rules of {'PIFF' if is_piff else 'cenc'}",
            problems,
        )


def key_ids(url, keys):
    """The keys that are signalled to PlayReady ([MS-SSTR] 2.2.2.2)."""
    (signalled,) = ElementTree.fromstring(get(url, smooth.MANIFEST_TYPES)).findall(
        "Protection/ProtectionHeader"
    )
    assert (
        UUID(signalled.get("SystemID")) == systems.PLAYREADY
    ), f"{signalled.get('SystemID')} signals the key"
    return systems.check_playready(base64.b64decode(signalled.text), keys, "cenc")


def check_rendition(clear, protected, key_ids, keys, vectors, headers, is_piff):
    """Fragments do not name their key: the right one decrypts the first sample."""
    signalled = [cenc.Protection("cenc", key_id, IV_SIZE) for key_id in key_ids]
    is_right = lambda one: is_same(clear, protected, one, keys[one.key_id], is_piff)
    fitting = [one for one in signalled if is_right(one)]
    assert (
        len(fitting) == 1
    ), f"{len(fitting)} of {len(signalled)} keys return the clear sample"
    common.check_samples(
        clear,
        protected,
        fitting[0],
        keys,
        vectors,
        headers.get(tuple(clear.track.digests())) if headers else None,
        is_piff,
    )


def is_same(clear, protected, signalled, key, is_piff):
    info = cenc.information(protected.segments[0].body, signalled, is_piff)[0]
    return (
        cenc.decrypt(protected.track.samples[0].content, info, signalled, key)
        == clear.track.samples[0].content
    )
