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
mod print;
mod resource;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use dynpack_media::{Form, RenditionId};

pub use asset_path::AssetPath;
pub use download::Download;
pub use error::RequestError;
pub(crate) use print::{SplitUrl, level};
pub use resource::{Place, Resource};

use crate::encryption::Encryption;
use crate::format::{Format, Protocol};
use crate::segment_id::SegmentId;
use call::Call;
use escape::{check, unescape_marks};
use parameters::Parameters;

/// What a URL asks for.
///
/// Printed, it is the path of a URL in canonical form, which reads back as the same request.
///
/// ```
/// use dynpack_packager::{Format, Request, Resource};
///
/// let request: Request = "/ignite/ignite.ism/Manifest(filter=short, FORMAT=m3u8-cmaf).m3u8".parse()?;
/// assert_eq!((request.format, request.resource.clone()), (Format::HlsCmaf, Resource::Manifest));
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
    pub audio_track: Option<Arc<str>>,
    /// Whether a playlist of all renditions offers one of audio alone, if the URL says so.
    pub audio_only: Option<bool>,
    /// Which resource of the asset.
    pub resource: Resource,
    /// Whether the URL has the ending that players expect of the [kind of
    /// resource](Self::extension), for those which look at it.
    pub with_extension: bool,
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
        Self::new(asset, format, Resource::Manifest)
    }

    /// A request for a resource of `asset`, with nothing said beyond the format.
    #[must_use]
    pub const fn new(asset: AssetPath, format: Format, resource: Resource) -> Self {
        Self {
            asset,
            format,
            encryption: None,
            filters: Vec::new(),
            audio_track: None,
            audio_only: None,
            resource,
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
        check(path)?;
        let (asset, resource) = AssetPath::split(relative)?;
        let resource = unescape_marks(resource);
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
        Self::finish(asset, Resource::Manifest, call, call.parameters()?)
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
        let rendition = |track: String| RenditionId::new(track, bitrate);
        let (resource, parameters) = if call.is(MANIFEST)? {
            let (track, parameters) = call.track(MANIFEST)?;
            (Resource::MediaPlaylist(rendition(track)), parameters)
        } else if let Some(number) = call.fragment_number().filter(|_| is_fragments) {
            let (track, parameters) = call.track(FRAGMENTS)?;
            (Resource::Media(rendition(track), Place::Number(number)), parameters)
        } else if is_fragments {
            let (track, time, parameters) = call.track_and_time()?;
            (Resource::Media(rendition(track), time.map_or(Place::Init, Place::Time)), parameters)
        } else {
            return Err(call.unknown());
        };
        Self::finish(asset, resource, call, parameters)
    }

    fn finish(
        asset: AssetPath,
        mut resource: Resource,
        call: &Call<'_>,
        parameters: Parameters,
    ) -> Result<Self, RequestError> {
        if parameters.key_frames() {
            let misplaced = |resource| Err(RequestError::MisplacedType { resource });
            match &mut resource {
                Resource::MediaPlaylist(rendition) | Resource::Media(rendition, Place::Time(_)) => {
                    rendition.form = Form::KeyFrames
                }
                Resource::Manifest => return misplaced("manifest"),
                Resource::Media(_, Place::Init) => return misplaced("initialization segment"),
                Resource::Media(_, Place::Number(_)) => return misplaced("numbered fragment"),
            }
        }
        let mut request = Self {
            asset,
            format: parameters.format.unwrap_or_default(),
            encryption: parameters.encryption,
            filters: parameters.filters.unwrap_or_default(),
            audio_track: parameters.audio_track,
            audio_only: parameters.audio_only,
            resource,
            with_extension: false,
        };
        request.with_extension = match request.resource {
            Resource::Media(_, Place::Number(_)) => false,
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
    pub fn extension(&self) -> Option<&'static str> {
        match (&self.resource, self.format.protocol()) {
            (Resource::Media(_, Place::Number(_)), _) => None,
            (Resource::Media(..), Protocol::Dash) => Some("mp4"),
            (Resource::Media(..), Protocol::Hls) => Some(match self.format {
                Format::HlsCmaf => "mp4",
                _ => "ts",
            }),
            (_, Protocol::Hls) => Some("m3u8"),
            (_, Protocol::Dash) => Some("mpd"),
            (_, Protocol::Smooth | Protocol::Hds) => None,
        }
    }

    /// The URL relative to the asset: what follows `name.ism/`, in canonical form.
    ///
    /// ```
    /// use dynpack_packager::Request;
    ///
    /// let request = Request::parse("/ignite/ignite.ism/qualitylevels(128041)/fragments(audio%20eng=i,format=m3u8-cmaf)")?;
    /// let path = "QualityLevels(128041)/Fragments(audio%20eng=i,format=m3u8-cmaf)";
    /// assert_eq!(request.relative_url(), path);
    /// # Ok::<(), dynpack_packager::RequestError>(())
    /// ```
    #[must_use]
    pub fn relative_url(&self) -> String {
        print::relative_url(self)
    }

    /// What exactly it returns, for a request for media.
    #[must_use]
    pub fn segment_id(&self) -> Option<SegmentId> {
        let Resource::Media(rendition, place) = &self.resource else { return None };
        Some(SegmentId {
            format: self.format,
            rendition: rendition.clone(),
            audio_track: self.audio_track.clone(),
            place: *place,
        })
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
        write!(f, "/{}", self.relative_url())
    }
}

const MANIFEST: &str = "Manifest";
const QUALITY_LEVELS: &str = "QualityLevels";
const FRAGMENTS: &str = "Fragments";
/// What stands for the time of an initialization segment.
const INIT: &str = "i";
