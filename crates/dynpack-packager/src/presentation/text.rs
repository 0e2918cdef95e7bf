//! Texts that are presented with movies.

use std::num::NonZeroU32;
use std::sync::Arc;

use dynpack_codec::MediaKind;
use dynpack_media::{
    Cuts, Language, Presentation, Rendition, RenditionId, Role, SourceIndex, Time, Timescale,
};
use dynpack_text::Document;

use super::Keys;
use crate::error::Error;
use crate::text_file::TextFile;
use crate::texts::Texts;

/// The bytes around the words of a cue: its times, and its elements in TTML.
const MARKUP: usize = 120;

/// The bytes around the cues of a segment: its boxes, and the head of a TTML document.
const HEAD: usize = 1000;

/// A text to present: its cues, and what its publisher says of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Text {
    /// The file that holds it.
    pub source: SourceIndex,
    /// Its cues, on the clock of the movies.
    pub document: Document,
    /// Its name in URLs, if one is declared.
    pub name: Option<String>,
    /// Its bitrate in bits per second, if one is declared.
    pub bitrate: Option<NonZeroU32>,
    /// Its language.
    pub language: Language,
    /// A name for people.
    pub label: Option<String>,
    /// What it is for.
    pub role: Role,
    /// Whether it is shown unless a viewer chooses something else.
    pub is_default: bool,
    /// What is declared of it for people who need it, as in
    /// [`Rendition::characteristics`](dynpack_media::Rendition::characteristics).
    pub characteristics: Vec<String>,
}

impl Text {
    /// Subtitles in the language that their document declares, of which nothing else is known.
    #[must_use]
    pub fn new(source: SourceIndex, document: Document) -> Self {
        Self {
            source,
            language: Language::parse(document.language.as_deref().unwrap_or_default()),
            document,
            name: None,
            bitrate: None,
            label: None,
            role: Role::Subtitle,
            is_default: false,
            characteristics: Vec::new(),
        }
    }

    /// The same with what the name of its file says of it.
    #[must_use]
    pub fn named_by(self, file: &TextFile) -> Self {
        let TextFile { ref language, role, is_default, .. } = *file;
        let language = if language.is_undetermined() { self.language } else { language.clone() };
        Self { language, role, is_default, ..self }
    }
}

/// Presents texts with a presentation. Returns the cues too, which start with the presentation.
///
/// Texts are cut where the video is ([`Cuts::of_text`]). A text without a declared name is named
/// `text`, or if there are several `text_en`, `text_en_2`, `text_de`. Only the first of those that
/// are shown by default is.
///
/// # Errors
/// [`Error::Unpresentable`] if two share name and bitrate.
pub fn present_texts(
    presentation: &Presentation,
    texts: Vec<Text>,
) -> Result<(Presentation, Texts), Error> {
    let cuts = Arc::new(Cuts::of_text(presentation));
    let taken = presentation.renditions.iter().map(|rendition| rendition.id.name.to_string());
    let mut taken: Vec<String> = taken.collect();
    taken.extend(texts.iter().filter_map(|text| text.name.clone()));
    let is_only = texts.len() == 1;
    let (mut renditions, mut cues) = (presentation.renditions.clone(), Texts::default());
    let mut keys = Keys::default();
    let mut default = None;
    for text in texts {
        let Text { source, document, name, bitrate, language, label, role, .. } = text;
        let name = name.unwrap_or_else(|| {
            let kind = MediaKind::Text.as_str();
            let stem = match is_only {
                true => kind.to_owned(),
                false => format!("{kind}_{}", language.tag()),
            };
            let name = unused(&taken, &stem);
            taken.push(name.clone());
            name
        });
        let document = document.since(presentation.origin());
        let bitrate = match bitrate {
            Some(declared) => {
                keys.declare(&name, declared.get())?;
                declared.get()
            }
            None => keys.measure(&name, peak(&document, &cuts)),
        };
        if cues.get(&name).is_some() {
            let problem = format!("two texts are named `{name}`");
            return Err(Error::Unpresentable { problem });
        }
        let id = RenditionId::new(name, bitrate);
        let has_images = document.cues.has_images();
        cues.insert(Arc::clone(&id.name), document);
        let mut rendition = Rendition::text(id, source, language, Arc::clone(&cuts));
        (rendition.label, rendition.role) = (label, role);
        rendition.characteristics = text.characteristics;
        rendition.has_images = has_images;
        rendition.is_default = text.is_default && default.replace(()).is_none();
        renditions.push(rendition);
    }
    let presentation = presentation
        .with_renditions(renditions)
        .map_err(|error| Error::Unpresentable { problem: error.to_string() })?;
    Ok((presentation, cues))
}

/// The name, or with the first number from 2 on that no other has.
fn unused(taken: &[String], stem: &str) -> String {
    let is_free = |name: &String| !taken.contains(name);
    let numbered = (2..).map(|number: u32| format!("{stem}_{number}"));
    std::iter::once(stem.to_owned()).chain(numbered).find(is_free).unwrap_or_default()
}

/// An estimate of the bitrate of the largest segment in any form, by the words and images of its
/// cues.
fn peak(document: &Document, cuts: &Cuts) -> u64 {
    let rates = cuts.segments().map(|segment| {
        let time = |ticks| Time::new(ticks, Cuts::TEXT_CLOCK);
        let span = time(segment.start)..time(segment.start + segment.duration);
        let cues = document.cues.touching(span);
        let cues = cues.map(|cue| {
            // In Base64.
            let image =
                cue.image().map_or(0, |image| image.png().len().div_ceil(3)).saturating_mul(4);
            cue.plain_text().len().saturating_add(image).saturating_add(MARKUP)
        });
        let bytes = cues.fold(HEAD, usize::saturating_add);
        let millis = time(segment.duration).floor(Timescale::MILLIS).0.cast_unsigned();
        (bytes as u64).saturating_mul(8_000).checked_div(millis).unwrap_or_default()
    });
    rates.max().unwrap_or_default()
}
