//! Encrypted samples: `encv` and `enca` (ISO/IEC 14496-12, 8.12).

use dynpack_codec::MediaKind;
use dynpack_media::FourCc;

use super::{avc, mp4a};
use crate::Error;
use crate::boxes::BoxRef;
use crate::configuration::{self, Configuration};

/// Why encrypted samples cannot be served: neither cut, for their parameters lie elsewhere in the
/// file, nor encrypted again.
pub(super) fn refusal(entry: &BoxRef<'_>, kind: MediaKind) -> Error {
    let known = configuration::read(entry.whole, kind).or_else(|| read(entry, kind));
    let what = match known {
        Some(Configuration::Protected { original, scheme: Some(scheme) }) => {
            format!("{original} by the scheme {scheme}")
        }
        Some(Configuration::Protected { original, .. }) => original.to_string(),
        _ => entry.kind.to_string(),
    };
    Error::Encrypted(what)
}

/// `frma` and `schm` of the first `sinf`.
fn read(entry: &BoxRef<'_>, kind: MediaKind) -> Option<Configuration> {
    let fixed = if kind == MediaKind::Video { avc::FIXED } else { mp4a::FIXED };
    let sinf = entry.children_from(fixed).find_kind(b"sinf").ok()??;
    let original = sinf.child(b"frma").ok()??.fields().fourcc().ok()?;
    let scheme = sinf.child(b"schm").ok().flatten().and_then(|schm| scheme(&schm));
    Some(Configuration::Protected { original, scheme })
}

fn scheme(schm: &BoxRef<'_>) -> Option<FourCc> {
    let mut fields = schm.fields();
    fields.version_and_flags().ok()?;
    fields.fourcc().ok()
}
