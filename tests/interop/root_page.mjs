// What the page of the example origin shows of filters, markers, programs and locators.
//
//     root_page.mjs ORIGIN MEDIA
//
// Prints, last, `root page: N passed, M failed`.

import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { freePort, launch } from "./pages.mjs";

const [origin, media] = process.argv.slice(2);
const range = (startTimestamp, endTimestamp) => ({
  presentationTimeRange: { timescale: 1, startTimestamp, endTimestamp },
});
const VIDEO = [{ trackSelections: [{ property: "Type", operation: "Equal", value: "video" }] }];
const FILTERS = [
  { name: "goal", ...range(7, 13) },
  { name: "late", ...range(90, 95) },
  { name: "video", tracks: VIDEO },
];
const MARKERS = {
  markers: [
    { id: "break", start: 10000, duration: 4000, class: "urn:example:break", cut: true },
    { id: "goal", start: 15250 },
  ],
};
const PROGRAM = `<smil><body><seq>
  <ref src="../sample/sample.ism" clipBegin="3s" clipEnd="8s"/>
  <ref src="../sample/sample.ism" clipBegin="12s"/>
</seq></body></smil>`;
const LOCATORS = {
  streamingLocators: ["whole", "narrow"].map((streamingLocatorId) => ({
    streamingLocatorId,
    assetName: "sample",
    streamingPolicyName: "Predefined_ClearStreamingOnly",
    filters: streamingLocatorId === "narrow" ? ["goal", "video"] : [],
  })),
};

const folder = await mkdtemp(path.join(tmpdir(), "root-page-"));
const put = (name, content) =>
  writeFile(path.join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
await cp(path.join(media, "sample"), path.join(folder, "media/sample"), { recursive: true });
await mkdir(path.join(folder, "media/program"));
await put("media/sample/filters.json", FILTERS);
await put("media/sample/markers.json", MARKERS);
await put("media/program/program.ism", PROGRAM);
// It lasts over the change of clips.
await put("media/program/markers.json", { markers: [{ id: "own", start: 4000, duration: 2000 }] });
await put("media/program/filters.json", [{ name: "goal", ...range(7, 13) }]);
await put("locators.json", LOCATORS);

let passed = 0;
let failed = 0;
function check(what, seen, wanted) {
  const isRight = JSON.stringify(seen) === JSON.stringify(wanted);
  isRight ? (passed += 1) : (failed += 1);
  console.log(`${isRight ? "ok  " : "FAIL"} ${what}${isRight ? "" : `: ${JSON.stringify(seen)}`}`);
}

/** Opens the page of an origin with those options. */
async function opened(context, options, look) {
  const address = `127.0.0.1:${await freePort()}`;
  const args = ["--media", path.join(folder, "media"), "--listen", address, ...options];
  const server = spawn(origin, args, { stdio: "ignore" });
  try {
    const page = await context.newPage();
    for (let tries = 0; ; tries += 1) {
      const answer = await page.goto(`http://${address}/`).catch(() => null);
      if (answer?.ok()) break;
      if (tries === 50) throw new Error("the origin does not answer");
      await sleep(100);
    }
    await look(page);
  } finally {
    server.kill();
  }
}

/** The texts of the rows of a table in the section with that title. */
function rows(page, title, table) {
  const cells = (rows) =>
    rows.map((row) => [...row.cells].map((cell) => cell.textContent).join(" | "));
  const section = page.locator("section", { has: page.locator("h2", { hasText: title }) });
  return section.locator(`table.${table} tr`).evaluateAll(cells);
}

const context = await launch(path.join(folder, "profile"));
try {
  await opened(context, [], async (page) => {
    const tracks = await rows(page, "sample/sample.ism", "filters");
    const parts = tracks.map((row) => row.replace(/ \(.*\)/, ""));
    const refused = "nothing of the asset is left by the filters `late`";
    check("filters say what they leave", parts, [
      "filter=goal | 8 of 8 tracks, from 6.0 to 16.0 s | Play",
      `filter=late | ${refused} | `,
      "filter=video | 3 of 8 tracks, from 0.0 to 20.0 s | Play",
    ]);
    check("markers say where they are", await rows(page, "sample/sample.ism", "markers"), [
      "break | 10.0 to 14.0 s | urn:example:break | starts a segment",
      "goal | 15.2 s |  | ",
    ]);
    const lasts = page.locator("h2:has-text('program/program.ism') + p");
    check("a program lasts as long as its clips", await lasts.textContent(), "13.0 s in 2 clips");
    const ofProgram = await rows(page, "program/program.ism", "filters");
    check("filters apply to all clips", ofProgram.map((row) => row.replace(/ \(.*\)/, "")), [
      "filter=goal | 8 of 8 tracks, from 5.0 to 13.0 s | Play",
    ]);
    const markers = await rows(page, "program/program.ism", "markers");
    check("a marker of several clips is there once", markers.map((row) => row.split(" |")[0]), [
      "own",
      "goal",
    ]);
    await page.locator("table.filters button").last().click();
    const playing = page.locator("#playing");
    check(
      "a filter can be played",
      await playing.textContent(),
      "/sample/sample.ism/manifest(format=m3u8-cmaf,filter=video)",
    );
    await page.waitForFunction(() => document.querySelector("video").currentTime > 0.5);
  });
  await opened(
    context,
    ["--locators", path.join(folder, "locators.json"), "--demo-keys"],
    async (page) => {
      const told = page.locator("section > p + p");
      check("a locator names its filters", await told.allTextContents(), [
        "Only what its filters leave: goal, video",
      ]);
    },
  );
} finally {
  await context.close();
  await rm(folder, { recursive: true, force: true });
}
console.log(`root page: ${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
