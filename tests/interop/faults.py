"""Requests of an origin whose object store fails are answered right, or fail clearly."""

import contextlib
import http.client
import os
import random
import re
import subprocess
import threading
import time
from collections import Counter
from urllib.parse import urlsplit

import origin
import streams
from crawl import crawl
from faulty_proxy import FAULTS
from stores import serving, through

ASSET = "faulty"
FILE = f"films/{ASSET}/film.mp4"
#: The versions of the film, which lie beside it for the cache that is out of date.
VERSIONS = ("video_720p", "video_360p")
SEED = 20_261_130
CLIENTS = 24
LIMIT_SECONDS = 180
#: With declared bitrates, both versions have the same URLs.
#: A film of one long segment.
HEAVY = "films/heavy/heavy.mp4"
MANIFEST = """<smil><body><switch>
<video src="film.mp4" systemBitrate="900000"/><audio src="film.mp4" systemBitrate="64000"/>
</switch></body></smil>"""


class Film:
    """A film in a store, of which there are two versions."""

    def __init__(self, store, folder):
        self.store, self.current, self.lock = store, 0, threading.Lock()
        self.versions = [folder / version / ASSET / "film.mp4" for version in VERSIONS]
        self.heavy = folder / "heavy.mp4"

    def publish(self):
        self.store.put(f"films/{ASSET}/{ASSET}.ism", MANIFEST.encode())
        self.store.put(HEAVY, self.heavy.read_bytes())
        for number in range(len(VERSIONS)):
            self.put(number, f"{FILE}.{number}")
        self.put(self.current, FILE)

    def put(self, number, path):
        """Stores a version. Its modification time is its own, so that its ETag always is too."""
        body = self.versions[number].read_bytes()
        if not self.store.folder:
            self.store.put(path, body)
            return
        self.store.put(f"{path}.new", body)
        new, seconds = self.store.folder / f"{path}.new", 1_000_000_000 + number
        os.utime(new, (seconds, seconds))
        new.rename(self.store.folder / path)

    def replace(self):
        with self.lock:
            self.current = 1 - self.current
            self.put(self.current, FILE)

    def stale(self, target):
        return target.replace("/film.mp4", f"/film.mp4.{1 - self.current}")


def make_versions(folder, sample):
    """Each version of the film in a folder of its own, as a local storage serves it."""
    for version in VERSIONS:
        target = folder / version / ASSET
        target.mkdir(parents=True)
        (target / f"{ASSET}.ism").write_text(MANIFEST)
        inputs = ["-i", str(sample / f"{version}.mp4"), "-i", str(sample / "audio_eng.mp4")]
        command = ["ffmpeg", "-v", "error", *inputs, "-c", "copy", "-movflags", "+faststart"]
        subprocess.run([*command, str(target / "film.mp4")], check=True)
    noise = ["-f", "lavfi", "-i", "testsrc2=s=640x360:r=25:d=10", "-vf", "noise=alls=20:allf=t"]
    codec = ["-c:v", "libx264", "-preset", "ultrafast", "-b:v", "8M", "-g", "250"]
    command = ["ffmpeg", "-v", "error", *noise, *codec, "-movflags", "+faststart"]
    subprocess.run([*command, str(folder / "heavy.mp4")], check=True)


def right_answers(folder, binary, log):
    """What may be answered: by URL, the body of each version of the film."""
    answers = []
    for version in VERSIONS:
        with origin.serving(binary, folder / version, log) as address:
            answers.append(crawl(address, ASSET))
    first, second = answers
    assert first.keys() == second.keys(), "both versions have the same URLs"
    return {url: (body, second[url]) for url, body in first.items()}


def withstands(store, binary, folder, answers, requests):
    """Requests films until the store has had so many requests, and yields what came of it."""
    film, log = Film(store, folder), folder / f"{store.name}.log"
    film.publish()
    with through(store, SEED, film.stale, film.replace) as (proxy, store):
        with serving(store, binary, log, revalidate_after=0.2) as address:
            outcomes = Outcomes()
            ends = time.monotonic() + LIMIT_SECONDS
            goes_on = lambda: proxy.requests < requests and time.monotonic() < ends
            work = lambda number: client(number, address, answers, outcomes, goes_on)
            clients = [threading.Thread(target=work, args=[number]) for number in range(CLIENTS)]
            for thread in clients:
                thread.start()
            for thread in clients:
                thread.join()
            yield report(proxy, requests, outcomes, broken_off(address))
            yield breaks_off(proxy, address, log)


class Outcomes:
    """How requests ended."""

    def __init__(self):
        self.lock, self.counts, self.problems = threading.Lock(), Counter(), []

    def add(self, outcome, problem=None):
        with self.lock:
            self.counts[outcome] += 1
            self.problems += [problem] if problem else []


def client(number, address, answers, outcomes, goes_on):
    """One client of the origin."""
    chance, urls = random.Random(f"{SEED} {number}"), sorted(answers)
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    while goes_on():
        url = chance.choice(urls)
        connection.request("GET", f"/{ASSET}/{ASSET}.ism{url}")
        answer = connection.getresponse()
        try:
            body = answer.read()
        except http.client.IncompleteRead as error:
            # What was sent before must be right.
            is_right = any(whole.startswith(error.partial) for whole in answers[url])
            outcomes.add("broken off" if is_right else "wrong", not is_right and f"{url} is wrong")
            connection.close()
            continue
        if answer.status == 200:
            is_right = body in answers[url]
            outcomes.add("right" if is_right else "wrong", not is_right and f"{url} is wrong")
        else:
            code = answer.headers.get("x-error-code", "")
            is_clear = answer.status >= 500 and code and body
            why = f"{url}: {answer.status} {code} {body[:200]}"
            outcomes.add(f"{answer.status}", None if is_clear else why)
    connection.close()


def report(proxy, requests, outcomes, broken_off):
    """What came of it."""
    counts, problems = outcomes.counts, outcomes.problems[:5]
    wrong = counts.pop("wrong", 0)
    named = lambda counts: ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))
    right = counts.pop("right", 0)
    if proxy.requests < requests:
        problems.append(f"there were no {requests} requests within {LIMIT_SECONDS} seconds")
    if right < proxy.requests / 3:
        problems.append("there are too few right answers")
    if missing := FAULTS.keys() - proxy.injected.keys():
        problems.append(f"these faults did not occur: {missing}")
    if counts["broken off"] != broken_off:
        problems.append(f"dynpack_broken_off counts {broken_off}")
    line = (
        f"{proxy.requests} requests with faults ({named(proxy.injected)}): {right} right answers; "
        f"{named(counts) or 'none'} failed; {wrong} wrong"
    )
    return line, problems


def breaks_off(proxy, address, log):
    """A storage that fails in the middle of a body is in the log and the metrics."""
    proxy.fails = False
    url = f"{address}/heavy/heavy.ism/manifest(format=m3u8-cmaf)"
    (rendition,) = streams.hls(url)
    segment = max(rendition.segments, key=lambda segment: len(segment.body)).url
    whole, before = len(origin.get(segment)), broken_off(address)
    proxy.denied_after = whole * 2 // 3
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    with contextlib.closing(connection):
        connection.request("GET", urlsplit(segment).path)
        answer = connection.getresponse()
        try:
            answer.read()
            problems = ["the response is whole"]
        except http.client.IncompleteRead:
            problems = []
    proxy.denied_after = None
    lines = [line for line in log.read_text().splitlines() if "a response breaks off" in line]
    if not any("the server answered with status 400" in line for line in lines):
        problems.append("the log has no reason")
    if broken_off(address) != before + 1:
        problems.append("the metrics do not count it")
    return f"a response of {whole} bytes that breaks off is in the log and the metrics", problems


def broken_off(address):
    text = origin.get(f"{address}/metrics").decode()
    return int(re.search(r"^dynpack_broken_off_total (\d+)", text, re.M).group(1))
