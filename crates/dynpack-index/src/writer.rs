//! Fields of an index that are not plain numbers.

use bytes::BufMut;

use crate::error::Error;

/// Appends bytes after their length of 32 bits.
pub(crate) fn put_bytes(bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
    put_len(bytes.len(), out)?;
    out.put_slice(bytes);
    Ok(())
}

/// Appends a list after its length of 32 bits.
pub(crate) fn put_list<T>(
    items: &[T],
    out: &mut Vec<u8>,
    mut put: impl FnMut(&T, &mut Vec<u8>) -> Result<(), Error>,
) -> Result<(), Error> {
    put_len(items.len(), out)?;
    items.iter().try_for_each(|item| put(item, out))
}

fn put_len(len: usize, out: &mut Vec<u8>) -> Result<(), Error> {
    let len = u32::try_from(len);
    out.put_u32(len.map_err(|_| Error::Unrepresentable("a list of 2^32 items".into()))?);
    Ok(())
}
