//! The elements of a manifest and their XML: attributes and elements are in the order of the schema
//! (ISO/IEC 23009-1, 5.3).

use std::borrow::Cow;

use dynpack_codec::AspectRatio;
use dynpack_media::FrameRate;
use dynpack_media::text::uri;
use dynpack_xml::{Style, Tag, Writer};

use crate::content_protection::{ContentProtection, Namespaces};
use crate::event_stream::EventStream;
use crate::segment_timeline::SegmentTimeline;

pub(crate) const STYLE: Style = Style::INDENTED.with_declared_encoding("UTF-8").with_indent(1);

/// The namespace of attributes that ANSI/SCTE 214-1 adds.
const SCTE_214: &str = "urn:scte:dash:scte214-extensions";

/// `MPD` (5.3.1), around its periods.
pub(crate) struct Mpd {
    pub(crate) namespaces: Namespaces,
    pub(crate) has_supplemental_codecs: bool,
    pub(crate) profiles: &'static str,
    pub(crate) duration: String,
    pub(crate) min_buffer_time: String,
    pub(crate) periods: Writer,
}

impl Mpd {
    pub(crate) fn into_xml(self) -> String {
        let mut xml = Writer::new(STYLE);
        let tag = xml.open("MPD").with("xmlns", "urn:mpeg:dash:schema:mpd:2011");
        self.namespaces
            .declare(tag)
            .with_some("xmlns:scte214", self.has_supplemental_codecs.then_some(SCTE_214))
            .with("profiles", self.profiles)
            .with("type", "static")
            .with("mediaPresentationDuration", &self.duration)
            .with("minBufferTime", &self.min_buffer_time)
            .nested(self.periods);
        xml.finish()
    }
}

/// `Period` (5.3.2).
pub(crate) struct Period {
    pub(crate) id: usize,
    pub(crate) start: String,
    pub(crate) events: Vec<EventStream>,
}

impl Period {
    /// Writes the period with the adaptation sets that `sets` writes.
    pub(crate) fn write(&self, xml: &mut Writer, sets: impl FnOnce(&mut Writer)) {
        let tag = xml.open("Period").with("id", self.id).with("start", &self.start);
        tag.children(|xml| {
            self.events.iter().for_each(|events| events.write(xml));
            sets(xml);
        });
    }
}

/// `AdaptationSet` (5.3.3).
pub(crate) struct AdaptationSet {
    pub(crate) id: usize,
    pub(crate) content_type: &'static str,
    pub(crate) language: Option<String>,
    pub(crate) mime_type: &'static str,
    pub(crate) shared: Details,
    pub(crate) picture_aspect: Option<AspectRatio>,
    pub(crate) max_width: Option<u16>,
    pub(crate) max_height: Option<u16>,
    pub(crate) max_frame_rate: Option<FrameRate>,
    pub(crate) segment_alignment: Option<bool>,
    pub(crate) start_with_sap: Option<u8>,
    pub(crate) max_playout_rate: Option<u32>,
    pub(crate) coding_dependency: Option<bool>,
    pub(crate) channels: Option<Descriptor>,
    pub(crate) protection: Vec<ContentProtection>,
    pub(crate) essential: Vec<Descriptor>,
    pub(crate) supplemental: Vec<Descriptor>,
    /// `Label` (5.3.7.3): a human-readable name.
    pub(crate) label: Option<String>,
    pub(crate) accessibility: Vec<Descriptor>,
    pub(crate) roles: Vec<Descriptor>,
    pub(crate) segments: Option<Segments>,
    pub(crate) representations: Vec<Representation>,
}

impl AdaptationSet {
    pub(crate) fn write(&self, xml: &mut Writer) {
        let tag = xml
            .open("AdaptationSet")
            .with("id", self.id)
            .with("contentType", self.content_type)
            .with_some("lang", self.language.as_ref())
            .with("mimeType", self.mime_type);
        self.shared
            .add_to(tag)
            .with_some("par", self.picture_aspect)
            .with_some("maxWidth", self.max_width)
            .with_some("maxHeight", self.max_height)
            .with_some("maxFrameRate", self.max_frame_rate)
            .with_some("segmentAlignment", self.segment_alignment)
            .with_some("startWithSAP", self.start_with_sap)
            .with_some("maxPlayoutRate", self.max_playout_rate)
            .with_some("codingDependency", self.coding_dependency)
            .children(|xml| self.write_elements(xml));
    }

    fn write_elements(&self, xml: &mut Writer) {
        let write = |xml: &mut Writer, name, descriptor: &Option<Descriptor>| {
            descriptor.iter().for_each(|descriptor| descriptor.write(xml, name));
        };
        write(xml, "AudioChannelConfiguration", &self.channels);
        self.protection.iter().for_each(|protection| protection.write(xml));
        self.essential.iter().for_each(|one| one.write(xml, "EssentialProperty"));
        self.supplemental.iter().for_each(|one| one.write(xml, "SupplementalProperty"));
        self.label.iter().for_each(|label| xml.open("Label").text(label));
        self.accessibility.iter().for_each(|one| one.write(xml, "Accessibility"));
        self.roles.iter().for_each(|role| role.write(xml, "Role"));
        self.segments.iter().for_each(|segments| segments.write(xml));
        self.representations.iter().for_each(|representation| representation.write(xml));
    }
}

/// `Representation` (5.3.5). What it leaves out is in its adaptation set.
pub(crate) struct Representation {
    pub(crate) id: String,
    pub(crate) bandwidth: u32,
    pub(crate) own: Details,
    pub(crate) segments: Option<Segments>,
}

impl Representation {
    fn write(&self, xml: &mut Writer) {
        let tag = xml.open("Representation").with("id", &self.id).with("bandwidth", self.bandwidth);
        let tag = self.own.add_to(tag);
        tag.children(|xml| self.segments.iter().for_each(|segments| segments.write(xml)));
    }
}

/// The attributes that adaptation sets and representations have in common (5.3.7).
#[derive(Clone)]
pub(crate) struct Details {
    pub(crate) codecs: Option<String>,
    /// Codecs that add to those, with a brand (ANSI/SCTE 214-1, 6.2.5).
    pub(crate) supplemental_codec: Option<(String, &'static str)>,
    pub(crate) width: Option<u16>,
    pub(crate) height: Option<u16>,
    pub(crate) pixel_aspect: Option<AspectRatio>,
    pub(crate) frame_rate: Option<FrameRate>,
    pub(crate) sampling_rate: Option<u32>,
}

impl Details {
    fn add_to<'w>(&self, tag: Tag<'w>) -> Tag<'w> {
        let (codec, brand) = self.supplemental_codec.as_ref().map(|(c, b)| (c, b)).unzip();
        tag.with_some("codecs", self.codecs.as_ref())
            .with_some("scte214:supplementalCodecs", codec)
            .with_some("scte214:supplementalProfiles", brand)
            .with_some("width", self.width)
            .with_some("height", self.height)
            .with_some("sar", self.pixel_aspect)
            .with_some("frameRate", self.frame_rate)
            .with_some("audioSamplingRate", self.sampling_rate)
    }
}

/// Where the media of a representation is.
#[derive(PartialEq, Eq)]
pub(crate) enum Segments {
    Template(SegmentTemplate),
    Document(Document),
}

impl Segments {
    fn write(&self, xml: &mut Writer) {
        match self {
            Self::Template(template) => template.write(xml),
            Self::Document(document) => document.write(xml),
        }
    }

    /// The segments, if it has some.
    pub(crate) const fn timeline(&self) -> Option<&SegmentTimeline> {
        match self {
            Self::Template(template) => Some(&template.timeline),
            Self::Document(_) => None,
        }
    }
}

/// A document that is all of a representation: its `BaseURL` (5.6), and a `SegmentBase` (5.3.9.2)
/// if the period starts late.
#[derive(PartialEq, Eq)]
pub(crate) struct Document {
    pub(crate) url: String,
    pub(crate) timescale: u32,
    /// The start of the period, if it is not 0.
    pub(crate) time_offset: Option<u64>,
}

impl Document {
    fn write(&self, xml: &mut Writer) {
        xml.open("BaseURL").text(uri(&self.url).to_string());
        if let Some(offset) = self.time_offset {
            let tag = xml.open("SegmentBase").with("timescale", self.timescale);
            tag.with("presentationTimeOffset", offset).empty();
        }
    }
}

/// `SegmentTemplate` (5.3.9.4).
#[derive(PartialEq, Eq)]
pub(crate) struct SegmentTemplate {
    pub(crate) timescale: u32,
    /// The start of the period, if it is not 0.
    pub(crate) time_offset: Option<u64>,
    pub(crate) initialization: String,
    pub(crate) media: String,
    pub(crate) timeline: SegmentTimeline,
}

impl SegmentTemplate {
    fn write(&self, xml: &mut Writer) {
        xml.open("SegmentTemplate")
            .with("timescale", self.timescale)
            .with_some("presentationTimeOffset", self.time_offset)
            .with("initialization", uri(&self.initialization))
            .with("media", uri(&self.media))
            .children(|xml| self.timeline.write(xml));
    }
}

/// A descriptor: a scheme and a value (5.8.2).
#[derive(Clone)]
pub(crate) struct Descriptor {
    pub(crate) scheme: &'static str,
    pub(crate) value: Cow<'static, str>,
}

/// A descriptor of that scheme and value.
pub(crate) fn descriptor(scheme: &'static str, value: impl Into<Cow<'static, str>>) -> Descriptor {
    Descriptor { scheme, value: value.into() }
}

impl Descriptor {
    fn write(&self, xml: &mut Writer, name: &'static str) {
        xml.open(name).with("schemeIdUri", self.scheme).with("value", &self.value).empty();
    }
}
