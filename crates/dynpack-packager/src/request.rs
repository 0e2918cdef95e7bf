//! What a URL asks for: the URL grammar of Azure Media Services, as far as it concerns media on
//! demand.
//!
//! ```text
//! /films/ignite/ignite.ism/manifest(format=m3u8-cmaf,filter=short)
//! /films/ignite/ignite.ism/QualityLevels(381048)/Manifest(video,format=m3u8-cmaf)
//! /films/ignite/ignite.ism/QualityLevels(381048)/Fragments(video=60000000,format=m3u8-cmaf)
//! ```
//!
//! Words of the grammar are read in any case, parameters in any order, with spaces around them;
//! names are taken to the letter. Escapes are decoded once, and an escaped mark such as `%2C` is
//! part of a name. Unknown parameters are refused: who asks for something that cannot be had should
//! know. A query is not part of the grammar and is ignored, for the sake of the tokens and cache
//! keys that proxies add.
//!
//! Reading a URL looks nothing up: whether the asset, track, bitrate or time exists, and whether
//! the format has such a resource, is found out later.

mod asset_path;
mod call;
mod download;
mod error;
mod escape;
mod parameters;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use dynpack_hds::FragmentNumber;
use dynpack_media::Ticks;

pub use asset_path::AssetPath;
pub use download::Download;
pub use error::RequestError;
pub use escape::escape;

use crate::encryption::Encryption;
use crate::format::{Format, Protocol};
use call::Call;
use parameters::Parameters;

/// What a URL asks for.
///
/// Printed, it is the path of a URL in canonical form, which reads back as the same request.
///
/// ```
/// use dynpack_packager::{Format, Request, Target};
///
/// let request: Request = "/ignite/ignite.ism/Manifest(filter=short, FORMAT=m3u8-cmaf).m3u8".parse()?;
/// assert_eq!((request.format, request.target.clone()), (Format::HlsCmaf, Target::Manifest));
/// assert_eq!(request.to_string(), "/ignite/ignite.ism/manifest(format=m3u8-cmaf,filter=short).m3u8");
/// # Ok::<(), dynpack_packager::RequestError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Request {
    /// The asset.
    pub asset: AssetPath,
    /// The format; Smooth Streaming where the URL names none.
    pub format: Format,
    /// The protection, if the URL names one.
    pub encryption: Option<Encryption>,
    /// The names of filters, to be applied together. None is empty or holds a semicolon.
    pub filters: Vec<String>,
    /// The name of the audio track that comes with the video, where a format carries them together.
    /// Not empty.
    pub audio_track: Option<String>,
    /// Whether a playlist of all renditions offers one of audio alone, if the URL says so.
    pub audio_only: Option<bool>,
    /// Which resource of the asset.
    pub target: Target,
    /// Whether the URL has the ending that players expect of the [kind of
    /// resource](Self::extension), for those which look at it.
    pub with_extension: bool,
}

/// A resource of an asset.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Target {
    /// The description of the whole presentation: client manifest, multivariant playlist or MPD.
    Manifest,
    /// The list of the segments of one rendition (HLS).
    MediaPlaylist {
        /// The name of its track; not empty.
        track: String,
        /// Its bitrate in bits per second, as manifests give it.
        bitrate: u32,
        /// Whether only key frames are listed.
        key_frames: bool,
    },
    /// What a player needs before the first segment of a rendition.
    Init {
        /// The name of its track; not empty.
        track: String,
        /// Its bitrate in bits per second, as manifests give it.
        bitrate: u32,
    },
    /// A segment.
    Segment {
        /// The name of its track; not empty.
        track: String,
        /// Its bitrate in bits per second, as manifests give it.
        bitrate: u32,
        /// Its start on the clock of the format, from 0.
        time: Ticks,
        /// Whether it is one of key frames only.
        key_frames: bool,
    },
    /// A segment that is named by its place, in a stream which may carry audio with the video
    /// (HDS).
    Fragment {
        /// The name of the track that names the stream; not empty.
        track: String,
        /// Its bitrate in bits per second, as manifests give it.
        bitrate: u32,
        /// The place of the segment in the stream.
        number: FragmentNumber,
    },
}

impl Request {
    /// The longest path that is read, in bytes with all escapes; what nginx takes for a whole
    /// request line by default is twice that.
    pub const MAX_LEN: usize = 4096;

    /// The most filters that a URL may name, as in Azure Media Services.
    pub const MAX_FILTERS: usize = 3;

    /// A request for the manifest of `asset`, with nothing said beyond the format.
    #[must_use]
    pub const fn manifest(asset: AssetPath, format: Format) -> Self {
        Self::new(asset, format, Target::Manifest)
    }

    /// A request for a resource of `asset`, with nothing said beyond the format.
    #[must_use]
    pub const fn new(asset: AssetPath, format: Format, target: Target) -> Self {
        Self {
            asset,
            format,
            encryption: None,
            filters: Vec::new(),
            audio_track: None,
            audio_only: None,
            target,
            with_extension: false,
        }
    }

    /// The same under that protection.
    #[must_use]
    pub fn with_encryption(self, encryption: Option<Encryption>) -> Self {
        Self { encryption, ..self }
    }

    /// Reads the path of a URL, escaped as it came. A query may follow and is ignored.
    ///
    /// # Errors
    /// [`RequestError`] for whatever is not in the grammar.
    pub fn parse(url: &str) -> Result<Self, RequestError> {
        let path = url.split_once('?').map_or(url, |(path, _)| path);
        if path.len() > Self::MAX_LEN {
            return Err(RequestError::TooLong { len: path.len() });
        }
        let relative = path.strip_prefix('/').ok_or(RequestError::NotAbsolute)?;
        escape::check(path)?;
        let (asset, resource) = AssetPath::split(relative)?;
        let resource = escape::unescape_marks(resource);
        match resource.split_once('/') {
            None => Self::of_presentation(asset, &Call::parse(&resource)?),
            Some((level, call)) => {
                Self::of_rendition(asset, &Call::parse(level)?, &Call::parse(call)?)
            }
        }
    }

    fn of_presentation(asset: AssetPath, call: &Call<'_>) -> Result<Self, RequestError> {
        if !call.is(MANIFEST)? {
            return Err(call.unknown());
        }
        Self::finish(asset, Target::Manifest, call, call.parameters()?)
    }

    fn of_rendition(
        asset: AssetPath,
        level: &Call<'_>,
        call: &Call<'_>,
    ) -> Result<Self, RequestError> {
        if !level.is(QUALITY_LEVELS)? {
            return Err(level.unknown());
        }
        level.check_ending(None)?;
        let bitrate = level.bitrate()?;
        let is_fragments = call.is(FRAGMENTS)?;
        let (target, parameters) = if call.is(MANIFEST)? {
            let (track, parameters) = call.track(MANIFEST)?;
            (
                Target::MediaPlaylist { track, bitrate, key_frames: parameters.key_frames() },
                parameters,
            )
        } else if let Some(number) = call.fragment_number().filter(|_| is_fragments) {
            let (track, parameters) = call.track(FRAGMENTS)?;
            (Target::Fragment { track, bitrate, number }, parameters)
        } else if is_fragments {
            let (track, time, parameters) = call.track_and_time()?;
            let target = match time {
                Some(time) => {
                    Target::Segment { track, bitrate, time, key_frames: parameters.key_frames() }
                }
                None => Target::Init { track, bitrate },
            };
            (target, parameters)
        } else {
            return Err(call.unknown());
        };
        Self::finish(asset, target, call, parameters)
    }

    fn finish(
        asset: AssetPath,
        target: Target,
        call: &Call<'_>,
        parameters: Parameters,
    ) -> Result<Self, RequestError> {
        match target {
            Target::Manifest if parameters.key_frames() => {
                Err(RequestError::MisplacedType { resource: "manifest" })
            }
            Target::Init { .. } if parameters.key_frames() => {
                Err(RequestError::MisplacedType { resource: "initialization segment" })
            }
            Target::Fragment { .. } if parameters.key_frames() => {
                Err(RequestError::MisplacedType { resource: "numbered fragment" })
            }
            _ => Ok(()),
        }?;
        let mut request = Self {
            asset,
            format: parameters.format.unwrap_or_default(),
            encryption: parameters.encryption,
            filters: parameters.filters.unwrap_or_default(),
            audio_track: parameters.audio_track,
            audio_only: parameters.audio_only,
            target,
            with_extension: false,
        };
        request.with_extension = match request.target {
            Target::Fragment { .. } => false,
            _ => call.check_ending(request.extension())?,
        };
        Ok(request)
    }

    /// The ending that a URL of this kind may have after its last parenthesis, without the dot.
    ///
    /// Those of playlists and MPDs are Azure's. Those of segments are for players which take no
    /// segment without a known ending, as ffmpeg does since version 7.1.1
    /// ("allowed_segment_extensions").
    #[must_use]
    pub const fn extension(&self) -> Option<&'static str> {
        match (&self.target, self.format.protocol(), self.format) {
            (Target::Manifest | Target::MediaPlaylist { .. }, Protocol::Hls, _) => Some("m3u8"),
            (Target::Manifest | Target::MediaPlaylist { .. }, Protocol::Dash, _) => Some("mpd"),
            (Target::Init { .. } | Target::Segment { .. }, Protocol::Dash, _) => Some("mp4"),
            (Target::Init { .. } | Target::Segment { .. }, Protocol::Hls, Format::HlsCmaf) => {
                Some("mp4")
            }
            (Target::Init { .. } | Target::Segment { .. }, Protocol::Hls, _) => Some("ts"),
            (Target::Fragment { .. }, ..) | (_, Protocol::Smooth | Protocol::Hds, _) => None,
        }
    }

    /// The URL relative to the asset: what follows `name.ism/`, in canonical form.
    ///
    /// ```
    /// use dynpack_packager::Request;
    ///
    /// let request = Request::parse("/ignite/ignite.ism/qualitylevels(128041)/fragments(audio%20eng=i,format=m3u8-cmaf)")?;
    /// assert_eq!(request.resource(), "QualityLevels(128041)/Fragments(audio%20eng=i,format=m3u8-cmaf)");
    /// # Ok::<(), dynpack_packager::RequestError>(())
    /// ```
    #[must_use]
    pub fn resource(&self) -> String {
        let (word, first) = match &self.target {
            Target::Manifest => ("manifest".to_owned(), None),
            Target::MediaPlaylist { track, bitrate, .. } => {
                (format!("{QUALITY_LEVELS}({bitrate})/{MANIFEST}"), Some(escape(track).to_string()))
            }
            Target::Init { track, bitrate } => (
                format!("{QUALITY_LEVELS}({bitrate})/{FRAGMENTS}"),
                Some(format!("{}={INIT}", escape(track))),
            ),
            Target::Segment { track, bitrate, time, .. } => (
                format!("{QUALITY_LEVELS}({bitrate})/{FRAGMENTS}"),
                Some(format!("{}={time}", escape(track))),
            ),
            Target::Fragment { track, bitrate, .. } => (
                format!("{QUALITY_LEVELS}({bitrate})/{FRAGMENTS}"),
                Some(escape(track).to_string()),
            ),
        };
        let arguments: Vec<_> = first.into_iter().chain(parameters::print(self)).collect();
        let arguments =
            if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(",")) };
        let ending = match (&self.target, self.extension()) {
            (Target::Fragment { number, .. }, _) => number.to_string(),
            (_, Some(extension)) if self.with_extension => format!(".{extension}"),
            _ => String::new(),
        };
        format!("{word}{arguments}{ending}")
    }
}

impl Request {
    /// What names the bytes of media: the same for all URLs of them that manifests hold.
    pub(crate) fn media_name(&self) -> String {
        Self { with_extension: false, filters: Vec::new(), audio_only: None, ..self.clone() }
            .resource()
    }
}

impl Target {
    /// Whether only key frames are asked for.
    #[must_use]
    pub const fn key_frames(&self) -> bool {
        matches!(
            self,
            Self::MediaPlaylist { key_frames: true, .. } | Self::Segment { key_frames: true, .. }
        )
    }
}

impl FromStr for Request {
    type Err = RequestError;

    fn from_str(url: &str) -> Result<Self, RequestError> {
        Self::parse(url)
    }
}

/// The path of a URL, escaped, in canonical form.
impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.asset.write(f)?;
        write!(f, "/{}", self.resource())
    }
}

const MANIFEST: &str = "Manifest";
const QUALITY_LEVELS: &str = "QualityLevels";
const FRAGMENTS: &str = "Fragments";
/// What stands for the time of an initialization segment.
const INIT: &str = "i";
