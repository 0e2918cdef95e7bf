#!/usr/bin/env python3
"""Checks that protected streams are the clear ones: independent decryptors return them bit for bit.

    protected.py ORIGIN SAMPLE [--keep DIR]

ORIGIN is the binary of the example origin, and SAMPLE the folder of an asset. tricky.py makes the
other assets, and publication.py publishes them. Prints a table and, last, `protected: N passed, M
failed`.
"""

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

import jsonschema

import cenc
import common
import envelope
import origin
import piff
import publication
import refusals
import sabotage
import sample_aes
import systems
import tricky
from tally import Tally

DOCS = Path(__file__).parents[2] / "docs"
CMAF = {"DASH": "mpd-time-cmaf", "CSF": "mpd-time-csf", "HLS": "m3u8-cmaf"}
SMOOTH = [
    (name, format, encryption)
    for name, format in (("MSS", None), ("MSS20", "fmp4-v20"))
    for encryption in ("cenc", "piff")
]
#: The scheme and the protection in URLs of each kind of locator by Common Encryption.
COMMON = {"cenc": ("cenc", "cenc"), "cbcs": ("cbcs", "cbcs-aapl"), "keys": ("cenc", "cenc")}
#: What each kind of locator publishes: formats, each with a protection.
PUBLISHED = {
    "cbc": [(format, "cbc") for format in envelope.FORMATS.values()],
    "cenc": [*((format, "cenc") for format in CMAF.values()), (None, "cenc"), ("fmp4-v20", "piff")],
    "cbcs": [*((format, "cbcs-aapl") for format in CMAF.values()), ("m3u8-aapl", "cbcs-aapl")],
}
HARD = [
    tricky.bframes_with_edit_list,
    tricky.slices_after_parameter_sets,
    tricky.ac3_beside_aac,
    tricky.enhanced_ac3_beside_aac,
    *tricky.HEVC,
]
#: SAMPLE-AES in transport streams has no HEVC.
HEVC = {asset.__name__ for asset in tricky.HEVC}
#: Changes that make a locator invalid.
WRONG_LOCATORS = {
    "an unknown word": {"policy": ""},
    "an id of dots": {"streamingLocatorId": ".."},
    "an id of two lines": {"streamingLocatorId": "a\nb"},
    "a folder above": {"assetName": "films/../other"},
    "a folder without a name": {"assetName": "films//ignite"},
    "half a UUID in braces": {"contentKeys": [{"id": "{11111111-1111-4111-8111-111111111111"}]},
    "a key with too many bits": {
        "contentKeys": [{"id": "1" * 32, "value": "AAECAwQFBgcICQoLDA0ODx=="}]
    },
}
#: Only its counters are checked under `cenc`: each segment has parameter sets of its own, which
#: decide what is protected.
MIXED = tricky.mixed_parameter_sets
#: Of these, Shaka Packager says what is protected.
FRAMES = [tricky.av1_tiles, tricky.av1_grain, tricky.vp9_hidden_frames]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("origin", type=Path)
    parser.add_argument("sample", type=Path)
    parser.add_argument(
        "--keep", type=Path, help="keep the assets and the log of the origin in this folder"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dynpack-protected-") as temporary:
        work = options.keep or Path(temporary)
        media, locators = work / "media", work / "locators.json"
        shutil.rmtree(media, ignore_errors=True)
        tricky.make(media, [*HARD, MIXED, *FRAMES])
        shutil.copytree(options.sample, media / "sample")
        assets = sorted(folder.name for folder in media.iterdir())
        publication.write(locators, assets)
        tally = Tally()
        check_schema(locators, tally)
        with origin.serving(
            options.origin.resolve(),
            media,
            work / "origin.log",
            ["--locators", locators, "--demo-keys"],
        ) as base:
            checks = [(CHECKS.get(asset, check_asset), base, asset) for asset in assets]
            tally.add_each([*checks, (check_damage, base, HARD[0].__name__)])
            check_refusals(
                base, "sample", [file.name for file in (media / "sample").iterdir()], tally
            )
    print(f"protected: {tally.passed} passed, {tally.failed} failed")
    sys.exit(1 if tally.failed else 0)


def check_asset(base, asset, tally):
    tally.heading(f"{asset}: segments encrypted whole")
    vectors, keys = {}, publication.keys(asset, "cbc")
    for name, format in envelope.FORMATS.items():
        envelope.check(name, *addresses(base, asset, "cbc", format, "cbc"), keys, vectors, tally)
    for kind, (scheme, encryption) in COMMON.items():
        tally.heading(f"{asset}: Common Encryption, {kind}")
        vectors, keys = cenc.Vectors(), publication.keys(asset, kind)
        for name, format in CMAF.items():
            common.check(
                name, *addresses(base, asset, kind, format, encryption), keys, vectors, tally
            )
        if scheme == "cenc":
            alike = common.renditions("DASH", address(base, asset, "clear", CMAF["DASH"]))
            for name, format, encryption in SMOOTH:
                piff.check(
                    name,
                    *addresses(base, asset, kind, format, encryption),
                    alike,
                    keys,
                    vectors,
                    encryption == "piff",
                    tally,
                )
        tally.heading(f"{asset}: signalling to systems, {kind}")
        check_systems(base, asset, kind, tally)
    if asset in HEVC:
        return
    tally.heading(f"{asset}: SAMPLE-AES")
    sample_aes.check(
        "HLS4",
        *addresses(base, asset, "cbcs", "m3u8-aapl", "cbcs-aapl"),
        publication.keys(asset, "cbcs"),
        tally,
    )


def check_counters(base, asset, tally):
    tally.heading(f"{asset}: counters")
    vectors, keys = cenc.Vectors(), publication.keys(asset, "cenc")
    for name, format in CMAF.items():
        common.check_counters(
            name, *addresses(base, asset, "cenc", format, "cenc"), keys, vectors, tally
        )
    for name, format, encryption in SMOOTH:
        piff.check(
            name,
            *addresses(base, asset, "cenc", format, encryption),
            [],
            keys,
            vectors,
            encryption == "piff",
            tally,
        )


def check_frames(base, asset, tally):
    for scheme in ("cenc", "cbcs"):
        encryption = COMMON[scheme][1]
        tally.heading(f"{asset}: Common Encryption, {scheme}")
        vectors, keys = cenc.Vectors(), publication.keys(asset, scheme)
        for name, format in CMAF.items():
            common.check(
                name, *addresses(base, asset, scheme, format, encryption), keys, vectors, tally
            )


#: The checks of assets of which not all is checked.
CHECKS = {
    MIXED.__name__: check_counters,
    **{make.__name__: check_frames for make in FRAMES},
}


def check_systems(base, asset, kind, tally):
    (scheme, encryption), keys = COMMON[kind], publication.keys(asset, kind)
    in_mpd = [systems.PLAYREADY, systems.WIDEVINE, systems.CLEAR_KEY]
    of_apple = [systems.FAIRPLAY] if scheme == "cbcs" else []
    in_hls = [systems.PLAYREADY, systems.WIDEVINE, *of_apple]

    def check_cmaf(name, url):
        (
            systems.check_hls(url, keys, scheme, in_hls)
            if name == "HLS"
            else systems.check_mpd(url, keys, scheme, in_mpd)
        )
        for rendition in common.renditions(name, url):
            systems.check_init(rendition.init, keys, scheme, in_hls)

    checks = [(name, check_cmaf, format) for name, format in CMAF.items()]
    if of_apple and asset not in HEVC:
        checks.append(
            ("HLS4", lambda _, url: systems.check_hls(url, keys, scheme, of_apple), "m3u8-aapl")
        )
    for name, check, format in checks:
        try:
            check(name, address(base, asset, kind, format, encryption))
            problems = []
        except AssertionError as error:
            problems = [error]
        tally.add(f"{name:6}the keys are signalled: {', '.join(map(str, keys))}", problems)


def check_refusals(base, asset, files, tally):
    tally.heading(f"{asset}: what is not published")
    for kind, published in PUBLISHED.items():
        manifests = {
            format: address(base, asset, kind, format, encryption)
            for format, encryption in published
        }
        refusals.check(kind, asset, manifests, tally)
        refusals.check_unpublished(base, asset, kind, files, tally)


def check_damage(base, asset, tally):
    tally.heading(f"{asset}: damage is detected")
    pairs = {
        kind: addresses(base, asset, kind, CMAF["DASH"], COMMON[kind][1])
        for kind in ("cenc", "cbcs")
    }
    for kind, (clear, protected) in pairs.items():
        missed = list(sabotage.common_encryption(clear, protected, publication.keys(asset, kind)))
        tally.add(f"{kind:6}{len(sabotage.DAMAGES)} kinds of damage", missed)
        tally.add(
            f"{kind:6}clear samples after the head of protected ones",
            list(sabotage.another_head(clear, protected)),
        )
    keys = publication.keys(asset, "cbc")
    tally.add(
        "cbc   another key, vector or byte",
        list(sabotage.whole_segments(*addresses(base, asset, "cbc", "m3u8-aapl", "cbc"), keys)),
    )
    pair, keys = addresses(base, asset, "cbcs", "m3u8-aapl", "cbcs-aapl"), publication.keys(
        asset, "cbcs"
    )
    tally.add("TS    another key or vector", list(sabotage.frames(*pair, keys)))


def check_schema(written, tally):
    """The schema of locators is valid, accepts the example and ours, and refuses bad ones."""
    tally.heading("the schema of locators")
    schema, example = (
        json.loads((DOCS / name).read_text())
        for name in ("locators.schema.json", "locators.example.json")
    )
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for name, document in (
        ("the example", example),
        ("what is published here", json.loads(written.read_text())),
    ):
        tally.add(f"{name} is valid", [error.message for error in validator.iter_errors(document)])
    for what, change in WRONG_LOCATORS.items():
        wrong = {**example, "streamingLocators": [{**example["streamingLocators"][0], **change}]}
        tally.add(f"{what} is not", [] if list(validator.iter_errors(wrong)) else ["it is"])


def addresses(base, asset, kind, format, encryption):
    """The address of a manifest in the clear, and protected."""
    return address(base, asset, "clear", format), address(base, asset, kind, format, encryption)


def address(base, asset, kind, format, encryption=None):
    """The address of a manifest of the locator of that kind."""
    parameters = ",".join(
        [f"format={format}"] * bool(format) + [f"encryption={encryption}"] * bool(encryption)
    )
    return (
        f"{base}/{publication.locator(asset, kind)}/{asset}.ism/manifest"
        + f"({parameters})" * bool(parameters)
    )


if __name__ == "__main__":
    main()
