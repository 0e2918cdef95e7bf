//! A file from which an index was made.

use bytes::BufMut;

use crate::error::Error;
use crate::index::{Content, IndexedFile};
use crate::movie;
use crate::reader::Reader;
use crate::writer::put_bytes;

const MANIFEST: u8 = 0;
const MOVIE: u8 = 1;

pub(crate) fn put(file: &IndexedFile, out: &mut Vec<u8>) -> Result<(), Error> {
    put_bytes(file.name.as_bytes(), out)?;
    put_bytes(file.version.as_bytes(), out)?;
    out.put_u64(file.len);
    match &file.content {
        Content::Manifest(text) => {
            out.put_u8(MANIFEST);
            put_bytes(text, out)
        }
        Content::Movie { digest, movie } => {
            out.put_u8(MOVIE);
            out.put_slice(digest);
            movie::put(movie, out)
        }
    }
}

pub(crate) fn take(reader: &mut Reader<'_>) -> Result<IndexedFile, Error> {
    let (name, version, len) = (reader.text()?, reader.text()?, reader.u64()?);
    let content = match reader.u8()? {
        MANIFEST => Content::Manifest(reader.bytes()?),
        MOVIE => Content::Movie { digest: reader.digest()?, movie: movie::take(reader)? },
        other => return Err(reader.malformed(format!("a file is of kind {other}"))),
    };
    Ok(IndexedFile { name, version, len, content })
}
