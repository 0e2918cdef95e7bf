//! A clip as the file of a program lists it.

use dynpack_media::{ClipSpan, Ticks, Time, Timescale};
use dynpack_smooth::Sequence;

use crate::request::AssetPath;

/// A clip of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListedClip {
    /// What it is a clip of.
    pub media: ClipMedia,
    /// Which part of that it shows.
    pub span: ClipSpan,
}

/// What a clip is a clip of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ClipMedia {
    /// An asset.
    Asset(AssetPath),
    /// Media files of one film, by their paths below the root of the media.
    Files(Vec<String>),
}

/// The maximum size of a list, in bytes.
pub(super) const MAX_BYTES: usize = Sequence::MAX_BYTES;

/// The maximum number of clips.
pub(super) const MAX_CLIPS: usize = Sequence::MAX_CLIPS;

pub(super) const START: Time = Time::new(Ticks::ZERO, Timescale::MILLIS);

/// What a path in the file of a program names.
pub(super) fn media(folder: &str, src: &str) -> Result<ClipMedia, String> {
    let path = resolved(folder, src)
        .ok_or_else(|| format!("{src:?} is not a path below the root of the media"))?;
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
    match AssetPath::new(folder, name) {
        Ok(asset) => Ok(ClipMedia::Asset(asset)),
        Err(_) => Ok(ClipMedia::Files(vec![path])),
    }
}

/// The problem of the clip at that place, from 0.
pub(super) fn of_clip(at: usize, problem: &str) -> String {
    format!("clip {}: {problem}", at.saturating_add(1))
}

/// The path that `src` names, seen from `folder`; `None` if that is not below the root.
fn resolved(folder: &str, src: &str) -> Option<String> {
    let is_bad = |char: char| matches!(char, '\\' | ':') || char.is_control();
    if src.contains(is_bad) {
        return None;
    }
    let (start, rest) = match src.strip_prefix('/') {
        Some(rest) => ("", rest),
        None => (folder, src),
    };
    let mut names: Vec<&str> = start.split('/').filter(|name| !name.is_empty()).collect();
    for name in rest.split('/') {
        match name {
            "" => return None,
            "." => {}
            ".." => names.pop().map(|_| ())?,
            name => names.push(name),
        }
    }
    (!names.is_empty()).then(|| names.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_below_the_root() {
        for (src, expected) in [
            ("a.mp4", Some("films/day/a.mp4")),
            ("../b/b.ism", Some("films/b/b.ism")),
            ("../../c.mp4", Some("c.mp4")),
            ("/d/e.mp4", Some("d/e.mp4")),
            ("./a.mp4", Some("films/day/a.mp4")),
            ("../../../c.mp4", None),
            ("/../c.mp4", None),
            ("", None),
            ("..", Some("films")),
            ("../..", None),
            ("a//b.mp4", None),
            ("https://example.com/a.mp4", None),
            ("a\\b.mp4", None),
            ("a\0.mp4", None),
        ] {
            assert_eq!(resolved("films/day", src).as_deref(), expected, "{src}");
        }
    }
}
