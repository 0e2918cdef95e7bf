//! The URLs of Azure Media Services.

use dynpack_hds::FragmentNumber;
use dynpack_media::{Form, RenditionId, Ticks};

use super::Naming;
use crate::request::{Place, Request, SplitUrl, level, time_since};

/// Names resources by the URLs that [`Request::parse`] reads: those of Azure Media Services.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct AzureNaming;

impl Naming for AzureNaming {
    fn media_playlist(
        &self,
        manifest: &Request,
        rendition: &RenditionId,
        audio_track: Option<&str>,
    ) -> String {
        manifest.for_media_playlist(rendition, audio_track).relative_url()
    }

    fn chapters(&self, manifest: &Request) -> String {
        manifest.for_chapters().relative_url()
    }

    fn init_segment(&self, manifest: &Request, rendition: &RenditionId) -> String {
        manifest.for_media(rendition, Place::Init, None).url_in(String::new())
    }

    fn segment(
        &self,
        manifest: &Request,
        rendition: &RenditionId,
        audio_track: Option<&str>,
    ) -> SplitUrl {
        let place = Place::Time(Ticks::ZERO);
        manifest.for_media(rendition, place, audio_track).split_url(&rendition.name)
    }

    fn init_template(&self, manifest: &Request, track: &str, bitrate: &str) -> String {
        manifest.for_media(&any_bitrate(track), Place::Init, None).url_in(level(bitrate))
    }

    fn segment_template(
        &self,
        manifest: &Request,
        track: &str,
        form: Form,
        bitrate: &str,
        time: &str,
        from: Ticks,
    ) -> String {
        let segments = &any_bitrate(track).with_form(form);
        let segment = manifest.for_media(segments, Place::Time(Ticks::ZERO), None);
        segment.segment_in(level(bitrate), track, time_since(from, time))
    }

    fn document(&self, manifest: &Request, text: &RenditionId) -> String {
        manifest.for_media(text, Place::Whole, None).relative_url()
    }

    fn stream(
        &self,
        manifest: &Request,
        rendition: &RenditionId,
        audio_track: Option<&str>,
    ) -> String {
        let place = Place::Number(FragmentNumber::FIRST);
        let fragments = manifest.for_media(rendition, place, audio_track);
        fragments.fragment_in(level(rendition.bitrate), &rendition.name, "")
    }
}

/// A rendition of a track, for what is the same at all bitrates.
fn any_bitrate(track: &str) -> RenditionId {
    RenditionId::new(track, 0)
}
