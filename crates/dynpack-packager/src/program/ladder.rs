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
    /// The name; `None` for what is played by default.
    name: Option<String>,
    video: Option<(VideoFamily, DynamicRange)>,
    audio: Option<AudioFamily>,
}

impl Rung {
    fn of(presentation: &Presentation, rendition: &Rendition, with_family: bool) -> Self {
        let is_default = presentation.is_default(rendition);
        let name = (!is_default).then(|| rendition.id.name.to_string());
        let track = &rendition.track;
        let video = track.video_family().filter(|_| with_family);
        let audio = track.audio_family().filter(|_| with_family);
        Self { kind: rendition.kind(), name, video, audio }
    }

    /// The renditions of a clip that are of it, by ascending bitrate.
    fn renditions<'a>(&self, presentation: &'a Presentation) -> Vec<&'a Rendition> {
        let with_family = self.video.is_some() || self.audio.is_some();
        let is_of_it =
            |rendition: &&Rendition| Self::of(presentation, rendition, with_family) == *self;
        let mut renditions: Vec<_> = presentation.renditions.iter().filter(is_of_it).collect();
        renditions.sort_by_key(|rendition| rendition.id.bitrate);
        renditions
    }
}

/// Gives the renditions of all clips the ids of the program, and the number of their clip.
pub(super) fn correspond(clips: &mut [Clip]) -> Result<(), Error> {
    let unpresentable = |problem: &str| Error::Unpresentable { problem: problem.to_owned() };
    let Some(first) = clips.first() else { return Err(unpresentable("the program has no clips")) };
    let mut rungs = Vec::new();
    for kind in [MediaKind::Video, MediaKind::Audio] {
        let has_some = |clip: &Clip| clip.presentation.of_kind(kind).next().is_some();
        if let Some(without) = clips.iter().position(|clip| !has_some(clip)) {
            if clips.iter().any(has_some) {
                let number = without.saturating_add(1);
                let problem =
                    format!("clip {number} has no {}, and others have some", kind.as_str());
                return Err(unpresentable(&problem));
            }
            continue;
        }
        let with_families = common(clips, first, kind, true);
        match with_families.iter().any(|rung| rung.name.is_none()) {
            true => rungs.extend(with_families),
            // No family is in all clips.
            false => rungs.extend(common(clips, first, kind, false)),
        }
    }
    let ladders: Vec<(Rung, Vec<RenditionId>)> =
        rungs.into_iter().map(|rung| (rung.clone(), ids(clips, &rung))).collect();
    for (at, clip) in clips.iter_mut().enumerate() {
        let number = ClipNumber::at(at);
        let whole = &clip.presentation;
        let mut renditions = Vec::new();
        for (rung, ids) in &ladders {
            let own = rung.renditions(whole);
            for (place, id) in ids.iter().enumerate() {
                let corresponding = place.saturating_mul(own.len()).checked_div(ids.len());
                let rendition = corresponding.and_then(|at| own.get(at)).copied();
                renditions.extend(
                    rendition.map(|rendition| rendition.clone().of_clip(id.clone(), number)),
                );
            }
        }
        let texts = whole.of_kind(MediaKind::Text);
        renditions.extend(texts.map(|text| text.clone().of_clip(text.id.clone(), number)));
        clip.presentation = whole
            .with_renditions(renditions)
            .map_err(|error| Error::Unpresentable { problem: error.to_string() })?;
    }
    Ok(())
}

/// What all clips have of a kind, in the order of the first clip.
fn common(clips: &[Clip], first: &Clip, kind: MediaKind, with_family: bool) -> Vec<Rung> {
    let mut rungs: Vec<Rung> = Vec::new();
    for rendition in first.presentation.of_kind(kind) {
        let rung = Rung::of(&first.presentation, rendition, with_family);
        let is_in = |clip: &Clip| !rung.renditions(&clip.presentation).is_empty();
        if !rungs.contains(&rung) && clips.iter().all(is_in) {
            rungs.push(rung);
        }
    }
    rungs
}

/// The ids of the renditions of the program: as many as the clip has that has most. Bitrates are
/// the highest of any clip.
fn ids(clips: &[Clip], rung: &Rung) -> Vec<RenditionId> {
    let of_clips: Vec<Vec<&Rendition>> =
        clips.iter().map(|clip| rung.renditions(&clip.presentation)).collect();
    let count = of_clips.iter().map(Vec::len).max().unwrap_or_default();
    let first = of_clips.first().and_then(|own| own.first());
    let Some(name) = first.map(|rendition| &rendition.id.name) else { return Vec::new() };
    let mut last = 0_u32;
    let ids = (0..count).map(|place| {
        let corresponding = of_clips
            .iter()
            .filter_map(|own| own.get(place.saturating_mul(own.len()).checked_div(count)?));
        let highest = corresponding.map(|rendition| rendition.id.bitrate).max().unwrap_or_default();
        last = highest.max(last.saturating_add(1));
        RenditionId::new(Arc::clone(name), last)
    });
    ids.collect()
}
