//! What can be wrong with a URL.

use super::grammar::{MAX_FILTERS, MAX_LEN};
use crate::encryption::UnknownEncryption;
use crate::filter::FilterError;
use crate::format::UnknownFormat;

/// Why a URL cannot be read. Whoever wrote the URL can fix it; nothing was looked up yet.
///
/// [`NotAnAsset`](Self::NotAnAsset) means that the URL is none of this grammar, so that it may be
/// one of something else. All others are mistakes within the grammar.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// The path is longer than [`Request::MAX_LEN`](super::Request::MAX_LEN).
    #[error("the path has {len} bytes where {max} are the limit", max = MAX_LEN)]
    TooLong {
        /// Bytes of the path.
        len: usize,
    },
    /// The path does not start with a slash: perhaps it is a whole URL.
    #[error("the path does not start with a slash")]
    NotAbsolute,
    /// A `%` is not followed by two hexadecimal digits.
    #[error("the `%` at byte {at} of the path does not begin an escape")]
    BadEscape {
        /// Bytes of the path before the `%`.
        at: usize,
    },
    /// Escaped text is not UTF-8.
    #[error("`{text}` is not UTF-8 once decoded")]
    NotUtf8 {
        /// The text, still escaped.
        text: String,
    },
    /// No part of the path ends in `.ism`.
    #[error("`{path}` names no asset: no part of it ends in `.ism`")]
    NotAnAsset {
        /// The path.
        path: String,
    },
    /// The asset lies in no folder.
    #[error("`{name}` lies in no folder: an asset's path is `/folder/name.ism/`")]
    NoFolder {
        /// The name of the asset.
        name: String,
    },
    /// A part of the asset's path is not a plain name.
    #[error("`{}` in the asset's path {problem}", name.escape_debug())]
    BadName {
        /// The part, decoded.
        name: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The URL names an asset, and nothing of it.
    #[error("`{asset}` is an asset, and its URL must go on with what is requested: {manifests}")]
    NoResource {
        /// The path of the asset.
        asset: String,
        /// The paths of its manifests, in words.
        manifests: String,
    },
    /// The URL names a manifest as other origins do. A client may be redirected.
    #[error("the URL of `{text}` is `{url}` here")]
    OtherSpelling {
        /// The path as it stands in the URL.
        text: String,
        /// The path of the manifest, escaped. What follows its last slash is relative to the asset.
        url: String,
    },
    /// What follows the asset is not in the grammar.
    #[error(
        "`{text}` stands where `manifest` or `QualityLevels(bitrate)/` and `Manifest` or `Fragments` is expected"
    )]
    UnknownResource {
        /// What stands there.
        text: String,
    },
    /// A parenthesis is opened and not closed.
    #[error("`)` is missing after `{text}`")]
    Unclosed {
        /// What stands before the end.
        text: String,
    },
    /// Something comes after the closing parenthesis that does not belong there.
    #[error("`{text}` stands after `)` where {expected} is expected", expected = Expected(*.expected))]
    Junk {
        /// What stands there.
        text: String,
        /// The only ending that may stand there, without its dot.
        expected: Option<&'static str>,
    },
    /// A parameter is empty: a comma too many, or parentheses with nothing inside.
    #[error("parameter {number} is empty")]
    EmptyParameter {
        /// Its place, from 1.
        number: usize,
    },
    /// A parameter has no value.
    #[error("`{key}` has no value")]
    NoValue {
        /// The parameter.
        key: String,
    },
    /// There is no such parameter.
    #[error(
        "unknown parameter `{key}`; known are format, encryption, filter, rules, audioTrack, audio-only, text, type"
    )]
    UnknownParameter {
        /// The parameter.
        key: String,
    },
    /// A parameter is given twice.
    #[error("`{key}` is given twice")]
    Duplicate {
        /// The parameter.
        key: &'static str,
    },
    /// A parameter does not have one of its values.
    #[error("`{key}` is `{value}` where {expected} is expected")]
    BadValue {
        /// The parameter, or what is named by its place.
        key: &'static str,
        /// Its value.
        value: String,
        /// What it may be.
        expected: &'static str,
    },
    /// There is no such format.
    #[error(transparent)]
    UnknownFormat(#[from] UnknownFormat),
    /// There is no such protection.
    #[error(transparent)]
    UnknownEncryption(#[from] UnknownEncryption),
    /// The rules of a filter cannot be used.
    #[error(transparent)]
    Rules(#[from] FilterError),
    /// There are more filters than [`Request::MAX_FILTERS`](super::Request::MAX_FILTERS).
    #[error("{count} filters are named where {max} are the limit", max = MAX_FILTERS)]
    TooManyFilters {
        /// How many.
        count: usize,
    },
    /// The first parameter does not name a track.
    #[error(
        "the track is missing: {expected} is expected first in the parentheses of `{resource}`"
    )]
    NoTrack {
        /// `Manifest` or `Fragments`.
        resource: &'static str,
        /// What should stand there.
        expected: &'static str,
    },
    /// Chapters are asked for of something else than the manifest.
    #[error("`type=chapters` belongs to the manifest, not to a {resource}")]
    MisplacedChapters {
        /// What was asked for.
        resource: &'static str,
    },
    /// A clip is asked for of something else than media.
    #[error("`clip=` belongs to a segment: playlists go through all clips")]
    MisplacedClip,
    /// A time is given to count from, and no time that could count from it.
    #[error("`from=` belongs to the time of a segment")]
    MisplacedFrom,
    /// Key frames are asked for where the URL cannot distinguish them from others.
    #[error("`type=keyframes` belongs to a track's playlist or segment, not to the {resource}")]
    MisplacedType {
        /// What was asked for.
        resource: &'static str,
    },
}

/// An ending that may come after a parenthesis, in words.
struct Expected(Option<&'static str>);

impl std::fmt::Display for Expected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(ending) => write!(f, "`.{ending}` or nothing"),
            None => f.write_str("nothing"),
        }
    }
}
