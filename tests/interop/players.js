// The page's side of the browser check: each player with the same few functions, and the steps of a
// viewer.
"use strict";

const SMOOTH = "application/vnd.ms-sstr+xml";
const video = document.getElementById("video");
const errors = [];

/** The schemes of markers in DASH, of which players hand over no others. */
const MARKER_SCHEMES = ["urn:example:break", "urn:example:goal"];

/** A script of one of the players. */
function script(path) {
  return new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = path;
    element.onload = resolve;
    element.onerror = () => reject(new Error(`${path} did not load`));
    document.head.append(element);
  });
}

/** The first two letters: `eng` and `en` are the same language, as are `deu` and `de`. */
const language = (tag) => (tag ?? "").slice(0, 2);

// Each loads a URL and returns { widths, language } and, if the player can choose, { rendition,
// audio, texts, text }. Texts have the names of `nameOfText`. `markers` are [seconds, id] each.
const PLAYERS = {
  async "hls.js"(url) {
    await script("/hls.js/dist/hls.js");
    // A stall is acceptable, since the machine may be busy; a hole that is jumped is not. A request
    // for subtitles is aborted when others are chosen.
    const harmless = new Set(["bufferStalledError", "bufferNudgeOnStall", "aborted"]);
    const hls = new Hls({
      maxBufferLength: 60,
      maxMaxBufferLength: 60,
      startLevel: 0,
      emeEnabled: true,
      drmSystems: { "org.w3.clearkey": { licenseUrl: "the one in the playlist" } },
      licenseXhrSetup: (xhr, _, { decryptdata }) => xhr.open("POST", decryptdata.uri),
    });
    hls.on(Hls.Events.ERROR, (_, { details, fatal, reason, parent, frag }) => {
      if (fatal || !harmless.has(details))
        errors.push(
          `${details}${fatal ? " (fatal)" : ""} ${parent ?? ""} ${frag?.sn ?? ""}` +
            ` at ${video.currentTime} ${reason ?? ""}`,
        );
    });
    hls.loadSource(url);
    hls.attachMedia(video);
    await new Promise((resolve) => hls.once(Hls.Events.LEVEL_LOADED, resolve));
    return {
      widths: () => hls.levels.map((level) => level.width),
      languages: () => hls.audioTracks.map((track) => language(track.lang)),
      language: () => language(hls.audioTracks[hls.audioTrack]?.lang),
      rendition: (width) =>
        (hls.currentLevel = hls.levels.findIndex((level) => level.width === width)),
      audio: (wanted) =>
        (hls.audioTrack = hls.audioTracks.findIndex((track) => language(track.lang) === wanted)),
      markers: () => {
        const { dateRanges } = hls.levels[hls.currentLevel].details;
        return Object.values(dateRanges).map(({ startTime, id }) => [startTime, id]);
      },
      texts: () => hls.subtitleTracks.map(({ lang, forced }) => nameOfText(lang, forced)),
      text: (name) =>
        (hls.subtitleTrack = hls.subtitleTracks.findIndex(
          ({ lang, forced }) => nameOfText(lang, forced) === name,
        )),
    };
  },

  async native(url) {
    // Otherwise it accepts keys only from the host of the playlist.
    video.crossOrigin = "anonymous";
    video.src = url;
    return {};
  },

  // The browser itself, with the files of subtitles beside the stream.
  async track(url) {
    await PLAYERS.native(url);
    const track = document.createElement("track");
    track.src = new URL("../subtitles.en.vtt", url);
    video.append(track);
    return { texts: () => ["en"], text: () => (track.track.mode = "showing") };
  },

  async "dash.js"(url, type) {
    await script("/dashjs/dist/modern/umd/dash.all.debug.js");
    if (type === SMOOTH) await script("/dashjs/dist/modern/umd/dash.mss.debug.js");
    const player = dashjs.MediaPlayer().create();
    const buffer = {
      bufferTimeDefault: 60,
      bufferTimeAtTopQuality: 60,
      bufferTimeAtTopQualityLongForm: 60,
    };
    player.updateSettings({
      debug: { logLevel: dashjs.Debug.LOG_LEVEL_NONE },
      streaming: {
        abr: { autoSwitchBitrate: { video: false } },
        buffer,
        text: { defaultEnabled: false },
      },
    });
    player.on(dashjs.MediaPlayer.events.ERROR, ({ error }) =>
      errors.push(`${error.code} ${error.message}`),
    );
    const ready = new Promise((resolve) =>
      player.on(dashjs.MediaPlayer.events.STREAM_INITIALIZED, resolve),
    );
    // Those of a period come again when it is played again.
    const markers = new Map();
    const mode = dashjs.MediaPlayer.events.EVENT_MODE_ON_RECEIVE;
    for (const scheme of MARKER_SCHEMES)
      player.on(
        scheme,
        ({ event }) => {
          const marker = [event.calculatedPresentationTime, JSON.parse(event.messageData).ID];
          markers.set(`${marker}`, marker);
        },
        null,
        { mode },
      );
    player.initialize(video, url, false);
    player.attachTTMLRenderingDiv(document.getElementById("captions"));
    await ready;
    const find = (wanted) =>
      player.getTracksFor("audio").find((track) => language(track.lang) === wanted);
    const texts = () => player.getTracksFor("text");
    // Of texts in Smooth Streaming it does not know what they are for: here the second is forced.
    const isForced = (track) =>
      type === SMOOTH
        ? texts().findIndex(({ lang }) => lang === track.lang) < texts().indexOf(track)
        : track.roles.some(({ value }) => value === "forced-subtitle");
    const named = (track) => nameOfText(track.lang, isForced(track));
    const sized = (width) =>
      player
        .getRepresentationsByType("video")
        .find((representation) => representation.width === width);
    return {
      markers: () => [...markers.values()],
      widths: () =>
        player.getRepresentationsByType("video").map((representation) => representation.width),
      languages: () => player.getTracksFor("audio").map((track) => language(track.lang)),
      language: () => language(player.getCurrentTrackFor("audio")?.lang),
      rendition: (width) => player.setRepresentationForTypeById("video", sized(width).id, true),
      audio: (wanted) => player.setCurrentTrack(find(wanted)),
      texts: () => texts().map(named),
      text: (name) => {
        player.enableText(true);
        player.setTextTrack(texts().findIndex((track) => named(track) === name));
      },
    };
  },

  // The last that plays Smooth Streaming.
  async shaka4(url, type) {
    await script("/codem-isoboxer/dist/iso_boxer.js");
    return PLAYERS.shaka(url, type, "shaka4");
  },

  async shaka(url, type, version = "shaka-player") {
    await script(`/${version}/dist/shaka-player.compiled.debug.js`);
    shaka.log.setLevel(shaka.log.Level.NONE);
    const player = new shaka.Player();
    player.addEventListener("error", ({ detail }) =>
      errors.push(`${detail.code} ${detail.message}`),
    );
    const markers = [];
    player.addEventListener("timelineregionadded", ({ detail }) => {
      if (MARKER_SCHEMES.includes(detail.schemeIdUri))
        markers.push([detail.startTime, JSON.parse(detail.eventNode.children.join("")).ID]);
    });
    await player.attach(video);
    player.configure({
      abr: { enabled: false },
      streaming: { bufferingGoal: 60, rebufferingGoal: 1 },
    });
    await player.load(url, null, type);
    const variants = () => player.getVariantTracks();
    const active = () => variants().find((variant) => variant.active);
    const texts = () => player.getTextTracks();
    const named = (track) => nameOfText(track.language, track.forced);
    const choose = (width, wanted) => {
      const variant = variants().find(
        (track) => track.width === width && language(track.language) === wanted,
      );
      player.selectVariantTrack(variant, true);
    };
    return {
      markers: () => markers,
      widths: () => [...new Set(variants().map((variant) => variant.width))],
      languages: () => [...new Set(variants().map((variant) => language(variant.language)))],
      language: () => language(active()?.language),
      rendition: (width) => choose(width, language(active().language)),
      audio: (wanted) => choose(active().width, wanted),
      texts: () => texts().map(named),
      text: (name) => {
        player.selectTextTrack(texts().find((track) => named(track) === name));
        // Shaka Player 4 shows none unless it is asked to.
        player.setTextTrackVisibility?.(true);
      },
    };
  },
};

/** Waits until `condition` holds, for at most `seconds`. */
async function until(condition, what, seconds = 20) {
  const deadline = performance.now() + seconds * 1000;
  while (!condition()) {
    if (video.error) throw new Error(`${what}: ${video.error.message}`);
    if (performance.now() > deadline)
      throw new Error(
        `not within ${seconds} s: ${what}; ` +
          `at ${video.currentTime} s, ready state ${video.readyState}`,
      );
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function ranges() {
  return Array.from({ length: video.buffered.length }, (_, at) => [
    video.buffered.start(at),
    video.buffered.end(at),
  ]);
}

/**
 * The media time of the picture that is shown after a seek to `time`. A picture from before the
 * pause may still be shown at first, so the last one counts, once none has followed for a while.
 */
async function seek(time) {
  let [shown, since] = [undefined, performance.now()];
  const watch = (_, picture) => {
    [shown, since] = [picture.mediaTime, performance.now()];
    callback = video.requestVideoFrameCallback(watch);
  };
  let callback = video.requestVideoFrameCallback(watch);
  video.currentTime = time;
  await until(() => !video.seeking && video.readyState >= 2, `a seek to ${time} s`);
  const sought = performance.now();
  const isStill = () => !video.paused || performance.now() - Math.max(since, sought) > 250;
  await until(() => shown !== undefined && isStill(), `a picture after a seek to ${time} s`, 10);
  video.cancelVideoFrameCallback(callback);
  return shown;
}

/** The brightness of the picture in 32 by 18 places. No page may read protected pictures itself. */
async function brightness() {
  const screenshot = await fetch(`data:image/png;base64,${await window.screenshot()}`);
  const canvas = new OffscreenCanvas(32, 18);
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(
    await createImageBitmap(await screenshot.blob()),
    0,
    0,
    canvas.width,
    canvas.height,
  );
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  return Array.from(
    { length: data.length / 4 },
    (_, at) => (data[4 * at] + data[4 * at + 1] + data[4 * at + 2]) / 3,
  );
}

async function advance(seconds) {
  const from = video.currentTime;
  await video.play();
  await until(() => video.currentTime >= from + seconds, `${seconds} s of playback`);
}

function assert(holds, message) {
  if (!holds) throw new Error(message);
}

/** The number that the picture has in twelve blocks at its top. */
function number() {
  const canvas = new OffscreenCanvas(video.videoWidth, 40);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(video, 0, 0);
  return Array.from({ length: 12 }, (_, bit) => context.getImageData(bit * 26 + 13, 20, 1, 1))
    .map(({ data }) => Number(data[1] > 128))
    .reduce((number, bit) => 2 * number + bit, 0);
}

/** The numbers of the pictures that are shown until `time`. */
async function numbersUntil(time) {
  const shown = [];
  const watch = () => {
    shown.push(number());
    callback = video.requestVideoFrameCallback(watch);
  };
  let callback = video.requestVideoFrameCallback(watch);
  await video.play();
  await until(() => video.currentTime >= time, `playback until ${time} s`);
  video.cancelVideoFrameCallback(callback);
  video.pause();
  return shown;
}

// What a viewer would do, in this order. Each throws what is wrong, or returns a remark.
const STEPS = {
  async "starts with its picture"({ expected }) {
    await until(() => video.readyState >= 2, "the first picture");
    // A player that does not start at 0 seeks at first.
    await new Promise((resolve) => setTimeout(resolve, 500));
    await until(() => !video.seeking && video.readyState >= 2, "the first picture");
    const [[, first]] = expected.numbers;
    assert(number() === first, `picture ${number()} is shown, not ${first}`);
    return `${first}`;
  },

  async "starts and plays"({ expected }) {
    await until(() => video.readyState >= 2, "the first picture");
    await advance(1);
    assert(expected.widths.includes(video.videoWidth), `the picture is ${video.videoWidth} wide`);
    assert(video.webkitAudioDecodedByteCount > 0, "no sound was decoded");
    return `${video.videoWidth}x${video.videoHeight}`;
  },

  async "knows the duration"({ expected }) {
    assert(
      Math.abs(video.duration - expected.duration) <= expected.slack,
      `the duration is ${video.duration} s`,
    );
    return `${video.duration} s`;
  },

  async "offers every rendition and language"({ player, expected }) {
    const [widths, languages] = [
      player.widths().sort((one, other) => one - other),
      player.languages().sort(),
    ];
    assert(String(widths) === String(expected.widths), `widths are ${widths}`);
    if (expected.languages.length)
      assert(String(languages) === String(expected.languages), `languages are ${languages}`);
    return `${widths}; ${languages}`;
  },

  async "buffers without a gap from start to end"({ expected }) {
    await seek(0);
    await advance(0.5);
    const whole = () =>
      ranges().some(([start, end]) => start <= 0.1 && end >= expected.duration - 0.1);
    await until(whole, "the whole film in one buffered range").catch((error) => {
      throw new Error(`${error.message}; buffered: ${JSON.stringify(ranges())}`);
    });
    [[lateness]] = ranges();
    return JSON.stringify(ranges());
  },

  async "seeks to the picture asked for"({ expected }) {
    video.pause();
    const remarks = [];
    for (const time of [10.5, expected.duration - 1.5, 0.3, 5.97, 6.02]) {
      const shown = await seek(time);
      const due = Math.floor((time + 1e-6) / expected.frame) * expected.frame;
      assert(
        Math.abs(shown - due) < expected.frame / 2,
        `at ${time} s the picture of ${shown} s is shown, not of ${due} s`,
      );
      remarks.push(`${time}: ${shown.toFixed(3)}`);
    }
    return remarks.join(", ");
  },

  async "shows the pictures of the clear stream"({ expected }) {
    video.pause();
    const remarks = [];
    for (const [time, clear] of expected.pictures) {
      await seek(time);
      const shown = await brightness();
      const difference =
        shown.reduce((sum, value, at) => sum + Math.abs(value - clear[at]), 0) / shown.length;
      assert(
        difference < ALIKE,
        `at ${time} s the picture differs by ${difference.toFixed(1)} on average`,
      );
      remarks.push(`${time}: ${difference.toFixed(1)}`);
    }
    return remarks.join(", ");
  },

  async "shows the picture of each number"({ expected }) {
    video.pause();
    for (const [time, due] of expected.numbers) {
      await seek(time);
      // A picture before it may be shown for an instant.
      const isDue = () => number() === due;
      await until(isDue, `picture ${due} at ${time} s`, 2).catch((error) => {
        throw new Error(`${error.message}; picture ${number()} is shown`);
      });
    }
    return expected.numbers.map(([, due]) => due).join(", ");
  },

  async "plays through the changes of clips"({ expected }) {
    const remarks = [];
    for (const { before, next } of expected.changes) {
      video.pause();
      await seek(next.start - 0.5);
      const shown = await numbersUntil(next.start + 0.5);
      const last = shown.filter((one) => one >= before.first && one < before.end).at(-1);
      const first = shown.find((one) => one >= next.first && one < next.end);
      const others = shown.filter((one) => one > last && one < first);
      // A busy machine leaves out pictures, and a key frame may be shown for an instant.
      assert(
        before.end - last <= 3 && first - next.first <= 3 && others.length <= 2,
        `around ${next.start} s it shows ${shown}`,
      );
      remarks.push(`${last} to ${first}`);
    }
    return remarks.join(", ");
  },

  async "switches rendition"({ player, expected }) {
    await seek(2);
    await video.play();
    for (const width of [expected.widths.at(0), expected.widths.at(-1), expected.widths.at(1)]) {
      player.rendition(width);
      await until(() => video.videoWidth === width, `a picture ${width} wide`);
      await advance(1);
    }
    return `to ${video.videoWidth} wide at ${video.currentTime.toFixed(2)} s`;
  },

  async "switches language"({ player, expected }) {
    const before = player.language();
    const other = expected.languages.find((tag) => tag !== before);
    assert(expected.languages.includes(before), `the language is ${before}`);
    player.audio(other);
    await until(() => player.language() === other, `the language ${other}`);
    const decoded = video.webkitAudioDecodedByteCount;
    await advance(1);
    await until(() => video.webkitAudioDecodedByteCount > decoded, "sound in the other language");
    return `from ${before} to ${other}`;
  },

  async "hands over the markers"({ player, expected }) {
    const inOrder = () => [...player.markers()].sort(([one], [other]) => one - other);
    const isAlike = ([[time, id], [due, wanted]]) => Math.abs(time - due) < 0.03 && id === wanted;
    const pairs = () => inOrder().map((marker, at) => [marker, expected.markers[at] ?? []]);
    const areAlike = () =>
      inOrder().length === expected.markers.length && pairs().every(isAlike);
    await until(areAlike, `the markers, not ${JSON.stringify(inOrder())}`, 5);
    return JSON.stringify(inOrder());
  },

  ...SUBTITLES,

  async "plays through to the end"({ expected }) {
    // Players jump to a first picture that is late, which shows a cue twice.
    await seek(lateness);
    const watched = expected.texts && !expected.inPieces && watchCues();
    video.playbackRate = 4;
    const before = video.getVideoPlaybackQuality().totalVideoFrames;
    await video.play();
    const isOver = () =>
      video.ended || (expected.endless && video.currentTime >= expected.duration);
    await until(isOver, "the end", 40);
    const quality = video.getVideoPlaybackQuality();
    assert(quality.corruptedVideoFrames === 0, `${quality.corruptedVideoFrames} corrupt pictures`);
    assert(
      Math.abs(video.currentTime - expected.duration) <= expected.slack,
      `it ended at ${video.currentTime} s`,
    );
    const pictures = quality.totalVideoFrames - before;
    assert(
      pictures >= (expected.duration / expected.frame) * 0.95,
      `only ${pictures} pictures were shown or dropped`,
    );
    const wrong = watched ? differences(watched, cuesOfLast(expected)) : [];
    assert(wrong.length === 0, `of the subtitles that were shown, it ${wrong.join("; ")}`);
    if (expected.inPieces) {
      // dash.js adds the last ones when it plays near them.
      await seek(expected.duration - 1.5);
      await untilShown(cuesOfLast(expected), "all subtitles");
    }
    return `${pictures} pictures, ended at ${video.currentTime} s`;
  },
};

// The same picture differs by up to 0.6 in two renditions. It differs from one a second later by
// 1.4, and from one of another scene by 7 and more.
const ALIKE = 1;

// Steps that need pictures with numbers.
const NUMBERED = [
  "starts with its picture",
  "shows the picture of each number",
  "plays through the changes of clips",
];

// Steps that the player cannot do are skipped.
const NEEDS = {
  "offers every rendition and language": "widths",
  "switches rendition": "rendition",
  "switches language": "audio",
  "hands over the markers": "markers",
};

/** Plays `url`, at the expected rate if there is one. Returns [step, ok, remark] for each step. */
async function check(name, url, type, expected) {
  video.defaultPlaybackRate = expected.rate ?? 1;
  const results = [];
  let player = {};
  const steps = Object.entries(STEPS).filter(
    ([step]) => !expected.steps || expected.steps.includes(step),
  );
  steps.unshift(["loads", async () => (player = await PLAYERS[name](url, type)) && ""]);
  for (const [step, act] of steps) {
    if (NEEDS[step] && !player[NEEDS[step]]) continue;
    if (step === "switches language" && expected.languages.length < 2) continue;
    if (SUBTITLES[step] && !expected.texts) continue;
    if (step === "hands over the markers" && !expected.markers) continue;
    if (NUMBERED.includes(step) && !expected.numbers) continue;
    if (step === "starts with its picture" && expected.starts === false) continue;
    if (step === "shows the pictures of the clear stream" && !expected.pictures) continue;
    const limit = new Promise((_, reject) =>
      setTimeout(() => reject(new Error("not within 60 s")), 60_000),
    );
    try {
      results.push([step, true, await Promise.race([act({ player, expected }), limit])]);
    } catch (error) {
      results.push([step, false, error.message ?? String(error)]);
      if (step === "loads" || step === "starts and plays") break;
    }
  }
  const grave = errors.filter((error) => !expected.harmless.some((word) => error.startsWith(word)));
  results.push(["has no errors", grave.length === 0, grave.join("; ")]);
  return results;
}

/** The pictures of `url` at those times, as [time, brightness]. */
async function pictures(name, url, type, times) {
  await PLAYERS[name](url, type);
  await until(() => video.readyState >= 2, "the first picture");
  const taken = [];
  for (const time of times) {
    await seek(time);
    taken.push([time, await brightness()]);
  }
  return taken;
}
