// Reads WebVTT by webvtt-parser.

import webvtt from "webvtt-parser";

/** The errors of a document, and its cues: {start, end, runs} as in text.mjs. */
export function readVtt(text) {
  const { cues, errors } = new webvtt.WebVTTParser().parse(text, "subtitles/captions");
  return {
    errors: errors.map(({ line, col, message }) => `${line}:${col}: ${message}`),
    cues: cues.map(({ startTime, endTime, tree }) => ({
      start: millis(startTime),
      end: millis(endTime),
      runs: runs(tree, ""),
    })),
  };
}

export const millis = (seconds) => Math.round(seconds * 1000);

function runs(node, style) {
  // webvtt-parser leaves the semicolon of a character reference.
  if (node.type === "text") return [[node.value.replaceAll(/([&<>]);/g, "$1"), style]];
  const inner = "biu".includes(node.name) && !style.includes(node.name) ? style + node.name : style;
  const all = (node.children ?? []).flatMap((child) => runs(child, inner));
  return node.name === "rt" ? [["(", style], ...all, [")", style]] : all;
}
