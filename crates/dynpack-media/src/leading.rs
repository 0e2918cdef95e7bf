//! Which tracks lead: where they can be cut, all others are.

use std::collections::HashMap;

use dynpack_codec::MediaKind;

use crate::{Difference, Role, Track};

/// Which of some tracks are cut at sync samples that all of them share: those of the video that is
/// played by default, in its first family and in each other family that has enough of them. Each
/// track comes with the name of its content, and what it is for.
#[must_use]
pub fn leading(tracks: &[(&str, Role, &Track)]) -> Vec<bool> {
    let videos = || tracks.iter().filter(|(.., track)| track.kind() == MediaKind::Video);
    let main = videos().find(|(_, role, _)| *role == Role::Main).or_else(|| videos().next());
    let name = main.map(|(name, ..)| *name);
    let is_default = |(other, _, track): &(&str, Role, &Track)| {
        Some(*other) == name && track.kind() == MediaKind::Video
    };
    let defaults = || tracks.iter().filter(|one| is_default(one)).map(|(.., track)| *track);
    let first = defaults().min_by_key(|track| track.video_family());
    let has_cuts_of_first = |track: &Track| {
        first.is_some_and(|first| {
            first.video_family() == track.video_family()
                || Difference::between(first, track).is_none()
        })
    };
    let mut families = HashMap::new();
    for track in defaults() {
        families.entry(track.video_family()).or_insert_with(|| has_cuts_of_first(track));
    }
    let leads = |one: &(&str, Role, &Track)| {
        is_default(one) && families.get(&one.2.video_family()) == Some(&true)
    };
    tracks.iter().map(leads).collect()
}
