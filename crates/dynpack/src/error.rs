//! Why a request is not answered.

use dynpack_crypt::SystemId;

use crate::{
    AssetPath, Encryption, Format, FragmentNumber, KeyError, RequestError, storage::StorageError,
};

/// Why a request is not answered. [`status`](Self::status) says who can mend it: 4xx the one who
/// asked or the one who stored the asset, 5xx the one who runs the origin.
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
    /// There is no locator of that id.
    #[error("there is no locator `{id}`")]
    LocatorNotFound {
        /// The id.
        id: String,
    },
    /// The locator does not answer yet, or no more.
    #[error("the locator `{id}` is not open at this time")]
    LocatorNotOpen {
        /// Its id.
        id: String,
    },
    /// The asset is not published in that protocol.
    #[error("the asset is not published as {}", .0.title())]
    FormatBlocked(Format),
    /// The asset is not published under that protection.
    #[error("the asset is not published with {0} encryption")]
    EncryptionNotSet(Encryption),
    /// The asset is published under protection, and the URL does not say which.
    #[error("the asset is protected, so the URL of {format} must name the encryption: {known}")]
    EncryptionNotNamed {
        /// The format.
        format: Format,
        /// What it can be.
        known: String,
    },
    /// The format knows no such protection.
    #[error("{format} does not know {encryption} encryption")]
    EncryptionNotCarried {
        /// The format.
        format: Format,
        /// The protection.
        encryption: Encryption,
    },
    /// The format can tell no system of the policy's where the keys of that protection are.
    #[error("{format} tells nothing of {encryption} encryption to the systems that the policy names; it knows {known}", known = known(*format, *encryption))]
    SystemsNotCarried {
        /// The format.
        format: Format,
        /// The protection.
        encryption: Encryption,
    },
    /// The asset is stored encrypted: it would have to be decrypted first, which is not done here.
    #[error("the asset `{asset}` cannot be served: {problem}")]
    EncryptedInput {
        /// Its path.
        asset: String,
        /// What is encrypted.
        problem: String,
    },
    /// The files of the asset are not given away as they are, or not such a one.
    #[error("the file `{file}` cannot be downloaded")]
    DownloadBlocked {
        /// Its name.
        file: String,
    },
    /// The asset has no such file.
    #[error("there is no file `{file}`")]
    FileNotFound {
        /// Its name.
        file: String,
    },
    /// There is no presentation of those movies. Whoever made them can mend it.
    #[error("there is nothing to present: {problem}")]
    Unpresentable {
        /// What is wrong with them.
        problem: String,
    },
    /// The keys for it cannot be had.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The stored asset cannot be served. Whoever stored it can mend it.
    #[error("the asset `{asset}` cannot be served: {problem}")]
    Unusable {
        /// Its path.
        asset: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The segment must be rewritten in memory, and has too much media for that.
    #[error("the segment has {bytes} bytes of media, where {most} are the limit")]
    SegmentTooLarge {
        /// Bytes of its media.
        bytes: u64,
        /// [`Builder::rewritten_bytes`](crate::Builder::rewritten_bytes).
        most: u64,
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
            Self::Request(RequestError::UnknownFormat(_)) => 415,
            Self::Request(_) | Self::NoSuchResource { .. } => 400,
            Self::EncryptionNotNamed { .. } => 400,
            Self::EncryptionNotSet(_) | Self::FormatBlocked(_) | Self::DownloadBlocked { .. } => {
                403
            }
            Self::AssetNotFound { .. }
            | Self::LocatorNotFound { .. }
            | Self::LocatorNotOpen { .. }
            | Self::FileNotFound { .. }
            | Self::TrackNotFound { .. }
            | Self::BitrateNotFound { .. }
            | Self::TimeNotFound { .. }
            | Self::FragmentNotFound { .. }
            | Self::FilterNotFound { .. } => 404,
            Self::FormatNotBuilt(_)
            | Self::NotCarried { .. }
            | Self::Unusable { .. }
            | Self::Unpresentable { .. }
            | Self::EncryptedInput { .. }
            | Self::SegmentTooLarge { .. }
            | Self::EncryptionNotCarried { .. }
            | Self::SystemsNotCarried { .. } => 415,
            Self::Segment(error) if is_of_the_media(error) => 415,
            Self::Keys(KeyError::Unavailable { .. }) => 503,
            Self::Keys(_) => 500,
            Self::Segment(_) | Self::Manifest(_) => 500,
            Self::Storage(error) => error.status(),
        }
    }

    /// The same, told to who asked for `asset`: under what name it is stored is nobody's business
    /// who knows its locator.
    pub(crate) fn told_of(self, asset: &AssetPath) -> Self {
        let asset = asset.to_string();
        match self {
            Self::AssetNotFound { .. } => Self::AssetNotFound { asset },
            Self::EncryptedInput { problem, .. } => Self::EncryptedInput { asset, problem },
            Self::Unusable { problem, .. } => Self::Unusable { asset, problem },
            Self::Storage(error) => Self::Storage(error.told_of(asset)),
            other => other,
        }
    }

    /// The code that Azure Media Services gave for it, for tools that know those.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Request(RequestError::UnknownFormat(_)) | Self::FormatNotBuilt(_) => {
                "MPE_OUTPUT_FORMAT_NOT_SUPPORTED"
            }
            Self::Request(RequestError::NotAnAsset { .. }) | Self::AssetNotFound { .. } => {
                "MPE_RESOURCE_NOT_FOUND"
            }
            Self::Request(_) | Self::NoSuchResource { .. } => "MPE_BAD_URL_SYNTAX",
            Self::TrackNotFound { .. } => "MPE_EGRESS_TRACK_NOT_FOUND",
            Self::BitrateNotFound { .. } => "MPE_MANIFEST_MEDIA_ENTRY_NOT_FOUND",
            Self::TimeNotFound { .. } => "MPE_FRAGMENT_TIMESTAMP_NOT_FOUND",
            Self::FragmentNotFound { .. } => "MPE_FRAGMENT_BY_INDEX_NOT_FOUND",
            Self::FilterNotFound { .. } => "MPE_EGRESS_FILTER_NOT_FOUND",
            Self::LocatorNotFound { .. } | Self::FileNotFound { .. } => "MPE_RESOURCE_NOT_FOUND",
            Self::LocatorNotOpen { .. } => "MPE_UNAUTHORIZED",
            Self::FormatBlocked(_) | Self::DownloadBlocked { .. } => "MPE_OUTPUT_FORMAT_BLOCKED",
            Self::EncryptionNotSet(_) => "MPE_ENC_ENCRYPTION_NOT_SET_IN_DELIVERY_POLICY",
            Self::EncryptionNotNamed { .. } => "MPE_ENC_ENCRYPTION_NOT_SPECIFIED_IN_URL",
            Self::EncryptionNotCarried { .. } | Self::SystemsNotCarried { .. } => {
                "MPE_ENCRYPTION_NOT_SUPPORTED"
            }
            Self::EncryptedInput { .. } => "MPE_ENC_ALREADY_ENCRYPTED",
            Self::Unusable { .. } | Self::Unpresentable { .. } => "MPE_INPUT_FORMAT_NOT_SUPPORTED",
            Self::SegmentTooLarge { .. } => "MPE_HLS_SEGMENT_TOO_LARGE",
            Self::NotCarried { .. } => "MPE_MEDIA_ENCODING_NOT_SUPPORTED",
            Self::Segment(error) if is_of_the_media(error) => "MPE_MEDIA_ENCODING_NOT_SUPPORTED",
            Self::Storage(StorageError::NotFound { .. }) => "MPE_STORAGE_RESOURCE_NOT_FOUND",
            Self::Storage(StorageError::Forbidden { .. }) => {
                "MPE_STORAGE_INSUFFICIENT_ACCOUNT_PERMISSIONS"
            }
            Self::Storage(StorageError::Changed { .. })
            | Self::Keys(KeyError::Unavailable { .. }) => "MPE_STORAGE_SERVER_BUSY",
            Self::Segment(_) | Self::Manifest(_) | Self::Storage(_) | Self::Keys(_) => {
                "MPE_STORAGE_INTERNAL_ERROR"
            }
        }
    }
}

/// Whether a segment cannot be made of what is stored, whoever makes it.
const fn is_of_the_media(error: &dynpack_fragment::Error) -> bool {
    use dynpack_fragment::Error;
    matches!(error, Error::Sample { .. } | Error::Unsupported(_) | Error::Encryption { .. })
}

/// The systems that a format knows under a protection, for people.
fn known(format: Format, encryption: Encryption) -> String {
    let name = |system: &SystemId| match *system {
        SystemId::PLAYREADY => "PlayReady".to_owned(),
        SystemId::WIDEVINE => "Widevine".to_owned(),
        SystemId::FAIRPLAY => "FairPlay".to_owned(),
        SystemId::CLEAR_KEY => "ClearKey".to_owned(),
        other => other.to_string(),
    };
    format.systems(encryption).iter().map(name).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
