//! The multivariant playlist as it is written (RFC 8216, 4.3.4).

use std::fmt;

use dynpack_codec::{CaptionChannel, DynamicRange};
use dynpack_media::Time;

use crate::Key;
use crate::attributes::Attributes;
use crate::chapters::DATA_ID;
use crate::text::{push_begin, push_uri};

/// A multivariant playlist.
pub(crate) struct Multivariant {
    pub(crate) version: u8,
    pub(crate) has_independent_segments: bool,
    /// Where players should start, if not at 0.
    pub(crate) begin: Option<Time>,
    /// The audio to choose from.
    pub(crate) audio: Vec<Media>,
    /// The captions in video.
    pub(crate) captions: Vec<Media>,
    /// The subtitles to choose from.
    pub(crate) text: Vec<Media>,
    pub(crate) variants: Vec<Variant>,
    /// The video to choose from. It follows the variants, since ffmpeg plays the video that is
    /// listed first.
    pub(crate) video: Vec<Media>,
    pub(crate) key_frames: Vec<Variant>,
    /// The URI of the chapters (`EXT-X-SESSION-DATA`, 4.3.4.4).
    pub(crate) chapters: Option<String>,
    pub(crate) session_keys: Vec<Key>,
}

/// A rendition to choose from (`EXT-X-MEDIA`, 4.3.4.1).
#[derive(Default)]
pub(crate) struct Media {
    /// `TYPE`.
    pub(crate) kind: &'static str,
    /// Its playlist; `None` if that is the one of the variant.
    pub(crate) uri: Option<String>,
    pub(crate) group: String,
    pub(crate) language: Option<String>,
    pub(crate) name: String,
    pub(crate) is_default: bool,
    pub(crate) is_autoselect: bool,
    pub(crate) is_forced: bool,
    pub(crate) characteristics: Option<String>,
    pub(crate) channels: Option<String>,
    /// `INSTREAM-ID` of captions.
    pub(crate) channel: Option<CaptionChannel>,
    /// `STABLE-RENDITION-ID` (RFC 8216bis, 4.4.6.1).
    pub(crate) stable_id: Option<String>,
}

/// A variant (`EXT-X-STREAM-INF`, 4.3.4.2), or the key frames of a video
/// (`EXT-X-I-FRAME-STREAM-INF`, 4.3.4.3).
pub(crate) struct Variant {
    /// The bitrate of the rendition of its playlist, in bits per second. It is not written.
    pub(crate) bitrate: u32,
    pub(crate) uri: String,
    pub(crate) bandwidth: u64,
    pub(crate) average_bandwidth: u64,
    pub(crate) codecs: String,
    /// A codec that adds to another, with its brand.
    pub(crate) supplemental_codec: Option<String>,
    /// The range of brightness, if it is not the standard one.
    pub(crate) range: Option<DynamicRange>,
    pub(crate) resolution: Option<Resolution>,
    pub(crate) frame_rate: Option<FrameRate>,
    /// The group of audio renditions that are played with the variant.
    pub(crate) audio: Option<String>,
    /// The group of videos that can be played instead of its own.
    pub(crate) video: Option<String>,
    /// The group of subtitles that can be shown with it.
    pub(crate) text: Option<String>,
    /// The group of the captions in its video.
    pub(crate) captions: Option<&'static str>,
    /// `STABLE-VARIANT-ID` (RFC 8216bis, 4.4.6.2).
    pub(crate) stable_id: Option<String>,
}

/// Width and height, in pixels.
pub(crate) struct Resolution(pub(crate) u32, pub(crate) u32);

/// Frames per thousand seconds.
pub(crate) struct FrameRate(pub(crate) u32);

impl Multivariant {
    pub(crate) fn write(&self) -> String {
        let mut text = format!("#EXTM3U\n#EXT-X-VERSION:{}\n", self.version);
        if self.has_independent_segments {
            text.push_str("#EXT-X-INDEPENDENT-SEGMENTS\n");
        }
        self.begin.iter().for_each(|begin| push_begin(&mut text, *begin));
        let choices = self.audio.iter().chain(&self.captions).chain(&self.text);
        choices.for_each(|media| media.write(&mut text));
        self.variants.iter().for_each(|variant| variant.write(&mut text));
        self.video.iter().for_each(|media| media.write(&mut text));
        self.key_frames.iter().for_each(|variant| variant.write_key_frames(&mut text));
        if let Some(uri) = &self.chapters {
            text.push_str("#EXT-X-SESSION-DATA:");
            Attributes::new(&mut text).with_quoted("DATA-ID", Some(DATA_ID)).with_uri(Some(uri));
            text.push('\n');
        }
        for key in &self.session_keys {
            text.extend(["#EXT-X-SESSION-KEY:", &key.attributes(), "\n"]);
        }
        text
    }
}

impl Media {
    fn write(&self, text: &mut String) {
        text.push_str("#EXT-X-MEDIA:");
        Attributes::new(text)
            .with("TYPE", self.kind)
            .with_uri(self.uri.as_deref())
            .with_quoted("GROUP-ID", Some(&self.group))
            .with_quoted("LANGUAGE", self.language.as_deref())
            .with_quoted("NAME", Some(&self.name))
            .with_some("DEFAULT", self.is_default.then_some("YES"))
            .with_some("AUTOSELECT", self.is_autoselect.then_some("YES"))
            .with_some("FORCED", self.is_forced.then_some("YES"))
            .with_quoted("CHARACTERISTICS", self.characteristics.as_deref())
            .with_quoted("CHANNELS", self.channels.as_deref())
            .with_quoted("INSTREAM-ID", self.channel.map(|channel| channel.to_string()).as_deref())
            .with_quoted("STABLE-RENDITION-ID", self.stable_id.as_deref());
        text.push('\n');
    }
}

impl Variant {
    fn write(&self, text: &mut String) {
        text.push_str("#EXT-X-STREAM-INF:");
        self.add_to(Attributes::new(text))
            .with_quoted("AUDIO", self.audio.as_deref())
            .with_quoted("VIDEO", self.video.as_deref())
            .with_quoted("SUBTITLES", self.text.as_deref())
            .with_quoted("CLOSED-CAPTIONS", self.captions);
        text.push('\n');
        push_uri(text, &self.uri);
        text.push('\n');
    }

    fn write_key_frames(&self, text: &mut String) {
        text.push_str("#EXT-X-I-FRAME-STREAM-INF:");
        self.add_to(Attributes::new(text)).with_uri(Some(&self.uri));
        text.push('\n');
    }

    /// Adds the attributes that both tags have.
    fn add_to<'a>(&self, attributes: Attributes<'a>) -> Attributes<'a> {
        attributes
            .with("BANDWIDTH", self.bandwidth)
            .with("AVERAGE-BANDWIDTH", self.average_bandwidth)
            .with_quoted("CODECS", Some(&self.codecs))
            .with_quoted("SUPPLEMENTAL-CODECS", self.supplemental_codec.as_deref())
            .with_some("VIDEO-RANGE", self.range)
            .with_some("RESOLUTION", self.resolution.as_ref())
            .with_some("FRAME-RATE", self.frame_rate.as_ref())
            .with_quoted("STABLE-VARIANT-ID", self.stable_id.as_deref())
    }
}

impl fmt::Display for Resolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.0, self.1)
    }
}

/// Frames per second, without trailing zeros.
impl fmt::Display for FrameRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = format!("{}.{:03}", self.0 / 1000, self.0 % 1000);
        f.write_str(decimals.trim_end_matches('0').trim_end_matches('.'))
    }
}

#[cfg(test)]
mod tests {
    use super::FrameRate;

    #[test]
    fn frame_rates_have_as_many_decimals_as_they_need() {
        let written =
            [25_000, 29_970, 23_976, 12_500, 50, 0].map(|rate| FrameRate(rate).to_string());
        assert_eq!(written, ["25", "29.97", "23.976", "12.5", "0.05", "0"]);
    }
}
