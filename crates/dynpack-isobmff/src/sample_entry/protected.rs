//! Encrypted samples: `encv` and `enca` (ISO/IEC 14496-12, 8.12).

use dynpack_media::FourCc;

use crate::Error;
use crate::boxes::BoxRef;

/// Why encrypted samples cannot be served: neither cut, for their parameters lie elsewhere in the
/// file, nor encrypted again. The boxes of the entry start after `fixed` bytes of its body.
pub(super) fn refusal(entry: &BoxRef<'_>, fixed: usize) -> Error {
    let (original, scheme) = read(entry, fixed).unwrap_or((entry.kind, None));
    Error::Encrypted(match scheme {
        Some(scheme) => format!("{original} by the scheme {scheme}"),
        None => original.to_string(),
    })
}

/// `frma` and `schm` of the first `sinf`.
fn read(entry: &BoxRef<'_>, fixed: usize) -> Option<(FourCc, Option<FourCc>)> {
    let sinf = entry.children_from(fixed).find_kind(b"sinf").ok()??;
    let original = sinf.child(b"frma").ok()??.fields().fourcc().ok()?;
    let scheme = sinf.child(b"schm").ok().flatten().and_then(|schm| scheme(&schm));
    Some((original, scheme))
}

fn scheme(schm: &BoxRef<'_>) -> Option<FourCc> {
    let mut fields = schm.fields();
    fields.version_and_flags().ok()?;
    fields.fourcc().ok()
}
