//! What can be wrong with a filter.

use std::fmt;

/// A filter cannot be used. Whoever wrote it can fix it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the filter `{filter}` cannot be used: {problem}")]
#[non_exhaustive]
pub struct FilterError {
    /// Its name.
    pub filter: String,
    /// Which part of it is wrong.
    pub part: FilterPart,
    /// What is wrong with it.
    pub problem: String,
}

impl FilterError {
    pub(crate) fn new(filter: &str, part: FilterPart, problem: impl fmt::Display) -> Self {
        Self { filter: filter.to_owned(), part, problem: problem.to_string() }
    }
}

/// The part of a filter that is wrong: Azure Media Services has an error code for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FilterPart {
    /// The filter as a whole.
    Whole,
    /// The time range.
    Range,
    /// The window of a live event.
    PresentationWindow,
    /// The distance from the end of a live event.
    LiveBackoff,
    /// The bitrate that comes first.
    FirstQuality,
    /// The tracks.
    Tracks,
}

impl FilterPart {
    /// The error code of Azure Media Services; its status is 415.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Whole => "MPE_FILTER_INVALID",
            Self::Range => "MPE_FILTER_RANGE_ATTRIBUTE_INVALID",
            Self::PresentationWindow => "MPE_FILTER_PRESENTATION_WINDOW_INVALID",
            Self::LiveBackoff => "MPE_FILTER_LIVE_BACKOFF_INVALID",
            Self::FirstQuality => "MPE_FILTER_FIRST_QUALITY_ATTRIBUTE_INVALID",
            Self::Tracks => "MPE_FILTER_TRACK_ATTRIBUTE_INVALID",
        }
    }
}
