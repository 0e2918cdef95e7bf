//! Filters: which tracks, and which part of a film, a request may see.
//!
//! They are those of Azure Media Services, and are read from the JSON that its API had: see
//! `docs/filters.md`. Their conditions on tracks are also those of policies.

mod filter_error;
mod filters;
mod number;
mod range;
mod read;
mod rules;
mod selection;

pub use filter_error::{FilterError, FilterPart};
pub use filters::Filters;
pub use range::PresentationTimeRange;
pub use rules::Rules;
pub use selection::{TrackCondition, TrackSelection};

/// Which tracks, and which part of a film, a request may see.
///
/// ```
/// use dynpack_codec::MediaKind;
/// use dynpack_packager::{Filter, TrackCondition, TrackSelection};
///
/// // Without 4K, and in English.
/// let mut filter = Filter::new("mobile");
/// filter.tracks = vec![
///     TrackSelection::new(vec![
///         TrackCondition::kind(MediaKind::Video),
///         TrackCondition::height(0..=1080),
///     ]),
///     TrackSelection::new(vec![
///         TrackCondition::kind(MediaKind::Audio),
///         TrackCondition::language("en"),
///     ]),
/// ];
/// # assert_eq!(filter.tracks.len(), 2);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Filter {
    /// Its name, by which URLs and locators refer to it.
    pub name: String,
    /// Which part of the film; all of it if absent.
    pub presentation_time_range: Option<PresentationTimeRange>,
    /// The bitrate of the variant that multivariant playlists list first, in bits per second.
    pub first_quality: Option<u32>,
    /// The tracks that any of these selects; without any, all tracks.
    pub tracks: Vec<TrackSelection>,
}

impl Filter {
    /// A filter that leaves everything.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let (presentation_time_range, first_quality, tracks) = (None, None, Vec::new());
        Self { name: name.to_owned(), presentation_time_range, first_quality, tracks }
    }
}
