//! The server manifest of an asset, its `.ism`: which files contain which tracks.
//!
//! It is SMIL 2.0. Its syntax was never published. This module follows what the encoders of Azure
//! Media Services and IIS write, what people wrote by hand for them, and what their tools read.
//! Unknown elements and attributes are ignored. Names are compared without case.

mod merge;
mod read;
mod write;

use std::num::NonZeroU32;

use dynpack_media::{Language, Role};

use crate::{FileName, TrackKind};

/// A server manifest (`.ism`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerManifest {
    /// The client manifest in the same folder (`clientManifestRelativePath`).
    pub client_manifest: Option<FileName>,
    /// The format of the files that it lists (`formats`).
    pub formats: Formats,
    /// The number of fragments in one segment of HLS in transport streams
    /// (`fragmentsPerHLSSegment`). Azure uses 3 if it is absent.
    pub fragments_per_hls_segment: Option<NonZeroU32>,
    /// The list of markers in the same folder (`markers`, a name of ours). Nobody else has one here:
    /// chapters and script commands of Expression Encoder are text tracks.
    pub markers: Option<FileName>,
    /// Other metadata in the head (`meta`), in order.
    pub meta: Vec<Param>,
    /// The tracks, in order; never empty in a manifest that was read.
    pub tracks: Vec<ServerTrack>,
}

impl ServerManifest {
    /// The maximum length of a manifest, in bytes.
    pub const MAX_BYTES: usize = 1 << 20;
    /// The maximum number of tracks in a manifest.
    pub const MAX_TRACKS: usize = 1000;

    /// A manifest of MP4 files.
    #[must_use]
    pub fn new(tracks: Vec<ServerTrack>) -> Self {
        Self { formats: Formats::Mp4, tracks, ..Self::default() }
    }
}

/// The format of the files that a server manifest lists (`formats`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Formats {
    /// Fragmented MP4 of a Smooth set, `.ismv` and `.isma` (`fmp4`, and the default).
    #[default]
    FragmentedMp4,
    /// MP4 files (`mp4`).
    Mp4,
    /// MP4 files of Azure's later encoders (`mp4-v3`).
    Mp4V3,
    /// A finished live archive (`vod-fmp4`).
    VodFragmentedMp4,
    /// A finished live archive in CMAF (`vod-cmaf`).
    VodCmaf,
    /// A live archive that still grows (`live-fmp4`).
    LiveFragmentedMp4,
    /// A live archive in CMAF that still grows (`ll-cmaf`).
    LowLatencyCmaf,
    /// Any other value, unchanged.
    Other(String),
}

impl Formats {
    const NAMED: [Self; 7] = [
        Self::FragmentedMp4,
        Self::Mp4,
        Self::Mp4V3,
        Self::VodFragmentedMp4,
        Self::VodCmaf,
        Self::LiveFragmentedMp4,
        Self::LowLatencyCmaf,
    ];

    /// The value in the manifest.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::FragmentedMp4 => "fmp4",
            Self::Mp4 => "mp4",
            Self::Mp4V3 => "mp4-v3",
            Self::VodFragmentedMp4 => "vod-fmp4",
            Self::VodCmaf => "vod-cmaf",
            Self::LiveFragmentedMp4 => "live-fmp4",
            Self::LowLatencyCmaf => "ll-cmaf",
            Self::Other(other) => other,
        }
    }

    fn parse(text: &str) -> Self {
        let named = Self::NAMED.into_iter().find(|named| named.as_str().eq_ignore_ascii_case(text));
        named.unwrap_or_else(|| Self::Other(text.into()))
    }

    /// Whether fragments are still being added. Then it cannot be packaged as video on demand.
    #[must_use]
    pub const fn is_live(&self) -> bool {
        matches!(self, Self::LiveFragmentedMp4 | Self::LowLatencyCmaf)
    }
}

/// One track of one file in a server manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerTrack {
    /// Its kind.
    pub kind: TrackKind,
    /// The file that contains it (`src`). Without an extension, it is the folder of a live archive.
    pub src: FileName,
    /// Bits per second, as declared (`systemBitrate`): the key in URLs. `None` also if 0 is
    /// declared.
    pub bitrate: Option<NonZeroU32>,
    /// Its language, as declared (`systemLanguage`).
    pub language: Option<String>,
    /// Its `track_ID` in the file (`trackID`). If it is absent, the track is the file's first one
    /// of its kind. The default of Azure is 1. That is the same for files with one track, and
    /// cannot be right if one file is listed as video and as audio.
    pub track_id: Option<NonZeroU32>,
    /// Its name in URLs, as declared (`trackName`).
    pub track_name: Option<String>,
    /// The binary index of the file (`trackIndex`, an `.mpi`).
    pub track_index: Option<FileName>,
    /// Its human-readable name (`title`).
    pub title: Option<String>,
    /// Its purpose (`accessibility`), such as `description`.
    pub accessibility: Option<String>,
    /// Its role (`role`), such as `alternate`.
    pub role: Option<String>,
    /// Properties that only text has.
    pub text: TextParams,
    /// Other parameters (`param`), in order.
    pub params: Vec<Param>,
}

impl ServerTrack {
    /// A track of a kind in a file, with nothing else declared.
    #[must_use]
    pub fn new(kind: TrackKind, src: FileName) -> Self {
        Self {
            kind,
            src,
            bitrate: None,
            language: None,
            track_id: None,
            track_name: None,
            track_index: None,
            title: None,
            accessibility: None,
            role: None,
            text: TextParams::default(),
            params: Vec::new(),
        }
    }

    /// Its name in URLs: the declared one, or else `video`, `audio` or `textstream`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.track_name.as_deref().unwrap_or(self.kind.as_str())
    }

    /// Its language, if a valid one is declared.
    #[must_use]
    pub fn language(&self) -> Option<Language> {
        self.language.as_deref().map(Language::parse).filter(|language| !language.is_undetermined())
    }

    /// Its human-readable name: `title`, or else `textDisplayName`.
    #[must_use]
    pub fn label(&self) -> Option<&str> {
        self.title.as_deref().or(self.text.display_name.as_deref())
    }

    /// What it is for: what `accessibility` declares of those who need help, or else what `role`
    /// declares. `None` if they declare nothing that is known.
    #[must_use]
    pub fn role(&self) -> Option<Role> {
        let declared = |param: &Option<String>| param.as_deref().and_then(Role::parse);
        let accessibility = declared(&self.accessibility).filter(|role| role.is_accessibility());
        accessibility.or_else(|| declared(&self.role))
    }
}

/// What a server manifest declares about a track of text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TextParams {
    /// The same text as WebVTT (`transcriptsrc`).
    pub transcript: Option<FileName>,
    /// Whether players show it by default (`textIsDefault`).
    pub is_default: bool,
    /// `CHARACTERISTICS` for HLS, each one a uniform type identifier (`textHlsCharacteristic`, with
    /// commas between them).
    pub hls_characteristics: Vec<String>,
    /// Its human-readable name (`textDisplayName`).
    pub display_name: Option<String>,
    /// The encoding of a file that does not say it itself (`encoding`). Azure had no such
    /// parameter, and read UTF-8.
    pub encoding: Option<String>,
    /// `outputFlag`, whose meaning was never published: Azure's samples have 3.
    pub output_flag: Option<u32>,
}

/// A name with a value: a `param` or a `meta` with an unknown name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Param {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

impl Param {
    /// A name with a value.
    #[must_use]
    pub const fn new(name: String, value: String) -> Self {
        Self { name, value }
    }
}
