//! The JSON documents that publishers write.

use serde::de::DeserializeOwned;

/// What some editors write before UTF-8 (The Unicode Standard, 23.8).
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads a document, which may start with a byte order mark.
///
/// # Errors
/// What is wrong with it, and where.
pub(crate) fn read<T: DeserializeOwned>(document: &[u8]) -> Result<T, String> {
    serde_json::from_slice(unmarked(document)).map_err(|error| error.to_string())
}

/// The first byte of what a document holds: `{` of an object, `[` of a list.
pub(crate) fn first_byte(document: &[u8]) -> Option<u8> {
    unmarked(document).trim_ascii_start().first().copied()
}

fn unmarked(document: &[u8]) -> &[u8] {
    document.strip_prefix(BYTE_ORDER_MARK).unwrap_or(document)
}
