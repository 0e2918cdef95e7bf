//! What a track is for (ISO/IEC 14496-12, 8.10.4).

use dynpack_boxes::moov::KindBox;
use dynpack_media::{Forced, Role};

use crate::boxes::BoxRef;

/// The purpose in the first `kind` box whose scheme is known.
pub(crate) fn read(trak: &BoxRef<'_>) -> Option<Role> {
    all(trak).first().copied()
}

/// The purpose of text, and whether that is forced upon viewers. The kind of text tells more than
/// [`Role::Main`], which may be there too.
pub(crate) fn of_text(trak: &BoxRef<'_>) -> (Option<Role>, Forced) {
    let roles = all(trak);
    let special = roles.iter().find(|role| **role != Role::Main).or_else(|| roles.first());
    let is_forced = roles.contains(&Role::ForcedSubtitle);
    (special.copied(), if is_forced { Forced::All } else { Forced::No })
}

/// The purposes in `kind` boxes whose schemes are known. User data that cannot be read says
/// nothing.
fn all(trak: &BoxRef<'_>) -> Vec<Role> {
    let Ok(Some(udta)) = trak.child(b"udta") else { return Vec::new() };
    let kinds = udta.children().flatten().filter(BoxRef::is::<KindBox<'_>>);
    kinds
        .filter_map(|kind| kind.read().ok())
        .filter_map(|kind: KindBox<'_>| purpose(kind))
        .collect()
}

fn purpose(KindBox { scheme, value }: KindBox<'_>) -> Option<Role> {
    match (scheme, value) {
        (b"urn:mpeg:dash:role:2011", value) => Role::parse(std::str::from_utf8(value).ok()?),
        (b"urn:tva:metadata:cs:AudioPurposeCS:2007", b"1") => Some(Role::Description),
        (b"urn:tva:metadata:cs:AudioPurposeCS:2007", b"2") => Some(Role::EnhancedIntelligibility),
        // The kinds of HTML, which CMAF names (ISO/IEC 23000-19, 7.5.3).
        (b"about:html-kind", b"subtitles") => Some(Role::Subtitle),
        (b"about:html-kind", b"captions") => Some(Role::Caption),
        (b"about:html-kind", b"descriptions") => Some(Role::Description),
        _ => None,
    }
}
