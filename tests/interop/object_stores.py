#!/usr/bin/env python3
"""Serves the sample from emulators of object stores, and compares it with the local storage.

    object_stores.py ORIGIN SUITE MEDIA AZURITE

ORIGIN is the built example with the feature `object-stores`, SUITE the built test `emulators` of
dynpack-object-store, MEDIA the folder with the asset `sample`, and AZURITE the command
`azurite-blob`. moto is that of the Python that runs this. ffmpeg and nginx are on the path.

Each store passes the conformance suite, and serves every resource of every format with the bytes
that the local storage serves. With a disk cache, what an earlier process read is not requested
again. From a slow store, a segment leaves as it arrives. Behind a proxy that fails, S3 and the HTTP server get 10,000 requests together, and no wrong
byte is served. Prints what all that costs in requests and bytes, and, last,
`object stores: N passed, M failed`.
"""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from pathlib import Path

import compare
import faults
import origin
from crawl import crawl
from stores import azure, moto, nginx, publish, serving, through
from tally import Tally

#: The first is the one that is served without listings.
ASSETS = ("listed", "sample", "interleaved")
#: How many bytes are read at a time.
PORTION = 4 << 20
#: How many bytes a second a slow store sends, and how many of a segment are its start.
SLOW, START = 2_000_000, 64 << 10
#: Requests to a store behind a proxy that fails.
FAULTY_REQUESTS = {"HTTP (nginx)": 7_500, "S3 (moto)": 2_500}


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    binary, suite, media, azurite = (Path(argument).resolve() for argument in sys.argv[1:])
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        folder = Path(folder)
        films, log = folder / "films", folder / "origin.log"
        make_films(films, media / "sample")
        with origin.serving(binary, films, log) as address:
            wanted = {asset: crawl(address, asset) for asset in ASSETS}
        made = folder / "faults"
        faults.make_versions(made, media / "sample")
        answers = faults.right_answers(made, binary, log)
        stores = [
            stack.enter_context(moto(folder)),
            stack.enter_context(azure(folder, azurite)),
            *stack.enter_context(nginx(folder)),
        ]
        for store in stores:
            tally.heading(store.name)
            tally.add(*conformance(store, suite))
            publish(store, films)
            with serving(store, binary, log) as address:
                for asset in ASSETS if store.lists else ASSETS[:1]:
                    tally.add(*same_bytes(address, asset, wanted[asset]))
                if not store.lists:
                    tally.add(*not_found(address))
            for asset in ASSETS if store.lists else ASSETS[:1]:
                with serving(store, binary, log) as address:
                    tally.add(*costs(address, asset))
            tally.add(*long_segment(store, binary, made / "heavy.mp4", log))
            for protocol in ("HLS", "HLS3"):
                tally.add(*slow_store(store, binary, protocol, log))
            if store.is_written:
                for asset in ASSETS:
                    tally.add(*indexed(store, binary, asset, log))
            if store.lists:
                cache = folder / f"{store.name} cache"
                for check in keeps(store, binary, films, cache, wanted, log):
                    tally.add(*check)
            if requests := FAULTY_REQUESTS.get(store.name):
                for check in faults.withstands(store, binary, made, answers, requests):
                    tally.add(*check)
        if tally.failed:
            print(log.read_text()[-4000:])
    print(f"object stores: {tally.passed} passed, {tally.failed} failed")
    sys.exit(1 if tally.failed else 0)


def conformance(store, suite):
    """Runs the suite on an empty part of the store."""
    settings = {"DYNPACK_STORE_URL": f"{store.url}/suite"}
    if store.folder:
        suite_folder = store.folder / "suite"
        shutil.rmtree(suite_folder, ignore_errors=True)
        suite_folder.mkdir()
        settings["DYNPACK_STORE_FOLDER"] = str(suite_folder)
    if not store.lists:
        settings["DYNPACK_STORE_LISTS"] = "no"
    command = [str(suite), "--ignored", "--nocapture"]
    done = subprocess.run(
        command, env={**os.environ, **store.settings, **settings}, capture_output=True, text=True
    )
    if done.returncode:
        return "conformance", [(done.stdout + done.stderr)[-2000:]]
    (line,) = re.findall(r"^.* conforms: .*$", done.stdout, re.MULTILINE)
    return f"conformance: {line}", []


def make_films(films, sample):
    """The assets: the sample with a server manifest, the same without, and an interleaved film."""
    listed, plain, interleaved = (films / asset for asset in ASSETS)
    for folder in (listed, plain):
        shutil.copytree(sample, folder)
    tracks = "".join(
        f'<{path.name.split("_")[0]} src="{path.name}"/>' for path in sorted(listed.iterdir())
    )
    (listed / "listed.ism").write_text(f"<smil><body><switch>{tracks}</switch></body></smil>")
    interleaved.mkdir()
    inputs = ["-i", str(sample / "video_720p.mp4"), "-i", str(sample / "audio_eng.mp4")]
    command = ["ffmpeg", "-v", "error", *inputs, "-c", "copy", "-movflags", "+faststart"]
    subprocess.run([*command, str(interleaved / "film.mp4")], check=True)


def same_bytes(address, asset, wanted):
    """Compares every resource with that of the local storage."""
    found = crawl(address, asset)
    problems = [f"{url} differs" for url in wanted if found.get(url) != wanted[url]]
    problems += [f"{url} is not served locally" for url in sorted(set(found) - set(wanted))]
    return f"{asset}: {len(wanted)} resources are as those of the local storage", problems[:5]


def not_found(address):
    """An asset without a server manifest cannot be found where folders are not listed."""
    answer = origin.ask(f"{address}/sample/sample.ism/manifest(format=m3u8-cmaf)")
    problems = [] if answer.status == 404 else [f"{answer.status} {answer.text()}"]
    return "an asset without a server manifest is not found", problems


def costs(address, asset):
    """What a segment costs in requests and bytes, once its asset is open."""
    manifest = f"{address}/{asset}/{asset}.ism/{compare.PROTOCOLS['HLS'].manifest}"
    opened = counted(address, lambda: origin.get(manifest))
    renditions = compare.PROTOCOLS["HLS"].read(manifest)
    segments = [segment.url for rendition in renditions for segment in rendition.segments]
    sent = []
    read = counted(address, lambda: sent.extend(len(origin.get(url)) for url in segments))
    requests, fetched = read[0] / len(segments), read[1] / sum(sent)
    line = (
        f"{asset}: opening costs {opened[0]} requests and {opened[1]} bytes; a segment "
        f"{requests:.2f} requests, and {fetched:.3f} bytes for each byte sent "
        f"({len(segments)} segments)"
    )
    # A segment of an interleaved film spans the other track too.
    limit = 2.5 if asset == "interleaved" else 1.02
    problems = [] if requests <= 2 and fetched <= limit else ["that is too much"]
    return line, problems


def long_segment(store, binary, film, log):
    """A segment of several portions costs a request for each four of them."""
    store.put("films/heavy/heavy.mp4", film.read_bytes())
    manifest = "<smil><body><switch><video src='heavy.mp4'/></switch></body></smil>"
    store.put("films/heavy/heavy.ism", manifest.encode())
    with serving(store, binary, log) as address:
        url = f"{address}/heavy/heavy.ism/{compare.PROTOCOLS['HLS'].manifest}"
        (rendition,) = compare.PROTOCOLS["HLS"].read(url)
        segment = max(rendition.segments, key=lambda segment: len(segment.body))
        requests, fetched = counted(address, lambda: origin.get(segment.url))
    most = -(-fetched // PORTION)
    line = f"a segment of {fetched} bytes costs {requests} requests"
    return line, [] if requests <= most else [f"it should cost {most}"]


def slow_store(store, binary, protocol, log):
    """A segment of a slow store begins long before a portion of it has arrived."""
    protocol = compare.PROTOCOLS[protocol]
    url = f"/heavy/heavy.ism/{protocol.manifest}"
    with serving(store, binary, log) as address:
        (rendition,) = protocol.read(address + url)
        segment = max(rendition.segments, key=lambda segment: len(segment.body))
        path = segment.url.removeprefix(address)
    with through(store) as (proxy, behind), serving(behind, binary, log) as address:
        origin.get(address + url)
        before, asked = memory(address), Counter(proxy.asked)
        proxy.rate = SLOW
        begun, ended, body = timed(address + path)
        reads = (proxy.asked - asked)["GET of a range"]
        grown = memory(address) - before
    line = (
        f"{protocol.manifest}: {len(body)} bytes at {SLOW / 1e6:g} MB/s begin after {begun:.2f} s "
        f"of {ended:.2f}, cost {reads} reads, and take {grown / 1e6:.1f} MB of memory"
    )
    problems = [] if body == segment.body else ["they are not as those of a fast store"]
    if begun > ended / 5:
        problems.append("they begin too late")
    if reads > -(-len(body) // PORTION):
        problems.append("they cost too much")
    if grown > 3 * PORTION:
        problems.append("they take too much memory")
    return line, problems


def timed(url):
    """When the start of an answer has arrived, when all of it has, and its body."""
    started = time.monotonic()
    with urllib.request.urlopen(url, timeout=origin.ANSWER_SECONDS) as answer:
        start = answer.read(START)
        begun = time.monotonic() - started
        body = start + answer.read()
        return begun, time.monotonic() - started, body


def memory(address):
    """The most bytes that the origin at an address had in memory so far."""
    listens = f"--listen\0{address.removeprefix('http://')}\0".encode()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if listens in (process / "cmdline").read_bytes():
                status = (process / "status").read_text()
                return int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) << 10
    raise RuntimeError(f"no origin listens at {address}")


def indexed(store, binary, asset, log):
    """With an index file, the first segment costs one read of it, and one of the media."""
    path = f"{asset}/{asset}.ism"
    with serving(store, binary, log, "--write-indexes") as address:
        hls = compare.PROTOCOLS["HLS"]
        renditions = hls.read(f"{address}/{path}/{hls.manifest}")
        urls = [rendition.segments[1].url.removeprefix(address) for rendition in renditions]
    with through(store) as (proxy, behind), serving(behind, binary, log) as address:
        kinds = []
        for url in urls[:2]:
            before = Counter(proxy.asked)
            origin.get(address + url)
            kinds.append(proxy.asked - before)
    named = lambda kind: ", ".join(f"{count} {name}" for name, count in sorted(kind.items()))
    reads = [kind["GET of a range"] for kind in kinds]
    first, second = map(named, kinds)
    line = f"{asset} with its index: the first segment costs {first}; the next {second}"
    # A server manifest is in the index too. Files of subtitles are not.
    texts = 3 if asset == "sample" else 0
    return line, [] if reads == [2 + texts, 1] else [f"it should cost {2 + texts}, and then 1"]


def keeps(store, binary, films, folder, wanted, log):
    """What a disk cache saves, also after a restart and with a damaged disk."""
    asset = "interleaved"
    stored = (films / asset / "film.mp4").stat().st_size
    for state in ("empty", "as an earlier process left it", "damaged"):
        if state == "damaged":
            damage_files(folder / "blocks")
        options = ["--disk-cache", folder, "--disk-cache-size", "16MiB"]
        with serving(store, binary, log, *options) as address:
            base = f"{address}/{asset}/{asset}.ism"
            opened = counted(address, lambda: origin.get(f"{base}/manifest"))
            differing = []
            work = lambda: differing.extend(
                url for url, body in wanted[asset].items() if origin.get(base + url) != body
            )
            requests, fetched = counted(address, work)
        problems = [f"{url} differs" for url in differing[:5]]
        # A listing has some hundred bytes.
        is_kept = requests == 0 and opened[1] < 1_000
        # With an index file, that is read too.
        if opened[1] + fetched > 1.02 * stored:
            problems.append(f"that is more than the {stored} bytes of the film")
        if is_kept != (state == "as an earlier process left it") or requests > 10:
            problems.append("that is not as it should be")
        yield (
            f"disk cache, {state}: opening costs {opened[0]} requests, all {len(wanted[asset])} "
            f"resources {requests}, and both {opened[1] + fetched} bytes",
            problems,
        )


def damage_files(folder):
    """Changes a byte in each 100 kB of each file."""
    for path in folder.iterdir():
        stored = bytearray(path.read_bytes())
        for at in range(5_000, len(stored), 100_000):
            stored[at] ^= 1
        path.write_bytes(stored)


def counted(address, work):
    """The requests and bytes that the work costs, by the metrics of the origin."""
    before = metrics(address)
    work()
    return [after - before for before, after in zip(before, metrics(address))]


def metrics(address):
    text = origin.get(f"{address}/metrics").decode()
    value = lambda name: int(re.search(rf"^dynpack_{name}_total (\d+)", text, re.M).group(1))
    return value("storage_requests"), value("storage_bytes")


if __name__ == "__main__":
    main()
