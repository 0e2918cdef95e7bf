"""Makes assets that break packagers, by ffmpeg. Each function fills a folder with one asset."""

import os
import struct
import subprocess
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import boxes

VIDEO = "testsrc2=size=160x90:rate={rate}:duration={duration}"
AUDIO = (
    "aevalsrc='0.2*sin(2*PI*{pitch}*t)|0.2*sin(2*PI*{pitch}*1.5*t)'"
    ":sample_rate={rate}:duration={duration}"
)
X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-b-pyramid", "none"]
AAC = ["-c:a", "aac", "-b:a", "48k"]


def run(*arguments):
    command = [
        "ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "error", "-y", *map(str, arguments),
    ]
    subprocess.run(command, check=True, timeout=120)


def source(video=None, audio=None, delay=None):
    """The arguments of one lavfi input."""
    graph = VIDEO.format(**video) if video else AUDIO.format(**audio)
    return ([] if delay is None else ["-itsoffset", delay]) + ["-f", "lavfi", "-i", graph]


def video(rate="25", duration=13, delay=None):
    return source(video={"rate": rate, "duration": duration}, delay=delay)


def audio(rate=48000, duration=13, pitch=330, delay=None):
    return source(audio={"rate": rate, "duration": duration, "pitch": pitch}, delay=delay)


def gop(frames, b_frames):
    return [*X264, "-g", frames, "-keyint_min", frames, "-sc_threshold", 0, "-bf", b_frames]


def bframes_with_edit_list(folder):
    run(*video(), *audio(), *gop(50, 3), *AAC, folder / "film.mp4")


def no_bframes(folder):
    run(*video(), *audio(), *gop(50, 0), *AAC, "-movflags", "+faststart", folder / "film.mp4")


def variable_frame_rate(folder):
    select = "select='not(mod(n,3))+lt(mod(t,2),1)'"
    run(
        *video("30"), *audio(), "-vf", select, "-vsync", "vfr", *gop(40, 2), *AAC,
        "-video_track_timescale", 90000, folder / "film.mp4",
    )


def film_rate_and_44100_hz(folder):
    run(*video("24000/1001"), *audio(44100), *gop(48, 2), *AAC, folder / "film.mp4")


def odd_timescale(folder):
    run(
        *video("30000/1001"), *audio(22050), *gop(60, 2), *AAC, "-ac", 1, "-video_track_timescale",
        11988, folder / "film.mp4",
    )


def audio_delayed(folder):
    run(*video(), *audio(delay=0.75), *gop(50, 2), *AAC, folder / "film.mp4")


def video_delayed(folder):
    run(
        *video(delay=0.5), *audio(), "-vsync", "passthrough", *gop(50, 2), *AAC, folder / "film.mp4"
    )


def video_delayed_by_more_than_a_segment(folder):
    run(
        *video(delay=7, duration=14), *audio(duration=14), "-vsync", "passthrough", *gop(50, 2),
        *AAC, folder / "film.mp4",
    )


def audio_delayed_in_its_own_file(folder):
    run(*video(), *gop(50, 2), folder / "video.mp4")
    run(*audio(44100, delay=0.333), *AAC, folder / "audio.mp4")


def negative_composition_offsets(folder):
    run(
        *video(), *audio(), *gop(50, 3), *AAC, "-movflags", "+negative_cts_offsets",
        folder / "film.mp4",
    )


def no_edit_list(folder):
    run(*video(), *audio(), *gop(50, 2), *AAC, "-use_editlist", 0, folder / "film.mp4")


def every_picture_a_sync_sample(folder):
    run(*video(), *audio(), *gop(1, 0), *AAC, folder / "film.mp4")


def one_sync_sample(folder):
    run(*video(), *audio(), *gop(9999, 2), *AAC, folder / "film.mp4")


def offsets_of_64_bits(folder):
    path = folder / "film.mp4"
    run(*video(), *audio(), *gop(50, 2), *AAC, path)
    path.write_bytes(widen(path.read_bytes()))


def several_tracks_in_a_file(folder):
    maps = [argument for index in range(4) for argument in ("-map", index)]
    tags = ["-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=fra"]
    sizes = ["-s:v:1", "320x180"]
    run(
        *video(),
        *video(),
        *audio(),
        *audio(pitch=440),
        *maps,
        *gop(50, 2),
        *sizes,
        *AAC,
        *tags,
        folder / "film.mp4",
    )


def audio_only(folder):
    run(*audio(44100), *AAC, folder / "song.mp4")


def ac3_beside_aac(folder, codec="ac3"):
    run(
        *video(), *audio(), *audio(pitch=220), "-map", 0, "-map", 1, "-map", 2, *gop(50, 2), *AAC,
        "-c:a:0", codec, "-b:a:0", "192k", "-metadata:s:a:0", "language=eng", "-metadata:s:a:1",
        "language=eng", folder / "film.mp4",
    )


def enhanced_ac3_beside_aac(folder):
    ac3_beside_aac(folder, "eac3")


def codecs_of_sound(folder):
    """Each is a language of its own, beside one film."""
    run(*video(), *audio(), *gop(50, 2), *AAC, folder / "film.mp4")
    for codec, language in (("libopus", "eng"), ("flac", "deu"), ("alac", "fra")):
        run(
            *audio(), "-c:a", codec, "-strict", -2, "-metadata:s:a:0", f"language={language}",
            folder / f"{codec}.mp4",
        )


def mp3(folder):
    """The first frame has what the encoder says of the stream, and no sound."""
    lame = ["-c:a", "libmp3lame", "-b:a", "96k"]
    run(*video(), *audio(44100), *gop(50, 2), *lame, folder / "film.mp4")


def video_only(folder):
    run(*video(), *gop(50, 2), folder / "film.mp4")


def renditions_of_different_groups_of_pictures(folder):
    run(*video(), *gop(50, 2), folder / "low.mp4")
    run(*video(), "-s", "320x180", *gop(75, 2), folder / "high.mp4")
    run(*audio(), *AAC, folder / "audio.mp4")


def renditions_of_different_reordering(folder):
    run(*video(), *gop(50, 0), folder / "low.mp4")
    run(*video(), "-s", "320x180", *gop(50, 3), folder / "high.mp4")
    run(*audio(), *AAC, folder / "audio.mp4")


def renditions_of_different_clocks(folder):
    run(*video(), *gop(50, 2), "-video_track_timescale", 12800, folder / "low.mp4")
    run(
        *video(), "-s", "320x180", *gop(50, 2), "-video_track_timescale", 90000, folder / "high.mp4"
    )
    run(*audio(44100), *AAC, folder / "audio.mp4")


def audio_outlasts_video(folder):
    run(*video(duration=9), *audio(), *gop(50, 2), *AAC, folder / "film.mp4")


def video_outlasts_audio(folder):
    run(*video(), *audio(duration=5), *gop(50, 2), *AAC, folder / "film.mp4")


def shorter_than_a_segment(folder):
    run(*video(duration=1), *audio(duration=1), *gop(50, 2), *AAC, folder / "film.mp4")


def one_picture(folder):
    run(*video(), *gop(50, 0), "-frames:v", 1, folder / "film.mp4")


def cut_within_a_group_of_pictures(folder):
    run(*video(), *audio(), *gop(50, 2), *AAC, folder / "whole.mkv")
    run("-ss", 3.3, "-i", folder / "whole.mkv", "-c", "copy", folder / "film.mp4")
    (folder / "whole.mkv").unlink()


def open_groups_of_pictures(folder):
    """Key frames after leading pictures, which are decoded at other distances than presented."""
    options = ["-x264-params", "open-gop=1:b-pyramid=normal"]
    run(*video(), *audio(), *gop(50, 3), "-preset", "medium", *options, *AAC, folder / "film.mp4")


def sound_of_uneven_frames(folder):
    """Sound from Matroska, whose clock has milliseconds: a frame lasts longer than it sounds."""
    run(*video(duration=27), *audio(44100, duration=27), *gop(50, 2), *AAC, folder / "whole.mkv")
    run("-ss", 4.37, "-i", folder / "whole.mkv", "-c", "copy", "-t", 17, folder / "film.mp4")
    (folder / "whole.mkv").unlink()
    (sound,) = (
        track for track in boxes.read((folder / "film.mp4").read_bytes()) if track.kind == "soun"
    )
    assert {sample.duration for sample in sound.samples[1:-1]} != {1024}, "no frame is uneven"


def slices_after_parameter_sets(folder):
    """Pictures of several slices with long headers; parameter sets in band."""
    slices = [
        "-preset",
        "medium",
        "-x264-params",
        "slices=4:repeat-headers=1:aud=1:weightp=2:ref=4:tff=1",
    ]
    run(
        *video(), *audio(), "-vf", "scale=160:96,fade=out:60:50", *gop(50, 2), *slices, *AAC,
        folder / "film.mp4",
    )


def x265(options, pixels="yuv420p", entry="hvc1"):
    quiet = f"log-level=none:scenecut=0:{options}"
    return ["-c:v", "libx265", "-preset", "fast", "-pix_fmt", pixels, "-tag:v", entry,
            "-x265-params", quiet]


def hevc_of_several_slices(folder):
    """Slices in rows that can be decoded in parallel; parameter sets in band too."""
    options = "keyint=50:min-keyint=50:open-gop=0:slices=3:ctu=16:wpp=1:bframes=3:repeat-headers=1"
    fade = ["-vf", "scale=320:192,fade=out:60:50"]
    run(*video(), *audio(), *fade, *x265(options, entry="hev1"), *AAC, folder / "film.mp4")


def hevc_of_open_groups(folder):
    """Key frames with leading pictures that refer to pictures before them; a pyramid of B-frames."""
    options = "keyint=48:min-keyint=48:open-gop=1:bframes=7:b-adapt=0:b-pyramid=1:weightb=1"
    run(*video(), *audio(), *x265(options), *AAC, folder / "film.mp4")


def hevc_of_ten_bits(folder):
    """High dynamic range by perceptual quantization."""
    options = (
        "keyint=50:min-keyint=50:open-gop=0:hrd=1:vbv-maxrate=300:vbv-bufsize=300:bitrate=200:hdr10=1:"
        "colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:max-cll=1000,400"
    )
    run(*video(), *audio(), *x265(options, "yuv420p10le"), *AAC, folder / "film.mp4")


#: Formats that have no HEVC are not asked for these.
HEVC = [hevc_of_several_slices, hevc_of_open_groups, hevc_of_ten_bits]


def mixed_parameter_sets(folder):
    """Parameter sets in band differ from the configuration; most key frames have none."""
    parameters = "keyint=13:min-keyint=1:scenecut=0:bframes=2:open-gop=1:deblock=6,6:8x8dct=0"
    parts = [folder / "one.mp4", folder / "other.mp4"]
    for part in parts:
        run(
            *video(), "-vf", "scale=160:96", "-c:v", "libx264", "-pix_fmt", "yuv420p",
            "-x264-params", parameters, part,
        )
    listed, film = folder / "parts.txt", folder / "film.mp4"
    listed.write_text("".join(f"file '{part.name}'\n" for part in parts))
    run("-f", "concat", "-i", listed, "-c", "copy", film)
    film.write_bytes(without_deblocking(film.read_bytes()))
    for part in [*parts, listed]:
        part.unlink()


def av1_tiles(folder):
    """Frames of four tiles, several of them in some samples."""
    run(
        *video(duration=7), "-vf", "scale=256:144", "-c:v", "libaom-av1", "-cpu-used", "8",
        "-tiles", "2x2", "-g", 50, folder / "film.mp4",
    )


def av1_grain(folder):
    """Ten bits a component, with film grain."""
    run(
        *video(duration=7), "-vf", "scale=256:144", "-pix_fmt", "yuv420p10le", "-c:v", "libsvtav1",
        "-preset", "12", "-g", 50, "-svtav1-params", "film-grain=10", folder / "film.mp4",
    )


def vp9_hidden_frames(folder):
    """Two columns of tiles, and superframes."""
    run(
        *video(duration=7), "-vf", "scale=512:128", "-c:v", "libvpx-vp9", "-deadline", "realtime",
        "-cpu-used", "8", "-tile-columns", "1", "-auto-alt-ref", "1", "-lag-in-frames", "16", "-g",
        50, "-b:v", "100k", folder / "film.mp4",
    )


def without_deblocking(data):
    """The same file, but its configuration declares no deblocking syntax (H.264, 7.3.2.2)."""
    sps = data.index(b"avcC") + 10
    pps = sps + 2 + int.from_bytes(data[sps : sps + 2], "big") + 1
    start, length = pps + 2, int.from_bytes(data[pps : pps + 2], "big")
    bits = int.from_bytes(data[start : start + length], "big")
    # The flag is the third last, before the bit that ends the set.
    flag = (bits & -bits) << 3
    assert bits & flag, "slice headers do not declare deblocking"
    return data[:start] + (bits - flag).to_bytes(length, "big") + data[start + length :]


def widen(data):
    """The same file with 64-bit chunk offsets and a 64-bit size of `mdat`."""
    moov = next(box for box in boxes.top_level(data) if box.kind == b"moov")
    mdat = next(box for box in boxes.top_level(data) if box.kind == b"mdat")
    free = next(
        box for box in boxes.top_level(data) if box.kind == b"free" and box.end == mdat.start
    )
    assert moov.start > mdat.start, "the offsets hold only if nothing before mdat grows"
    large = struct.pack(">I4sQ", 1, b"mdat", mdat.end - free.start)
    return (
        data[: free.start] + large + data[mdat.body : mdat.end] + widen_box(moov) + data[moov.end :]
    )


def widen_box(box):
    if box.kind == b"stco":
        places = [place for (place,) in box.table("I")]
        body = struct.pack(f">II{len(places)}Q", 0, len(places), *places)
        return struct.pack(">I4s", len(body) + 8, b"co64") + body
    if box.children:
        body = b"".join(widen_box(child) for child in box.children)
        return struct.pack(">I4s", len(body) + 8, box.kind) + body
    return box.data[box.start : box.end]


ASSETS = [
    bframes_with_edit_list,
    no_bframes,
    variable_frame_rate,
    film_rate_and_44100_hz,
    odd_timescale,
    audio_delayed,
    video_delayed,
    video_delayed_by_more_than_a_segment,
    audio_delayed_in_its_own_file,
    negative_composition_offsets,
    no_edit_list,
    every_picture_a_sync_sample,
    one_sync_sample,
    offsets_of_64_bits,
    several_tracks_in_a_file,
    audio_only,
    ac3_beside_aac,
    enhanced_ac3_beside_aac,
    codecs_of_sound,
    mp3,
    video_only,
    renditions_of_different_groups_of_pictures,
    renditions_of_different_reordering,
    renditions_of_different_clocks,
    audio_outlasts_video,
    video_outlasts_audio,
    shorter_than_a_segment,
    one_picture,
    cut_within_a_group_of_pictures,
    open_groups_of_pictures,
    slices_after_parameter_sets,
    sound_of_uneven_frames,
    *HEVC,
]


def make(media, assets=None):
    """Makes the given assets (by default all) in folders named after their functions."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(partial(make_one, Path(media)), assets or ASSETS))


def make_one(media, asset):
    folder = media / asset.__name__
    folder.mkdir(parents=True)
    asset(folder)
