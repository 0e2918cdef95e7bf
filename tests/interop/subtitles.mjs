// The subtitles of the browser check: the texts of the sample, and a film past the wrap of clocks.

import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";

import { readVtt } from "./vtt.mjs";

/** The formats of which each player shows subtitles. */
const SUBTITLED = {
  "hls.js": ["m3u8-cmaf", "m3u8-aapl"],
  "dash.js": ["mpd-time-cmaf", "mpd-time-csf", "fmp4"],
  shaka: ["m3u8-cmaf", "m3u8-aapl", "mpd-time-cmaf", "mpd-time-csf"],
};

/** Whether a player shows subtitles of a stream. */
export function isSubtitled(player, { manifest }) {
  const format = manifest.match(/format=([^,)]+)/)?.[1] ?? "fmp4";
  return SUBTITLED[player]?.includes(format) ?? false;
}

/** Whether players show cues in pieces: those of IMSC and TTML, which they cut at segments. */
export const areInPieces = ({ manifest }) => !manifest.includes("m3u8");

/** A film of one picture a second that goes past 2^33 ticks of 90 kHz, which are 95,443.7 s. */
export const LONG = {
  folder: "long",
  steps: ["offers every subtitle", "shows subtitles over seeks and cuts"],
  seeks: [1.5, 95_431, 95_441, 95_446, 95_451, 95_437],
};
const LONG_CUES = [
  [1, 3, "At the start"],
  [95_430, 95_432.5, "Before the wrap"],
  [95_436, 95_440, "After the wrap of transport streams"],
  [95_440.25, 95_447.5, "Across the wrap"],
  [95_450, 95_453, "After the wrap"],
];

/** The cues of the files of subtitles in a folder, by name, as [start, end, words]. */
export async function readTexts(folder) {
  const files = (await readdir(folder)).filter((file) => file.startsWith("subtitles."));
  const texts = files.map(async (file) => {
    const name = file.split(".")[1].replace("_", " ");
    return [name, plain(await readFile(path.join(folder, file), "utf8"))];
  });
  return Object.fromEntries(await Promise.all(texts));
}

/** The cues of WebVTT, or of SubRip, which has commas in its times and no head. */
function plain(text) {
  const vtt = text.startsWith("WEBVTT")
    ? text
    : `WEBVTT\n\n${text.replaceAll(/(\d\d),(\d{3})/g, "$1.$2")}`;
  const { errors, cues } = readVtt(vtt);
  if (errors.length) throw new Error(`the subtitles are not valid: ${errors[0]}`);
  return cues.map(({ start, end, runs }) => [
    start / 1000,
    end / 1000,
    runs.map(([words]) => words).join("").replaceAll(/\s+/g, " ").trim(),
  ]);
}

/** Makes the long film in a media folder, of ten minutes that are repeated. */
export async function makeLong(media, ffmpeg) {
  const folder = path.join(media, LONG.folder);
  await mkdir(folder, { recursive: true });
  const part = path.join(media, "part.mp4");
  const source = ["-f", "lavfi", "-i", "color=navy:size=160x90:rate=1:duration=600"];
  const coded = ["-c:v", "libx264", "-g", "6", "-bf", "0", "-pix_fmt", "yuv420p"];
  ffmpeg(...source, ...coded, part);
  ffmpeg("-stream_loop", "159", "-i", part, "-c", "copy", path.join(folder, `${LONG.folder}.mp4`));
  await rm(part);
  const cue = ([start, end, text]) => `${clock(start)} --> ${clock(end)}\n${text}\n`;
  const document = ["WEBVTT\n", ...LONG_CUES.map(cue)].join("\n");
  await writeFile(path.join(folder, "subtitles.en.vtt"), document);
}

function clock(seconds) {
  const millis = Math.round(seconds * 1000);
  const pad = (number, digits = 2) => String(Math.floor(number)).padStart(digits, "0");
  const [minutes, rest] = [millis / 60_000, millis % 60_000];
  return `${pad(minutes / 60)}:${pad(minutes % 60)}:${pad(rest / 1000)}.${pad(rest % 1000, 3)}`;
}
