//! F4F fragments, read strictly according to the specification (Adobe Flash Video File Format
//! 10.1).

use bytes::Buf;

/// The content of an FLV tag (E.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag<'a> {
    /// Whether it is video, not audio.
    pub is_video: bool,
    /// Whether it contains the configuration of the codec, not a sample.
    pub is_configuration: bool,
    /// Whether decoding can start at it.
    pub is_key_frame: bool,
    /// When it is decoded, in milliseconds.
    pub decode: i64,
    /// How much later it is presented, in milliseconds.
    pub offset: i64,
    /// The configuration or the sample.
    pub data: &'a [u8],
}

/// The head of a tag of MP3, which has no configuration (E.4.2.1).
const MP3: u8 = 0x2f;

/// All tags of a fragment, in order (E.4).
///
/// # Panics
/// On anything other than H.264, and AAC or MP3 of 16 bits in stereo at 44 kHz, in one `mdat`.
#[must_use]
pub fn tags(mut fragment: &[u8]) -> Vec<Tag<'_>> {
    let mut tags = Vec::new();
    assert_eq!((fragment.get_u32() as usize - 4, &fragment[..4]), (fragment.len(), &b"mdat"[..]));
    fragment.advance(4);
    while fragment.has_remaining() {
        let (kind, size) = (fragment.get_u8(), usize::try_from(fragment.get_uint(3)).unwrap());
        let (low, high) = (fragment.get_uint(3), fragment.get_u8());
        assert_eq!(fragment.get_uint(3), 0, "the only stream");
        let (mut data, rest) = fragment.split_at(size);
        fragment = rest;
        assert_eq!(fragment.get_u32() as usize, size + 11);
        let (is_video, head) = (kind == 9, data.get_u8());
        let is_known = matches!((kind, head), (8, MP3 | 0xaf) | (9, 0x17 | 0x27));
        assert!(is_known, "a tag of {kind}, {head:x}");
        let packet = if head == MP3 { 1 } else { data.get_u8() };
        assert!(packet < 2, "a packet of type {packet}");
        tags.push(Tag {
            is_video,
            is_configuration: packet == 0,
            is_key_frame: head != 0x27,
            decode: i64::from(high) << 24 | i64::try_from(low).unwrap(),
            offset: if is_video { data.get_int(3) } else { 0 },
            data,
        });
    }
    tags
}

/// The samples of a fragment, in order.
pub fn samples(fragment: &[u8]) -> impl Iterator<Item = Tag<'_>> {
    tags(fragment).into_iter().filter(|tag| !tag.is_configuration)
}
