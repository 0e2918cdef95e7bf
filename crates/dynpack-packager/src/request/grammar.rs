//! The words of the grammar, and its limits.

pub(super) const MANIFEST: &str = "Manifest";
pub(super) const QUALITY_LEVELS: &str = "QualityLevels";
pub(super) const FRAGMENTS: &str = "Fragments";
/// Stands in place of the time of an initialization segment.
pub(super) const INIT: &str = "i";

/// Stands in place of the time of a whole text: not of Azure.
pub(super) const WHOLE: &str = "all";

/// The ending of WebVTT documents.
pub(super) const VTT: &str = "vtt";
/// The ending of chapters.
pub(super) const JSON: &str = "json";

pub(super) const FORMAT: &str = "format";
pub(super) const ENCRYPTION: &str = "encryption";
pub(super) const FILTER: &str = "filter";
/// Not of Azure.
pub(super) const RULES: &str = "rules";
/// In lower case, as Azure's playlists write it.
pub(super) const AUDIO_TRACK: &str = "audiotrack";
pub(super) const AUDIO_ONLY: &str = "audio-only";
/// Which form of text is wanted: not of Azure.
pub(super) const TEXT: &str = "text";
/// Which clip of a program: not of Azure.
pub(super) const CLIP: &str = "clip";
/// What the time of a segment counts from: not of Azure.
pub(super) const FROM: &str = "from";
pub(super) const TYPE: &str = "type";
pub(super) const KEY_FRAMES: &str = "keyframes";
/// Not of Azure.
pub(super) const CHAPTERS: &str = "chapters";

/// [`Request::MAX_LEN`](super::Request::MAX_LEN).
pub(super) const MAX_LEN: usize = 4096;
/// [`Request::MAX_FILTERS`](super::Request::MAX_FILTERS).
pub(super) const MAX_FILTERS: usize = 3;
