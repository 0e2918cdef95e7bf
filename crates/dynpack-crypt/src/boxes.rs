//! Writing boxes (ISO/IEC 14496-12, 4.2).

use bytes::BufMut;

/// Appends a box: `body` writes what is in it, the size is put in front of that afterwards.
pub(crate) fn put_box(out: &mut Vec<u8>, kind: &[u8; 4], body: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.put_u32(0);
    out.put_slice(kind);
    body(out);
    let size = u32::try_from(out.len() - start).unwrap_or(u32::MAX);
    if let Some(field) = out.get_mut(start..start + 4) {
        field.copy_from_slice(&size.to_be_bytes());
    }
}

/// Appends a box with a version and flags, of which there are 24 bits.
pub(crate) fn put_full_box(out: &mut Vec<u8>, kind: &[u8; 4], version: u8, flags: u32, body: impl FnOnce(&mut Vec<u8>)) {
    put_box(out, kind, |out| {
        out.put_u32(u32::from(version) << 24 | flags);
        body(out);
    });
}

/// Appends a box of an extended type, with a version and flags.
pub(crate) fn put_uuid_box(out: &mut Vec<u8>, kind: u128, flags: u32, body: impl FnOnce(&mut Vec<u8>)) {
    put_box(out, b"uuid", |out| {
        out.put_u128(kind);
        out.put_u32(flags);
        body(out);
    });
}
