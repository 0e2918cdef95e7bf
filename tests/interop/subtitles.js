// The page's side of the checks of subtitles: the cues that a player shows, in the text tracks of
// the browser, against those of the source.
"use strict";

/** How far a cue may be from its source, in seconds. */
const EXACT = 0.01;

/** What distinguishes the texts of the sample. */
const nameOfText = (tag, isForced) => `${language(tag)}${isForced ? " forced" : ""}`;

const showing = () => Array.from(video.textTracks).filter((track) => track.mode === "showing");

const words = (text) => text.replaceAll(/\s+/g, " ").trim();

/** The paragraphs of a state of an IMSC document, as dash.js has them in place of a cue's text. */
function paragraphs({ kind, text, contents = [] }) {
  const within = contents.map(paragraphs);
  if (kind === "p") return [words(within.flat().join(""))];
  if (kind === "span" && text) return [text];
  return kind === "br" ? [" "] : within.flat();
}

const textsOf = (cue) =>
  cue.isd ? cue.isd.contents.flatMap(paragraphs) : [words(cue.getCueAsHTML().textContent)];

const plain = (cue) => [cue.startTime, cue.endTime, textsOf(cue).join(" ")];

/** All cues that players added to a track: some of them remove those that are not near. */
const added = new WeakMap();
const addCue = TextTrack.prototype.addCue;
TextTrack.prototype.addCue = function (cue) {
  added.set(this, [...(added.get(this) ?? []), cue]);
  return addCue.call(this, cue);
};

/**
 * What is shown when: [start, end, words] of each stretch of time in which the same texts are.
 * Players cut the cues of IMSC at segments, or where others begin and end.
 */
function shownBy(cues) {
  const times = [...new Set(cues.flatMap(([start, end]) => [start, end]))].sort((a, b) => a - b);
  const stretches = [];
  for (const [at, start] of times.slice(0, -1).entries()) {
    const texts = active(cues, start).map(([, , text]) => text);
    const text = [...new Set(texts)].sort().join(" | ");
    const last = stretches.at(-1);
    if (times[at + 1] - start <= EXACT) continue;
    if (last && last[2] === text && start - last[1] <= EXACT) last[1] = times[at + 1];
    else if (text) stretches.push([start, times[at + 1], text]);
  }
  return stretches;
}

/** The same of all cues that a player added to the tracks that are shown. */
const shownByPlayer = () =>
  shownBy(
    showing().flatMap((track) =>
      (added.get(track) ?? []).flatMap((cue) =>
        textsOf(cue).map((text) => [cue.startTime, cue.endTime, text]),
      ),
    ),
  );

/** Waits until a player has added pieces of exactly those cues, of those that are active at `time`. */
async function untilShown(cues, what, time) {
  const at = (stretches) => (time === undefined ? stretches : active(stretches, time));
  const problems = () => differences(at(shownByPlayer()), at(shownBy(cues)));
  await until(() => problems().length === 0, what, 10).catch((error) => {
    throw new Error(`${error.message}: ${problems().slice(0, 4).join("; ")}`);
  });
}

/** Plays from `time`, as some players add cues as they play, until those of then are shown. */
async function playUntilShown(cues, time) {
  video.pause();
  await seek(time);
  await video.play();
  await untilShown(cues, `the cues at ${time} s`, time);
}

/** The cues of the texts that are shown, as [start, end, words]; `which` is a list of a track. */
const cuesOf = (which) =>
  showing().flatMap((track) => Array.from(track[which] ?? [], plain));

/** By how much pictures are late, once it is known: see `LATE` in protocols.mjs. */
let lateness = 0;

/** The cues of a text, as late as the pictures are. */
const late = (cues) => cues.map(([start, end, text]) => [start + lateness, end + lateness, text]);

const cuesOfLast = ({ texts }) => late(Object.values(texts).at(-1));

/** What `found` lacks of the expected cues, and what it has beside them or twice. */
function differences(found, expected) {
  const isNear = (one, other) => Math.abs(one - other) <= EXACT;
  const rest = [...found];
  const lacking = expected.filter(([start, end, text]) => {
    const at = rest.findIndex(
      ([from, to, other]) => text === other && isNear(from, start) && isNear(to, end),
    );
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
  return [
    ...lacking.map((cue) => `lacks ${cue.join(" ")}`),
    ...rest.map((cue) => `has ${cue.join(" ")}`),
  ];
}

/** Waits until the shown texts have exactly those cues. */
async function untilCues(which, expected, what) {
  const isAlike = () => differences(cuesOf(which), expected).length === 0;
  await until(isAlike, what, 10).catch((error) => {
    const problems = differences(cuesOf(which), expected);
    throw new Error(`${error.message}: ${problems.slice(0, 4).join("; ")}`);
  });
}

const active = (cues, time) => cues.filter(([start, end]) => start <= time && time < end);

/** A list of the cues that are shown now, to which those are added that are shown from now on. */
function watchCues() {
  const entered = cuesOf("activeCues");
  for (const cue of showing().flatMap((track) => Array.from(track.cues)))
    cue.onenter = () => entered.push(plain(cue));
  return entered;
}

// For films with subtitles. `expected.texts` has the cues of each text by its name.
const SUBTITLES = {
  async "offers every subtitle"({ player, expected }) {
    await until(() => video.readyState >= 2, "the first picture");
    const [offered, wanted] = [player.texts(), Object.keys(expected.texts)];
    assert(String(offered.sort()) === String(wanted.sort()), `subtitles are ${offered}`);
    return `${offered}`;
  },

  async "has every cue of each subtitle once"({ player, expected }) {
    if (expected.inPieces) {
      // The others are compared when the film is over.
      player.text(Object.keys(expected.texts).at(-1));
      await playUntilShown(cuesOfLast(expected), 2);
      video.pause();
      return "at 2 s";
    }
    const counts = [];
    for (const [name, cues] of Object.entries(expected.texts)) {
      player.text(name);
      await untilCues("cues", late(cues), `the cues of ${name}`);
      counts.push(`${name}: ${cues.length}`);
    }
    return counts.join(", ");
  },

  async "shows subtitles over seeks and cuts"({ player, expected }) {
    player.text(Object.keys(expected.texts).at(-1));
    const cues = cuesOfLast(expected);
    for (const time of expected.seeks ?? [6.3, 12.2, 0.5, 19.93, 5.6]) {
      if (expected.inPieces) {
        await playUntilShown(cues, time);
        continue;
      }
      video.pause();
      await seek(time);
      await untilCues("activeCues", active(cues, time), `the cues at ${time} s`);
    }
    await advance(1);
    // Of long films, players keep what is near.
    if (!expected.seeks && !expected.inPieces) await untilCues("cues", cues, "the same cues after seeks");
    return "";
  },
};
