//! The group of subtitles (RFC 8216, 4.3.4.1).

use std::collections::BTreeSet;

use dynpack_codec::MediaKind;
use dynpack_media::{Language, Presentation, Rendition, Role};

use crate::audio::{characteristics, name, stable_id};
use crate::model::{Media, Variant};
use crate::text::unused_name;
use crate::{Options, Urls};

/// `GROUP-ID` of the subtitles.
const GROUP: &str = "text";

/// The texts of a presentation, which all variants can be shown with.
pub(crate) struct Subtitles<'a> {
    texts: Vec<&'a Rendition>,
}

impl<'a> Subtitles<'a> {
    pub(crate) fn new(presentation: &'a Presentation) -> Self {
        Self { texts: presentation.of_kind(MediaKind::Text).collect() }
    }

    /// `EXT-X-MEDIA` of each text. No two have one name.
    pub(crate) fn media(&self, urls: &impl Urls, options: &Options) -> Vec<Media> {
        let mut all = Vec::<Media>::new();
        for (at, text) in self.texts.iter().enumerate() {
            let name = unused_name(all.iter().map(|media| &*media.name), name(text));
            let is_known = !text.language.is_undetermined();
            all.push(Media {
                kind: "SUBTITLES",
                uri: Some(urls.playlist(text)),
                group: GROUP.to_owned(),
                language: is_known.then(|| text.language.tag().to_owned()),
                name,
                is_default: text.is_default,
                is_autoselect: text.is_default || (is_known && self.is_first_of_its_kind(at)),
                is_forced: is_forced(text),
                characteristics: characteristics(text),
                channels: None,
                channel: None,
                stable_id: stable_id(text, options.flavor),
            });
        }
        all
    }

    /// Whether no text before it is for the same viewers: clients choose between those that may be
    /// chosen automatically by what they are for (RFC 8216, 4.3.4.1).
    fn is_first_of_its_kind(&self, at: usize) -> bool {
        let about = |text: &&Rendition| -> (Language, bool, Option<String>) {
            (text.language.clone(), is_forced(text), characteristics(text))
        };
        let own = self.texts.get(at).map(about);
        self.texts.iter().position(|other| Some(about(other)) == own) == Some(at)
    }

    /// Adds the group to a variant, and its codecs if those are of MP4.
    pub(crate) fn add_to(&self, variant: &mut Variant, options: &Options) {
        if self.texts.is_empty() {
            return;
        }
        variant.text = Some(GROUP.to_owned());
        if options.text.is_mp4() {
            let codecs = self.texts.iter().map(|text| text.text_codecs(options.text));
            for codec in BTreeSet::from_iter(codecs).into_iter().rev() {
                variant.codecs.extend([",", codec]);
            }
        }
    }
}

fn is_forced(text: &Rendition) -> bool {
    text.role == Role::ForcedSubtitle
}
