//! Errors of keys and of encryption.

/// Why something cannot be encrypted, or a key cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The text is not a key, key id or initialization vector. The error does not repeat the text,
    /// since it may be a secret.
    #[error("not {what}: {problem}")]
    Notation {
        /// What it should have been.
        what: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The media is malformed. The author of the file can fix it.
    #[error("cannot be encrypted: {0}")]
    Malformed(String),
    /// The media is valid, but cannot be encrypted in this way.
    #[error("cannot be encrypted in this way: {0}")]
    Unsupported(String),
    /// The sample to be encrypted is not the one that was planned. This is an error of the caller.
    #[error("the sample has {got} bytes, but {planned} were planned")]
    SampleMismatch {
        /// The length of the planned sample, in bytes.
        planned: u64,
        /// The length of the sample that was passed, in bytes.
        got: u64,
    },
    /// The data for a protection system does not fit its format.
    #[error("the {system} header cannot be made: {problem}")]
    System {
        /// The system.
        system: &'static str,
        /// Why not.
        problem: String,
    },
    /// A CPIX document is not XML, or its content is invalid. The author of the document can fix
    /// it.
    #[error("the CPIX document is malformed at byte {offset}: {problem}")]
    Cpix {
        /// Where, in bytes of the document.
        offset: u64,
        /// What is wrong there.
        problem: String,
    },
    /// A CPIX document is valid, but needs an unsupported feature.
    #[error("the CPIX document needs an unsupported feature: {0}")]
    CpixUnsupported(&'static str),
    /// The key with this id in a CPIX document is encrypted for a recipient. Only clear keys can be
    /// read.
    #[error("the key {0} of the CPIX document is encrypted: only clear keys can be read")]
    EncryptedKey(crate::KeyId),
    /// A CPIX document does not give exactly one key for a track: it gives none or several, or
    /// refers to one that it does not contain.
    #[error("the CPIX document gives no single key: {0}")]
    AmbiguousKey(String),
    /// The input exceeds a public limit.
    #[error("{what} pass the limit of {limit}")]
    LimitExceeded {
        /// What exceeds the limit.
        what: &'static str,
        /// The maximum that is allowed.
        limit: u64,
    },
}

impl From<dynpack_codec::Error> for Error {
    fn from(error: dynpack_codec::Error) -> Self {
        match error {
            dynpack_codec::Error::Malformed(problem) => Self::Malformed(problem.to_string()),
            dynpack_codec::Error::Unsupported(problem) => Self::Unsupported(problem.to_string()),
        }
    }
}
