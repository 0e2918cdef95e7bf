"""Compares streams under Common Encryption with the clear ones, by three independent readers."""

from functools import lru_cache

import cenc
import compare
import decryptors

#: Codecs whose frames are not in slices.
FRAMES = {"av01", "vp09"}


def check(name, clear, protected, keys, vectors, tally):
    """All renditions of one protocol; `clear` and `protected` are the URLs of its manifests."""
    for ours, theirs in zip(renditions(name, clear), renditions(name, protected), strict=True):
        check_rendition(name, ours, theirs, keys, vectors, tally)


@lru_cache(maxsize=16)
def renditions(name, url):
    """All renditions of one protocol, those for trick play last."""
    protocol = compare.PROTOCOLS[name]
    return [*protocol.read(url), *protocol.key_frames(url)]


def check_rendition(name, clear, protected, keys, vectors, tally):
    what = f"{name:6}{protected.name[-70:]:71}{len(protected.segments):4}"
    try:
        signalled = cenc.protection(protected.init, clear.init)
        check_samples(clear, protected, signalled, keys, vectors, headers(clear))
        if clear.track.codec in FRAMES:
            check_stretches(clear, protected, signalled)
    except AssertionError as error:
        tally.add(f"{what} segments decrypted by the rules", [error])
        return
    tally.add(f"{what} segments decrypted by the rules of {signalled.scheme}")
    tally.add(f"{what} by ffmpeg", differences(clear, protected, keys[signalled.key_id]))
    tally.add(
        f"{what} by Shaka Packager",
        packaged(clear, protected, signalled.key_id, keys[signalled.key_id]),
    )


def check_counters(name, clear, protected, keys, vectors, tally):
    """All renditions of one protocol, for films whose parameter sets ffmpeg reads incorrectly."""
    for ours, theirs in zip(renditions(name, clear), renditions(name, protected), strict=True):
        try:
            check_samples(
                ours, theirs, cenc.protection(theirs.init, ours.init), keys, vectors, None
            )
            problems = []
        except AssertionError as error:
            problems = [error]
        tally.add(
            f"{name:6}{theirs.name[-70:]:71}{len(theirs.segments):4} segments decrypted, each "
            "counter for one plaintext",
            problems,
        )


def headers(clear):
    """The bits of the header of each slice; `None` for video without slices."""
    if clear.track.codec in FRAMES:
        return None
    return decryptors.slice_headers(clear.whole()) if clear.track.kind == "vide" else []


def check_stretches(clear, protected, signalled):
    """What Shaka Packager protects is protected.

    Of incomplete blocks, it leaves the rest clear after the whole ones, and not before them as the
    bindings of both codecs ask. That of AV1 has whole blocks only in `cenc`.
    """
    is_exact = (clear.track.codec, signalled.scheme) == ("av01", "cbcs")
    theirs = decryptors.stretches(clear.whole(), signalled.scheme)
    ours = [
        info.stretches
        for segment in protected.segments
        for info in cenc.information(segment.body, signalled)
    ]
    for at, pair in enumerate(zip(ours, theirs, strict=True)):
        mine, other = ([*cenc.ranges(stretches)] for stretches in pair)
        are_alike = len(mine) == len(other) and all(
            end - start == last - first and 0 <= start - first < (1 if is_exact else cenc.BLOCK)
            for (start, end), (first, last) in zip(mine, other)
        )
        assert are_alike, f"of sample {at}, {mine} is protected, and {other} by Shaka Packager"


def check_samples(clear, protected, signalled, keys, vectors, headers, is_piff=False):
    """Each sample is that of the clear stream, at its time; exactly what may be protected is.

    Without `headers`, the protected ranges are not checked.
    """
    assert signalled.key_id in keys, f"the key {signalled.key_id} is not one of the locator's"
    layout, headers = headers is not None, iter(headers or [])
    assert (
        clear.bounds == protected.bounds
    ), f"segments hold {protected.bounds} samples, and {clear.bounds} in the clear"
    assert timing(clear) == timing(protected), "times differ from those in the clear"
    for number, (segment, first, end) in enumerate(
        zip(protected.segments, protected.bounds, protected.bounds[1:])
    ):
        assert segment.body != clear.segments[number].body, f"segment {number} is clear"
        information = cenc.information(segment.body, signalled, is_piff)
        for at, info in zip(range(first, end), information, strict=True):
            sample, wanted = protected.track.samples[at].content, clear.track.samples[at].content
            assert (
                cenc.decrypt(sample, info, signalled, keys[signalled.key_id]) == wanted
            ), f"sample {at} differs from the clear one"
            if clear.track.kind != "vide":
                assert info.stretches is None, f"sample {at} of audio has stretches"
            elif layout:
                cenc.check_layout(wanted, info, signalled, clear.track, headers)
            if signalled.scheme == "cenc":
                vectors.take(signalled.key_id, info, sample)
    assert next(headers, None) is None, "there are more slices than samples have"


def timing(rendition):
    """The announced times of segments, and the times of samples."""
    announced = [(segment.start, segment.duration) for segment in rendition.segments]
    return announced, [
        (sample.decode, sample.composition, sample.duration, sample.sync)
        for sample in rendition.track.samples
    ]


def differences(clear, protected, key):
    """What ffmpeg decodes from each segment alone. It decrypts only a file's first fragment."""
    pairs = enumerate(zip(clear.segments, protected.segments))
    wanted = lambda segment: decryptors.frames(clear.init + segment.body)
    got = lambda segment: decryptors.frames(protected.init + segment.body, key)
    return [
        f"segment {number} differs"
        for number, (ours, theirs) in pairs
        if got(theirs) != wanted(ours) or not wanted(ours)
    ]


def packaged(clear, protected, key_id, key):
    """What Shaka Packager decrypts from all segments."""
    try:
        (track,) = decryptors.packager(protected.whole(), key_id, key)
    except AssertionError as error:
        return [error]
    same = track.digests() == clear.track.digests()
    return (
        [] if same else [f"{len(track.samples)} samples of {len(clear.track.samples)}, or others"]
    )
