//! Smooth Streaming (\[MS-SSTR\]), in both versions of its manifest.

use std::ops::Range;

use dynpack_codec::{MediaKind, TextForm};
use dynpack_crypt::SystemId;
use dynpack_fragment::SegmentPlan;
use dynpack_fragment::fmp4::Profile;
use dynpack_media::{Rendition, RenditionId, SegmentNumber, Ticks};
use dynpack_smooth::{ClientManifest, ProtectionHeader, Stream, Urls, Version};

use super::links::Links;
use super::lookup::{place_alone, time_not_found};
use super::resources::{Listed, requests};
use super::{Job, Packager, mp4};
use crate::encryption::Encryption;
use crate::error::Error;
use crate::facts::{Carried, Facts};
use crate::format::{Format, Protocol};
use crate::protection::Protection;
use crate::request::{Place, Request, Resource};

/// The facts of version 2.2.
pub(crate) const V2_2: Facts = Facts {
    token: "fmp4",
    aliases: &[],
    title: "Smooth Streaming",
    protocol: Protocol::Smooth,
    manifest_extension: None,
    media_extension: None,
    encryptions: &[
        Carried::new(Encryption::Cenc, &[SystemId::PLAYREADY]),
        Carried::new(Encryption::Piff, &[SystemId::PLAYREADY]),
    ],
    must_name_encryption: false,
    media_of: None,
    kinds: &MediaKind::ALL,
    text_forms: &[TextForm::Imsc],
    has_media_playlists: false,
    has_init_segments: false,
    muxes_audio: false,
    has_key_frames: false,
};

/// The facts of version 2.0. Both versions list the same fragments at the same URLs, so that caches
/// hold them once.
pub(crate) const V2_0: Facts = Facts {
    token: "fmp4-v20",
    title: "Smooth Streaming 2.0",
    media_of: Some(Format::Smooth),
    ..V2_2
};

/// One version of Smooth Streaming.
#[derive(Debug)]
pub(crate) struct Smooth {
    format: Format,
    version: Version,
}

impl Smooth {
    pub(crate) const V2_2: Self = Self { format: Format::Smooth, version: Version::V2_2 };
    pub(crate) const V2_0: Self = Self { format: Format::SmoothV20, version: Version::V2_0 };
}

impl Smooth {
    fn client_manifest(&self, job: &Job<'_>, urls: &impl Urls) -> Result<ClientManifest, Error> {
        ClientManifest::new(job.only_period()?, urls)
            .map_err(|error| Error::NotCarried { format: self.format, problem: error.to_string() })
    }
}

impl Packager for Smooth {
    fn format(&self) -> Format {
        self.format
    }

    fn content_type(&self, request: &Request, kind: MediaKind) -> &'static str {
        match request.resource {
            Resource::Manifest => "application/vnd.ms-sstr+xml",
            _ => mp4::content_type(request, kind),
        }
    }

    fn carries(&self, rendition: &Rendition, encryption: Option<Encryption>) -> Result<(), String> {
        dynpack_smooth::carries(rendition).map_err(str::to_owned)?;
        mp4::encrypts(rendition, encryption)
    }

    fn manifest(&self, job: &Job<'_>) -> Result<String, Error> {
        let mut manifest = self.client_manifest(job, &Links::new(job))?;
        if let Some(object) = job.protection.and_then(Protection::playready_object) {
            manifest.protection.push(ProtectionHeader::of(SystemId::PLAYREADY, object.to_owned()));
        }
        Ok(manifest.to_xml(self.version))
    }

    fn resources<'a>(
        &self,
        job: &Job<'a>,
    ) -> Result<Box<dyn Iterator<Item = Request> + 'a>, Error> {
        let streams = self.client_manifest(job, &TrackNames)?.streams;
        let listed =
            streams.into_iter().flat_map(|Stream { url: track, levels, chunks, from, .. }| {
                levels.into_iter().map(move |level| {
                    let starts: Vec<_> =
                        chunks.iter().map(|chunk| Place::Time(from + chunk.start)).collect();
                    Listed::new(RenditionId::new(track.as_str(), level.bitrate), starts.into_iter())
                })
            });
        Ok(requests(job, listed))
    }

    fn places_of(
        &self,
        job: &Job<'_>,
        rendition: &Rendition,
        place: Place,
    ) -> Result<Option<Range<SegmentNumber>>, Error> {
        let Place::Time(time) = place else { return Ok(None) };
        let segment = dynpack_smooth::segment_at(job.presentation(), rendition, time);
        Ok(segment.map(|segment| place_alone(segment.number)))
    }

    fn segment(
        &self,
        job: &Job<'_>,
        rendition: &Rendition,
        time: Ticks,
    ) -> Result<SegmentPlan, Error> {
        let segment = dynpack_smooth::segment_at(job.presentation(), rendition, time);
        let not_found =
            || time_not_found(rendition, time, dynpack_smooth::chunk_times_around(rendition, time));
        let segment = segment.ok_or_else(not_found)?;
        mp4::plan(Profile::Smooth, job, rendition, &segment)
    }
}

impl Urls for Links<'_> {
    fn fragments(&self, rendition: &Rendition, from: Ticks) -> String {
        self.template(rendition, "{bitrate}", "{start time}", from)
    }
}

/// Has the names of tracks in place of addresses, to find which track a stream is of.
struct TrackNames;

impl Urls for TrackNames {
    fn fragments(&self, rendition: &Rendition, _: Ticks) -> String {
        rendition.id.name.to_string()
    }
}
