//! Boxes as plain bytes (ISO/IEC 14496-12, 4.2).

/// A box.
#[must_use]
pub fn boxed(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let len = u32::try_from(body.len() + 8).unwrap();
    [&len.to_be_bytes()[..], kind, body].concat()
}

/// A box with a 64-bit size.
#[must_use]
pub fn boxed_long(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let len = body.len() as u64 + 16;
    [&[0, 0, 0, 1][..], kind, &len.to_be_bytes(), body].concat()
}

/// A box with version and flags.
#[must_use]
pub fn full(kind: &[u8; 4], version: u8, flags: u32, body: &[u8]) -> Vec<u8> {
    let [_, flags @ ..] = flags.to_be_bytes();
    boxed(kind, &[&[version][..], &flags, body].concat())
}

/// Numbers of 32 bits, big-endian.
#[must_use]
pub fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

/// A table with its number of entries in front.
pub fn table(entries: impl ExactSizeIterator<Item = Vec<u8>>) -> Vec<u8> {
    let count = u32::try_from(entries.len()).unwrap().to_be_bytes().to_vec();
    std::iter::once(count).chain(entries).flatten().collect()
}
