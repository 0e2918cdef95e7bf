// Plays the sample asset in Chromium by hls.js, dash.js, Shaka Player and Chromium itself, and does with it what a viewer would do.
//
//     node browser.mjs ORIGIN MEDIA [OUT]
//
// ORIGIN is the binary of the example origin, MEDIA the folder which holds `sample/`, OUT a folder for screenshots (by default `out`).
// Prints a line for each check and, last, `browser: N passed, M failed`. CHROMIUM names the browser, by default /usr/bin/chromium.

import { spawn } from "node:child_process";
import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { chromium } from "playwright-core";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const LIMIT_MINUTES = 20;
const EXPECTED = { duration: 20, frame: 1 / 25, widths: [320, 640, 1280], languages: ["de", "en"] };
const HLS_TYPE = "application/vnd.apple.mpegurl";
const SMOOTH_TYPE = "application/vnd.ms-sstr+xml";
// Transport streams have no edit list. hls.js and Shaka Player take the first decode time for 0, which is the reordering of pictures (40 ms)
// before the first presentation time, and the last frame of sound ends 11 ms behind the pictures: see docs/decisions.md.
const LATE = { slack: 0.052 };
// What it reports once for the first piece of audio, of FFmpeg's streams too; and goes on.
const NO_PROGRESS = { harmless: ["bufferAppendNoProgress audio 0"] };
const HLS = { name: "HLS", manifest: "manifest(format=m3u8-cmaf)", type: HLS_TYPE };
const HLS4 = { name: "HLS v4", manifest: "manifest(format=m3u8-aapl)", type: HLS_TYPE };
// The audio is in each video: there is nothing to choose from.
const HLS3 = { name: "HLS v3", manifest: "manifest(format=m3u8-aapl-v3)", type: HLS_TYPE, languages: [] };
const DASH = { name: "DASH", manifest: "manifest(format=mpd-time-cmaf)", type: "application/dash+xml" };
const CSF = { name: "DASH CSF", manifest: "manifest(format=mpd-time-csf)", type: "application/dash+xml" };
const SMOOTH = { name: "Smooth", manifest: "manifest", type: SMOOTH_TYPE };
const SMOOTH20 = { name: "Smooth 2.0", manifest: "manifest(format=fmp4-v20)", type: SMOOTH_TYPE };
const SESSIONS = [
  ...["hls.js", "native", "shaka"].map((player) => [player, HLS]),
  ["hls.js", { ...HLS4, ...LATE, ...NO_PROGRESS }],
  ["hls.js", { ...HLS3, ...LATE }],
  ...[HLS4, HLS3].flatMap((protocol) => [["native", protocol], ["shaka", { ...protocol, ...LATE }]]),
  ...[DASH, CSF].flatMap((protocol) => [["dash.js", protocol], ["shaka", protocol]]),
  // After a switch of language dash.js does not tell the browser that a Smooth stream is over, though it plays to its last picture.
  ["dash.js", { ...SMOOTH, endless: true }],
  ["shaka4", SMOOTH],
  ["shaka4", SMOOTH20],
];
const FLAGS = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update"];
const PLAYBACK_FLAGS = ["--disable-sync", "--autoplay-policy=no-user-gesture-required", "--mute-audio"];

/** Serves the page and the players of node_modules on loopback. */
async function servePages() {
  const own = new Map([["/", "player.html"], ["/players.js", "players.js"]]);
  const types = { ".html": "text/html", ".js": "text/javascript" };
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const file = own.has(pathname) ? path.join(HERE, own.get(pathname)) : path.join(HERE, "node_modules", path.normalize(pathname));
    const found = await stat(file).catch(() => null);
    if (!found?.isFile()) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": types[path.extname(file)] ?? "application/octet-stream" });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, address: `http://127.0.0.1:${server.address().port}` };
}

async function freePort() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function startOrigin(binary, media) {
  const listen = `127.0.0.1:${await freePort()}`;
  const child = spawn(path.resolve(binary), ["--media", media, "--listen", listen], { stdio: "ignore" });
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
  console.log(`  ${ok ? "ok    " : "FAILED"} ${who.padEnd(18)} ${step}${remark ? `: ${remark}` : ""}`);
}

/** One player with one stream, in a page of its own. */
async function play(context, pages, origin, [player, protocol], out) {
  const who = `${player}, ${protocol.name}`;
  const url = `${origin}/sample/sample.ism/${protocol.manifest}`;
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("response", (response) => {
    if (response.status() >= 400 && !response.url().endsWith("favicon.ico")) complaints.push(`${response.status()} ${response.url()}`);
  });
  try {
    await page.goto(pages);
    const arguments_ = [player, url, protocol.type, { ...EXPECTED, slack: EXPECTED.frame, harmless: [], ...protocol }];
    const results = await page.evaluate((given) => check(...given), arguments_);
    for (const [step, ok, remark] of results) report(who, step, ok, remark);
    report(who, "gets every answer", complaints.length === 0, complaints.slice(0, 5).join("; "));
    await page.screenshot({ path: path.join(out, `${player}-${protocol.name.replaceAll(" ", "-")}.png`) });
  } catch (error) {
    report(who, "runs", false, error.message);
  } finally {
    await page.close();
  }
}

/** The origin's own page, as a person would see it. */
async function visit(context, origin, out) {
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("request", (request) => {
    const { protocol, origin: from } = new URL(request.url());
    if (protocol.startsWith("http") && from !== origin) complaints.push(`asks elsewhere: ${request.url()}`);
  });
  const answer = await page.goto(origin);
  const listed = await page.locator("body").innerText();
  report("root page", "opens", answer.status() === 200, answer.status() === 200 ? "" : `${answer.status()}`);
  const links = await page.content();
  const named = [HLS, DASH].every(({ manifest }) => links.includes(manifest)) && listed.includes("sample");
  report("root page", "names the asset and its streams", named);
  await page.locator("button[data-url]").first().click();
  const reached = (video) => video.currentTime >= 2;
  const player = await page.locator("video").first().elementHandle();
  const played = await page
    .waitForFunction(reached, player, { timeout: 20_000 })
    .then(() => player.evaluate((video) => video.currentTime))
    .catch((error) => error.message);
  report("root page", "plays without any script from elsewhere", played >= 2, played >= 2 ? "" : String(played));
  report("root page", "has no errors", complaints.length === 0, complaints.join("; "));
  await page.screenshot({ path: path.join(out, "root.png"), fullPage: true });
  await page.close();
}

const [binary, media, out = path.join(HERE, "out")] = process.argv.slice(2);
if (!binary || !media) fail("usage: browser.mjs ORIGIN MEDIA [OUT]");
setTimeout(() => fail(`not done within ${LIMIT_MINUTES} minutes`), LIMIT_MINUTES * 60_000).unref();

await mkdir(out, { recursive: true });
const profile = await mkdtemp(path.join(tmpdir(), "dynpack-chromium-"));
const pages = await servePages();
const origin = await startOrigin(binary, path.resolve(media));
process.on("exit", () => origin.child.kill());
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const context = await chromium.launchPersistentContext(profile, {
  executablePath,
  chromiumSandbox: false,
  args: [...FLAGS, ...PLAYBACK_FLAGS],
  viewport: { width: 1280, height: 760 },
});
try {
  for (const session of SESSIONS.filter(([player, { name }]) => !process.env.ONLY || `${player}, ${name}`.match(process.env.ONLY))) await play(context, pages.address, origin.address, session, out);
  await visit(context, origin.address, out);
} finally {
  await context.close();
  pages.server.close();
  origin.child.kill();
  await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}
console.log(`browser: ${tally.passed} passed, ${tally.failed} failed`);
process.exit(tally.failed ? 1 : 0);
