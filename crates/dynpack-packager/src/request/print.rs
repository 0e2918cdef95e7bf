//! Printing requests as URLs relative to their asset.

use std::fmt::{self, Display};

use dynpack_media::text::escape;
use dynpack_media::{Form, Ticks};

use super::grammar::{
    AUDIO_ONLY, AUDIO_TRACK, CHAPTERS, CLIP, ENCRYPTION, FILTER, FORMAT, FRAGMENTS, FROM, INIT,
    KEY_FRAMES, MANIFEST, QUALITY_LEVELS, RULES, TEXT, TYPE, WHOLE,
};
use super::{Place, Request, Resource, SplitUrl};
use crate::format::Format;

/// A URL without its host, escaped, in canonical form.
impl Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.asset.write(f)?;
        write!(f, "/{}", self.relative_url())
    }
}

/// The folder of the media playlist and of the segments of a rendition, relative to the asset.
pub(crate) fn level(bitrate: impl Display) -> String {
    format!("{QUALITY_LEVELS}({bitrate})/")
}

/// The time of a segment in its URL, if it counts from `from`.
pub(crate) fn time_since(from: Ticks, time: &str) -> String {
    match from {
        Ticks::ZERO => time.to_owned(),
        from => format!("{time},{FROM}={from}"),
    }
}

impl Request {
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
        let level = self.resource.rendition().map(|id| level(id.bitrate)).unwrap_or_default();
        format!("{level}{}", self.url_in_level())
    }

    /// The URL relative to the folder of its rendition, or to the asset for the manifest.
    pub(crate) fn url_in_level(&self) -> String {
        match &self.resource {
            Resource::Manifest | Resource::Chapters => manifest_url(self),
            Resource::MediaPlaylist(id) => format!("{MANIFEST}({}{}", escape(&id.name), end(self)),
            Resource::Media(id, Place::Init) => self.split_url(&id.name).at(INIT),
            Resource::Media(id, Place::Time(time)) => self.split_url(&id.name).at(time),
            Resource::Media(id, Place::Whole) => self.split_url(&id.name).at(WHOLE),
            Resource::Media(id, Place::Number(number)) => self.stream_url(&id.name).at(number),
        }
    }

    /// The URL of the segments of a track, relative to the folder of a rendition. The request is
    /// for one of them.
    pub(crate) fn split_url(&self, track: &str) -> SplitUrl {
        SplitUrl::new(format!("{FRAGMENTS}({}=", escape(track)), end(self))
    }

    /// The URL of the numbered segments of a track, relative to the folder of a rendition; the
    /// number stands between its parts. The request is for one of them.
    pub(crate) fn stream_url(&self, track: &str) -> SplitUrl {
        SplitUrl::new(format!("{FRAGMENTS}({}{}", escape(track), arguments(self)), query(self))
    }
}

fn manifest_url(request: &Request) -> String {
    let arguments: Vec<_> = parameters(request).collect();
    let end = format!("{}{}", extension(request), query(request));
    match arguments.as_slice() {
        [] => format!("manifest{end}"),
        arguments => format!("manifest({}){end}", arguments.join(",")),
    }
}

/// All that follows the first argument.
fn end(request: &Request) -> String {
    format!("{}{}{}", arguments(request), extension(request), query(request))
}

/// The arguments after the first one, and the parenthesis.
fn arguments(request: &Request) -> String {
    let parameters: String = parameters(request).map(|text| format!(",{text}")).collect();
    format!("{parameters})")
}

fn query(request: &Request) -> String {
    request.token.as_ref().map(ToString::to_string).unwrap_or_default()
}

fn extension(request: &Request) -> String {
    let extension = request.extension().filter(|_| request.with_extension);
    extension.map(|extension| format!(".{extension}")).unwrap_or_default()
}

/// The parameters of a request as they stand in a URL, in the order in which Azure writes them.
fn parameters(request: &Request) -> impl Iterator<Item = String> {
    let filters: Vec<_> = request.filters.iter().map(|name| escape(name).to_string()).collect();
    let parameters = [
        (request.format != Format::default()).then(|| format!("{FORMAT}={}", request.format)),
        request.audio_track.as_ref().map(|track| format!("{AUDIO_TRACK}={}", escape(track))),
        request.audio_only.map(|flag| format!("{AUDIO_ONLY}={flag}")),
        request.text.map(|form| format!("{TEXT}={form}")),
        request.clip.map(|clip| format!("{CLIP}={clip}")),
        (request.resource.form() == Form::KeyFrames).then(|| format!("{TYPE}={KEY_FRAMES}")),
        (request.resource == Resource::Chapters).then(|| format!("{TYPE}={CHAPTERS}")),
        request.encryption.map(|encryption| format!("{ENCRYPTION}={encryption}")),
        (!filters.is_empty()).then(|| format!("{FILTER}={}", filters.join(";"))),
        request.rules.as_ref().map(|rules| format!("{RULES}={rules}")),
    ];
    parameters.into_iter().flatten()
}
