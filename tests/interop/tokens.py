"""Checks tokens that Python and OpenSSL sign, and clients that read streams with them."""

import base64
import hashlib
import hmac
import json
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import compare
import origin

HEADER = {"alg": "HS256", "typ": "JWT"}
#: What the token leaves of the sample: two segments of six seconds.
RULES, LASTS = "time=0-12", 12
#: How far the duration of a stream may be from that of its video: a frame of audio.
FRAME = 0.03


def check(binary, folder, work, tally):
    """Every protocol of the sample under a token."""
    tally.heading("streams under a token")
    key, old_key = secrets.token_hex(32), secrets.token_hex(32)
    file = work / "tokens.key"
    file.write_text(f"{key}\n{old_key}\n")
    options = [*origin.AS_STORED, "--token-key-file", file]
    claims = {"path": folder.name, "exp": int(time.time()) + 3600, "rules": RULES}
    token = sign(claims, by_python, key)
    with origin.serving(binary, folder.parent, work / "origin.log", options) as base:
        url = f"{base}/{folder.name}/{folder.name}.ism"
        check_signatures(url, claims, (key, old_key), tally)
        check_refusals(base, url, claims, key, tally)
        for name, protocol in compare.PROTOCOLS.items():
            check_protocol(name, f"{url}/{protocol.manifest}", token, tally)


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sign(claims, signature, key, header=None):
    """A JSON Web Token."""
    parts = [encode(json.dumps(part).encode()) for part in (header or HEADER, claims)]
    signed = ".".join(parts)
    return f"{signed}.{encode(signature(signed.encode(), key))}"


def by_python(signed, key):
    return hmac.new(key.encode(), signed, hashlib.sha256).digest()


def by_openssl(signed, key):
    command = ["openssl", "dgst", "-sha256", "-binary", "-hmac", key]
    return subprocess.run(command, input=signed, check=True, capture_output=True).stdout


def check_signatures(url, claims, keys, tally):
    """Both sign the same, and every key of the file is good."""
    for signature in (by_python, by_openssl):
        for key in keys:
            answer = origin.ask(f"{url}/manifest?token={sign(claims, signature, key)}")
            wrong = [] if answer.status == 200 else [answer.text()]
            tally.add(f"signed {signature.__name__.replace('_', ' ')}", wrong)


def check_refusals(base, url, claims, key, tally):
    """No other token is good, nor none, for anything; and the root page lists nothing."""
    good, wider = sign(claims, by_python, key), {**claims, "rules": "time=0-13"}
    bad = {
        "no token": None,
        "another key": sign(claims, by_python, secrets.token_hex(32)),
        "no algorithm": sign(claims, lambda *_: b"", key, {"alg": "none"}),
        "an expired token": sign({**claims, "exp": int(time.time()) - 1}, by_python, key),
        "other rules": good.replace(good.split(".")[1], encode(json.dumps(wider).encode())),
        "another path": sign({**claims, "path": "other"}, by_python, key),
    }
    resources = [protocol.manifest for protocol in compare.PROTOCOLS.values()]
    resources += [
        "QualityLevels(62780)/Manifest(video,format=m3u8-cmaf)",
        "QualityLevels(62780)/Fragments(video=0,format=m3u8-cmaf).mp4",
        "QualityLevels(62780)/Fragments(video=i,format=mpd-time-cmaf)",
        "QualityLevels(62780)/Fragments(video,format=f4m-f4f)Seg1-Frag1",
        "QualityLevels(62780)/Fragments(video=0)",
        "manifest(format=m3u8-cmaf,type=chapters)",
    ]
    for name, token in bad.items():
        query = "" if token is None else f"?token={token}"
        answers = [origin.ask(f"{url}/{resource}{query}") for resource in resources]
        wrong = [f"{one.status} {one.url}" for one in answers if one.status != 403]
        tally.add(f"{name} is refused", wrong)
    page = origin.ask(f"{base}/")
    is_bare = page.status == 403 and "sample" not in page.text()
    tally.add("the root page lists nothing", [] if is_bare else [page.text()[:200]])


def check_protocol(name, manifest, token, tally):
    """What the token leaves, by the readers here, by ffprobe, and by yt-dlp."""
    protocol, url = compare.PROTOCOLS[name], f"{manifest}?token={token}"
    problems = []
    for rendition in protocol.read(url):
        lasts = float(sum(segment.duration for segment in rendition.segments))
        if abs(lasts - LASTS) > FRAME:
            problems.append(f"{rendition.name} lasts {lasts} s")
        problems += [s.url for s in rendition.segments if not s.url.endswith(f"?token={token}")]
    tally.add(f"{name:6}is read to its end", problems)
    if protocol.suffix in (".mp4", ".ts"):
        tally.add(f"{name:6}by ffprobe", list(duration_problems(url)))
    else:
        tally.add(f"{name:6}by yt-dlp", list(download_problems(url)))


def duration_problems(url):
    options = ["-allowed_extensions", "ALL"] if "m3u8" in url else []
    shown = ["-show_entries", "format=duration", "-of", "csv=p=0"]
    command = ["ffprobe", "-v", "error", *options, *shown, url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if done.returncode or abs(float(done.stdout or 0) - LASTS) > 2 * FRAME:
        yield f"{done.stdout.strip()} s {done.stderr.strip()[:300]}"


def download_problems(url):
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "yt_dlp", "--quiet", "--no-warnings", "--fixup", "never"]
        command += ["--format", "best/bestvideo", "--output", f"{folder}/film", url]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        if done.returncode or not any(Path(folder).iterdir()):
            yield done.stderr.strip()[:300]
