//! What audio tracks hold: which of them are the same content, and what that is called.

use dynpack_media::{Coding, Language, SampleIndex, Timescale, Track};

/// What distinguishes audio tracks that are not just bitrates of one another.
#[derive(Clone, PartialEq)]
pub(super) struct Content {
    pub(super) language: Language,
    coding: Coding,
    timescale: Timescale,
}

impl Content {
    /// The content of a track in that language.
    pub(super) fn of(track: &Track, language: &Language) -> Self {
        Self { language: language.clone(), coding: Coding::of(track), timescale: track.timescale }
    }
}

/// The different contents among the audio tracks of an asset.
pub(super) struct Contents(Vec<Content>);

impl Contents {
    pub(super) fn of<'a>(all: impl Iterator<Item = &'a Content>) -> Self {
        let mut contents = Vec::new();
        for content in all {
            if !contents.contains(content) {
                contents.push(content.clone());
            }
        }
        Self(contents)
    }

    /// The one that comes first.
    pub(super) fn first(&self) -> Option<&Content> {
        self.0.first()
    }

    /// `audio` where there is only one, otherwise with the language; and a number where that is not
    /// enough, or is `taken`.
    pub(super) fn name(&self, content: &Content, taken: &[&str]) -> Option<String> {
        let at = self.0.iter().position(|known| known == content)?;
        let is_lone = self.0.len() == 1;
        let stem =
            if is_lone { "audio".to_owned() } else { format!("audio_{}", content.language.tag()) };
        let earlier =
            self.0.iter().take(at).filter(|known| known.language == content.language).count();
        let names =
            std::iter::once(stem.clone()).chain((2..).map(|number| format!("{stem}_{number}")));
        names.filter(|name| !taken.contains(&name.as_str())).nth(earlier)
    }
}

/// Whether two audio tracks hold the same samples, as the files of a set do that was encoded with
/// audio in each.
pub(super) fn has_same_samples(one: &Track, other: &Track) -> bool {
    let size = |track: &Track| {
        let all = SampleIndex(0)..SampleIndex(track.samples.len());
        (
            track.samples.len(),
            track.samples.byte_len(all),
            track.samples.total_duration(),
            track.edit,
        )
    };
    size(one) == size(other)
}
