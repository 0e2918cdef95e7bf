//! Why a request cannot be packaged.

mod key_error;
mod token_error;

use dynpack_crypt::SystemId;
use dynpack_hds::FragmentNumber;
use dynpack_media::{ClipNumber, Difference, SourceIndex};

use crate::encryption::Encryption;
use crate::filter::FilterError;
use crate::format::Format;
use crate::request::RequestError;

pub use key_error::KeyError;
pub use token_error::TokenError;

/// Why a request cannot be packaged. Each variant says who can fix it: the caller, or the
/// publisher of the asset and its locators.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The URL cannot be read.
    #[error(transparent)]
    Request(#[from] RequestError),
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
    /// The asset has no clip of that number.
    #[error("the asset has no clip {clip}; it has {count}")]
    ClipNotFound {
        /// The number asked for.
        clip: ClipNumber,
        /// Number of clips.
        count: usize,
    },
    /// The URL of media of a program must say of which clip.
    #[error("the asset is a program of {count} clips: the URL must name one (`clip=1`)")]
    ClipNotNamed {
        /// Number of clips.
        count: usize,
    },
    /// There is no filter of that name.
    #[error("there is no filter `{filter}`")]
    FilterNotFound {
        /// The name asked for.
        filter: String,
    },
    /// A filter cannot be used. Whoever wrote it can fix it.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// Filters that apply together leave nothing of the asset.
    #[error("nothing of the asset is left by the filters {filters}")]
    NothingLeft {
        /// Their names.
        filters: String,
    },
    /// Two of the filters that apply together name the variant that comes first.
    #[error("more than one of the filters {filters} has a first quality")]
    SeveralFirstQualities {
        /// Their names.
        filters: String,
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
    #[error("the format {0} is not supported by this version")]
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
    /// The token in the URL does not admit the request.
    #[error(transparent)]
    Token(#[from] TokenError),
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
    #[error("{format} does not support {encryption} encryption")]
    EncryptionNotCarried {
        /// The format.
        format: Format,
        /// The protection.
        encryption: Encryption,
    },
    /// The format cannot signal that protection to any DRM system of the policy.
    #[error("{format} cannot signal {encryption} encryption to the systems of the policy, only to {known}", known = known(*format, *encryption))]
    SystemsNotCarried {
        /// The format.
        format: Format,
        /// The protection.
        encryption: Encryption,
    },
    /// There is no presentation of those movies. Their publisher can fix it.
    #[error("there is nothing to present: {problem}")]
    Unpresentable {
        /// What is wrong with them.
        problem: String,
    },
    /// The videos of two files cannot be bitrates of one film. Their publisher can fix it.
    #[error(
        "files {} and {}, counted from 0, are not bitrates of one film: {difference}",
        files[0].0,
        files[1].0
    )]
    DifferentFilms {
        /// The files.
        files: [SourceIndex; 2],
        /// What keeps them from it.
        difference: Difference,
    },
    /// The keys for it cannot be had.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The segment cannot be made of what is stored.
    #[error(transparent)]
    Segment(#[from] dynpack_fragment::Error),
    /// The manifest cannot be written.
    #[error("the manifest cannot be written: {0}")]
    Manifest(String),
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
