//! What contents are called.

use std::collections::{HashMap, HashSet};

use dynpack_codec::MediaKind;

use super::contents::Content;

/// The names of contents in URLs, in order: those declared, and for others `video` or `audio`,
/// several of audio with their languages; and a number where that is taken.
pub(super) fn names(contents: &[Content]) -> Vec<String> {
    let declared = contents.iter().filter_map(Content::declared_name);
    let mut taken: HashSet<String> = declared.map(str::to_owned).collect();
    let nameless = contents.iter().filter(|content| content.declared_name().is_none());
    let has_one_audio = nameless.filter(|content| content.kind() == MediaKind::Audio).count() == 1;
    // The number to try next for each stem.
    let mut next = HashMap::<String, u32>::new();
    let name = |content: &Content| {
        if let Some(name) = content.declared_name() {
            return name.to_owned();
        }
        let stem = match content.kind() {
            MediaKind::Audio if !has_one_audio => {
                format!("audio_{}", content.first().language.tag())
            }
            kind => kind.as_str().to_owned(),
        };
        let number = next.entry(stem.clone()).or_insert(1);
        loop {
            let name = if *number == 1 { stem.clone() } else { format!("{stem}_{number}") };
            *number = number.saturating_add(1);
            if taken.insert(name.clone()) {
                return name;
            }
        }
    };
    contents.iter().map(name).collect()
}
