#!/usr/bin/env bash
# Makes the seeds of the fuzz targets: small files with each format of text, edits and chapters.
#
# Needs ffmpeg. Run it from the top of the checkout.
set -euo pipefail
cd "$(dirname "$0")"

source=$(mktemp --suffix=.srt)
metadata=$(mktemp --suffix=.txt)
trap 'rm -f "$source" "$metadata"' EXIT
printf '1\n00:00:00,500 --> 00:00:01,500\nHello <i>there</i>\n\n2\n00:00:02,000 --> 00:00:02,750\nTwo\nlines\n' \
    >"$source"
printf ';FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=700\ntitle=One\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=700\nEND=2000\ntitle=Two\n' \
    >"$metadata"

exact=(-bitexact -metadata:s:s:0 language=swe)
ffmpeg() { command ffmpeg -v error -y "$@"; }
ffmpeg -i "$source" -c:s mov_text "${exact[@]}" tx3g.mp4
ffmpeg -i "$source" -c:s mov_text -tag:s text "${exact[@]}" text.mov
ffmpeg -i "$source" -c:s ttml "${exact[@]}" stpp.mp4
ffmpeg -i "$source" -c:s ttml -tag:s dfxp -strict unofficial "${exact[@]}" dfxp.mp4
ffmpeg -i "$source" -c:s mov_text -movflags frag_keyframe+delay_moov "${exact[@]}" fragments.mp4
# The text starts a second before the sound, and is cut.
ffmpeg -f lavfi -i sine=d=2:r=8000 -itsoffset -1 -i "$source" -i "$metadata" -map 0 -map 1 \
    -map_metadata 2 -c:a aac -b:a 8k -c:s mov_text -disposition:s:0 forced "${exact[@]}" chapters.mp4
cd ../..
cargo run -q -p dynpack-text --example convert -- "$source" fuzz/seeds/wvtt.mp4
