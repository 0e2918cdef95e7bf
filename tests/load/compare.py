"""Compares what origins cost under load, and writes the figures to docs/performance.md.

    compare.py [--against COMMIT] [--rounds N] [--seconds S] [--check]

It makes films with ffmpeg, and starts one server at a time, each with one worker thread: this
tree's origin, that of COMMIT if one is named, and nginx with the same answers as static files,
with and without sendfile. wrk loads them in turns, so that a machine that is slow for a while is
slow for all. A figure is the least of all rounds. ffmpeg and the origins also package a ladder to
transport streams.

With --check it writes nothing. It compares system calls, page faults and context switches per
segment, which do not depend on the speed of the machine, with `baseline.json` beside this script,
and exits with 1 if one is more than a tenth higher.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import films
import report
from servers import Nginx, Origin, ffmpeg_packaging

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BASELINE = HERE / "baseline.json"

# What is asked for: a segment of 6 seconds, where it does not say otherwise.
SEGMENTS = {
    "CMAF": ("m3u8-cmaf", "video"),
    "DASH": ("mpd-time-cmaf", "video"),
    "Smooth": ("", "video"),
    "TS, version 4": ("m3u8-aapl", "video"),
    "TS, version 3": ("m3u8-aapl-v3", "video"),
    "HDS": ("f4m-f4f", "video"),
    "CMAF, cenc": ("m3u8-cmaf,encryption=cenc", "video"),
    "CMAF, cbcs": ("m3u8-cmaf,encryption=cbcs-aapl", "video"),
    "TS, SAMPLE-AES": ("m3u8-aapl,encryption=cbcs-aapl", "video"),
    "TS, AES-128": ("m3u8-aapl,encryption=cbc", "video"),
    "sound, CMAF": ("m3u8-cmaf", "audio"),
}
MANIFESTS = {
    "multivariant playlist": "manifest(format=m3u8-cmaf)",
    "MPD": "manifest(format=mpd-time-cmaf)",
}
# How much more than a tenth over the baseline passes: counts are small, and requests that are cut
# off at the end of a measurement count in part.
SLACK = 1.0
# Rows whose counts are guarded.
COUNTED = ["CMAF", "TS, version 4", "TS, version 3", "HDS", "CMAF, cenc", "TS, AES-128"]


def main():
    options = parse()
    folder = ROOT / "target" / "load"
    films.make(folder / "media", with_all=not options.check)
    origin = Origin("dynpack", build(ROOT, ROOT / "target"), folder)
    if options.check:
        sys.exit(check(origin))
    servers = [origin]
    if options.against:
        servers.append(Origin("before", build_at(options.against, folder), folder))
    urls = resources(origin)
    servers += [Nginx("nginx", folder, origin, urls, sendfile=True)]
    servers += [Nginx("nginx, no sendfile", folder, origin, urls, sendfile=False)]
    figures = {server.name: {} for server in servers}
    for number in range(options.rounds):
        for server in servers:
            print(f"round {number + 1} of {options.rounds}: {server.name}", flush=True)
            with server.running():
                keep_least(figures[server.name], measure(server, urls, options.seconds))
    for server in servers:
        if isinstance(server, Origin):
            print(f"memory and first bytes: {server.name}", flush=True)
            figures[server.name].update(server.extremes())
            rate = server.packaging(folder / "media" / "ladder")
            figures[server.name]["packaging to TS, GB of input per second of CPU"] = rate
            with server.running():
                figures[server.name].update(counts(server))
    figures[origin.name].update(origin.first_answers_with_indexes())
    rate = ffmpeg_packaging(folder / "media" / "ladder", folder / "hls")
    figures[origin.name]["packaging to TS by ffmpeg, GB of input per second of CPU"] = rate
    report.write(ROOT / "docs", figures, options.against)


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--against", metavar="COMMIT")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--check", action="store_true")
    return parser.parse_args()


def build(tree, target):
    command = ["cargo", "build", "--quiet", "--locked", "--release", "--example", "origin"]
    subprocess.run([*command, "--target-dir", target], cwd=tree, check=True)
    return Path(target) / "release" / "examples" / "origin"


def build_at(commit, folder):
    tree = folder / "before"
    if tree.exists():
        subprocess.run(["git", "checkout", "--quiet", "--detach", commit], cwd=tree, check=True)
    else:
        add = ["git", "worktree", "add", "--quiet", "--detach", tree, commit]
        subprocess.run(add, cwd=ROOT, check=True)
    return build(tree, tree / "target")


def resources(origin):
    """The URL of each resource by its name; all origins have the same."""
    with origin.running():
        urls = {name: origin.segment(*wanted) for name, wanted in SEGMENTS.items()}
        urls |= {name: f"/clear/film.ism/{path}" for name, path in MANIFESTS.items()}
    return urls


def measure(server, urls, seconds):
    cpu = {name: server.cpu_micros(server.path(url), seconds) for name, url in urls.items()}
    return {f"cpu: {name}": micros for name, micros in cpu.items()}


def counts(origin):
    found = {}
    for name in COUNTED:
        url = origin.segment(*SEGMENTS[name])
        found |= {f"{kind}: {name}": count for kind, count in origin.counts(url).items()}
    return found


def keep_least(least, figures):
    for name, figure in figures.items():
        least[name] = min(figure, least.get(name, figure))


def check(origin):
    with origin.running():
        found = counts(origin)
    if not BASELINE.exists():
        rounded = {name: round(count, 1) for name, count in found.items()}
        BASELINE.write_text(json.dumps(rounded, indent=1) + "\n")
        print(f"wrote {BASELINE.name}")
    baseline, worse = json.loads(BASELINE.read_text()), 0
    for name, count in found.items():
        allowed = baseline[name] * 1.1 + SLACK
        worse += count > allowed
        state = "FAILED" if count > allowed else "ok"
        print(f"  {state:7}{name}: {count:.1f}, where {allowed:.1f} are allowed")
    return 1 if worse else 0


if __name__ == "__main__":
    main()
