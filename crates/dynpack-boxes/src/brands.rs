//! The `ftyp` and `styp` boxes: what a file or segment conforms to (ISO/IEC 14496-12, 4.3 and
//! 8.16.2).

use std::borrow::Cow;

use bytes::BufMut;
use dynpack_media::FourCc;

use crate::{BoxType, Error, Kind, Reader};

/// What a file or segment conforms to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brands<'a> {
    /// The brand that describes it best.
    pub major: FourCc,
    /// A version of the major brand, for information only.
    pub minor_version: u32,
    /// All brands it conforms to, the major one among them.
    pub compatible: Cow<'a, [FourCc]>,
}

impl<'a> Brands<'a> {
    /// Conformance to `major` and `others`, in `compatible`, which starts with the major brand;
    /// `None` for an empty list.
    #[must_use]
    pub const fn new(compatible: &'a [FourCc]) -> Option<Self> {
        match compatible {
            [major, ..] => {
                let compatible = Cow::Borrowed(compatible);
                Some(Self { major: *major, minor_version: 0, compatible })
            }
            [] => None,
        }
    }

    fn read_from(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let (major, minor_version) = (reader.fourcc()?, reader.u32()?);
        let (brands, rest) = reader.rest().as_chunks();
        if !rest.is_empty() {
            return Err(Error::CutShort);
        }
        reader.take_rest();
        let compatible = brands.iter().copied().map(FourCc).collect();
        Ok(Self { major, minor_version, compatible: Cow::Owned(compatible) })
    }

    fn len(&self) -> u64 {
        (self.compatible.len() as u64).saturating_mul(4).saturating_add(8)
    }

    fn put(&self, out: &mut Vec<u8>) {
        out.put_slice(&self.major.0);
        out.put_u32(self.minor_version);
        self.compatible.iter().for_each(|brand| out.put_slice(&brand.0));
    }
}

/// The `ftyp` box: what a file conforms to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ftyp<'a>(pub Brands<'a>);

/// The `styp` box: what a segment conforms to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Styp<'a>(pub Brands<'a>);

impl<'a> BoxType<'a> for Ftyp<'a> {
    const KIND: Kind = Kind::code(*b"ftyp");

    fn read_from(reader: &mut Reader<'a>) -> Result<Self, Error> {
        Brands::read_from(reader).map(Self)
    }

    fn fields_len(&self) -> u64 {
        self.0.len()
    }

    fn put_fields(&self, out: &mut Vec<u8>) {
        self.0.put(out);
    }
}

impl<'a> BoxType<'a> for Styp<'a> {
    const KIND: Kind = Kind::code(*b"styp");

    fn read_from(reader: &mut Reader<'a>) -> Result<Self, Error> {
        Brands::read_from(reader).map(Self)
    }

    fn fields_len(&self) -> u64 {
        self.0.len()
    }

    fn put_fields(&self, out: &mut Vec<u8>) {
        self.0.put(out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_brand_is_the_major_one() {
        assert_eq!(Brands::new(&[]), None);
        let brands = [FourCc(*b"msdh"), FourCc(*b"cmfs")];
        let styp = Styp(Brands::new(&brands).unwrap());
        assert_eq!(styp.to_vec(), b"\0\0\0\x18stypmsdh\0\0\0\0msdhcmfs");
        assert_eq!(styp.box_len(), 24);
    }
}
