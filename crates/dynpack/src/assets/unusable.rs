//! Why an asset cannot be served, for people.

use dynpack_packager::AssetPath;

use crate::error::Error;

pub(super) const CORRECT: &str =
    "correct the server manifest, or remove it to serve all files of the folder";
pub(super) const CORRECT_CLIPS: &str = "correct the list of clips, or the media that it names";
pub(super) const DIVIDE: &str = "put each title into a folder of its own";
pub(super) const ENCODE: &str = "encode the track with a codec that is supported";
pub(super) const REPAIR: &str =
    "make the file again from its source; if it is a copy, copy it again";

pub(super) fn unusable(path: &AssetPath, problem: String, remedy: &'static str) -> Error {
    Error::Unusable { asset: path.to_string(), problem, remedy }
}

/// The name of a file of an asset in error texts. It never contains the folder, which the users of
/// a locator must not learn.
pub(super) fn name_in(asset: &AssetPath, file: &str) -> String {
    match file.strip_prefix(asset.folder()).and_then(|file| file.strip_prefix('/')) {
        Some(name) => format!("`{name}`"),
        None => "a file".to_owned(),
    }
}
