// Programs for the browser check: clips of films whose pictures carry their numbers.

import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

import { DASH, HLS, HLS3, SMOOTH } from "./protocols.mjs";

// Each picture has its number in twelve blocks at its top, white for 1.
const BITS = 12;
const BLOCK = 26;
const FILMS = {
  thirty: { rate: "30", hz: 48_000, seconds: 12, group: 60, from: 0 },
  twenty_five: { rate: "25", hz: 44_100, seconds: 10, group: 100, from: 1_000 },
  ntsc: { rate: "30000/1001", hz: 48_000, seconds: 11, group: 90, from: 2_000 },
};
const rateOf = ({ rate }) => rate.split("/").reduce((one, other) => one / other);

// Film, first picture, and the picture after the last.
const PROGRAMS = {
  // Other rates of pictures and sound in each clip.
  mixed: [
    ["thirty", 45, 210],
    ["twenty_five", 0, 250],
    ["ntsc", 91, 285],
  ],
  // One configuration, for formats with one timeline.
  alike: [
    ["thirty", 100, 200],
    ["thirty", 31, 151],
  ],
};

// Markers of programs, one of which lasts over a change of clips.
const MARKERS = {
  mixed: [
    { id: "break", start: 4_000, duration: 5_000, class: "urn:example:break", cut: true },
    { id: "goal", start: 10_250, class: "urn:example:goal" },
  ],
};

/** Clips, with their times in a program and the numbers of their pictures. */
function placed(clips) {
  let start = 0;
  return clips.map(([name, first, end]) => {
    const frame = 1 / rateOf(FILMS[name]);
    const clip = { start, frame, first: FILMS[name].from + first, end: FILMS[name].from + end };
    start += (end - first) * frame;
    return clip;
  });
}

/** Times shortly after the start of each clip, in its middle and before its end. */
function numbered(clips) {
  return clips.flatMap(({ start, frame, first, end }) =>
    [first, Math.floor((first + end) / 2), end - 1].map((number) => [
      start + (number - first + 0.5) * frame,
      number,
    ]),
  );
}

/** When a player hands over the markers: in DASH, those that go on do so in each clip. */
function markersOf(program, player, protocol, clips) {
  const markers = (MARKERS[program] ?? []).map(({ id, start, duration = 0 }) => {
    const [from, to] = [start / 1000, (start + duration) / 1000];
    const changes = clips.map((clip) => clip.start).filter((at) => from < at && at < to);
    return [from, ...(protocol === DASH ? changes : [])].map((at) => [at, id]);
  });
  return protocol === DASH || player === "hls.js" ? markers.flat() : undefined;
}

/** A session with a stream that shows those clips. */
const showing = (clips, player, protocol, more) => {
  const last = clips.at(-1);
  const expected = {
    steps: [
      "starts with its picture",
      "starts and plays",
      "knows the duration",
      "buffers without a gap from start to end",
      "hands over the markers",
      "shows the picture of each number",
      ...(clips.length > 1 ? ["plays through the changes of clips"] : []),
      "plays through to the end",
    ],
    numbers: numbered(clips),
    changes: clips.slice(1).map((next, at) => ({ before: clips[at], next })),
    duration: last.start + (last.end - last.first) * last.frame,
    frame: Math.max(...clips.map(({ frame }) => frame)),
    slack: 0.05,
    widths: [320],
    languages: ["un"],
  };
  return [player, { ...protocol, ...expected, ...more }];
};

const session = (program, player, protocol, more = {}) => {
  const clips = placed(PROGRAMS[program]);
  return showing(clips, player, protocol, {
    folder: program,
    name: `${protocol.name}, program ${program}`,
    markers: markersOf(program, player, protocol, clips),
    ...more,
  });
};

/** A session with a film, from the segment at a time and its first picture to the end. */
const filmSession = (film, time, first, player, protocol) => {
  const { rate, seconds } = FILMS[film];
  const end = Math.ceil(seconds * rateOf({ rate }));
  return showing(placed([[film, first, end]]), player, protocol, {
    folder: film,
    name: `${protocol.name}, ${film} from ${time}`,
    manifest: `manifest(rules=time=${time}-60)`,
  });
};

/** While paused at 0, Chromium shows the key frame, since it does not know `EXT-X-START`. */
const AT_KEY_FRAME = { starts: false };

export const PROGRAM_SESSIONS = [
  session("mixed", "hls.js", HLS),
  session("mixed", "shaka", HLS),
  session("mixed", "native", HLS, AT_KEY_FRAME),
  session("mixed", "hls.js", HLS3, {
    steps: ["starts and plays", "knows the duration", "plays through to the end"],
    slack: 0.15,
  }),
  session("mixed", "dash.js", DASH),
  session("mixed", "shaka", DASH),
  session("alike", "dash.js", SMOOTH, AT_KEY_FRAME),
];

// Films whose sound ends 11 ms before the pictures, and parts whose sound starts 6 ms before the
// first picture, or 10 ms after it.
export const FILM_SESSIONS = [
  ["dash.js", SMOOTH],
  ["shaka4", SMOOTH],
].flatMap((stream) => [
  filmSession("ntsc", 0, 0, ...stream),
  filmSession("ntsc", 7, 180, ...stream),
  filmSession("twenty_five", 5, 100, ...stream),
]);

/** Makes the films and the programs, each in a folder of a media folder. */
export async function makePrograms(folder, ffmpeg) {
  for (const [name, { rate, hz, seconds, group, from }] of Object.entries(FILMS)) {
    await mkdir(path.join(folder, name), { recursive: true });
    const block = (bit) =>
      `drawbox=x=${BLOCK * bit}:y=0:w=${BLOCK}:h=40:color=white:t=fill:` +
      `enable='mod(floor((n+${from})/${2 ** (BITS - 1 - bit)})\\,2)'`;
    const blocks = Array.from({ length: BITS }, (_, bit) => block(bit));
    const numbers = ["drawbox=x=0:y=0:w=iw:h=40:color=black:t=fill", ...blocks].join(",");
    ffmpeg(
      ...["-f", "lavfi", "-i", `testsrc2=size=320x180:rate=${rate}:duration=${seconds}`],
      ...["-f", "lavfi", "-i", `sine=frequency=440:sample_rate=${hz}:duration=${seconds}`],
      ...["-vf", `${numbers},format=yuv420p`, "-c:v", "libx264", "-preset", "veryfast"],
      ...["-bf", "2", "-g", `${group}`, "-keyint_min", `${group}`, "-sc_threshold", "0"],
      ...["-c:a", "aac", "-ac", "2", path.join(folder, name, `${name}.mp4`)],
    );
  }
  for (const [program, clips] of Object.entries(PROGRAMS)) {
    const refs = clips.map(([name, first, end]) => {
      const [begin, until] = [first, end].map((picture) =>
        (picture / rateOf(FILMS[name])).toFixed(3),
      );
      return `<ref src="../${name}/${name}.ism" clipBegin="${begin}s" clipEnd="${until}s"/>`;
    });
    const list = `<smil><body><seq>${refs.join("")}</seq></body></smil>`;
    await mkdir(path.join(folder, program), { recursive: true });
    await writeFile(path.join(folder, program, `${program}.ism`), list);
    const markers = JSON.stringify({ markers: MARKERS[program] ?? [] });
    await writeFile(path.join(folder, program, "markers.json"), markers);
  }
}
