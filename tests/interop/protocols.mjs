// The clear streams of the sample asset: their names, their addresses, and what is expected of
// them.

export const HLS_TYPE = "application/vnd.apple.mpegurl";
export const DASH_TYPE = "application/dash+xml";
const SMOOTH_TYPE = "application/vnd.ms-sstr+xml";
// Transport streams have no edit list. hls.js and Shaka Player use the first decode time as 0,
// which is 40 ms (the reordering of pictures) before the first presentation time. The last frame of
// sound ends 11 ms after the pictures: see docs/decisions/ts-priming.md.
export const LATE = { slack: 0.052 };
// hls.js reports this once for the first piece of audio, for FFmpeg's streams too, and goes on.
export const NO_PROGRESS = { harmless: ["bufferAppendNoProgress audio 0"] };
export const HLS = { name: "HLS", manifest: "manifest(format=m3u8-cmaf)", type: HLS_TYPE };
export const HLS4 = { name: "HLS v4", manifest: "manifest(format=m3u8-aapl)", type: HLS_TYPE };
// The audio is in each video: there is nothing to choose from.
export const HLS3 = {
  name: "HLS v3",
  manifest: "manifest(format=m3u8-aapl-v3)",
  type: HLS_TYPE,
  languages: [],
};
export const DASH = { name: "DASH", manifest: "manifest(format=mpd-time-cmaf)", type: DASH_TYPE };
export const CSF = { name: "DASH CSF", manifest: "manifest(format=mpd-time-csf)", type: DASH_TYPE };
export const SMOOTH = { name: "Smooth", manifest: "manifest", type: SMOOTH_TYPE };
export const SMOOTH20 = {
  name: "Smooth 2.0",
  manifest: "manifest(format=fmp4-v20)",
  type: SMOOTH_TYPE,
};
