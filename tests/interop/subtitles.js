// The page's side of the checks of subtitles: the cues that a player shows, in the text tracks of
// the browser, against those of the source.
"use strict";

/** How far a cue may be from its source, in seconds. */
const EXACT = 0.01;

/** What distinguishes the texts of the sample. */
const nameOfText = (tag, isForced) => `${language(tag)}${isForced ? " forced" : ""}`;

const showing = () => Array.from(video.textTracks).filter((track) => track.mode === "showing");

const words = (text) => text.replaceAll(/\s+/g, " ").trim();

const plain = (cue) => [cue.startTime, cue.endTime, words(cue.getCueAsHTML().textContent)];

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
      video.pause();
      await seek(time);
      await untilCues("activeCues", active(cues, time), `the cues at ${time} s`);
    }
    await advance(1);
    // Of long films, players keep what is near.
    if (!expected.seeks) await untilCues("cues", cues, "the same cues after seeks");
    return "";
  },
};
