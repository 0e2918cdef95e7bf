//! A program as one presentation, for formats with one timeline.

use std::sync::Arc;

use dynpack_media::{Cuts, Presentation, Rendition, Ticks, Timescale};
use dynpack_smooth::chunk_time;

use super::clip::Clip;

/// All clips as one presentation on the clock of Smooth Streaming, whose renditions have segments
/// but no samples: for manifests of formats with one timeline.
///
/// # Errors
/// The reason if a rendition is coded in another way in another clip.
pub(super) fn join(clips: &[Clip]) -> Result<Presentation, String> {
    let clips: Vec<Presentation> = clips.iter().map(|clip| clip.in_program().0).collect();
    let renditions = clips.first().into_iter().flat_map(|first| &first.renditions);
    let joined = renditions.map(|rendition| joined(rendition, &clips));
    let joined = joined.collect::<Result<Vec<_>, _>>()?;
    let all = joined.into_iter().flatten().collect();
    Presentation::new(all).map_err(|error| error.to_string())
}

/// A rendition with the segments of all clips, on the clock of Smooth Streaming; `None` if a clip
/// has none.
fn joined(rendition: &Rendition, clips: &[Presentation]) -> Result<Option<Rendition>, String> {
    let (mut starts, mut end) = (Vec::new(), Ticks::ZERO);
    for (at, clip) in clips.iter().enumerate() {
        let Some(other) = clip.rendition(&rendition.id) else { return Ok(None) };
        if other.track.codec != rendition.track.codec {
            let (name, number) = (&rendition.id.name, at.saturating_add(1));
            return Err(format!(
                "`{name}` is coded differently in clip {number}, and this format has one \
                 configuration for all clips"
            ));
        }
        let segments = other.cuts.segments();
        starts.extend(
            segments.map(|segment| (segment.number, chunk_time(other.time(segment.start)))),
        );
        end = chunk_time(other.end_time()).max(end);
    }
    let mut track = rendition.track.as_ref().clone();
    track.known_frame_rate = track.frame_rate();
    track.timescale = Timescale::SMOOTH;
    let cuts = Cuts::without_samples(&starts, end);
    let (track, cuts) = (Arc::new(track), Arc::new(cuts));
    Ok(Some(rendition.clone().with_cuts(track, cuts).of_clip(rendition.id.clone(), None)))
}
