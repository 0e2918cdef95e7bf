//! What all indexes start with: a name, the version of the format, and a digest of the rest.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use twox_hash::XxHash3_128;

use crate::error::Error;

/// The version of the format.
const VERSION: u32 = 1;

const NAME: [u8; 4] = *b"dpix";

/// Bytes before the content.
const HEAD: usize = NAME.len() + size_of::<u32>() + size_of::<u128>();

/// The bytes of an index with that content.
pub(crate) fn wrap(content: &[u8]) -> Bytes {
    let mut whole = BytesMut::with_capacity(content.len().saturating_add(HEAD));
    whole.put_slice(&NAME);
    whole.put_u32(VERSION);
    whole.put_u128(XxHash3_128::oneshot(content));
    whole.put_slice(content);
    whole.freeze()
}

/// The content of an index, once its digest was checked.
pub(crate) fn unwrap(mut bytes: Bytes) -> Result<Bytes, Error> {
    if !bytes.starts_with(&NAME) {
        return Err(Error::NotAnIndex);
    }
    bytes.advance(NAME.len());
    let version = bytes.try_get_u32().map_err(|_| Error::Damaged)?;
    if version != VERSION {
        return Err(Error::Version { version, supported: VERSION });
    }
    let digest = bytes.try_get_u128().map_err(|_| Error::Damaged)?;
    if digest == XxHash3_128::oneshot(&bytes) { Ok(bytes) } else { Err(Error::Damaged) }
}
