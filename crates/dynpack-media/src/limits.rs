//! The limit that [`Timeline`](crate::Timeline) keeps and [`Error`](crate::Error) names.

/// The value of [`Timeline::MAX_SEGMENTS`](crate::Timeline::MAX_SEGMENTS).
pub(crate) const MAX_SEGMENTS: usize = 1 << 21;
