"""One film as every kind of set: all protocols must give the same samples at the same times."""

from fractions import Fraction
from pathlib import Path

import boxes
import compare
import tricky

#: Edit lists can only be written once the first fragment is known.
FRAGMENTS = "+frag_keyframe+delay_moov+default_base_moof"
LISTED = (
    '<smil xmlns="http://www.w3.org/2001/SMIL20/Language"><head/>'
    "<body><switch>{}</switch></body></smil>"
)


def mp4(folder, film):
    tricky.run("-i", film, *COPY, folder / "film.mp4")


def ismv(folder, film):
    tricky.run("-i", film, *COPY, "-f", "ismv", folder / "film.ismv")
    assert boxes_of(folder / "film.ismv")[-1].kind == b"mfra", "ffmpeg writes an index"


def ismv_without_index(folder, film):
    ismv(folder, film)
    path = folder / "film.ismv"
    path.write_bytes(path.read_bytes()[: boxes_of(path)[-1].start])


def ismv_and_isma_with_server_manifest(folder, film):
    listed = ""
    for kind, name in (("video", "film.ismv"), ("audio", "film.isma")):
        tricky.run("-i", film, "-map", f"0:{kind[0]}", *COPY, "-f", "ismv", folder / name)
        listed += (
            f'<{kind} src="{name}" systemBitrate="{len(name) * 1000}">'
            f'<param name="trackID" value="1"/></{kind}>'
        )
    (folder / f"{folder.name}.ism").write_text(LISTED.format(listed))


def fragmented(folder, film):
    tricky.run("-i", film, *COPY, "-movflags", FRAGMENTS, folder / "film.mp4")
    assert b"sidx" not in [box.kind for box in boxes_of(folder / "film.mp4")], "without an index"


def fragmented_with_index(folder, film):
    for stream in "va":
        path = folder / f"{stream}.mp4"
        tricky.run(
            "-i", film, "-map", f"0:{stream}", *COPY, "-movflags", f"{FRAGMENTS}+dash+global_sidx",
            path,
        )
        assert b"sidx" in [box.kind for box in boxes_of(path)], "with an index"


def cmaf(folder, film):
    for stream in "va":
        movie = folder / f"{stream}.mp4"
        tricky.run(
            "-i", film, "-map", f"0:{stream}", *COPY, "-movflags", "+cmaf+delay_moov",
            "-use_editlist", 1, movie,
        )
        movie.rename(folder / f"{stream}.cmf{stream}")


COPY = ["-c", "copy"]
SETS = (
    mp4,
    ismv,
    ismv_without_index,
    ismv_and_isma_with_server_manifest,
    fragmented,
    fragmented_with_index,
    cmaf,
)


def boxes_of(path):
    return list(boxes.top_level(path.read_bytes()))


def make(media):
    """Makes each set in a folder of the name of its function."""
    film = Path(media) / "film.mp4"
    film.parent.mkdir(parents=True)
    tricky.run(
        *tricky.video("24000/1001"), *tricky.audio(44100), *tricky.gop(48, 2), *tricky.AAC, film
    )
    for make_one in SETS:
        folder = Path(media) / make_one.__name__
        folder.mkdir()
        make_one(folder, film)
    film.unlink()


def check(base, tally):
    """All sets against the first."""
    for name, protocol in compare.PROTOCOLS.items():
        expected = None
        for made in SETS:
            try:
                found = tracks(
                    protocol, f"{base}/{made.__name__}/{made.__name__}.ism/{protocol.manifest}"
                )
            # Any exception that a stream causes here counts as a failure of the stream.
            except Exception as error:
                tally.add(f"{name:6}{made.__name__}", [f"{type(error).__name__}: {error}"])
                continue
            expected = expected or found
            counts = ", ".join(
                f"{len(rendition.track.samples)} samples" for rendition in found.values()
            )
            tally.add(f"{name:6}{made.__name__:36} {counts}", list(differences(expected, found)))


def tracks(protocol, url):
    return {rendition.track.kind: rendition for rendition in protocol.read(url)}


def differences(expected, found):
    assert expected.keys() == found.keys() == {"vide", "soun"}, f"it has {sorted(found)}"
    for kind, rendition in found.items():
        due = expected[kind]
        if rendition.track.essences() != due.track.essences():
            at = compare.first_difference(rendition.track.essences(), due.track.essences())
            yield (
                f"{kind}: {len(rendition.track.samples)} samples of {len(due.track.samples)}; "
                f"other bytes from sample {at} on"
            )
            continue
        # Each is rounded to the clock of its file, and so is the start of the presentation.
        tolerance = 2 * (
            Fraction(1, due.track.timescale) + Fraction(1, rendition.track.timescale)
        ) + Fraction(2, 11_988)
        late = [time - wanted for time, wanted in zip(rendition.times(), due.times())]
        worst = max(late, key=abs)
        if abs(worst) > tolerance:
            yield f"{kind}: sample {late.index(worst)} is {float(worst * 1000):+.3f} ms late"
        if [len(segment.body) > 0 for segment in rendition.segments] != [
            len(segment.body) > 0 for segment in due.segments
        ]:
            yield f"{kind}: {len(rendition.segments)} segments of {len(due.segments)}"
