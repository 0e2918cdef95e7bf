// Ends an origin of the example fleet while a film plays in Chromium by hls.js.
//
//     node fleet.mjs FLEET MEDIA
//
// FLEET is the built example, with the origin beside it (feature `object-stores`), and MEDIA the
// folder that contains `sample/`. Prints a line for each check and, last,
// `fleet: N passed, M failed`. CHROMIUM names the browser.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";

import { freePort, launch, servePages } from "./pages.mjs";
import { DASH, HLS, HLS3, SMOOTH } from "./protocols.mjs";

const ASSET = "film/film.ism";
const SECONDS = 120;
const RATE = 4;
/** When the origin ends: its film is not buffered yet to its end. */
const ENDS_AT = 20;
const LIMIT_SECONDS = 180;

const [binary, media] = process.argv.slice(2);
if (!media) {
  console.log("usage: fleet.mjs FLEET MEDIA");
  process.exit(2);
}
setTimeout(() => {
  console.log(`fleet: not done within ${LIMIT_SECONDS} seconds`);
  process.exit(1);
}, LIMIT_SECONDS * 1000).unref();

const tally = { passed: 0, failed: 0 };
const temporary = await mkdtemp(path.join(tmpdir(), "dynpack-fleet-"));
const pages = await servePages();
await makeFilm(path.join(temporary, "media", "film"));
const fleet = await startFleet();
try {
  const answers = await compare();
  await play();
  await compareAgain(answers);
} finally {
  fleet.child.kill();
  await once(fleet.child, "exit");
  pages.server.close();
  await rm(temporary, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}
console.log(`fleet: ${tally.passed} passed, ${tally.failed} failed`);
process.exit(tally.failed ? 1 : 0);

function report(step, problems, remark = "") {
  tally[problems.length ? "failed" : "passed"] += 1;
  const shown = problems.slice(0, 5).join("; ") || remark;
  console.log(`  ${problems.length ? "FAILED" : "ok    "} ${step}${shown && `: ${shown}`}`);
}

/** A film of two minutes: the sample, again and again. */
async function makeFilm(folder) {
  await mkdir(folder, { recursive: true });
  for (const name of ["video_360p", "audio_eng"]) {
    const input = path.join(path.resolve(media), "sample", `${name}.mp4`);
    const command = ["-v", "error", "-stream_loop", "5", "-i", input, "-c", "copy"];
    const { status } = spawnSync("ffmpeg", [...command, path.join(folder, `${name}.mp4`)]);
    if (status !== 0) throw new Error("ffmpeg cannot make the film");
  }
}

/** Starts the example, and reads what it prints. */
async function startFleet() {
  const listen = `127.0.0.1:${await freePort()}`;
  const folder = path.join(temporary, "fleet");
  const films = path.join(temporary, "media");
  const options = ["--listen", listen, "--media", films, "--folder", folder];
  const child = spawn(path.resolve(binary), options, {
    stdio: ["ignore", "pipe", "inherit"],
  });
  process.on("exit", () => child.kill());
  const origins = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const found = line.match(/^origin \d+ is process (\d+) at http:\/\/([^/]+)\//);
    if (found) origins.push({ id: Number(found[1]), address: found[2] });
    if (line.startsWith("the fleet serves")) break;
  }
  if (origins.length !== 2) throw new Error("the fleet does not start");
  return { child, address: `http://${listen}`, origins };
}

/** All URLs of the film: of HLS by its playlists, and the manifests of other formats. */
async function resources() {
  const [{ address }] = fleet.origins;
  const base = `http://${address}/${ASSET}/`;
  const urls = new Set([DASH, HLS3, SMOOTH].map(({ manifest }) => new URL(manifest, base)));
  const playlists = [new URL(HLS.manifest, base)];
  for (const playlist of playlists) {
    urls.add(playlist);
    const text = await (await fetch(playlist)).text();
    const named = [...text.matchAll(/URI="([^"]+)"|^([^#\s].*)$/gm)];
    for (const url of named.map(([, uri, line]) => new URL(uri ?? line, playlist)))
      if (url.pathname.includes("/Manifest(")) playlists.push(url);
      else urls.add(url);
  }
  return [...new Set([...urls].map(({ pathname }) => pathname))];
}

/** Status, ETag and bytes of an answer. */
async function answered(url) {
  const answer = await fetch(url);
  const body = Buffer.from(await answer.arrayBuffer());
  return `${answer.status} ${answer.headers.get("etag")} ${body.toString("base64")}`;
}

/** Both origins give the same bytes with the same ETags. Returns the answers by URL. */
async function compare() {
  const answers = new Map();
  const problems = [];
  for (const url of await resources()) {
    const [one, other] = await Promise.all(
      fleet.origins.map(({ address }) => answered(`http://${address}${url}`)),
    );
    if (one !== other || !one.startsWith("200 ")) problems.push(`${url} differs`);
    answers.set(url, one);
  }
  report(`both origins give the same bytes and ETags of ${answers.size} URLs`, problems);
  return answers;
}

/** The fleet, with one origin left, still gives the same. */
async function compareAgain(answers) {
  const problems = [];
  for (const [url, answer] of answers)
    if ((await answered(fleet.address + url)) !== answer) problems.push(`${url} differs`);
  report("the fleet gives the same with one of them", problems);
}

/** Plays the film, and ends the origin that serves it. */
async function play() {
  const context = await launch(path.join(temporary, "profile"));
  try {
    const page = await context.newPage();
    const [complaints, before, after] = [[], new Set(), []];
    let ended = null;
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("response", (response) => {
      const url = response.url();
      if (!url.startsWith(fleet.address)) return;
      if (response.status() >= 400) complaints.push(`${response.status()} ${url}`);
      // What the cache has names no origin.
      const origin = response.headers()["x-origin"];
      if (!origin) return;
      if (ended) after.push(origin);
      else before.add(origin);
    });
    await page.goto(pages.address);
    await page.evaluate(
      async ([url, rate]) => {
        await PLAYERS["hls.js"](url, "");
        video.playbackRate = rate;
        await video.play();
      },
      [`${fleet.address}/${ASSET}/${HLS.manifest}`, RATE],
    );
    const reaches = (time) =>
      page.waitForFunction((time) => video.currentTime >= time || errors.length > 0, time, {
        timeout: 90_000,
      });
    await reaches(ENDS_AT);
    report("the film is served by one origin", before.size === 1 ? [] : [[...before].join(", ")]);
    ended = fleet.origins.find(({ address }) => before.has(address));
    process.kill(ended.id, "SIGKILL");
    await reaches(SECONDS - 1).catch((error) => complaints.push(error.message));
    const played = await page.evaluate(() => ({
      time: video.currentTime,
      errors,
      parts: video.buffered.length,
    }));
    const other = fleet.origins.find((origin) => origin !== ended);
    // The first answer names both: the one that does not answer, and the next.
    const others = after.filter((origin) => origin.endsWith(other.address));
    report(
      "the player plays to the end, and does not notice",
      [...complaints, ...played.errors, ...(played.time < SECONDS - 1 ? [`${played.time} s`] : [])],
      `${others.length} answers came from the other origin`,
    );
    const isOther = others.length > 0 && others.length === after.length;
    report("the other origin answers", isOther ? [] : after);
  } finally {
    await context.close();
  }
}
