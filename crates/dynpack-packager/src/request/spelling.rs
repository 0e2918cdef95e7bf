//! How manifests are named, here and by other origins.

use super::{AssetPath, Request};
use crate::format::Format;

/// The names, without their endings, that other origins and packagers give to the manifest of an
/// asset.
const NAMES: [&str; 6] = ["", "index", "main", "manifest", "master", "playlist"];

/// The manifest that a resource names as other origins do: `.m3u8`, `playlist.m3u8`,
/// `manifest.mpd`.
pub(super) fn of_other_origins(asset: &AssetPath, resource: &str) -> Option<Request> {
    let (name, ending) = resource.rsplit_once('.')?;
    let mut names = NAMES.into_iter().chain([asset.stem()]);
    names.find(|known| known.eq_ignore_ascii_case(name))?;
    let format = match ending.to_ascii_lowercase().as_str() {
        "m3u8" => Format::HlsCmaf,
        "mpd" => Format::DashCmaf,
        "f4m" => Format::Hds,
        "ismc" => Format::Smooth,
        _ => return None,
    };
    Some(Request::manifest(asset.clone(), format))
}

/// The URLs of all manifests of an asset, in words.
pub(super) fn manifests(asset: &AssetPath) -> String {
    let formats = Format::ALL.into_iter().filter(|format| format.packager().is_ok());
    let manifest = |format: Format| {
        format!("`{}` for {}", Request::manifest(asset.clone(), format), format.title())
    };
    formats.map(manifest).collect::<Vec<_>>().join(", ")
}
