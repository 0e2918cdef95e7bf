//! What a track is for (ISO/IEC 14496-12, 8.10.4).

use dynpack_boxes::moov::KindBox;
use dynpack_media::Role;

use crate::boxes::BoxRef;

/// The purpose in the first `kind` box whose scheme is known. User data that cannot be read says
/// nothing.
pub(crate) fn read(trak: &BoxRef<'_>) -> Option<Role> {
    let udta = trak.child(b"udta").ok()??;
    let kinds = udta.children().flatten().filter(BoxRef::is::<KindBox<'_>>);
    kinds.filter_map(|kind| kind.read().ok()).find_map(|kind: KindBox<'_>| purpose(kind))
}

fn purpose(KindBox { scheme, value }: KindBox<'_>) -> Option<Role> {
    match (scheme, value) {
        (b"urn:mpeg:dash:role:2011", value) => Role::parse(std::str::from_utf8(value).ok()?),
        (b"urn:tva:metadata:cs:AudioPurposeCS:2007", b"1") => Some(Role::Description),
        (b"urn:tva:metadata:cs:AudioPurposeCS:2007", b"2") => Some(Role::EnhancedIntelligibility),
        _ => None,
    }
}
