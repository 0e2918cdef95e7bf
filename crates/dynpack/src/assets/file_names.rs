//! Which files make an asset, by their names.

use dynpack_packager::AssetPath;

use super::texts::{text_files, text_files_of};

/// The endings of media files, where no server manifest lists the files: whole tracks, never
/// segments (`.m4s`).
const MEDIA_ENDINGS: [&str; 8] =
    [".mp4", ".m4v", ".m4a", ".mov", ".ismv", ".isma", ".cmfv", ".cmfa"];

/// The names of the files that make an asset which is a folder.
pub(super) fn asset_files(names: &[String]) -> Vec<String> {
    media_files(names).into_iter().chain(text_files(names).cloned()).collect()
}

/// The same of an asset that is a single file of that name, without its ending. One of the media
/// files is the asset.
pub(super) fn lone_files(names: &[String], lone: &str) -> Vec<String> {
    let media = names.iter().filter(|file| lone_name(file) == Some(lone));
    media.chain(text_files_of(names, lone)).cloned().collect()
}

/// The names that have the ending of a media file.
pub(crate) fn media_files(names: &[String]) -> Vec<String> {
    let is_media = |name: &&String| !name.starts_with('.') && media_ending(name).is_some();
    names.iter().filter(is_media).cloned().collect()
}

/// The name of an asset that is a single media file: the name of the file without its ending.
pub(crate) fn lone_name(file: &str) -> Option<&str> {
    let ending = MEDIA_ENDINGS.get(media_ending(file)?)?;
    file.split_at_checked(file.len().checked_sub(ending.len())?).map(|(name, _)| name)
}

/// Which of the endings of media files a name has, in upper or lower case.
pub(super) fn media_ending(name: &str) -> Option<usize> {
    let name = name.to_ascii_lowercase();
    MEDIA_ENDINGS.iter().position(|ending| name.ends_with(ending))
}

/// The folder and the name of what is at a path.
pub(super) fn parent_of(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// The path of a file in the folder of an asset.
pub(super) fn in_folder(path: &AssetPath, file: &str) -> String {
    format!("{}/{file}", path.folder())
}
