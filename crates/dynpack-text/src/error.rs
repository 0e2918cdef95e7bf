//! Why text cannot be read or written.

use dynpack_xml::Position;

/// Why a document or a sample cannot be read, or cues cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The document breaks its format. The author of the file can fix it.
    #[error("malformed at {at}: {problem}")]
    Malformed {
        /// Where.
        at: Position,
        /// What is wrong there.
        problem: String,
    },
    /// The document is valid, but needs an unsupported feature.
    #[error("not supported at {at}: {what}")]
    NotSupported {
        /// Where.
        at: Position,
        /// The unsupported feature.
        what: &'static str,
    },
    /// A sample of an MP4 track, or its description, is invalid. The author of the file can fix it.
    #[error("{what} {problem}")]
    Sample {
        /// The sample or the box.
        what: &'static str,
        /// What is wrong with it.
        problem: dynpack_boxes::Error,
    },
    /// The bytes are not those that were asked for: the caller's mistake.
    #[error("the bytes are not those of the samples")]
    WrongBytes,
    /// A public limit is exceeded.
    #[error("{what} pass the limit of {limit}")]
    LimitExceeded {
        /// What exceeds the limit.
        what: &'static str,
        /// The maximum that is allowed.
        limit: usize,
    },
}

impl Error {
    /// Whether the text is valid, but needs an unsupported feature.
    #[must_use]
    pub const fn is_unsupported(&self) -> bool {
        matches!(
            self,
            Self::NotSupported { .. }
                | Self::Sample { problem: dynpack_boxes::Error::Unsupported(_), .. }
        )
    }
}

impl From<dynpack_xml::Error> for Error {
    fn from(error: dynpack_xml::Error) -> Self {
        match error {
            dynpack_xml::Error::Malformed { at, problem } => Self::Malformed { at, problem },
            dynpack_xml::Error::NotSupported { at, what } => Self::NotSupported { at, what },
            dynpack_xml::Error::LimitExceeded { limit, max } => {
                Self::LimitExceeded { what: limit.as_str(), limit: max }
            }
        }
    }
}
