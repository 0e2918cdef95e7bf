//! The elements of a manifest, as they are written: fields in the order of the schema (ISO/IEC
//! 23009-1, 5.3).

use serde::Serialize;

use crate::content_protection::{ContentProtection, Namespaces};
use crate::segment_timeline::SegmentTimeline;

/// `MPD` (5.3.1).
#[derive(Serialize)]
pub(crate) struct Mpd {
    #[serde(rename = "@xmlns")]
    pub(crate) namespace: &'static str,
    #[serde(flatten)]
    pub(crate) namespaces: Namespaces,
    #[serde(rename = "@profiles")]
    pub(crate) profiles: &'static str,
    #[serde(rename = "@type")]
    pub(crate) kind: &'static str,
    #[serde(rename = "@mediaPresentationDuration")]
    pub(crate) duration: String,
    #[serde(rename = "@minBufferTime")]
    pub(crate) min_buffer_time: String,
    #[serde(rename = "Period")]
    pub(crate) period: Period,
}

/// `Period` (5.3.2).
#[derive(Serialize)]
pub(crate) struct Period {
    #[serde(rename = "@id")]
    pub(crate) id: u32,
    #[serde(rename = "@start")]
    pub(crate) start: String,
    #[serde(rename = "AdaptationSet")]
    pub(crate) adaptation_sets: Vec<AdaptationSet>,
}

/// `AdaptationSet` (5.3.3).
#[derive(Serialize)]
pub(crate) struct AdaptationSet {
    #[serde(rename = "@id")]
    pub(crate) id: usize,
    #[serde(rename = "@contentType")]
    pub(crate) content_type: &'static str,
    #[serde(rename = "@lang", skip_serializing_if = "Option::is_none")]
    pub(crate) language: Option<String>,
    #[serde(rename = "@mimeType")]
    pub(crate) mime_type: &'static str,
    #[serde(flatten)]
    pub(crate) shared: Details,
    #[serde(rename = "@par", skip_serializing_if = "Option::is_none")]
    pub(crate) picture_aspect: Option<String>,
    #[serde(rename = "@maxWidth", skip_serializing_if = "Option::is_none")]
    pub(crate) max_width: Option<u16>,
    #[serde(rename = "@maxHeight", skip_serializing_if = "Option::is_none")]
    pub(crate) max_height: Option<u16>,
    #[serde(rename = "@maxFrameRate", skip_serializing_if = "Option::is_none")]
    pub(crate) max_frame_rate: Option<String>,
    #[serde(rename = "@segmentAlignment", skip_serializing_if = "Option::is_none")]
    pub(crate) segment_alignment: Option<bool>,
    #[serde(rename = "@startWithSAP", skip_serializing_if = "Option::is_none")]
    pub(crate) start_with_sap: Option<u8>,
    #[serde(rename = "@maxPlayoutRate", skip_serializing_if = "Option::is_none")]
    pub(crate) max_playout_rate: Option<u32>,
    #[serde(rename = "@codingDependency", skip_serializing_if = "Option::is_none")]
    pub(crate) coding_dependency: Option<bool>,
    #[serde(rename = "AudioChannelConfiguration", skip_serializing_if = "Option::is_none")]
    pub(crate) channels: Option<Descriptor>,
    #[serde(rename = "ContentProtection")]
    pub(crate) protection: Vec<ContentProtection>,
    #[serde(rename = "EssentialProperty", skip_serializing_if = "Option::is_none")]
    pub(crate) essential: Option<Descriptor>,
    #[serde(rename = "SupplementalProperty", skip_serializing_if = "Option::is_none")]
    pub(crate) supplemental: Option<Descriptor>,
    #[serde(rename = "Label", skip_serializing_if = "Option::is_none")]
    pub(crate) label: Option<Label>,
    #[serde(rename = "Accessibility", skip_serializing_if = "Option::is_none")]
    pub(crate) accessibility: Option<Descriptor>,
    #[serde(rename = "Role", skip_serializing_if = "Option::is_none")]
    pub(crate) role: Option<Descriptor>,
    #[serde(rename = "SegmentTemplate", skip_serializing_if = "Option::is_none")]
    pub(crate) template: Option<SegmentTemplate>,
    #[serde(rename = "Representation")]
    pub(crate) representations: Vec<Representation>,
}

/// `Representation` (5.3.5). What it leaves out stands in its adaptation set.
#[derive(Serialize)]
pub(crate) struct Representation {
    #[serde(rename = "@id")]
    pub(crate) id: String,
    #[serde(rename = "@bandwidth")]
    pub(crate) bandwidth: u32,
    #[serde(flatten)]
    pub(crate) own: Details,
    #[serde(rename = "SegmentTemplate", skip_serializing_if = "Option::is_none")]
    pub(crate) template: Option<SegmentTemplate>,
}

/// What adaptation sets and representations both can say (5.3.7).
#[derive(Serialize)]
pub(crate) struct Details {
    #[serde(rename = "@codecs", skip_serializing_if = "Option::is_none")]
    pub(crate) codecs: Option<String>,
    #[serde(rename = "@width", skip_serializing_if = "Option::is_none")]
    pub(crate) width: Option<u16>,
    #[serde(rename = "@height", skip_serializing_if = "Option::is_none")]
    pub(crate) height: Option<u16>,
    #[serde(rename = "@sar", skip_serializing_if = "Option::is_none")]
    pub(crate) pixel_aspect: Option<String>,
    #[serde(rename = "@frameRate", skip_serializing_if = "Option::is_none")]
    pub(crate) frame_rate: Option<String>,
    #[serde(rename = "@audioSamplingRate", skip_serializing_if = "Option::is_none")]
    pub(crate) sampling_rate: Option<u32>,
}

/// `SegmentTemplate` (5.3.9.4).
#[derive(Clone, Serialize, PartialEq, Eq)]
pub(crate) struct SegmentTemplate {
    #[serde(rename = "@timescale")]
    pub(crate) timescale: u32,
    #[serde(rename = "@initialization")]
    pub(crate) initialization: String,
    #[serde(rename = "@media")]
    pub(crate) media: String,
    #[serde(rename = "SegmentTimeline")]
    pub(crate) timeline: SegmentTimeline,
}

/// A descriptor: a scheme, and a value in it (5.8.2).
#[derive(Serialize)]
pub(crate) struct Descriptor {
    #[serde(rename = "@schemeIdUri")]
    pub(crate) scheme: &'static str,
    #[serde(rename = "@value")]
    pub(crate) value: String,
}

/// `Label` (5.3.7.3): a name for people.
#[derive(Serialize)]
pub(crate) struct Label {
    #[serde(rename = "$text")]
    pub(crate) text: String,
}
