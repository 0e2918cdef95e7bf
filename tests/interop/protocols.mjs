// The streams of the sample asset in the clear: what they are called, where they are, and what is expected of them.

export const HLS_TYPE = "application/vnd.apple.mpegurl";
export const DASH_TYPE = "application/dash+xml";
const SMOOTH_TYPE = "application/vnd.ms-sstr+xml";
// Transport streams have no edit list. hls.js and Shaka Player take the first decode time for 0, which is the reordering of pictures (40 ms)
// before the first presentation time, and the last frame of sound ends 11 ms behind the pictures: see docs/decisions.md.
export const LATE = { slack: 0.052 };
// What hls.js reports once for the first piece of audio, of FFmpeg's streams too; and goes on.
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
