"""Measures whether requests for one film wait while another is opened.

    opening.py [ORIGIN]

Times requests for a short film, once alone and once while a film of a hundred thousand fragments is
opened again and again, and prints both distributions. ORIGIN is the binary of the example origin, by
default that of the release build. Exits with 1 if the p99 while opening is more than twice that
alone, by more than a millisecond.
"""

import http.client
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import films
from servers import free_port

ROOT = Path(__file__).resolve().parents[2]
ORIGIN = ROOT / "target" / "release" / "examples" / "origin"
SAMPLE = ROOT / "examples" / "media" / "sample"
REQUESTS = 3_000


def main():
    origin = Path(sys.argv[1]) if len(sys.argv) > 1 else ORIGIN
    with tempfile.TemporaryDirectory() as folder:
        media = Path(folder)
        large = media / "large" / "large.mp4"
        video = SAMPLE / "video_180p.mp4"
        films.ffmpeg("-i", video, "-c", "copy", out=media / "film" / "film.mp4")
        # 500 pictures, 200 times.
        looped = ["-stream_loop", "199", "-i", video, "-c", "copy"]
        films.ffmpeg(*looped, "-movflags", "frag_every_frame+empty_moov", out=large)
        measure(origin, media, large)


def measure(origin, media, large):
    port = free_port()
    command = [origin, "--media", media, "--listen", f"127.0.0.1:{port}"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, **quiet)
    try:
        wait_for(port)
        alone = latencies(port)
        stop, opened = threading.Event(), []
        opener = threading.Thread(target=open_again, args=(port, large, stop, opened))
        opener.start()
        meanwhile = latencies(port)
        stop.set()
        opener.join()
    finally:
        process.kill()
        process.wait()
    (p50, p99), (busy50, busy99) = map(distribution, (alone, meanwhile))
    print(f"alone:         p50 {p50:.2f} ms, p99 {p99:.2f} ms")
    print(f"while opening: p50 {busy50:.2f} ms, p99 {busy99:.2f} ms")
    print(f"opened {len(opened)} times, in {statistics.median(opened) * 1e3:.0f} ms each")
    sys.exit(busy99 > 2 * p99 and busy99 > p99 + 1)


def distribution(seconds):
    cuts = statistics.quantiles(seconds, n=100)
    return cuts[49] * 1e3, cuts[98] * 1e3


def latencies(port):
    """The time of each of many requests for the manifest of a short film, in seconds."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    path = "/film/film.ism/manifest(format=m3u8-cmaf)"
    times = []
    for _ in range(REQUESTS):
        started = time.perf_counter()
        ask(connection, path)
        times.append(time.perf_counter() - started)
        time.sleep(0.002)
    return times


def open_again(port, large, stop, opened):
    """Opens the large film until `stop`, which each time is another version of it."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    moment = time.time() - 10**6
    while not stop.is_set():
        moment += 1
        os.utime(large, (moment, moment))
        time.sleep(1.05)
        started = time.perf_counter()
        ask(connection, "/large/large.ism/manifest(format=m3u8-cmaf)")
        opened.append(time.perf_counter() - started)


def ask(connection, path):
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise SystemExit(f"{path}: {answer.status} {body[:300]!r}")


def wait_for(port):
    for _ in range(100):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port)
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit("the origin does not start")


if __name__ == "__main__":
    main()
