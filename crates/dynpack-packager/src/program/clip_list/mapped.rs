//! Lists of clips in JSON, as nginx-vod-module maps them: `sequences`, one for each bitrate or
//! language, with as many `clips` each.

use std::collections::HashSet;

use dynpack_media::{ClipSpan, Ticks, Time, Timescale};
use serde::Deserialize;

use crate::json;
use crate::program::listed_clip::{ClipMedia, ListedClip, MAX_BYTES, MAX_CLIPS, media, of_clip};

/// The document. Members that concern players alone are passed over.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    sequences: Vec<WrittenSequence>,
    /// The longest that each clip lasts, in milliseconds.
    durations: Option<Vec<u32>>,
    playlist_type: Option<String>,
}

#[derive(Deserialize)]
struct WrittenSequence {
    clips: Vec<WrittenClip>,
}

/// Times are in milliseconds.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WrittenClip {
    #[serde(rename = "type")]
    kind: Option<String>,
    path: Option<String>,
    #[serde(default)]
    clip_from: i64,
    clip_to: Option<i64>,
}

pub(super) fn parse(bytes: &[u8], folder: &str) -> Result<Vec<ListedClip>, String> {
    if bytes.len() > MAX_BYTES {
        return Err(format!("it has more than {} bytes", MAX_BYTES));
    }
    let document: Document = json::read(bytes)?;
    if document.playlist_type.is_some_and(|kind| kind.eq_ignore_ascii_case("live")) {
        return Err("it is a live playlist".to_owned());
    }
    let counts: Vec<_> = document.sequences.iter().map(|sequence| sequence.clips.len()).collect();
    let count = counts.first().copied().unwrap_or_default();
    if count == 0 {
        return Err("it lists no clips".to_owned());
    }
    if count > MAX_CLIPS {
        return Err(format!("it lists more than {} clips", MAX_CLIPS));
    }
    let durations = document.durations.as_ref();
    let same = counts.iter().chain(durations.map(Vec::len).as_ref()).all(|other| *other == count);
    if !same {
        return Err("its sequences and durations are not of one length".to_owned());
    }
    let clips = (0..count).map(|at| {
        let written = document.sequences.iter().filter_map(|sequence| sequence.clips.get(at));
        let written: Vec<_> = written.collect();
        let duration = durations.and_then(|durations| durations.get(at)).copied();
        clip(&written, duration, folder).map_err(|problem| of_clip(at, &problem))
    });
    clips.collect()
}

/// The clips of all sequences at one place, as one.
fn clip(
    written: &[&WrittenClip],
    duration: Option<u32>,
    folder: &str,
) -> Result<ListedClip, String> {
    let Some((first, others)) = written.split_first() else { return Err("it is missing".into()) };
    let bounds = |clip: &WrittenClip| (clip.clip_from, clip.clip_to);
    if others.iter().any(|other| bounds(other) != bounds(first)) {
        return Err("the sequences show other parts".to_owned());
    }
    let mut files = Vec::new();
    for clip in written {
        if let Some(kind) = clip.kind.as_ref().filter(|kind| *kind != "source") {
            return Err(format!("clips of type {kind:?} are not supported"));
        }
        let path = clip.path.as_deref().ok_or("it has no path")?;
        match media(folder, path)? {
            ClipMedia::Files(named) => files.extend(named),
            asset @ ClipMedia::Asset(_) if written.len() == 1 => {
                return listed(asset, first, duration);
            }
            ClipMedia::Asset(_) => return Err("an asset beside other sequences".to_owned()),
        }
    }
    // One file may stand for several sequences.
    let mut known = HashSet::new();
    files.retain(|file| known.insert(file.clone()));
    listed(ClipMedia::Files(files), first, duration)
}

fn listed(
    media: ClipMedia,
    written: &WrittenClip,
    duration: Option<u32>,
) -> Result<ListedClip, String> {
    let from = written.clip_from;
    let until = duration.and_then(|duration| from.checked_add(duration.into()));
    let end = written.clip_to.into_iter().chain(until).min();
    let plausible = 0..=i64::from(Time::MAX_SECONDS).saturating_mul(1000);
    if !plausible.contains(&from) || end.is_some_and(|end| !plausible.contains(&end)) {
        return Err("its times are beyond all reason".to_owned());
    }
    let time = |millis| Time::new(Ticks(millis), Timescale::MILLIS);
    Ok(ListedClip { media, span: ClipSpan { start: time(from), end: end.map(time) } })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_text(text: &str) -> Result<Vec<ListedClip>, String> {
        parse(text.as_bytes(), "day")
    }

    /// As the documentation of nginx-vod-module writes them.
    #[test]
    fn mapped_sets_are_read() {
        let list = parse_text(
            r#"{"discontinuity": true, "durations": [5000, 7000], "sequences": [
                {"id": "a", "clips": [
                    {"type": "source", "path": "/a/1.mp4", "clipFrom": 1000, "clipTo": 9000},
                    {"type": "source", "path": "2.mp4"}]},
                {"id": "b", "clips": [
                    {"type": "source", "path": "/b/1.mp4", "clipFrom": 1000, "clipTo": 9000},
                    {"type": "source", "path": "2.mp4"}]}]}"#,
        );
        let files =
            |files: &[&str]| ClipMedia::Files(files.iter().map(|&one| one.into()).collect());
        let clips = list.unwrap();
        let media: Vec<_> = clips.iter().map(|clip| clip.media.clone()).collect();
        assert_eq!(media, [files(&["a/1.mp4", "b/1.mp4"]), files(&["day/2.mp4"])]);
        let spans = clips.iter().map(|clip| {
            (clip.span.start.round(Timescale::MILLIS).0, clip.span.end.unwrap().ticks.0)
        });
        assert_eq!(spans.collect::<Vec<_>>(), [(1000, 6000), (0, 7000)]);
    }

    /// As many as the largest document has.
    #[test]
    fn one_file_may_stand_for_many_sequences() {
        let sequence = |file: usize| format!(r#"{{"clips":[{{"path":"{file}"}}]}}"#);
        let sequences: Vec<_> = (0..100_000).map(|at| sequence(at / 2)).collect();
        let clips = parse_text(&format!(r#"{{"sequences":[{}]}}"#, sequences.join(","))).unwrap();
        let ClipMedia::Files(files) = &clips[0].media else { panic!("{clips:?}") };
        assert_eq!((files.len(), &*files[49_999]), (50_000, "day/49999"));
    }

    #[test]
    fn what_cannot_be_played_is_refused_with_its_reason() {
        for (text, reason) in [
            (r#"{"sequences": []}"#, "no clips"),
            (r#"{"sequences": [{"clips": []}]}"#, "no clips"),
            (r#"{"sequences": [{"clips": [{"path": "../../a.mp4"}]}]}"#, "below the root"),
            (r#"{"sequences": [{"clips": [{"type": "rateFilter", "rate": 2}]}]}"#, "rateFilter"),
            (r#"{"sequences": [{"clips": [{"type": "source"}]}]}"#, "no path"),
            (
                r#"{"sequences": [{"clips": [{"path": "a.mp4"}]}], "durations": [1, 2]}"#,
                "of one length",
            ),
            (r#"{"sequences": [{"clips": [{"path": "a.mp4"}]}], "playlistType": "live"}"#, "live"),
            (r#"{"sequences": [{"clips": [{"path": "a.mp4", "clipFrom": -1}]}]}"#, "clip 1: its"),
            (r#"{"sequences": 1}"#, "invalid type"),
        ] {
            let problem = parse_text(text).unwrap_err();
            assert!(problem.contains(reason), "{text}: {problem}");
        }
    }
}
