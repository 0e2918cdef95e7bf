//! Which renditions of the clips of a program correspond.

use std::sync::Arc;

use dynpack_codec::{AudioFamily, DynamicRange, MediaKind, VideoFamily};
use dynpack_media::{ClipNumber, Presentation, Rendition, RenditionId};

use super::clip::Clip;
use crate::error::Error;

/// What renditions of a clip have in common that correspond to the same ones of other clips.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rung {
    kind: MediaKind,
    /// The name; `None` for what is played by default, if not all clips have something of its name.
    name: Option<String>,
    video: Option<(VideoFamily, DynamicRange)>,
    audio: Option<AudioFamily>,
}

/// How renditions of clips are distinguished.
struct Rungs<'a> {
    /// The names that all clips have, with their kinds.
    names: Vec<(MediaKind, &'a str)>,
    /// Whether codecs of other families are other rungs.
    with_families: bool,
}

impl Rungs<'_> {
    fn of(&self, presentation: &Presentation, rendition: &Rendition) -> Rung {
        let (kind, name) = (rendition.kind(), &*rendition.id.name);
        let is_named = self.names.contains(&(kind, name)) || !presentation.is_default(rendition);
        let name = is_named.then(|| name.to_owned());
        let track = &rendition.track;
        let video = track.video_family().filter(|_| self.with_families);
        let audio = track.audio_family().filter(|_| self.with_families);
        Rung { kind, name, video, audio }
    }

    /// The renditions of a clip that are of a rung, by ascending bitrate.
    fn renditions<'a>(&self, presentation: &'a Presentation, rung: &Rung) -> Vec<&'a Rendition> {
        let is_of_it = |rendition: &&Rendition| self.of(presentation, rendition) == *rung;
        let mut renditions: Vec<_> = presentation.renditions.iter().filter(is_of_it).collect();
        renditions.sort_by_key(|rendition| rendition.id.bitrate);
        renditions
    }

    /// What all clips have of a kind, in the order of the first clip.
    fn common(&self, clips: &[Clip], kind: MediaKind) -> Vec<Rung> {
        let mut rungs: Vec<Rung> = Vec::new();
        let first = clips.iter().take(1).map(|clip| &clip.presentation);
        for (first, rendition) in
            first.flat_map(|first| first.of_kind(kind).map(move |one| (first, one)))
        {
            let rung = self.of(first, rendition);
            let is_in = |clip: &Clip| !self.renditions(&clip.presentation, &rung).is_empty();
            if !rungs.contains(&rung) && clips.iter().all(is_in) {
                rungs.push(rung);
            }
        }
        rungs
    }

    /// The ids of the renditions of the program: as many as the clip has that has most. Bitrates
    /// are the highest of any clip.
    fn ids(&self, clips: &[Clip], rung: &Rung) -> Vec<RenditionId> {
        let of_clips: Vec<Vec<&Rendition>> =
            clips.iter().map(|clip| self.renditions(&clip.presentation, rung)).collect();
        let count = of_clips.iter().map(Vec::len).max().unwrap_or_default();
        let first = of_clips.first().and_then(|own| own.first());
        let Some(name) = first.map(|rendition| &rendition.id.name) else { return Vec::new() };
        let mut last = 0_u32;
        let ids = (0..count).map(|place| {
            let corresponding = of_clips.iter().filter_map(|own| corresponding(own, place, count));
            let highest = corresponding.map(|rendition| rendition.id.bitrate).max();
            last = highest.unwrap_or_default().max(last.saturating_add(1));
            RenditionId::new(Arc::clone(name), last)
        });
        ids.collect()
    }
}

/// The rendition of a clip that stands for the one at that place of `count` in the program.
fn corresponding<'a>(own: &[&'a Rendition], place: usize, count: usize) -> Option<&'a Rendition> {
    own.get(place.saturating_mul(own.len()).checked_div(count)?).copied()
}

/// Gives the renditions of all clips the ids of the program, and the number of their clip.
pub(super) fn correspond(clips: &mut [Clip]) -> Result<(), Error> {
    let unpresentable = |problem: &str| Error::Unpresentable { problem: problem.to_owned() };
    if clips.is_empty() {
        return Err(unpresentable("the program has no clips"));
    }
    let mut ladders = Vec::new();
    for kind in [MediaKind::Video, MediaKind::Audio] {
        let has_some = |clip: &Clip| clip.presentation.of_kind(kind).next().is_some();
        if let Some(without) = clips.iter().position(|clip| !has_some(clip)) {
            if clips.iter().any(has_some) {
                let (number, kind) = (without.saturating_add(1), kind.as_str());
                return Err(unpresentable(&format!("clip {number} has no {kind}, and others do")));
            }
            continue;
        }
        ladders.extend(ladders_of(clips, kind));
    }
    let renditions: Vec<_> =
        clips.iter().enumerate().map(|(at, clip)| of_program(clip, at, &ladders)).collect();
    let videos = renditions.iter().flatten().filter(|one| one.kind() == MediaKind::Video);
    let reordering = videos.map(Rendition::reordering).min();
    for (clip, mut renditions) in clips.iter_mut().zip(renditions) {
        let videos = renditions.iter_mut().filter(|one| one.kind() == MediaKind::Video);
        for (video, reordering) in videos.zip(reordering.into_iter().cycle()) {
            video.reorder_by(reordering);
        }
        clip.presentation = clip
            .presentation
            .with_renditions(renditions)
            .map_err(|error| Error::Unpresentable { problem: error.to_string() })?;
    }
    Ok(())
}

/// The ids of the program for each rung, with what each clip has of it.
type Ladder = (Vec<RenditionId>, Vec<Vec<Rendition>>);

/// What all clips have of a kind: in one family of codecs, if there is one that all have.
fn ladders_of(clips: &[Clip], kind: MediaKind) -> Vec<Ladder> {
    let has_name = |clip: &Clip, name: &str| {
        clip.presentation.of_kind(kind).any(|rendition| *rendition.id.name == *name)
    };
    let of_first = clips.iter().take(1).flat_map(|first| first.presentation.of_kind(kind));
    let names = of_first.map(|rendition| &*rendition.id.name);
    let names = names.filter(|name| clips.iter().all(|clip| has_name(clip, name)));
    let rungs = Rungs { names: names.map(|name| (kind, name)).collect(), with_families: true };
    let common = rungs.common(clips, kind);
    let (rungs, common) = match common.is_empty() {
        false => (rungs, common),
        true => {
            let rungs = Rungs { with_families: false, ..rungs };
            let common = rungs.common(clips, kind);
            (rungs, common)
        }
    };
    let ladder = |rung: &Rung| {
        let of_clips = clips
            .iter()
            .map(|clip| rungs.renditions(&clip.presentation, rung).into_iter().cloned().collect());
        (rungs.ids(clips, rung), of_clips.collect())
    };
    common.iter().map(ladder).collect()
}

/// The renditions of a clip, by its place, with the ids of the program.
fn of_program(clip: &Clip, at: usize, ladders: &[Ladder]) -> Vec<Rendition> {
    let number = ClipNumber::at(at);
    let mut renditions = Vec::new();
    for (ids, of_clips) in ladders {
        let own: Vec<&Rendition> = of_clips.get(at).into_iter().flatten().collect();
        renditions.extend(ids.iter().enumerate().filter_map(|(place, id)| {
            let rendition = corresponding(&own, place, ids.len())?;
            Some(rendition.clone().of_clip(id.clone(), number))
        }));
    }
    let texts = clip.presentation.of_kind(MediaKind::Text);
    renditions.extend(texts.map(|text| text.clone().of_clip(text.id.clone(), number)));
    renditions
}
