// Reads subtitles by readers that are not ours: webvtt-parser for WebVTT, imsc for TTML.
//
//     text.mjs FILE…
//
// Prints a list with an entry for each file: {errors, cues}. A cue is {start, end, runs} with times
// in milliseconds. A run is [text, style], where style has letters for bold, italic and underlined.

import { readFileSync } from "node:fs";

// The package as a whole needs a browser.
import imscDocument from "imsc/src/main/js/doc.js";
import imscIsd from "imsc/src/main/js/isd.js";

import { millis, readVtt } from "./vtt.mjs";

const TTS = "http://www.w3.org/ns/ttml#styling ";

const read = (path) => {
  const text = readFileSync(path, "utf8");
  return path.endsWith(".vtt") ? readVtt(text) : readTtml(text);
};

// A cue for each time at which a text changes: that of each paragraph then.
const readTtml = (text) => {
  const errors = [];
  const note = (kind) => (message) => void errors.push(`${kind}: ${message}`);
  const [warn, error, fatal] = ["warn", "error", "fatal"].map(note);
  const handler = { info: () => {}, warn, error, fatal };
  const document = imscDocument.fromXML(text, handler);
  if (!document) return { errors, cues: [] };
  const times = document.getMediaTimeEvents();
  const cues = times.flatMap((start, at) => {
    const isd = imscIsd.generateISD(document, start, handler);
    const paragraphs = isd.contents.flatMap((region) => find(region, "p"));
    const end = times[at + 1] ?? start;
    return paragraphs.map((p) => ({ start: millis(start), end: millis(end), runs: ttmlRuns(p) }));
  });
  return { errors, cues: cues.filter(({ runs }) => runs.length) };
};

const find = (node, kind) =>
  node.kind === kind ? [node] : (node.contents ?? []).flatMap((child) => find(child, kind));

const ttmlRuns = (node) => {
  if (node.kind === "br") return [["\n", ""]];
  if (node.text) return [[node.text, ttmlStyle(node.styleAttrs)]];
  return (node.contents ?? []).flatMap(ttmlRuns);
};

const ttmlStyle = (styles) =>
  (styles[`${TTS}fontWeight`] === "bold" ? "b" : "") +
  (styles[`${TTS}fontStyle`] === "italic" ? "i" : "") +
  (styles[`${TTS}textDecoration`]?.includes("underline") ? "u" : "");

console.log(JSON.stringify(process.argv.slice(2).map(read)));
