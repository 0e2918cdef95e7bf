"""Films for measuring: made once, by ffmpeg, from test pictures and noise."""

import json
import subprocess

# Pictures and sound of 1.16 MB in 6 seconds, interleaved as ffmpeg does it.
ENCODE = [
    *("-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=25"),
    *("-f", "lavfi", "-i", "anoisesrc=r=48000:a=0.1:seed=1"),
    *("-t", "120", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"),
    *("-b:v", "1450k", "-minrate", "1450k", "-maxrate", "1450k", "-bufsize", "1450k"),
    *("-x264-params", "keyint=150:min-keyint=150:scenecut=0:nal-hrd=cbr:threads=1"),
    *("-c:a", "aac", "-b:a", "96k", "-ac", "2", "-movflags", "+faststart"),
]

# The bitrates of the ladder in kb/s.
LADDER = [400, 800, 1600, 3200]

COPY = ["-c", "copy", "-movflags", "+faststart"]

KEY = "AAECAwQFBgcICQoLDA0ODw=="


def make(folder, with_all):
    """The asset `film` of 2 minutes; with all, also `long` of 2 hours, and `ladder` of 10 minutes
    in four qualities. The locators file is beside them."""
    film, long = folder / "film" / "film.mp4", folder / "long" / "long.mp4"
    if not film.exists():
        ffmpeg(*ENCODE, out=film)
    if with_all and not long.exists():
        ffmpeg("-stream_loop", "59", "-i", film, *COPY, out=long)
    for rate in LADDER if with_all else []:
        quality = folder / "ladder" / f"ladder_{rate}.mp4"
        if not quality.exists():
            make_quality(film, rate, quality)
    (folder.parent / "locators.json").write_text(json.dumps(locators(), indent=1))


def make_quality(film, rate, out):
    """One quality of the ladder: two minutes of pictures, five times."""
    short = out.parent / f"short_{rate}.mp4"
    bits = f"{rate}k"
    ffmpeg(
        *("-i", film, "-an", "-c:v", "libx264", "-preset", "ultrafast", "-vf", "scale=640:-2"),
        *("-b:v", bits, "-minrate", bits, "-maxrate", bits, "-bufsize", bits),
        *("-x264-params", "keyint=150:min-keyint=150:scenecut=0:nal-hrd=cbr:threads=1"),
        out=short,
    )
    ffmpeg("-stream_loop", "4", "-i", short, *COPY, out=out)
    short.unlink()


def ffmpeg(*options, out):
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_suffix(".part.mp4")
    subprocess.run(["ffmpeg", "-v", "error", "-y", *options, part], check=True)
    part.rename(out)


def locators():
    everywhere = {"dash": True, "hls": True, "smoothStreaming": True, "hds": True}
    common = {"enabledProtocols": everywhere, "drm": {"widevine": {}}}
    policy = {
        "envelopeEncryption": {"enabledProtocols": everywhere},
        "commonEncryptionCenc": common,
        "commonEncryptionCbcs": {**common, "drm": {"widevine": {}, "fairPlay": {}}},
    }
    key = {"id": "11111111-1111-4111-8111-111111111111", "value": KEY}
    names = {"clear": "film", "all": "film", "clear-long": "long", "clear-ladder": "ladder"}
    return {
        "keyDelivery": {
            "widevineUrlTemplate": "https://keys.example/widevine",
            "fairPlayUrlTemplate": "skd://keys.example/{ContentKeyId}",
            "keyUrlTemplate": "https://keys.example/{ContentKeyId}",
        },
        "streamingPolicies": {
            "all": policy,
            "clear": {"noEncryption": {"enabledProtocols": everywhere}},
        },
        "streamingLocators": [
            {
                "streamingLocatorId": name,
                "assetName": asset,
                "streamingPolicyName": "all" if name == "all" else "clear",
                "contentKeys": [key] if name == "all" else [],
            }
            for name, asset in names.items()
        ],
    }
