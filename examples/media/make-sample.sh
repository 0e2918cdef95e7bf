#!/usr/bin/env bash
# Makes the sample assets from synthetic sources: see docs/sample.md for what they hold and why.
# Needs ffmpeg 5 or later, espeak-ng and the DejaVu fonts. Usage: make-sample.sh [DIR], by default the folder of this script.
set -euo pipefail

readonly media="${1:-$(dirname "$0")}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

readonly FPS=25
readonly FONT=/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf
readonly MONO=/usr/share/fonts/truetype/dejavu/DejaVuSansMono-Bold.ttf
readonly FFMPEG=(ffmpeg -hide_banner -loglevel error -nostdin -y -bitexact)

# A slow gradient, a clock, a bar that fills within the film, and a disc that lights up at each full second, as the voice counts it.
scene() {
    local label="$1"
    local disc="w*0.5-text_w*0.5"
    cat <<EOF
gradients=size=1280x720:rate=$FPS:duration=$seconds:seed=7:speed=0.004:x0=0:y0=0:x1=1280:y1=720:nb_colors=3:c0=0x12355b:c1=0x6a2c70:c2=0x0b6e4f[back];
color=color=white@0.85:size=1280x12:rate=$FPS:duration=$seconds,format=yuva420p[bar];
[back][bar]overlay=x='-w+w*t/$seconds':y=H-h:eval=frame,
drawtext=fontfile=$MONO:fontsize=110:fontcolor=white:x=(w-text_w)/2:y=(h-text_h)/2:text='%{pts\\:hms}',
drawtext=fontfile=$FONT:fontsize=120:fontcolor=0xffd166:x=$disc:y=h*0.14:text='●':enable='lt(mod(t,1),0.2)',
drawtext=fontfile=$FONT:fontsize=120:fontcolor=white@0.25:x=$disc:y=h*0.14:text='●':enable='gte(mod(t,1),0.2)',
drawtext=fontfile=$FONT:fontsize=64:fontcolor=white:x=48:y=40:text='$label',
drawtext=fontfile=$FONT:fontsize=40:fontcolor=white@0.8:x=w-text_w-48:y=48:text='dynpack',
format=yuv420p
EOF
}

# One rendition in H.264: closed groups of pictures of exactly two seconds, two B-frames, the rate kept within its bounds.
video() {
    local name="$1" width="$2" height="$3" profile="$4" kbps="$5"
    "${FFMPEG[@]}" -filter_complex "$(scene "${height}p"),scale=$width:$height:flags=lanczos" \
        -c:v libx264 -preset veryslow -refs 4 -profile:v "$profile" -threads 1 \
        -b:v "${kbps}k" -maxrate "$((kbps * 3 / 2))k" -bufsize "$((kbps * 2))k" \
        -g $((FPS * 2)) -keyint_min $((FPS * 2)) -sc_threshold 0 -bf 2 -flags +cgop \
        -movflags +faststart "$out/$name.mp4"
}

# The same groups in another codec, with options of its encoder.
video_in() {
    local codec="$1"
    shift
    "${FFMPEG[@]}" -filter_complex "$(scene "$codec"),scale=640:360:flags=lanczos" "$@" \
        -g $((FPS * 2)) -keyint_min $((FPS * 2)) -threads 1 -movflags +faststart "$out/video_$codec.mp4"
}

# One language: a voice counts the seconds over a soft chord. With options of the encoder.
audio() {
    local name="$1" language="$2" voice="$3" root="$4"
    shift 4
    local inputs=() voices="" second
    for second in $(seq 1 $((seconds - 1))); do
        espeak-ng -v "$voice" -s 190 -a 120 -w "$work/$name-$second.wav" "$second"
        inputs+=(-i "$work/$name-$second.wav")
        voices+="[$((second - 1))]aresample=48000,adelay=${second}000:all=1[v$second];"
    done
    local mixed=""
    for second in $(seq 1 $((seconds - 1))); do mixed+="[v$second]"; done
    local chord="0.05*sin(2*PI*$root*t)+0.04*sin(2*PI*$root*1.25*t)+0.04*sin(2*PI*$root*1.5*t)"
    "${FFMPEG[@]}" "${inputs[@]}" -filter_complex "$voices${mixed}amix=inputs=$((seconds - 1)):normalize=0,pan=stereo|c0=c0|c1=c0[voice];
aevalsrc='$chord*(0.8+0.2*sin(PI*t/2))|$chord*(0.8+0.2*cos(PI*t/2))':sample_rate=48000:duration=$seconds,afade=in:d=1,afade=out:st=$((seconds - 1)):d=1[pad];
[pad][voice]amix=inputs=2:duration=first:normalize=0,alimiter=limit=0.9:level=0[mix]" \
        -map '[mix]' "$@" -metadata:s:a:0 "language=$language" -movflags +faststart "$out/$name.mp4"
}

# What the voice says: a cue for each second, of a word on each line of the input. One line is a cue,
# with bars instead of line breaks.
spoken() {
    local zero="$1" point="$2" second=0 word
    while read -r word; do
        printf '%s%02d%s000 --> %s%02d%s900|%s||\n' \
            "$zero" "$((second += 1))" "$point" "$zero" "$second" "$point" "$word"
    done
}

# Such lines in the order of their times, as they are in files.
cues() {
    LC_ALL=C sort | tr '|' '\n' | cat -s
}

# WebVTT with styles, positions and cues at the same time; two of them cross the cuts at 6 and 12 s.
english() {
    cat <<'EOF'
WEBVTT

STYLE
::cue(.count) {
  color: #ffd166;
}

EOF
    {
        cat <<'EOF'
00:00.000 --> 00:04.000 line:5%|<i>A voice counts the seconds.</i>||
00:05.250 --> 00:07.750 line:5% position:10% align:start|Here is the first cut|of segments of 6 s.||
00:11.120 --> 00:13.480 line:5% align:end|Pictures &amp; sound go on <b>without a gap</b>.||
00:18.000 --> 00:20.000 line:5%|<i>The bar reaches the edge.</i>||
EOF
        printf '<c.count>%s</c>\n' One Two Three Four Five Six Seven Eight Nine Ten Eleven Twelve \
            Thirteen Fourteen Fifteen Sixteen Seventeen Eighteen Nineteen | spoken 00: .
    } | cues
}

# SubRip, with its tags, and letters that ASCII lacks.
german() {
    printf '%s\n' Eins Zwei Drei Vier Fünf Sechs Sieben Acht Neun Zehn Elf Zwölf Dreizehn Vierzehn \
        Fünfzehn Sechzehn Siebzehn Achtzehn '<i>Neunzehn</i>' | spoken 00:00: , | cues | numbered
}

# What the pictures say, for those who do not read English: shown whatever else is.
german_forced() {
    printf '%s --> %s|%s||\n' \
        00:00:00,500 00:00:03,000 'Oben links: die Höhe des Bildes' \
        00:00:10,000 00:00:14,000 'Unten: so viel ist vergangen' | cues | numbered
}

# Cues with the numbers that SubRip has.
numbered() {
    awk '/-->/ { print ++count } { print }'
}

# A film in three sizes and two languages, with subtitles.
out="$media/sample" seconds=20
mkdir -p "$out"
video video_180p 320 180 main 60
video video_360p 640 360 high 150
video video_720p 1280 720 high 400
audio audio_eng eng en-us 220 -c:a aac -b:a 64k
audio audio_deu deu de 196 -c:a aac -b:a 64k
english >"$out/subtitles.en.vtt"
german >"$out/subtitles.de.srt"
german_forced >"$out/subtitles.de_forced.srt"

# A film in several codecs.
out="$media/sample_codecs" seconds=8
mkdir -p "$out"
video video_h264 640 360 high 150
video_in hevc -c:v libx265 -preset slow -tag:v hvc1 -b:v 100k -x265-params scenecut=0:open-gop=0:log-level=none
video_in av1 -c:v libaom-av1 -cpu-used 4 -b:v 100k
video_in vp9 -c:v libvpx-vp9 -deadline good -cpu-used 2 -b:v 100k
audio audio_aac eng en-us 220 -c:a aac -b:a 64k
audio audio_ac3 eng en-us 220 -c:a ac3 -b:a 96k
audio audio_flac eng en-us 220 -ar 16000 -c:a flac -strict -2
audio audio_opus eng en-us 220 -c:a libopus -b:a 48k
