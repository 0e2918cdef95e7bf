//! Reading requests from URLs.

use std::str::FromStr;

use dynpack_media::{Form, RenditionId, Ticks};

use super::call::Call;
use super::escape::{check, unescape_marks};
use super::grammar::{AUDIO_TRACK, FRAGMENTS, FROM, MANIFEST, QUALITY_LEVELS};
use super::parameters::{Kind, Parameters};
use super::spelling::{manifests, of_other_origins};
use super::{AssetPath, Place, Request, RequestError, Resource, Token};

impl Request {
    /// Reads the path of a URL, escaped as it came, and the token of a query that may follow.
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
        let token = Token::in_url(url);
        let request = match resource.split_once('/') {
            None => Self::of_presentation(asset, &Call::parse(&resource)?, token.as_ref())?,
            Some((level, call)) => {
                Self::of_rendition(asset, &Call::parse(level)?, &Call::parse(call)?)?
            }
        };
        Ok(request.with_token(token))
    }

    fn of_presentation(
        asset: AssetPath,
        call: &Call<'_>,
        token: Option<&Token>,
    ) -> Result<Self, RequestError> {
        if !call.is(MANIFEST)? {
            return Err(match of_other_origins(&asset, call.text()) {
                Some(request) => RequestError::OtherSpelling {
                    text: format!("/{asset}/{}", call.text()),
                    url: request.with_token(token.cloned()).to_string(),
                },
                None if call.text().is_empty() => RequestError::NoResource {
                    manifests: manifests(&asset),
                    asset: format!("/{asset}"),
                },
                None => call.unknown(),
            });
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
            let (track, place, parameters) = call.track_and_place()?;
            (Resource::Media(rendition(track), place), parameters)
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
        if parameters.kind == Some(Kind::Chapters) {
            resource = match resource {
                Resource::Manifest => Resource::Chapters,
                Resource::MediaPlaylist(_) => {
                    return Err(RequestError::MisplacedChapters { resource: "media playlist" });
                }
                _ => return Err(RequestError::MisplacedChapters { resource: "segment" }),
            };
        }
        if parameters.kind == Some(Kind::KeyFrames) {
            let misplaced = |resource| Err(RequestError::MisplacedType { resource });
            match &mut resource {
                Resource::MediaPlaylist(rendition) | Resource::Media(rendition, Place::Time(_)) => {
                    rendition.form = Form::KeyFrames
                }
                Resource::Manifest | Resource::Chapters => return misplaced("manifest"),
                Resource::Media(_, Place::Init) => return misplaced("initialization segment"),
                Resource::Media(_, Place::Number(_)) => return misplaced("numbered fragment"),
                Resource::Media(_, Place::Whole) => return misplaced("whole text"),
            }
        }
        if let Some(from) = parameters.from {
            resource = counted_from(resource, from)?;
        }
        if parameters.clip.is_some() && !matches!(resource, Resource::Media(..)) {
            return Err(RequestError::MisplacedClip);
        }
        if resource == Resource::Manifest && parameters.audio_track.as_deref() == Some("") {
            return Err(RequestError::NoValue { key: AUDIO_TRACK.to_owned() });
        }
        let mut request = Self {
            asset,
            format: parameters.format.unwrap_or_default(),
            encryption: parameters.encryption,
            filters: parameters.filters.unwrap_or_default(),
            rules: parameters.rules,
            audio_track: parameters.audio_track,
            audio_only: parameters.audio_only,
            text: parameters.text,
            clip: parameters.clip,
            resource,
            with_extension: false,
            token: None,
        };
        request.with_extension = match request.resource {
            Resource::Media(_, Place::Number(_)) => false,
            _ => call.check_ending(request.extension())?,
        };
        Ok(request)
    }
}

/// The segment whose time counts from `from`.
fn counted_from(resource: Resource, from: Ticks) -> Result<Resource, RequestError> {
    let Resource::Media(rendition, Place::Time(time)) = resource else {
        return Err(RequestError::MisplacedFrom);
    };
    let sum = time.0.checked_add(from.0).ok_or_else(|| RequestError::BadValue {
        key: FROM,
        value: from.to_string(),
        expected: "what is below 2^63 together with the time",
    })?;
    Ok(Resource::Media(rendition, Place::Time(Ticks(sum))))
}

impl FromStr for Request {
    type Err = RequestError;

    fn from_str(url: &str) -> Result<Self, RequestError> {
        Self::parse(url)
    }
}
