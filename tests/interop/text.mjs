// Reads subtitles by readers that are not ours: webvtt-parser for WebVTT, imsc for TTML.
//
//     text.mjs FILE…
//
// Prints a list with an entry for each file: {errors, cues}. A cue is {start, end, runs} with times
// in milliseconds. A run is [text, style], where style has letters for bold, italic and underlined.
// The text of an image says which it is, and where.

import { createHash } from "node:crypto";
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

// A cue for each time at which a text changes: that of each paragraph then, and of each image.
const readTtml = (text) => {
  const errors = [];
  const note = (kind) => (message) => void errors.push(`${kind}: ${message}`);
  const [warn, error, fatal] = ["warn", "error", "fatal"].map(note);
  const handler = { info: () => {}, warn, error, fatal };
  const embedded = new EmbeddedImages();
  const document = imscDocument.fromXML(text, handler, embedded);
  if (!document) return { errors, cues: [] };
  const times = document.getMediaTimeEvents();
  const cues = times.flatMap((start, at) => {
    const isd = imscIsd.generateISD(document, start, handler);
    const paragraphs = isd.contents.flatMap((region) => find(region, "p")).map(ttmlRuns);
    const images = isd.contents.flatMap((region) =>
      find(region, "image").map(({ src }) => [[embedded.describe(src, region), ""]]),
    );
    const end = times[at + 1] ?? start;
    const shown = [...paragraphs, ...images];
    return shown.map((runs) => ({ start: millis(start), end: millis(end), runs }));
  });
  return { errors, cues: cues.filter(({ runs }) => runs.length) };
};

// The images in a document, which its player finds by the handler of metadata.
class EmbeddedImages {
  #found = {};
  #id;
  #data = "";

  onOpenTag(namespace, name, attributes) {
    const isImage = name === "image" && namespace.endsWith("/smpte-tt");
    this.#id = isImage ? attributes["http://www.w3.org/XML/1998/namespace id"].value : undefined;
    this.#data = "";
  }

  onText(text) {
    this.#data += text;
  }

  onCloseTag() {
    if (this.#id) this.#found[this.#id] = Buffer.from(this.#data, "base64");
    this.#id = undefined;
  }

  // Names an image by its bytes, and its place in thousandths of the picture.
  describe(reference, region) {
    const image = this.#found[reference.slice(1)];
    const digest = createHash("sha1").update(image).digest("hex").slice(0, 8);
    const lengths = ["origin", "extent"].flatMap((name) => {
      const { w, h } = region.styleAttrs[`${TTS}${name}`];
      return [w.rw, h.rh].map((part) => part.toFixed(1));
    });
    return `image ${digest} at ${lengths}`;
  }
}

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
