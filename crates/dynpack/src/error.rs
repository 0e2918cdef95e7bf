//! Why a request is not answered.

use crate::{Encryption, Format, FragmentNumber, RequestError, storage::StorageError};

/// Why a request is not answered. [`status`](Self::status) says who can mend it: 4xx the one who asked or the one who stored the
/// asset, 5xx the one who runs the origin.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The URL cannot be read.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// There is no such asset.
    #[error("there is no asset `{asset}`")]
    AssetNotFound {
        /// Its path.
        asset: String,
    },
    /// The asset has no track of that name.
    #[error("the asset has no track `{track}`; it has {known}")]
    TrackNotFound {
        /// The name asked for.
        track: String,
        /// The names there are.
        known: String,
    },
    /// The track does not come at that bitrate.
    #[error("track `{track}` has no bitrate {bitrate}; it has {known}")]
    BitrateNotFound {
        /// The name of the track.
        track: String,
        /// The bitrate asked for.
        bitrate: u32,
        /// The bitrates there are.
        known: String,
    },
    /// No segment of the track starts at that time.
    #[error("no segment of track `{track}` starts at {time}; {hint}")]
    TimeNotFound {
        /// The name of the track.
        track: String,
        /// The time asked for.
        time: i64,
        /// Where segments start nearby.
        hint: String,
    },
    /// The stream that a track names has no fragment of that place.
    #[error("the stream of track `{track}` has no fragment `{number}`")]
    FragmentNotFound {
        /// The name of the track.
        track: String,
        /// The place asked for.
        number: FragmentNumber,
    },
    /// There is no filter of that name.
    #[error("there is no filter `{filter}`")]
    FilterNotFound {
        /// The name asked for.
        filter: String,
    },
    /// The format has no such resource: a media playlist of DASH, say.
    #[error("{format} has no {resource}")]
    NoSuchResource {
        /// The format.
        format: Format,
        /// What was asked for.
        resource: &'static str,
    },
    /// The format is known, and not built yet.
    #[error("the format {0} is known, but this version does not make it")]
    FormatNotBuilt(Format),
    /// The format cannot carry what the asset holds, though it is legal.
    #[error("the format {format} cannot carry the asset: {problem}")]
    NotCarried {
        /// The format.
        format: Format,
        /// What it does not know.
        problem: String,
    },
    /// The asset is not published under that protection.
    #[error("the asset is not published with {0} encryption")]
    EncryptionNotSet(Encryption),
    /// The stored asset cannot be served. Whoever stored it can mend it.
    #[error("the asset `{asset}` cannot be served: {problem}")]
    Unusable {
        /// Its path.
        asset: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The segment cannot be made of what is stored.
    #[error(transparent)]
    Segment(#[from] dynpack_fragment::Error),
    /// The manifest cannot be written.
    #[error("the manifest cannot be written: {0}")]
    Manifest(String),
    /// The storage does not deliver.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Error {
    /// The HTTP status that says it, as Azure Media Services did.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Request(RequestError::NotAnAsset { .. }) => 404,
            Self::Request(RequestError::TooLong { .. }) => 414,
            Self::Request(_) | Self::NoSuchResource { .. } => 400,
            Self::EncryptionNotSet(_) => 403,
            Self::AssetNotFound { .. }
            | Self::TrackNotFound { .. }
            | Self::BitrateNotFound { .. }
            | Self::TimeNotFound { .. }
            | Self::FragmentNotFound { .. }
            | Self::FilterNotFound { .. } => 404,
            Self::FormatNotBuilt(_) | Self::NotCarried { .. } | Self::Unusable { .. } => 415,
            Self::Segment(dynpack_fragment::Error::Sample { .. } | dynpack_fragment::Error::Unsupported(_)) => 415,
            Self::Segment(_) | Self::Manifest(_) => 500,
            Self::Storage(error) => error.status(),
        }
    }

    /// The code that Azure Media Services gave for it, for tools that know those.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Request(RequestError::UnknownFormat(_)) | Self::FormatNotBuilt(_) => "MPE_OUTPUT_FORMAT_NOT_SUPPORTED",
            Self::Request(_) | Self::NoSuchResource { .. } => "MPE_BAD_URL_SYNTAX",
            Self::AssetNotFound { .. } => "MPE_RESOURCE_NOT_FOUND",
            Self::TrackNotFound { .. } => "MPE_EGRESS_TRACK_NOT_FOUND",
            Self::BitrateNotFound { .. } => "MPE_MANIFEST_MEDIA_ENTRY_NOT_FOUND",
            Self::TimeNotFound { .. } | Self::FragmentNotFound { .. } => "MPE_FRAGMENT_TIMESTAMP_NOT_FOUND",
            Self::FilterNotFound { .. } => "MPE_EGRESS_FILTER_NOT_FOUND",
            Self::EncryptionNotSet(_) => "MPE_ENC_ENCRYPTION_NOT_SET_IN_DELIVERY_POLICY",
            Self::Unusable { .. } => "MPE_INPUT_FORMAT_NOT_SUPPORTED",
            Self::Segment(_) | Self::NotCarried { .. } => "MPE_MEDIA_ENCODING_NOT_SUPPORTED",
            Self::Manifest(_) | Self::Storage(_) => "MPE_STORAGE_INTERNAL_ERROR",
        }
    }
}
