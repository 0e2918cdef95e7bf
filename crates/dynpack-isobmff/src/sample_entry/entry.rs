//! A sample entry that can be served, and what is common to the entries of all codecs (ISO/IEC
//! 14496-12, 8.5.2.2).

use bytes::{BufMut, Bytes, BytesMut};
use dynpack_boxes::{Header, Kind};
use dynpack_codec::Codec;

use crate::Error;
use crate::boxes::BoxRef;

/// A sample entry that can be served.
#[derive(Clone, Debug)]
pub(crate) struct SampleEntry {
    pub(crate) codec: Codec,
    /// The entry as an output file can carry it: a box of its own memory, in the form of ISO/IEC
    /// 14496-12.
    pub(crate) bytes: Bytes,
}

/// Bytes of a sample entry of any kind before what its kind adds (8.5.2.2).
pub(super) const COMMON: usize = 8;

/// A copy of an entry which refers to the first data reference, the only one there is in an output
/// file.
pub(super) fn copy(entry: &BoxRef<'_>) -> Bytes {
    let mut copy = BytesMut::from(entry.whole);
    let header_len = entry.whole.len().saturating_sub(entry.body.len());
    if let Some(reference) =
        copy.get_mut(header_len..).and_then(|body| body.get_mut(COMMON - 2..COMMON))
    {
        reference.copy_from_slice(&[0, 1]);
    }
    copy.freeze()
}

/// Such a copy as a box.
pub(crate) fn as_box(entry: &Bytes) -> Option<BoxRef<'_>> {
    let Header { kind, header_len, .. } = Header::read(entry)?;
    Some(BoxRef::top(kind, 0, entry, usize::try_from(header_len).ok()?))
}

/// An entry of such a copy whose boxes of that kind have another body. The boxes start after
/// `fixed` bytes of its own body.
pub(super) fn with_box(entry: &Bytes, fixed: usize, kind: &[u8; 4], body: &[u8]) -> Bytes {
    let Some(entry) = as_box(entry) else { return Bytes::new() };
    let mut fields = BytesMut::from(entry.body.get(..fixed).unwrap_or_default());
    for child in entry.children_from(fixed).flatten() {
        if child.kind.0 == *kind {
            Kind::code(*kind).put_header(body.len() as u64, &mut fields);
            fields.put_slice(body);
        } else {
            fields.put_slice(child.whole);
        }
    }
    let mut whole = BytesMut::new();
    Kind::Code(entry.kind).put_header(fields.len() as u64, &mut whole);
    whole.unsplit(fields);
    whole.freeze()
}

/// Such a copy under another name.
pub(crate) fn renamed(entry: &Bytes, name: [u8; 4]) -> Bytes {
    let mut copy = BytesMut::from(&entry[..]);
    if let Some(kind) = copy.get_mut(4..8) {
        kind.copy_from_slice(&name);
    }
    copy.freeze()
}

/// A malformed configuration, in terms of the box that holds it.
pub(super) fn in_box(holder: &BoxRef<'_>) -> impl Fn(dynpack_codec::Error) -> Error {
    move |error| holder.malformed(error.to_string())
}
