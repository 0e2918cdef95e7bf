//! The client manifest ([MS-SSTR] 2.2.2): the description of a presentation for Smooth Streaming
//! clients.

mod bounds;
mod build;
mod codec;
mod read;
mod write;

use dynpack_crypt::SystemId;
use dynpack_media::{Ticks, Timescale};

pub use build::Urls;
pub use codec::carries;
pub use write::Version;

use crate::{Chunks, TrackKind};

/// A client manifest: `SmoothStreamingMedia` ([MS-SSTR] 2.2.2.1).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientManifest {
    /// The clock of all times, unless a stream has its own (`TimeScale`).
    pub timescale: Timescale,
    /// The duration of the presentation, on that clock; 0 if it is live (`Duration`).
    pub duration: Ticks,
    /// Whether it is live (`IsLive`).
    pub is_live: bool,
    /// How it is protected. Empty if it is not. The header of PlayReady comes first, since dash.js
    /// assumes that the first one is for PlayReady.
    pub protection: Vec<ProtectionHeader>,
    /// Its streams, in order.
    pub streams: Vec<Stream>,
}

/// The data that one DRM system needs to play a presentation (`ProtectionHeader`, [MS-SSTR]
/// 2.2.2.2).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProtectionHeader {
    /// The id of the system as it is written: a UUID (`SystemID`).
    pub system_id: String,
    /// Its header in Base64. For PlayReady, that is the PlayReady Object, as in `mspr:pro` of an
    /// MPD.
    pub content: String,
}

impl ProtectionHeader {
    /// A header with the id of its system exactly as it will be written.
    #[must_use]
    pub const fn new(system_id: String, content: String) -> Self {
        Self { system_id, content }
    }

    /// The header of a system, in Base64. Its id is written in upper case, as in Azure Media
    /// Services.
    #[must_use]
    pub fn of(system: SystemId, content: String) -> Self {
        Self { system_id: system.to_string().to_uppercase(), content }
    }
}

/// The same content at several bitrates: `StreamIndex` ([MS-SSTR] 2.2.2.3).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stream {
    /// Its kind of media (`Type`).
    pub kind: TrackKind,
    /// Its name (`Name`). Without it, the type is the name.
    pub name: Option<String>,
    /// The purpose of text, such as `CAPT` (`Subtype`).
    pub subtype: Option<String>,
    /// Its language, as declared (`Language`).
    pub language: Option<String>,
    /// Its role, such as `alternate` (`Role`, an extension of Azure).
    pub role: Option<String>,
    /// Its purpose, such as `description` (`Accessibility`, an extension of Azure).
    pub accessibility: Option<String>,
    /// The address of its fragments, in which clients replace `{bitrate}` and `{start time}`
    /// (`Url`).
    pub url: String,
    /// What the times of its chunks count from, in 10 MHz ticks of the presentation: above 0 where
    /// the manifest is of a part of it. Only the address says so, and what was read has 0.
    pub from: Ticks,
    /// The clock of its chunks, if it differs from that of the manifest (`TimeScale`).
    pub timescale: Option<Timescale>,
    /// The maximum width of its pictures, in pixels (`MaxWidth`).
    pub max_width: Option<u32>,
    /// The maximum height of its pictures, in pixels (`MaxHeight`).
    pub max_height: Option<u32>,
    /// The width at which clients should display its pictures (`DisplayWidth`), which are scaled
    /// from [`max_width`](Self::max_width) pixels if those are not square.
    pub display_width: Option<u32>,
    /// The same for the height (`DisplayHeight`).
    pub display_height: Option<u32>,
    /// Its bitrates, in order.
    pub levels: Vec<QualityLevel>,
    /// Its chunks, the same for all bitrates.
    pub chunks: Chunks,
}

impl Stream {
    /// Its name in URLs: its own name, or else its type.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_else(|| type_name(self.kind))
    }
}

/// A stream at one bitrate: `QualityLevel` ([MS-SSTR] 2.2.2.5).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct QualityLevel {
    /// Its place in the stream (`Index`).
    pub index: u32,
    /// Bits per second: its key in URLs (`Bitrate`).
    pub bitrate: u32,
    /// Its codec, such as `H264`, `WVC1`, `AACL`, `WMAP` or `TTML` (`FourCC`).
    pub four_cc: Option<String>,
    /// The codec's configuration (`CodecPrivateData`): parameter sets after start codes for
    /// `H264`, headers for `WVC1`, the `AudioSpecificConfig` for `AACL` and `AACH`.
    pub codec_private_data: Vec<u8>,
    /// The size of the length before each NAL unit, in bytes (`NALUnitLengthField`). It is 4 if
    /// absent.
    pub nal_length_size: Option<u8>,
    /// Width of the picture in pixels (`MaxWidth`).
    pub max_width: Option<u32>,
    /// Height of the picture in pixels (`MaxHeight`).
    pub max_height: Option<u32>,
    /// Sampling rate in Hz (`SamplingRate`).
    pub sampling_rate: Option<u32>,
    /// Number of channels (`Channels`).
    pub channels: Option<u32>,
    /// Bits of one sample of one channel (`BitsPerSample`).
    pub bits_per_sample: Option<u32>,
    /// Bytes of one sample of all channels, or of a packet of `WMAP` (`PacketSize`).
    pub packet_size: Option<u32>,
    /// The format tag of `WAVEFORMATEX` (`AudioTag`): 255 for AAC, 354 for `WMAP`.
    pub audio_tag: Option<u32>,
}

/// The `Type` of a stream.
const fn type_name(kind: TrackKind) -> &'static str {
    match kind {
        TrackKind::Video => "video",
        TrackKind::Audio => "audio",
        TrackKind::Text => "text",
    }
}
