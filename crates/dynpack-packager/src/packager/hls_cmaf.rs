//! HLS with CMAF segments.

use bytes::Bytes;
use dynpack_codec::{MediaKind, TextForm};
use dynpack_crypt::SystemId;
use dynpack_fragment::SegmentPlan;
use dynpack_fragment::fmp4::Profile;
use dynpack_fragment::text::Clock;
use dynpack_hls::{Options, media_playlist, multivariant_playlist};
use dynpack_media::{Rendition, Stream, Ticks};

use super::links::Links;
use super::{Job, Packager, hls, mp4, text};
use crate::encryption::Encryption;
use crate::error::Error;
use crate::facts::{Carried, Facts};
use crate::format::{Format, Protocol};
use crate::request::{Request, Resource};

/// What is particular to HLS with CMAF segments.
pub(crate) const FACTS: Facts = Facts {
    token: "m3u8-cmaf",
    aliases: &[],
    title: "HLS CMAF",
    protocol: Protocol::Hls,
    manifest_extension: Some("m3u8"),
    media_extension: Some("mp4"),
    encryptions: &[
        Carried::new(Encryption::Cbc, &[]),
        Carried::new(
            Encryption::Cenc,
            &[SystemId::PLAYREADY, SystemId::WIDEVINE, SystemId::CLEAR_KEY],
        ),
        Carried::new(
            Encryption::CbcsAapl,
            &[SystemId::PLAYREADY, SystemId::WIDEVINE, SystemId::FAIRPLAY, SystemId::CLEAR_KEY],
        ),
    ],
    // As in Azure Media Services.
    must_name_encryption: true,
    media_of: None,
    kinds: &MediaKind::ALL,
    text_forms: &[TextForm::Vtt, TextForm::Imsc],
    has_media_playlists: true,
    has_init_segments: true,
    muxes_audio: false,
    has_key_frames: true,
};

#[derive(Debug)]
pub(crate) struct HlsCmaf;

impl Packager for HlsCmaf {
    fn format(&self) -> Format {
        Format::HlsCmaf
    }

    fn content_type(&self, request: &Request, kind: MediaKind) -> &'static str {
        match request.resource {
            Resource::Manifest | Resource::MediaPlaylist(_) => hls::PLAYLIST,
            Resource::Chapters => hls::JSON,
            Resource::Media(..) => mp4::content_type(request, kind),
        }
    }

    fn carries(&self, rendition: &Rendition, encryption: Option<Encryption>) -> Result<(), String> {
        mp4::carries(rendition, encryption)
    }

    fn manifest(&self, job: &Job<'_>) -> Result<String, Error> {
        let presentation = hls::largest(job)?;
        let rates = hls::overall(job, |period| {
            let listed = hls::presentation(job, period)?;
            hls::rates(&listed, |rendition| mp4::rate(job, rendition))
        })?;
        let options = hls::options(Options::CMAF, job);
        Ok(multivariant_playlist(&presentation, &rates, &Links::new(job), &options))
    }

    fn chapters(&self, job: &Job<'_>) -> Result<String, Error> {
        hls::chapters(job)
    }

    fn media_playlist(&self, job: &Job<'_>, rendition: &Rendition) -> Result<String, Error> {
        let renditions = hls::in_periods(job, rendition);
        let parts: Vec<_> = renditions
            .iter()
            .map(|(period, rendition)| {
                hls::part(job, period, Stream::new(rendition), period.places().start)
            })
            .collect();
        Ok(media_playlist(&parts, &Links::new(job), &hls::options(Options::CMAF, job)))
    }

    fn init(&self, job: &Job<'_>, rendition: &Rendition) -> Result<Bytes, Error> {
        mp4::init(Profile::Cmaf, job, rendition)
    }

    fn segment(
        &self,
        job: &Job<'_>,
        rendition: &Rendition,
        time: Ticks,
    ) -> Result<SegmentPlan, Error> {
        match rendition.kind() {
            MediaKind::Text if text::form(job.request) == TextForm::Vtt => {
                text::vtt(job, rendition, time, Clock::Mp4)
            }
            MediaKind::Text | MediaKind::Video | MediaKind::Audio => {
                mp4::segment(Profile::Cmaf, job, rendition, time)
            }
        }
    }
}
