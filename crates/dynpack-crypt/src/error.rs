//! What can go wrong with keys and with encryption.

/// Why something cannot be encrypted, or a key not be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A key, key id or initialization vector is not written as one. The text is not repeated: it
    /// may be a secret.
    #[error("not {what}: {problem}")]
    Notation {
        /// What it should have been.
        what: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The media is malformed; whoever stored it can fix it.
    #[error("cannot be encrypted: {0}")]
    Malformed(String),
    /// The media is legal, but cannot be encrypted as asked.
    #[error("cannot be encrypted in this way: {0}")]
    Unsupported(String),
    /// The bytes to be encrypted are not those that the plan was made of: the caller's mistake.
    #[error("the sample has {got} bytes where {planned} were planned")]
    SampleMismatch {
        /// Bytes of the sample that was planned.
        planned: u64,
        /// Bytes handed in.
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
    /// A CPIX document is no XML, or says something impossible; whoever made it can fix it.
    #[error("the CPIX document is malformed at byte {offset}: {problem}")]
    Cpix {
        /// Where, in bytes of the document.
        offset: u64,
        /// What is wrong there.
        problem: String,
    },
    /// A CPIX document is legal but needs what is not supported.
    #[error("the CPIX document needs what is not supported: {0}")]
    CpixUnsupported(&'static str),
    /// A CPIX document holds the key of that id encrypted for somebody: only keys in the clear can
    /// be read.
    #[error("the CPIX document holds the key {0} encrypted: only keys in the clear can be read")]
    EncryptedKey(crate::KeyId),
    /// A CPIX document gives no single key for a track: it gives several, or refers to one that it
    /// does not hold.
    #[error("the CPIX document gives no single key: {0}")]
    AmbiguousKey(String),
    /// The input passes a public limit.
    #[error("{what} pass the limit of {limit}")]
    LimitExceeded {
        /// What there is too much of.
        what: &'static str,
        /// How much is allowed.
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
