//! What filters leave of a program.

use dynpack_media::Timescale;

use super::scene::Scene;
use crate::combination::{Combination, Filtered};
use crate::error::Error;
use crate::fingerprint::digest;
use crate::packager::not_in_view;
use crate::request::{Request, Resource};

/// What filters leave of the scenes that the answer to a request is made of. Scenes of which
/// nothing is left are left out, if there are others.
///
/// # Errors
/// [`Error::NothingLeft`] if that is nothing, or [`Error::TimeNotFound`] if it is nothing of the
/// clip whose media is asked for.
pub fn leave<'a>(
    filters: &Combination,
    scenes: &'a [Scene<'_>],
    request: &Request,
) -> Result<Vec<(&'a Scene<'a>, Filtered<'a>)>, Error> {
    let mut left = Vec::with_capacity(scenes.len());
    for scene in scenes {
        match filters.since(scene.start).apply(&scene.presentation) {
            Err(Error::NothingLeft { .. }) if scenes.len() > 1 => {}
            Err(error @ Error::NothingLeft { .. }) if scene.clip.is_some() => {
                return Err(match &request.resource {
                    Resource::Media(id, place) => not_in_view(id, *place),
                    _ => error,
                });
            }
            filtered => left.push((scene, filtered?)),
        }
    }
    if left.is_empty() { Err(filters.nothing_left()) } else { Ok(left) }
}

/// A hash of what filters leave of so many scenes; `None` if that is everything. Manifests change
/// when it does.
#[must_use]
pub fn hash_of(left: &[(&Scene<'_>, Filtered<'_>)], scenes: usize) -> Option<[u8; 32]> {
    if let ([(_, only)], 1) = (left, scenes) {
        return only.hash();
    }
    let is_all = left.len() == scenes && left.iter().all(|(_, one)| one.hash().is_none());
    let parts = left.iter().flat_map(|(scene, filtered)| {
        let start = scene.start.floor(Timescale::SMOOTH).0.to_be_bytes();
        [start.to_vec(), filtered.hash().map(Vec::from).unwrap_or_default()]
    });
    (!is_all).then(|| digest(parts))
}
