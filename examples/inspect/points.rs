//! The markers and chapters of an asset.

use std::collections::HashSet;

use dynpack::Scene;
use dynpack_media::{Marker, Time, Timescale, View};

use crate::tracks::cut;

/// The markers and chapters, at their times in the program.
pub(crate) fn listed(scenes: &[Scene<'_>]) -> String {
    let starts: Vec<_> = scenes.iter().flat_map(starts).collect();
    let markers = scenes.iter().flat_map(|scene| {
        let earlier = Time::new(-scene.start.ticks, scene.start.timescale);
        scene.presentation.markers.iter().map(move |marker| marker.clone().since(earlier))
    });
    // A marker may last over several clips.
    let mut known = HashSet::new();
    let markers = markers.filter(|marker| known.insert(marker.id.clone()));
    let mut text: String = markers.map(|marker| marker_line(&marker, &starts)).collect();
    for scene in scenes {
        let view = View::whole(&scene.presentation);
        for chapter in view.first().chapters(Timescale::MILLIS) {
            let start = scene.start.plus(Time::new(chapter.span.start, Timescale::MILLIS));
            let (start, title) = (start.as_seconds(), &chapter.chapter.title);
            text += &format!("chapter at {start:.3} s: {title}\n");
        }
    }
    text
}

/// When the segments of a scene start, in its program.
fn starts<'a>(scene: &'a Scene<'_>) -> impl Iterator<Item = Time> + 'a {
    let cut = cut(&scene.presentation);
    // The first segment of a clip may be named by a time within its first picture.
    let later = cut.cuts.segments().skip(1).map(|segment| cut.time(segment.start));
    [scene.start].into_iter().chain(later.map(|start| scene.start.plus(start)))
}

fn marker_line(marker: &Marker, starts: &[Time]) -> String {
    let (id, seconds) = (&marker.id, marker.start.as_seconds());
    let lasts = marker.duration.map(|lasts| format!(" for {:.3} s", lasts.as_seconds()));
    let lasts = lasts.unwrap_or_default();
    let distance = |start: &Time| (start.as_seconds() - seconds).abs();
    let nearest = starts.iter().min_by(|one, other| distance(one).total_cmp(&distance(other)));
    let nearest = nearest.map_or_else(String::new, |start| match marker.is_at(*start) {
        true => "a segment starts there".to_owned(),
        false => format!("the nearest segment starts at {:.3} s", start.as_seconds()),
    });
    format!("marker {id} at {seconds:.3} s{lasts}: {nearest}\n")
}
