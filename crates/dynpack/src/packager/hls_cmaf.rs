//! HLS with CMAF segments.

use bytes::Bytes;
use dynpack_fragment::SegmentPlan;
use dynpack_fragment::fmp4::Profile;
use dynpack_hls::{Options, Rates, Stream, key_frame_playlist, media_playlist, multivariant_playlist};
use dynpack_media::{MediaKind, Presentation, Rendition, Ticks};

use super::links::Links;
use super::{Packager, check_key_frames, hls, mp4};
use crate::{Error, Format, Request, Target};

#[derive(Debug)]
pub(super) struct HlsCmaf;

impl Packager for HlsCmaf {
    fn format(&self) -> Format {
        Format::HlsCmaf
    }

    fn content_type(&self, target: &Target, kind: MediaKind) -> &'static str {
        match target {
            Target::Manifest | Target::MediaPlaylist { .. } => hls::PLAYLIST,
            _ => mp4::content_type(kind),
        }
    }

    fn manifest(&self, presentation: &Presentation, request: &Request) -> Result<String, Error> {
        let rates = presentation.renditions.iter().map(rates).collect::<Result<Vec<_>, _>>()?;
        let options = hls::options(Options::CMAF, request);
        Ok(multivariant_playlist(presentation, &rates, &Links::new(request), &options))
    }

    fn media_playlist(&self, _: &Presentation, rendition: &Rendition, request: &Request) -> Result<String, Error> {
        if request.target.key_frames() {
            check_key_frames(rendition, request)?;
            return Ok(key_frame_playlist(rendition, &Links::new(request), &Options::CMAF));
        }
        Ok(media_playlist(&Stream::new(rendition), &Links::new(request), &Options::CMAF))
    }

    fn init(&self, rendition: &Rendition) -> Result<Bytes, Error> {
        mp4::init(Profile::Cmaf, rendition)
    }

    fn segment(&self, _: &Presentation, rendition: &Rendition, time: Ticks, request: &Request) -> Result<SegmentPlan, Error> {
        mp4::segment(Profile::Cmaf, rendition, time, request)
    }
}

fn rates(rendition: &Rendition) -> Result<Rates, Error> {
    let rates = Rates::from(mp4::rate(rendition)?);
    Ok(match rendition.kind() {
        MediaKind::Video => rates.with_key_frames(mp4::key_frame_rate(rendition)?),
        _ => rates,
    })
}
