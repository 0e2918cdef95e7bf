// Plays the sample asset in Chromium by hls.js, dash.js, Shaka Player and Chromium itself, and does
// what a viewer would do.
//
//     node browser.mjs ORIGIN MEDIA [OUT]
//
// ORIGIN is the binary of the example origin, MEDIA the folder that contains `sample/` and
// `sample_codecs/`, and OUT a folder for screenshots (by default `out`). Prints a line for each check
// and, last, `browser: N passed, M failed`. CHROMIUM names the browser, by default
// /usr/bin/chromium. ONLY is a pattern that selects sessions. Sessions run side by side in BROWSERS
// browsers, by default 2: they wait for the clock of the film more than for the machine.

import { spawn, spawnSync } from "node:child_process";
import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { freePort, launch, servePages } from "./pages.mjs";
import { FILM_SESSIONS, PROGRAM_SESSIONS, makePrograms } from "./programs.mjs";
import { LOCKED_OUT, PROTECTED, STRANGER, locators } from "./protection.mjs";
import { CSF, DASH, HLS, HLS3, HLS4, LATE, NO_PROGRESS, SMOOTH, SMOOTH20 } from "./protocols.mjs";
import { LONG, areInPieces, isSubtitled, makeLong, readTexts } from "./subtitles.mjs";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const LIMIT_MINUTES = 20;
const EXPECTED = { duration: 20, frame: 1 / 25, widths: [320, 640, 1280], languages: ["de", "en"] };
const SESSIONS = [
  ...["hls.js", "native", "shaka"].map((player) => [player, HLS]),
  ["hls.js", { ...HLS4, ...LATE, ...NO_PROGRESS }],
  ["hls.js", { ...HLS3, ...LATE }],
  ...[HLS4, HLS3].flatMap((protocol) => [
    ["native", protocol],
    ["shaka", { ...protocol, ...LATE }],
  ]),
  ...[DASH, CSF].flatMap((protocol) => [
    ["dash.js", protocol],
    ["shaka", protocol],
  ]),
  // After a switch of language, dash.js does not signal the end of a Smooth stream to the browser,
  // though it plays to its last picture.
  ["dash.js", { ...SMOOTH, endless: true }],
  ["shaka4", SMOOTH],
  ["shaka4", SMOOTH20],
];
// A song with one picture as its cover, which lasts for the whole song. Browsers show it once a
// second.
const COVER = {
  folder: "cover",
  steps: ["starts and plays", "knows the duration", "plays through to the end"],
  frame: 2.5,
  widths: [640],
  slack: 0.1,
};
const COVER_SESSIONS = [
  ["hls.js", HLS],
  ["hls.js", { ...HLS4, ...NO_PROGRESS }],
  ...[HLS, HLS4, HLS3].map((protocol) => ["native", protocol]),
  ["shaka", HLS],
  ["dash.js", DASH],
  ["shaka", DASH],
  ["dash.js", SMOOTH],
];
// Films of other codecs, in folders of the files of `sample_codecs/`: one with all codecs, from which
// each player picks what it can decode, and two with one codec for pictures and one for sound.
const CODECS = {
  codecs: ["video_h264", "video_hevc", "video_av1", "video_vp9", "audio_aac", "audio_ac3"],
  av1: ["video_av1", "audio_opus"],
  vp9: ["video_vp9", "audio_flac"],
};
// Chromium itself switches between codecs, and then stops: it plays only films of one.
const CODEC_SESSIONS = Object.keys(CODECS).flatMap((folder) =>
  [
    ["hls.js", HLS],
    ["shaka", HLS],
    ["dash.js", DASH],
    ["shaka", DASH],
    ...(folder === "codecs" ? [] : [["native", HLS]]),
  ].map(([player, protocol]) => [
    player,
    {
      ...protocol,
      folder,
      name: `${protocol.name}, ${folder}`,
      steps: ["starts and plays", "knows the duration", "plays through to the end"],
      duration: 8,
      widths: [640],
      slack: 0.1,
    },
  ]),
);
// A filter of a part of the film: it plays exactly the segments that its range touches, from 6 to 18
// seconds, from the first picture to the last.
const FILTER = {
  name: "middle",
  presentationTimeRange: { timescale: 1, startTimestamp: 7, endTimestamp: 13 },
};
const FILTERED = {
  steps: [
    "starts and plays",
    "knows the duration",
    "buffers without a gap from start to end",
    "shows the pictures of the clear stream",
    "plays through to the end",
  ],
  duration: 12,
  // Sound starts 5 ms before the first picture, and ends 11 ms after the last one.
  slack: 0.06,
};
const PICTURE_TIMES = [4.5, 11.3, 18.7];
const FILTERED_FROM = 6;
const FILTERED_TIMES = [0.03, 5.3, 11.97];
const FILTERED_SESSIONS = [
  ["hls.js", HLS],
  // As NO_PROGRESS: the segment has its number in the whole film.
  ["hls.js", { ...HLS4, harmless: ["bufferAppendNoProgress audio 1"] }],
  ["hls.js", HLS3],
  ["shaka", HLS],
  ["shaka", HLS4],
  ["native", HLS],
  ["dash.js", DASH],
  ["dash.js", CSF],
  ["shaka", DASH],
  ["shaka", CSF],
  ["dash.js", SMOOTH],
  ["shaka4", SMOOTH],
  ["shaka4", SMOOTH20],
].map(([player, protocol]) => [
  player,
  {
    ...protocol,
    ...FILTERED,
    name: `${protocol.name}, filtered`,
    manifest: filtered(protocol.manifest),
  },
]);
// A link whose token leaves the first two segments: every URL that a player makes must have it.
const TOKEN_KEY = randomBytes(32).toString("hex");
const LINKED = {
  steps: [
    "starts and plays",
    "knows the duration",
    "buffers without a gap from start to end",
    "switches rendition",
    "switches language",
    "plays through to the end",
  ],
  duration: 12,
  slack: 0.06,
};
const LINKED_SESSIONS = [
  ["hls.js", HLS],
  ["native", HLS],
  ["dash.js", DASH],
  ["shaka", DASH],
  ["shaka4", SMOOTH],
].map(([player, protocol]) => [
  player,
  {
    ...protocol,
    ...LINKED,
    name: `${protocol.name}, token`,
    manifest: `${protocol.manifest}?token=${token({ path: "sample", rules: "time=0-12" })}`,
  },
]);
// A film with markers, one of which a segment starts at: players hand them over at their times.
const MARKED = {
  folder: "marked",
  list: [
    { id: "break", start: 10_000, duration: 4_000, class: "urn:example:break", cut: true },
    { id: "goal", start: 15_250, class: "urn:example:goal" },
  ],
  steps: [
    "starts and plays",
    "knows the duration",
    "buffers without a gap from start to end",
    "hands over the markers",
    "plays through to the end",
  ],
};
const MARKED_SESSIONS = [
  ["hls.js", HLS],
  // Those hand over no markers of HLS, and must play with their dates.
  ["native", HLS],
  ["shaka", HLS],
  ["dash.js", DASH],
  ["shaka", DASH],
].map(([player, protocol]) => [
  player,
  {
    ...protocol,
    folder: MARKED.folder,
    steps: MARKED.steps,
    name: `${protocol.name}, ${MARKED.folder}`,
    markers:
      protocol === HLS && player !== "hls.js"
        ? undefined
        : MARKED.list.map(({ id, start }) => [start / 1000, id]),
  },
]);
// Shaka Player shows no transport streams from 2^32 to 2^33 ticks of 90 kHz.
const LONG_SESSIONS = [
  ["hls.js", HLS],
  ["hls.js", HLS4],
  ["shaka", HLS],
].map(([player, protocol]) => [
  player,
  { ...protocol, ...LONG, name: `${protocol.name}, ${LONG.folder}` },
]);
// The browser shows a file of subtitles that it downloads, beside the film.
const DOWNLOADED = {
  ...HLS,
  name: "HLS, downloaded",
  folder: "Predefined_DownloadAndClearStreaming",
  steps: ["starts and plays", "has every cue of each subtitle once", "plays through to the end"],
};
const NUMBERED_SESSIONS = [...PROGRAM_SESSIONS, ...FILM_SESSIONS];
const NUMBERED_FOLDERS = NUMBERED_SESSIONS.map(([, { folder }]) => folder);
const OWN_NAMES = [
  MARKED.folder,
  COVER.folder,
  ...Object.keys(CODECS),
  LONG.folder,
  ...NUMBERED_FOLDERS,
];
// For protected streams, whose media is that of the clear ones.
const PLAYED = {
  steps: [
    "starts and plays",
    "knows the duration",
    "buffers without a gap from start to end",
    "seeks to the picture asked for",
    "shows the pictures of the clear stream",
    "switches rendition",
    "switches language",
    "has every cue of each subtitle once",
  ],
  rate: 2,
};
async function startOrigin(binary, media, options = []) {
  const listen = `127.0.0.1:${await freePort()}`;
  const child = spawn(path.resolve(binary), ["--media", media, "--listen", listen, ...options], {
    stdio: "ignore",
  });
  process.on("exit", () => child.kill());
  child.on("error", (error) => fail(`the origin does not start: ${error.message}`));
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const answer = await fetch(`http://${listen}/healthz`).catch(() => null);
    if (answer?.ok) return { child, address: `http://${listen}` };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  child.kill();
  throw new Error("the origin was not ready within 20 seconds");
}

function fail(message) {
  console.log(`browser: ${message}`);
  process.exit(1);
}

const tally = { passed: 0, failed: 0 };

function report(who, step, ok, remark) {
  tally[ok ? "passed" : "failed"] += 1;
  console.log(
    `  ${ok ? "ok    " : "FAILED"} ${who.padEnd(26)} ${step}${remark ? `: ${remark}` : ""}`,
  );
}

const address = (origin, { folder = "sample", manifest }) =>
  `${origin}/${folder}/${OWN_NAMES.includes(folder) ? folder : "sample"}.ism/${manifest}`;

/** Opens the page of the players, which can take screenshots of its own video. */
async function prepare(page, pages) {
  await page.exposeFunction("screenshot", async () =>
    (await page.locator("video").screenshot()).toString("base64"),
  );
  await page.goto(pages);
}

/** One player with one stream. A busy browser can show another picture: failures are retried. */
async function play(context, pages, origin, [player, protocol], out) {
  const who = `${player}, ${protocol.name}`;
  const started = performance.now();
  const once = () => session(context, pages, origin, player, protocol, out);
  const isGood = ([, ok]) => ok;
  let results = await once();
  if (!results.every(isGood)) {
    for (const [step, , remark] of results.filter((result) => !isGood(result)))
      console.log(`  again  ${who.padEnd(26)} ${step}: ${remark}`);
    results = await once();
  }
  for (const result of results) report(who, ...result);
  console.log(`  ${who}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

/** The same in a page of its own, as [step, ok, remark] for each step. */
async function session(context, pages, origin, player, protocol, out) {
  const page = await context.newPage();
  const complaints = [];
  const keys = new Set();
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    const url = request.url();
    // A request for a licence names keys, whichever of them the URL is for.
    const wanted = request.method() === "POST" ? request.postDataJSON().kids : [url];
    if (url.includes("/demo-keys/")) wanted.forEach((key) => keys.add(key));
    if (url.startsWith(STRANGER)) complaints.push(`asks ${url}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400 && !response.url().endsWith("favicon.ico"))
      complaints.push(`${response.status()} ${response.url()}`);
  });
  try {
    await prepare(page, pages);
    const expected = { ...EXPECTED, slack: EXPECTED.frame, harmless: [], ...protocol };
    const results = await page.evaluate(
      (given) => check(...given),
      [player, address(origin, protocol), protocol.type, expected],
    );
    results.push(["gets every answer", complaints.length === 0, complaints.slice(0, 5).join("; ")]);
    if (protocol.keys)
      results.push([
        "asks for its keys",
        keys.size === protocol.keys,
        `${keys.size} of ${protocol.keys}`,
      ]);
    await page.screenshot({
      path: path.join(out, `${player}-${protocol.name.replaceAll(/[ ,]+/g, "-")}.png`),
    });
    return results;
  } catch (error) {
    return [["runs", false, error.message]];
  } finally {
    await page.close();
  }
}

/** A token of an hour (RFC 7519). */
function token(claims) {
  const encode = (part) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const signed = `${encode({ alg: "HS256" })}.${encode({ ...claims, exp })}`;
  return `${signed}.${createHmac("sha256", TOKEN_KEY).update(signed).digest("base64url")}`;
}

/** The manifest with the filter. */
function filtered(manifest) {
  const named = `filter=${FILTER.name}`;
  return manifest.includes("(") ? manifest.replace(")", `,${named})`) : `${manifest}(${named})`;
}

/** The pictures of the clear stream at some times. */
async function takePictures(context, pages, origin, times) {
  const page = await context.newPage();
  await prepare(page, pages);
  const taken = await page.evaluate(
    (given) => pictures(...given),
    ["shaka", address(origin, DASH), DASH.type, times],
  );
  await page.close();
  return taken;
}

/** A player that gets wrong keys must not show the pictures of the stream. */
async function lockOut(context, pages, origin, [player, protocol], pictures) {
  const page = await context.newPage();
  const steps = ["starts and plays", "shows the pictures of the clear stream"];
  const expected = { ...EXPECTED, harmless: [], ...protocol, steps, pictures };
  try {
    await prepare(page, pages);
    const results = await page.evaluate(
      (given) => check(...given),
      [player, address(origin, protocol), protocol.type, expected],
    );
    const failures = results.filter(([step, ok]) => !ok && steps.includes(step));
    const remark = failures.map(([, , why]) => why).join("; ");
    report(
      `${player}, ${protocol.name}`,
      "shows nothing with other keys",
      failures.length > 0,
      remark,
    );
  } catch (error) {
    report(`${player}, ${protocol.name}`, "runs with other keys", false, error.message);
  } finally {
    await page.close();
  }
}

/** Makes the song with a cover, of the sample, in a media folder of its own. */
async function makeCover(folder) {
  await mkdir(path.join(folder, COVER.folder), { recursive: true });
  const sample = (name) => path.join(path.resolve(media), "sample", name);
  const picture = path.join(folder, "picture.mp4");
  const target = path.join(folder, COVER.folder, "cover.mp4");
  ffmpeg("-i", sample("video_360p.mp4"), "-frames:v", "1", "-c", "copy", picture);
  ffmpeg("-i", picture, "-i", sample("audio_eng.mp4"), "-c", "copy", target);
  await rm(picture);
}

function ffmpeg(...options) {
  const { status, error } = spawnSync("ffmpeg", ["-v", "error", ...options]);
  if (status !== 0) throw new Error(`ffmpeg ${options.join(" ")}: ${error ?? status}`);
}

/** Makes the films of other codecs in a media folder of their own. */
async function copyCodecs(folder) {
  for (const [asset, files] of Object.entries(CODECS)) {
    await mkdir(path.join(folder, asset), { recursive: true });
    for (const file of files.map((name) => `${name}.mp4`))
      await copyFile(path.join(media, "sample_codecs", file), path.join(folder, asset, file));
  }
}

/** Makes the film with markers, of the sample, in a media folder of its own. */
async function makeMarked(folder) {
  const [from, to] = [path.join(media, "sample"), path.join(folder, MARKED.folder)];
  await mkdir(to, { recursive: true });
  for (const file of await readdir(from))
    if (file.endsWith(".mp4")) await copyFile(path.join(from, file), path.join(to, file));
  await writeFile(path.join(to, "markers.json"), JSON.stringify({ markers: MARKED.list }));
}

/** What a locator protects is not served in the clear, nor without a locator. */
async function askForClear(origin) {
  for (const [folder, manifest] of [
    ["everything", HLS.manifest],
    ["everything", DASH.manifest],
    ["sample", HLS.manifest],
  ]) {
    const { status } = await fetch(address(origin, { folder, manifest }));
    report(`/${folder}`, `has no clear ${manifest}`, status >= 400 && status < 500, `${status}`);
  }
}

/** The origin's own page, as a person would see it, with the streams that it names. */
async function visit(context, origin, who, manifests, cues, out) {
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("request", (request) => {
    const { protocol, origin: from } = new URL(request.url());
    if (protocol.startsWith("http") && from !== origin)
      complaints.push(`asks elsewhere: ${request.url()}`);
  });
  const answer = await page.goto(origin);
  const listed = await page.locator("body").innerText();
  report(
    who,
    "opens",
    answer.status() === 200,
    answer.status() === 200 ? "" : `${answer.status()}`,
  );
  const links = await page.content();
  const named =
    manifests.every((manifest) => links.includes(manifest)) && listed.includes("sample");
  report(who, "names the asset and its streams", named);
  await page.locator("button[data-url]").first().click();
  const reached = (video) => video.currentTime >= 2;
  const player = await page.locator("video").first().elementHandle();
  const played = await page
    .waitForFunction(reached, player, { timeout: 20_000 })
    .then(() => player.evaluate((video) => video.currentTime))
    .catch((error) => error.message);
  report(
    who,
    "plays without any script from elsewhere",
    played >= 2,
    played >= 2 ? "" : String(played),
  );
  const shown = await chooseSubtitles(page, cues).catch((error) => [error.message]);
  report(who, "shows the chosen subtitles", shown.length === 0, shown.join("; "));
  report(who, "has no errors", complaints.length === 0, complaints.join("; "));
  await page.screenshot({
    path: path.join(out, `${who.replaceAll(/[ ,]+/g, "-")}.png`),
    fullPage: true,
  });
  await page.close();
}

/** Chooses English subtitles on the origin's page, which must then have those cues. */
async function chooseSubtitles(page, cues) {
  const choice = page.locator("#subtitles select");
  const english = choice.locator("option", { hasText: "(en)" });
  await choice.selectOption(await english.getAttribute("value"));
  const found = await page.waitForFunction(() => {
    const [track] = document.querySelector("video").textTracks;
    if (!track?.activeCues?.length) return null;
    const words = (cue) => cue.getCueAsHTML().textContent.replaceAll(/\s+/g, " ").trim();
    return Array.from(track.cues, (cue) => [cue.startTime, cue.endTime, words(cue)]);
  });
  const alike = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  const shown = await found.jsonValue();
  return cues.filter((cue, at) => !alike(cue, shown[at])).concat(shown.slice(cues.length));
}

const [binary, media, out = path.join(HERE, "out")] = process.argv.slice(2);
if (!binary || !media) fail("usage: browser.mjs ORIGIN MEDIA [OUT]");
setTimeout(() => fail(`not done within ${LIMIT_MINUTES} minutes`), LIMIT_MINUTES * 60_000).unref();

await mkdir(out, { recursive: true });
const temporary = await mkdtemp(path.join(tmpdir(), "dynpack-browser-"));
const pages = await servePages();
const filters = path.join(temporary, "filters.json");
await writeFile(filters, JSON.stringify([FILTER]));
const origin = await startOrigin(binary, path.resolve(media), ["--filters", filters]);
const tokenKeys = path.join(temporary, "tokens.key");
await writeFile(tokenKeys, TOKEN_KEY);
const linked = await startOrigin(binary, path.resolve(media), ["--token-key-file", tokenKeys]);
const covers = path.join(temporary, "covers");
await makeCover(covers);
await copyCodecs(covers);
await makeMarked(covers);
await makeLong(covers, ffmpeg);
await makePrograms(covers, ffmpeg);
const songs = await startOrigin(binary, covers);
const locked = await startWith(locators("0f"), ["--demo-keys"]);
const keyUrl = `${locked.address}/demo-keys/{ContentKeyId}`;
const mislocked = await startWith(
  locators("f0", { keyUrlTemplate: keyUrl, clearKeyUrlTemplate: keyUrl }),
);
const texts = await readTexts(path.join(media, "sample"));
const longTexts = await readTexts(path.join(covers, LONG.folder));
try {
  await runJobs([
    ...SESSIONS.map((session) => played(origin, withTexts(session))),
    ...COVER_SESSIONS.map(([player, protocol]) =>
      played(songs, [player, { ...protocol, ...COVER, name: `${protocol.name}, cover` }]),
    ),
    ...CODEC_SESSIONS.map((session) => played(songs, session)),
    ...NUMBERED_SESSIONS.map((session) => played(songs, session)),
    ...FILTERED_SESSIONS.map((session) => played(origin, session, filteredPictures)),
    ...LINKED_SESSIONS.map((session) => played(linked, session)),
    ...MARKED_SESSIONS.map((session) => played(songs, session)),
    ...LONG_SESSIONS.map(([player, protocol]) =>
      played(songs, [player, { ...protocol, texts: longTexts }]),
    ),
    ...PROTECTED.map(([player, protocol]) =>
      played(locked, withTexts([player, { ...protocol, ...PLAYED }]), clearPictures),
    ),
    ...LOCKED_OUT.map((session) => [
      session,
      async (context) =>
        lockOut(context, pages.address, mislocked.address, session, await clearPictures(context)),
    ]),
    played(locked, ["track", { ...DOWNLOADED, texts: { en: texts.en } }]),
    visited(origin, "root page", [HLS, DASH]),
    visited(
      locked,
      "root page, protected",
      PROTECTED.map(([, protocol]) => protocol),
    ),
  ]);
  await askForClear(locked.address);
} finally {
  pages.server.close();
  for (const { child } of [origin, linked, songs, locked, mislocked]) child.kill();
  await rm(temporary, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}
console.log(`browser: ${tally.passed} passed, ${tally.failed} failed`);
process.exit(tally.failed ? 1 : 0);

/** An origin that publishes by these locators. */
async function startWith(document, options = []) {
  const file = path.join(temporary, `${randomUUID()}.json`);
  await writeFile(file, JSON.stringify(document));
  return startOrigin(binary, path.resolve(media), ["--locators", file, ...options]);
}

/** A session with the sample's texts, if the player shows them. */
function withTexts([player, protocol]) {
  const inPieces = areInPieces(protocol);
  return [player, isSubtitled(player, protocol) ? { ...protocol, texts, inPieces } : protocol];
}

/** A job that plays a stream of an origin, and compares its pictures if there are some. */
function played({ address }, session, pictures) {
  const [player, protocol] = session;
  const job = async (context) => {
    const expected = pictures ? { ...protocol, pictures: await pictures(context) } : protocol;
    await play(context, pages.address, address, [player, expected], out);
  };
  return [session, job];
}

/** A job that visits the page of an origin. */
function visited({ address }, name, streams) {
  const manifests = streams.map(({ manifest }) => manifest);
  const job = (context) => visit(context, address, name, manifests, texts.en, out);
  return [["chromium", { name }], job];
}

/** The pictures of the clear stream, which are taken once. */
function clearPictures(context) {
  clearPictures.taken ??= takePictures(context, pages.address, origin.address, PICTURE_TIMES);
  return clearPictures.taken;
}

/** The pictures of the part that the filter leaves, as the clear stream shows them. */
async function filteredPictures(context) {
  const times = FILTERED_TIMES.map((time) => FILTERED_FROM + time);
  filteredPictures.taken ??= takePictures(context, pages.address, origin.address, times);
  return (await filteredPictures.taken).map(([time, picture]) => [time - FILTERED_FROM, picture]);
}

/** Runs the jobs that ONLY selects, each in the first browser that has none. */
async function runJobs(jobs) {
  const isWanted = ([player, { name }]) =>
    !process.env.ONLY || `${player}, ${name}`.match(process.env.ONLY);
  const queue = jobs.filter(([session]) => isWanted(session)).map(([, job]) => job);
  const work = async (_, number) => {
    const context = await launch(path.join(temporary, `profile-${number}`));
    try {
      while (queue.length) await queue.shift()(context);
    } finally {
      await context.close();
    }
  };
  await Promise.all(Array.from({ length: Number(process.env.BROWSERS ?? 2) }, work));
}
