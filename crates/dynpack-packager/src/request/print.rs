//! Printing requests as URLs relative to their asset.

use std::fmt::{self, Display, Write};

use dynpack_media::text::escape;
use dynpack_media::{Form, Ticks};

use super::grammar::{
    AUDIO_ONLY, AUDIO_TRACK, CHAPTERS, CLIP, ENCRYPTION, FILTER, FORMAT, FRAGMENTS, FROM, INIT,
    KEY_FRAMES, MANIFEST, QUALITY_LEVELS, RULES, TEXT, TYPE, WHOLE,
};
use super::{Place, Request, Resource, SplitUrl};
use crate::format::Format;

/// Bytes of most URLs.
const USUAL_LEN: usize = 128;

/// A URL without its host, escaped, in canonical form.
impl Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.asset.write(f)?;
        write!(f, "/{}", self.relative_url())
    }
}

/// The folder of the media playlist and of the segments of a rendition, relative to the asset.
pub(crate) fn level(bitrate: impl Display) -> String {
    let mut url = String::with_capacity(USUAL_LEN);
    add(&mut url, format_args!("{QUALITY_LEVELS}({bitrate})/"));
    url
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
        self.url_in(self.resource.rendition().map(|id| level(id.bitrate)).unwrap_or_default())
    }

    /// The URL in the folder of its rendition, or in that of the asset for the manifest.
    pub(crate) fn url_in(&self, folder: String) -> String {
        match &self.resource {
            Resource::Manifest | Resource::Chapters => {
                let mut url = folder + "manifest";
                let start = url.len();
                self.add_parameters(&mut url);
                if url.len() > start {
                    url.replace_range(start..=start, "(");
                    url.push(')');
                }
                self.add_ending(&mut url);
                url
            }
            Resource::MediaPlaylist(id) => {
                let mut url = folder;
                add(&mut url, format_args!("{MANIFEST}({}", escape(&id.name)));
                self.add_arguments(&mut url);
                self.add_ending(&mut url);
                url
            }
            Resource::Media(id, Place::Init) => self.segment_in(folder, &id.name, INIT),
            Resource::Media(id, Place::Time(time)) => self.segment_in(folder, &id.name, time),
            Resource::Media(id, Place::Whole) => self.segment_in(folder, &id.name, WHOLE),
            Resource::Media(id, Place::Number(number)) => {
                self.fragment_in(folder, &id.name, number)
            }
        }
    }

    /// The URL of the segment of a track at a time, in the folder of a rendition. The request is
    /// for one of the segments.
    pub(crate) fn segment_in(&self, folder: String, track: &str, time: impl Display) -> String {
        let mut url = folder;
        add(&mut url, format_args!("{FRAGMENTS}({}={time}", escape(track)));
        self.add_arguments(&mut url);
        self.add_ending(&mut url);
        url
    }

    /// The URL of the segments of a track, relative to the folder of a rendition. The request is
    /// for one of them.
    pub(crate) fn split_url(&self, track: &str) -> SplitUrl {
        let mut after = String::with_capacity(USUAL_LEN);
        self.add_arguments(&mut after);
        self.add_ending(&mut after);
        SplitUrl::new(format!("{FRAGMENTS}({}=", escape(track)), after)
    }

    /// The URL of a numbered segment of a track, in the folder of a rendition. The request is for
    /// one of the segments.
    pub(crate) fn fragment_in(&self, folder: String, track: &str, number: impl Display) -> String {
        let mut url = folder;
        add(&mut url, format_args!("{FRAGMENTS}({}", escape(track)));
        self.add_arguments(&mut url);
        add(&mut url, number);
        self.add_query(&mut url);
        url
    }

    /// The arguments after the first one, and the parenthesis.
    fn add_arguments(&self, url: &mut String) {
        self.add_parameters(url);
        url.push(')');
    }

    /// What follows the arguments.
    fn add_ending(&self, url: &mut String) {
        if let Some(extension) = self.extension().filter(|_| self.with_extension) {
            url.extend([".", extension]);
        }
        self.add_query(url);
    }

    fn add_query(&self, url: &mut String) {
        self.token.iter().for_each(|token| add(url, token));
    }

    /// The parameters as they stand in a URL, in the order in which Azure writes them, each after a
    /// comma.
    fn add_parameters(&self, url: &mut String) {
        let mut parameter = |name: &str, value: &dyn Display| {
            url.extend([",", name, "="]);
            add(url, value);
        };
        if self.format != Format::default() {
            parameter(FORMAT, &self.format);
        }
        if let Some(track) = &self.audio_track {
            parameter(AUDIO_TRACK, &escape(track));
        }
        if let Some(flag) = &self.audio_only {
            parameter(AUDIO_ONLY, flag);
        }
        if let Some(form) = &self.text {
            parameter(TEXT, form);
        }
        if let Some(clip) = &self.clip {
            parameter(CLIP, clip);
        }
        if self.resource.form() == Form::KeyFrames {
            parameter(TYPE, &KEY_FRAMES);
        }
        if self.resource == Resource::Chapters {
            parameter(TYPE, &CHAPTERS);
        }
        if let Some(encryption) = &self.encryption {
            parameter(ENCRYPTION, encryption);
        }
        if !self.filters.is_empty() {
            let names: Vec<_> = self.filters.iter().map(|name| escape(name).to_string()).collect();
            parameter(FILTER, &names.join(";"));
        }
        if let Some(rules) = &self.rules {
            parameter(RULES, rules);
        }
    }
}

fn add(url: &mut String, text: impl Display) {
    // Writing to a string does not fail.
    let _ = write!(url, "{text}");
}
