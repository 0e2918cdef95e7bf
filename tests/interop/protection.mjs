// The protected media of the browser check: a locator for each policy, and the players of each
// stream.

import { DASH_TYPE, HLS_TYPE, LATE, NO_PROGRESS } from "./protocols.mjs";

const drm = { playReady: {}, widevine: {} };
const commonEncryption = (more) => ({
  enabledProtocols: { dash: true, hls: true },
  clearKeyEncryptionConfiguration: {},
  ...more,
});
const tracks = (property, operation, value) => [
  { trackSelections: [{ property, operation, value }] },
];

/** The licence server of systems that Chromium lacks: manifests name it, no player may ask it. */
export const STRANGER = "https://licences.example/";

const STRANGERS = {
  playReadyUrlTemplate: `${STRANGER}playready`,
  widevineUrlTemplate: `${STRANGER}widevine`,
  fairPlayUrlTemplate: `${STRANGER}fairplay`,
};

const POLICIES = {
  everything: {
    commonEncryptionCenc: commonEncryption({ drm }),
    commonEncryptionCbcs: commonEncryption({ drm: { ...drm, fairPlay: {} } }),
  },
  "key-per-quality": {
    commonEncryptionCenc: commonEncryption({
      contentKeys: {
        defaultKey: { label: "sd" },
        keyToTrackMappings: [
          { label: "audio", tracks: tracks("Type", "Equal", "audio") },
          { label: "hd", tracks: tracks("Bitrate", "Equal", "300000-100000000") },
        ],
      },
    }),
  },
  "clear-audio": {
    commonEncryptionCenc: commonEncryption({ clearTracks: tracks("FourCC", "Equal", "mp4a") }),
    commonEncryptionCbcs: commonEncryption({ clearTracks: tracks("FourCC", "Equal", "mp4a") }),
  },
};

// The labels of the keys in the locator of a policy.
const LABELS = {
  Predefined_ClearKey: [undefined],
  everything: [undefined],
  "key-per-quality": ["sd", "hd", "audio"],
  "clear-audio": [undefined],
  Predefined_DownloadAndClearStreaming: [],
};

/** A locators file: a locator for each policy, named after it. All keys begin with `first`. */
export function locators(first, keyDelivery = {}) {
  let count = 0;
  const contentKey = (label) => {
    count += 1;
    const number = `${count}`.padStart(2, "0");
    const value = `${first}a0b1c2d3e4f5061728394a5b5c6d${number}`;
    return { id: `11111111-2222-4333-8444-5555555555${number}`, value, ...(label && { label }) };
  };
  const locator = ([policy, labels]) => ({
    streamingLocatorId: policy,
    assetName: "sample",
    streamingPolicyName: policy,
    ...(labels.length && { contentKeys: labels.map(contentKey) }),
  });
  return {
    keyDelivery: { ...STRANGERS, ...keyDelivery },
    streamingPolicies: POLICIES,
    streamingLocators: Object.entries(LABELS).map(locator),
  };
}

const NAMES = {
  "m3u8-cmaf": "HLS",
  "m3u8-aapl": "HLS v4",
  "m3u8-aapl-v3": "HLS v3",
  "mpd-time-cmaf": "DASH",
  "mpd-time-csf": "DASH CSF",
};

/** A stream that the locator of a policy publishes; `more` adds to the expectation of one key. */
function stream(format, encryption, policy = "everything", more = {}) {
  const remark = Object.hasOwn(POLICIES, policy) && policy !== "everything" ? `, ${policy}` : "";
  return {
    name: `${NAMES[format]} ${encryption}${remark}`,
    folder: policy,
    manifest: `manifest(format=${format},encryption=${encryption})`,
    type: format.startsWith("mpd") ? DASH_TYPE : HLS_TYPE,
    keys: 1,
    ...more,
  };
}

const cenc = stream("mpd-time-cmaf", "cenc");
const cbcs = stream("mpd-time-cmaf", "cbcs-aapl");
const csf = stream("mpd-time-csf", "cenc");
const perQuality = stream("mpd-time-cmaf", "cenc", "key-per-quality", { keys: 3 });
const clearAudio = stream("mpd-time-cmaf", "cenc", "clear-audio");
const hlsCenc = stream("m3u8-cmaf", "cenc");
const hlsCbcs = stream("m3u8-cmaf", "cbcs-aapl");
const hlsClearAudio = stream("m3u8-cmaf", "cbcs-aapl", "clear-audio");
const sampleAes = stream("m3u8-aapl", "cbcs-aapl");
const whole = stream("m3u8-cmaf", "cbc", "Predefined_ClearKey");
const whole4 = stream("m3u8-aapl", "cbc", "Predefined_ClearKey");
const whole3 = stream("m3u8-aapl-v3", "cbc", "Predefined_ClearKey", { languages: [] });

/** Which player plays which stream: docs/players.md. */
export const PROTECTED = [
  ...[cenc, cbcs, csf, perQuality, clearAudio].flatMap((protocol) => [
    ["shaka", protocol],
    ["dash.js", protocol],
  ]),
  ...[hlsCenc, hlsCbcs, hlsClearAudio, whole].flatMap((protocol) => [
    ["shaka", protocol],
    ["hls.js", protocol],
  ]),
  ...[whole4, whole3].flatMap((protocol) => [
    ["native", protocol],
    ["shaka", { ...protocol, ...LATE }],
  ]),
  ...[whole4, sampleAes].map((protocol) => ["hls.js", { ...protocol, ...LATE, ...NO_PROGRESS }]),
  ["hls.js", { ...whole3, ...LATE }],
];

/** What must not play with keys other than its own. */
export const LOCKED_OUT = [
  ["shaka", cenc],
  ["dash.js", cbcs],
  ["hls.js", hlsCbcs],
  ["hls.js", whole],
  ["hls.js", sampleAes],
  ["native", whole4],
];
