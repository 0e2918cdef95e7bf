//! Why a request is not answered, and the HTTP status for it.

use dynpack_packager::{AssetPath, Error as PackagerError, RequestError};

use crate::keys::KeyProviderError;
use crate::storage::StorageError;

/// Why a request is not answered. [`status`](Self::status) says who can fix it: 4xx the client or
/// the publisher of the asset, 5xx the operator of the origin.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The request cannot be packaged.
    #[error(transparent)]
    Packager(#[from] PackagerError),
    /// The key provider has no keys for the request.
    #[error(transparent)]
    Keys(#[from] KeyProviderError),
    /// There is no asset at this path.
    #[error("there is no asset `{asset}`")]
    AssetNotFound {
        /// Its path.
        asset: String,
    },
    /// The stored asset is encrypted. Decryption is not supported.
    #[error("the asset `{asset}` cannot be served: {problem}")]
    EncryptedInput {
        /// Its path.
        asset: String,
        /// What is encrypted.
        problem: String,
    },
    /// Downloads of the asset's files, or of files of this type, are not allowed.
    #[error("the file `{file}` cannot be downloaded")]
    DownloadBlocked {
        /// Its name.
        file: String,
    },
    /// The asset has no file with this name.
    #[error("there is no file `{file}`")]
    FileNotFound {
        /// Its name.
        file: String,
    },
    /// The stored asset cannot be served. The publisher of the asset can fix it.
    #[error("the asset `{asset}` cannot be served: {problem}")]
    Unusable {
        /// Its path.
        asset: String,
        /// What is wrong with it.
        problem: String,
        /// What its publisher can do about it.
        remedy: &'static str,
    },
    /// The segment must be rewritten in memory, but has too much media.
    #[error("the segment has {bytes} bytes of media, where {max} are the limit")]
    SegmentTooLarge {
        /// The size of its media in bytes.
        bytes: u64,
        /// The limit, [`Builder::rewritten_bytes`](crate::Builder::rewritten_bytes).
        max: u64,
    },
    /// Other segments that must be rewritten in memory use all the memory for that. Trying again
    /// helps.
    #[error("too many segments are being rewritten: try again in a few seconds")]
    Overloaded,
    /// The storage cannot read a file.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl From<RequestError> for Error {
    fn from(error: RequestError) -> Self {
        PackagerError::from(error).into()
    }
}

impl From<dynpack_fragment::Error> for Error {
    fn from(error: dynpack_fragment::Error) -> Self {
        PackagerError::from(error).into()
    }
}

impl Error {
    /// The HTTP status of the error, as in Azure Media Services.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Packager(error) => packager_status(error),
            Self::DownloadBlocked { .. } => 403,
            Self::AssetNotFound { .. } | Self::FileNotFound { .. } => 404,
            Self::Unusable { .. } | Self::EncryptedInput { .. } | Self::SegmentTooLarge { .. } => {
                415
            }
            Self::Keys(KeyProviderError::Unavailable { .. }) | Self::Overloaded => 503,
            Self::Keys(_) => 500,
            Self::Storage(error) => error.status(),
        }
    }

    /// The error code of Azure Media Services, for tools that know those codes.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Packager(error) => packager_code(error),
            Self::AssetNotFound { .. } | Self::FileNotFound { .. } => "MPE_RESOURCE_NOT_FOUND",
            Self::DownloadBlocked { .. } => "MPE_OUTPUT_FORMAT_BLOCKED",
            Self::EncryptedInput { .. } => "MPE_ENC_ALREADY_ENCRYPTED",
            Self::Unusable { .. } => "MPE_INPUT_FORMAT_NOT_SUPPORTED",
            Self::SegmentTooLarge { .. } => "MPE_HLS_SEGMENT_TOO_LARGE",
            Self::Storage(StorageError::NotFound { .. }) => "MPE_STORAGE_RESOURCE_NOT_FOUND",
            Self::Storage(StorageError::Forbidden { .. }) => {
                "MPE_STORAGE_INSUFFICIENT_ACCOUNT_PERMISSIONS"
            }
            Self::Storage(StorageError::Changed { .. })
            | Self::Keys(KeyProviderError::Unavailable { .. })
            | Self::Overloaded => "MPE_STORAGE_SERVER_BUSY",
            Self::Storage(_) | Self::Keys(_) => "MPE_STORAGE_INTERNAL_ERROR",
        }
    }

    /// What the publisher of a stored asset can do so that it can be served, if the asset is the
    /// reason. One line, for people.
    #[must_use]
    pub const fn remedy(&self) -> Option<&'static str> {
        match self {
            Self::Unusable { remedy, .. } => Some(remedy),
            Self::EncryptedInput { .. } => {
                Some("store a clear copy: protection is added to each response")
            }
            _ => None,
        }
    }

    /// The same error with the path that the client requested: clients must not learn storage
    /// paths.
    pub(crate) fn with_public_path(self, asset: &AssetPath) -> Self {
        let asset = asset.to_string();
        match self {
            Self::AssetNotFound { .. } => Self::AssetNotFound { asset },
            Self::EncryptedInput { problem, .. } => Self::EncryptedInput { asset, problem },
            Self::Unusable { problem, remedy, .. } => Self::Unusable { asset, problem, remedy },
            Self::Storage(error) => Self::Storage(error.with_public_path(asset)),
            other => other,
        }
    }
}

const fn packager_status(error: &PackagerError) -> u16 {
    match error {
        PackagerError::Request(
            RequestError::NotAnAsset { .. } | RequestError::OtherSpelling { .. },
        ) => 404,
        PackagerError::Request(RequestError::TooLong { .. }) => 414,
        PackagerError::Request(
            RequestError::UnknownFormat(_)
            | RequestError::TooManyFilters { .. }
            | RequestError::Rules(_),
        ) => 415,
        PackagerError::Request(_)
        | PackagerError::NoSuchResource { .. }
        | PackagerError::EncryptionNotNamed { .. } => 400,
        PackagerError::EncryptionNotSet(_)
        | PackagerError::FormatBlocked(_)
        | PackagerError::Token(_) => 403,
        PackagerError::LocatorNotFound { .. }
        | PackagerError::LocatorNotOpen { .. }
        | PackagerError::TrackNotFound { .. }
        | PackagerError::BitrateNotFound { .. }
        | PackagerError::TimeNotFound { .. }
        | PackagerError::FragmentNotFound { .. }
        | PackagerError::ClipNotFound { .. }
        | PackagerError::ClipNotNamed { .. }
        | PackagerError::FilterNotFound { .. } => 404,
        PackagerError::FormatNotBuilt(_)
        | PackagerError::NotCarried { .. }
        | PackagerError::Unpresentable { .. }
        | PackagerError::DifferentFilms { .. }
        | PackagerError::EncryptionNotCarried { .. }
        | PackagerError::SystemsNotCarried { .. }
        | PackagerError::Filter(_)
        | PackagerError::NothingLeft { .. }
        | PackagerError::SeveralFirstQualities { .. } => 415,
        PackagerError::Segment(error) if is_about_media(error) => 415,
        _ => 500,
    }
}

const fn packager_code(error: &PackagerError) -> &'static str {
    match error {
        PackagerError::Request(RequestError::UnknownFormat(_))
        | PackagerError::FormatNotBuilt(_) => "MPE_OUTPUT_FORMAT_NOT_SUPPORTED",
        PackagerError::Request(
            RequestError::NotAnAsset { .. } | RequestError::OtherSpelling { .. },
        )
        | PackagerError::LocatorNotFound { .. } => "MPE_RESOURCE_NOT_FOUND",
        PackagerError::Request(RequestError::TooManyFilters { .. }) => {
            "MPE_FILTER_COMPOSITION_FILTER_COUNT_OVER_LIMIT"
        }
        PackagerError::Request(RequestError::Rules(error)) => error.part.code(),
        PackagerError::Request(_) | PackagerError::NoSuchResource { .. } => "MPE_BAD_URL_SYNTAX",
        PackagerError::TrackNotFound { .. } => "MPE_EGRESS_TRACK_NOT_FOUND",
        PackagerError::BitrateNotFound { .. } => "MPE_MANIFEST_MEDIA_ENTRY_NOT_FOUND",
        PackagerError::TimeNotFound { .. }
        | PackagerError::ClipNotFound { .. }
        | PackagerError::ClipNotNamed { .. } => "MPE_FRAGMENT_TIMESTAMP_NOT_FOUND",
        PackagerError::FragmentNotFound { .. } => "MPE_FRAGMENT_BY_INDEX_NOT_FOUND",
        PackagerError::FilterNotFound { .. } => "MPE_EGRESS_FILTER_NOT_FOUND",
        PackagerError::Filter(error) => error.part.code(),
        PackagerError::NothingLeft { .. } => "MPE_FILTER_REMOVED_ALL_STREAMS",
        PackagerError::SeveralFirstQualities { .. } => {
            "MPE_FILTER_COMPOSITION_MULTIPLE_FIRST_QUALITY_OPERATOR_NOT_ALLOWED"
        }
        PackagerError::LocatorNotOpen { .. } | PackagerError::Token(_) => "MPE_UNAUTHORIZED",
        PackagerError::FormatBlocked(_) => "MPE_OUTPUT_FORMAT_BLOCKED",
        PackagerError::EncryptionNotSet(_) => "MPE_ENC_ENCRYPTION_NOT_SET_IN_DELIVERY_POLICY",
        PackagerError::EncryptionNotNamed { .. } => "MPE_ENC_ENCRYPTION_NOT_SPECIFIED_IN_URL",
        PackagerError::EncryptionNotCarried { .. } | PackagerError::SystemsNotCarried { .. } => {
            "MPE_ENCRYPTION_NOT_SUPPORTED"
        }
        PackagerError::Unpresentable { .. } | PackagerError::DifferentFilms { .. } => {
            "MPE_INPUT_FORMAT_NOT_SUPPORTED"
        }
        PackagerError::NotCarried { .. } => "MPE_MEDIA_ENCODING_NOT_SUPPORTED",
        PackagerError::Segment(error) if is_about_media(error) => {
            "MPE_MEDIA_ENCODING_NOT_SUPPORTED"
        }
        _ => "MPE_STORAGE_INTERNAL_ERROR",
    }
}

/// Whether the stored media is the reason that a segment cannot be made. This applies to all
/// packagers.
const fn is_about_media(error: &dynpack_fragment::Error) -> bool {
    use dynpack_fragment::Error;
    matches!(error, Error::Sample { .. } | Error::Unsupported(_) | Error::Encryption { .. })
}

#[cfg(test)]
mod tests;
