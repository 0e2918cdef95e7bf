//! Box headers: size and type (ISO/IEC 14496-12, 4.2.2).

use std::fmt;

use bytes::BufMut;
use dynpack_media::FourCc;

/// What the header of a box says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The type.
    pub kind: FourCc,
    /// Bytes of the header itself, without an extended type.
    pub header_len: u64,
    /// Bytes of the box, header included; `None` for a box that extends to the end of what holds
    /// it.
    pub len: Option<u64>,
}

impl Header {
    /// Bytes of a header with a 32-bit size.
    pub const SHORT: u64 = 8;
    /// Bytes of a header with a 64-bit size.
    pub const LONG: u64 = 16;

    /// Reads the header at the start of `bytes`; `None` if it is cut short.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (size, rest) = bytes.split_first_chunk()?;
        let (kind, rest) = rest.split_first_chunk()?;
        let (header_len, len) = match u32::from_be_bytes(*size) {
            0 => (Self::SHORT, None),
            1 => (Self::LONG, Some(u64::from_be_bytes(*rest.first_chunk()?))),
            size => (Self::SHORT, Some(size.into())),
        };
        Some(Self { kind: FourCc(*kind), header_len, len })
    }
}

/// The type of a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Four characters.
    Code(FourCc),
    /// A UUID: the box is of type `uuid`, and the UUID goes before its fields.
    Extended(u128),
}

impl Kind {
    /// The type of these four characters.
    #[must_use]
    pub const fn code(code: [u8; 4]) -> Self {
        Self::Code(FourCc(code))
    }

    /// The four characters of the header.
    #[must_use]
    pub const fn fourcc(self) -> FourCc {
        match self {
            Self::Code(code) => code,
            Self::Extended(_) => FourCc(*b"uuid"),
        }
    }

    /// The fields of a box with this four-character code and body, if it is of this type.
    #[must_use]
    pub fn fields_of(self, code: FourCc, body: &[u8]) -> Option<&[u8]> {
        match self {
            Self::Code(own) => (own == code).then_some(body),
            Self::Extended(uuid) => {
                body.strip_prefix(&uuid.to_be_bytes()).filter(|_| code == self.fourcc())
            }
        }
    }

    /// Bytes of the header of a box with `fields_len` bytes of fields.
    #[must_use]
    pub const fn header_len(self, fields_len: u64) -> u64 {
        let uuid = self.uuid_len();
        if Header::SHORT.saturating_add(uuid).saturating_add(fields_len) <= u32::MAX as u64 {
            Header::SHORT.saturating_add(uuid)
        } else {
            Header::LONG.saturating_add(uuid)
        }
    }

    /// Appends the header of a box with `fields_len` bytes of fields: with a 64-bit size only if
    /// 32 bits are too few.
    pub fn put_header(self, fields_len: u64, out: &mut impl BufMut) {
        let len = self.header_len(fields_len).saturating_add(fields_len);
        let short = u32::try_from(len);
        out.put_u32(short.unwrap_or(LONG_SIZE));
        out.put_slice(&self.fourcc().0);
        if short.is_err() {
            out.put_u64(len);
        }
        if let Self::Extended(uuid) = self {
            out.put_u128(uuid);
        }
    }

    const fn uuid_len(self) -> u64 {
        match self {
            Self::Code(_) => 0,
            Self::Extended(_) => 16,
        }
    }
}

/// The 32-bit size that announces one of 64 bits.
const LONG_SIZE: u32 = 1;

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fourcc().fmt(f)
    }
}

/// Appends a box that holds what `content` appends. Its header has [`Header::SHORT`] bytes.
///
/// # Panics
/// If the content has 4 GiB or more.
pub fn put_container(code: [u8; 4], out: &mut Vec<u8>, content: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.put_u32(0);
    out.put_slice(&code);
    content(out);
    let len = out.len().saturating_sub(start);
    let len = u32::try_from(len).expect("containers hold descriptions of media, far below 4 GiB");
    out.get_mut(start..)
        .and_then(<[u8]>::first_chunk_mut)
        .map(|size| *size = len.to_be_bytes())
        .expect("content is appended");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn containers_nest_and_know_their_size() {
        let mut out = b"before".to_vec();
        put_container(*b"moof", &mut out, |out| {
            put_container(*b"traf", out, |out| out.extend(b"fields"));
        });
        assert_eq!(out, b"before\0\0\0\x16moof\0\0\0\x0etraffields");
    }

    #[test]
    fn a_size_has_64_bits_where_32_are_too_few() {
        let header = |kind: Kind, fields_len| {
            let mut out = Vec::new();
            kind.put_header(fields_len, &mut out);
            assert_eq!(out.len() as u64, kind.header_len(fields_len));
            let header = Header::read(&out).unwrap();
            assert_eq!(header.kind, kind.fourcc());
            assert_eq!(header.len, Some(out.len() as u64 + fields_len));
            out.len()
        };
        let limit = u64::from(u32::MAX);
        let mdat = Kind::code(*b"mdat");
        assert_eq!([0, limit - 8, limit - 7, 1 << 40].map(|len| header(mdat, len)), [8, 8, 16, 16]);
        let uuid = Kind::Extended(7);
        assert_eq!([0, limit - 24, limit - 23].map(|len| header(uuid, len)), [24, 24, 32]);
    }

    #[test]
    fn headers_are_read_as_far_as_they_go() {
        assert_eq!(Header::read(b"\0\0\0\x08fre"), None);
        assert_eq!(Header::read(b"\0\0\0\x01free\0\0\0\0\0\0\0"), None);
        assert_eq!(Header::read(b"\0\0\0\0mdat").unwrap().len, None);
    }

    #[test]
    fn fields_follow_an_extended_type() {
        let uuid = u128::from_be_bytes(*b"0123456789abcdef");
        let kind = Kind::Extended(uuid);
        let body = b"0123456789abcdeffields";
        assert_eq!(kind.fields_of(FourCc(*b"uuid"), body), Some(&b"fields"[..]));
        assert_eq!(kind.fields_of(FourCc(*b"free"), body), None);
        assert_eq!(Kind::Extended(1).fields_of(FourCc(*b"uuid"), body), None);
    }
}
