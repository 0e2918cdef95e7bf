#!/usr/bin/env python3
"""Does what the README tells newcomers to do: `cargo run --release --example origin`, then watch.

    smoke.py ORIGIN ANSWER

ORIGIN and ANSWER are the built examples, for measuring the time to the first segment, and for
comparing what they make. Prints, last,
`smoke: N passed, M failed`.
"""

import contextlib
import json
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urljoin

import compare
import origin

ROOT = Path(__file__).parents[2]
COMMANDS = ("cargo run --release --example origin", "cargo test --workspace")
ADDRESS = "http://127.0.0.1:8080"
ASSET = f"{ADDRESS}/sample/sample.ism"
FIRST_SEGMENT_SECONDS = 1.0
SAMPLE = ROOT / "examples" / "media" / "sample"
#: Those whose segments are named by time.
FORMATS = (
    "fmp4",
    "fmp4-v20",
    "m3u8-aapl-v3",
    "m3u8-aapl",
    "m3u8-cmaf",
    "mpd-time-csf",
    "mpd-time-cmaf",
)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    checks = [
        ("the README names its two commands", readme),
        ("the README's command serves", serve_as_the_readme_says),
    ]
    checks += [
        (
            "the first segment comes within a second",
            lambda: first_segment(Path(sys.argv[1]).resolve()),
        )
    ]
    checks += [
        ("locators are read again at a signal", lambda: read_again(Path(sys.argv[1]).resolve()))
    ]
    checks += [
        (
            "the example without the facade answers alike",
            lambda: answers_alike(*(Path(binary).resolve() for binary in sys.argv[1:])),
        )
    ]
    failed = 0
    for name, check in checks:
        try:
            print(f"  ok     {name}: {check()}")
        except Exception as error:
            failed += 1
            print(f"  FAILED {name}: {error}")
    print(f"smoke: {len(checks) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


def readme():
    text = (ROOT / "README.md").read_text()
    missing = [command for command in COMMANDS if command not in text]
    assert not missing, f"it lacks {missing}"
    return ", ".join(COMMANDS)


def serve_as_the_readme_says():
    with running(COMMANDS[0].split()):
        page = origin.get(f"{ADDRESS}/", {"text/html"}).decode()
        assert "sample" in page, "the root page does not list the sample"
        return "a page of %d bytes" % len(page)


def first_segment(binary):
    started = time.monotonic()
    with running([str(binary)]):
        url = f"{ASSET}/{compare.PROTOCOLS['HLS'].manifest}"
        lines = origin.get(url).decode().splitlines()
        variant = urljoin(url, next(line for line in lines if line and not line.startswith("#")))
        lines = origin.get(variant).decode().splitlines()
        segment = urljoin(
            variant, next(line for line in lines if line and not line.startswith("#"))
        )
        body = origin.get(segment)
        taken = time.monotonic() - started
    assert taken <= FIRST_SEGMENT_SECONDS, f"it took {taken:.3f} s"
    return f"{len(body)} bytes, {taken:.3f} s after the start"


def read_again(binary):
    def write(ids):
        policy = "Predefined_ClearStreamingOnly"
        locators = [
            {"streamingLocatorId": id, "assetName": "sample", "streamingPolicyName": policy}
            for id in ids
        ]
        file.write_text(json.dumps({"streamingLocators": locators}) if ids else "no document")

    def serves(id):
        return origin.ask(f"{ADDRESS}/{id}/sample.ism/manifest(format=m3u8-cmaf)").status == 200

    def await_until(happens, what):
        deadline = time.monotonic() + 10
        while not happens():
            assert time.monotonic() < deadline, what
            time.sleep(0.05)

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "locators.json"
        write(["old"])
        with running([str(binary), "--locators", str(file)]) as process:
            assert serves("old") and not serves("new"), "other locators than the file's are served"
            write(["new"])
            process.send_signal(signal.SIGHUP)
            await_until(
                lambda: serves("new") and not serves("old"), "the new locators are not served"
            )
            write([])
            process.send_signal(signal.SIGHUP)
            time.sleep(0.5)
            assert serves("new"), "a file that cannot be read has taken the locators away"
    return "new ones are read, and a broken file is ignored"


def answers_alike(binary, answer):
    with running([str(binary)]):
        urls = resources()
        for url in urls:
            made = subprocess.run(
                [str(answer), str(SAMPLE), url], check=True, stdout=subprocess.PIPE
            ).stdout
            assert made == origin.get(f"{ADDRESS}{url}"), f"{url} differs"
    return f"{len(urls)} resources"


def resources():
    """URLs of the sample: a manifest and a segment in every format, and other kinds in one."""
    asset = "/sample/sample.ism"
    playlist = origin.get(f"{ADDRESS}{asset}/manifest(format=m3u8-cmaf)").decode()
    level = re.search(r"QualityLevels\(\d+\)(?=/Manifest\(video)", playlist).group()
    timed = [f"Fragments(video=0,format={format})" for format in FORMATS]
    rest = [
        "Manifest(video,format=m3u8-cmaf)",
        "Manifest(video,format=m3u8-aapl,type=keyframes)",
        "Fragments(video=i,format=mpd-time-cmaf)",
        "Fragments(video=0,format=m3u8-cmaf,type=keyframes)",
        "Fragments(video,format=f4m-f4f)Seg1-Frag1",
    ]
    text = re.search(r"QualityLevels\(\d+\)(?=/Manifest\(text_en)", playlist).group()
    texts = [
        f"{asset}/{text}/Manifest(text_en,format=m3u8-cmaf,text=vtt)",
        f"{asset}/{text}/Fragments(text_en=6000,format=m3u8-aapl,text=vtt)",
    ]
    manifests = [f"{asset}/manifest(format={format})" for format in (*FORMATS, "f4m-f4f")]
    return manifests + texts + [f"{asset}/{level}/{resource}" for resource in timed + rest]


@contextlib.contextmanager
def running(command):
    """Runs the origin where the README says to, on its default address."""
    with contextlib.suppress(OSError):
        origin.ask(f"{ADDRESS}/healthz")
        raise RuntimeError(f"something else serves {ADDRESS} already")
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                if origin.ask(f"{ADDRESS}/healthz").status == 200:
                    break
            assert process.poll() is None, f"{command} ended with {process.returncode}"
            time.sleep(0.01)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=15)


if __name__ == "__main__":
    main()
