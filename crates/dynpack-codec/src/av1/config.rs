//! The configuration of AV1: the record `av1C` (AV1 Codec ISO Media File Format Binding, 2.3).

use bytes::Bytes;

use super::sequence_header::SequenceHeader;
use super::{Obu, ObuType};
use crate::{Color, Error, FrameShape, Malformed};

/// The configuration of a track of AV1.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Av1Config {
    /// `seq_profile`: 0 Main, 1 High, 2 Professional.
    pub profile: u8,
    /// `seq_level_idx_0`.
    pub level: u8,
    /// Whether it is of the High tier.
    pub is_high_tier: bool,
    /// Bits of a component of a pixel: 8, 10 or 12.
    pub bit_depth: u8,
    /// Whether it is without colour.
    pub is_monochrome: bool,
    /// `chroma_subsampling_x`, `chroma_subsampling_y` and `chroma_sample_position`.
    pub subsampling: [u8; 3],
    /// The record itself, the body of `av1C`.
    pub record: Bytes,
    header: Option<SequenceHeader>,
}

impl Av1Config {
    /// Reads the body of an `av1C` box. It may lack a sequence header: samples have them too.
    ///
    /// # Errors
    /// [`Malformed::Configuration`] if the record is cut short or of another version.
    pub fn parse(record: Bytes) -> Result<Self, Error> {
        let malformed = |problem| Malformed::Configuration { record: "av1C", problem };
        let [version, level, format, _] =
            *record.first_chunk().ok_or_else(|| malformed("shorter than 4 bytes"))?;
        if version != 0x81 {
            return Err(malformed("the marker and the version are not 1").into());
        }
        let bit = |at: u8| format >> at & 1;
        Ok(Self {
            profile: level >> 5,
            level: level & 0x1f,
            is_high_tier: bit(7) == 1,
            bit_depth: match (bit(6), bit(5)) {
                (0, _) => 8,
                (_, 0) => 10,
                _ => 12,
            },
            is_monochrome: bit(4) == 1,
            subsampling: [bit(3), bit(2), format & 0b11],
            header: sequence_header(record.get(4..).unwrap_or_default()),
            record,
        })
    }

    /// Maximum width and height of a picture, and its colours; `None` if the record has no sequence
    /// header. Pixels are square unless their container says otherwise.
    #[must_use]
    pub fn frame_shape(&self) -> Option<FrameShape> {
        let SequenceHeader { size: (width, height), color, .. } = *self.header.as_ref()?;
        let (width, height) = (u16::try_from(width).ok()?, u16::try_from(height).ok()?);
        Some(FrameShape { width, height, pixel_aspect: None, color })
    }

    /// The sequence header of the record, if it has one.
    pub(super) const fn sequence_header(&self) -> Option<&SequenceHeader> {
        self.header.as_ref()
    }

    /// The `codecs` parameter (AV1 Codec ISO Media File Format Binding, 5): with the description of
    /// colour if the sequence header has one that differs from the default.
    #[must_use]
    pub fn rfc6381(&self) -> String {
        let Self { profile, level, bit_depth, .. } = self;
        let tier = if self.is_high_tier { 'H' } else { 'M' };
        let short = format!("av01.{profile}.{level:02}{tier}.{bit_depth:02}");
        let Some(SequenceHeader { color: Some(color), .. }) = self.header else {
            return short;
        };
        let [mono, range] = [self.is_monochrome, color.full_range].map(u8::from);
        let [across, down, position] = self.subsampling;
        // The position counts only where chroma has half the pixels in both directions.
        let position = if (across, down) == (1, 1) { position } else { 0 };
        let Color { primaries, transfer, matrix, .. } = color;
        let long = format!(
            ".{mono}.{across}{down}{position}.{primaries:02}.{transfer:02}.{matrix:02}.{range}"
        );
        if long == ".0.110.01.01.01.0" { short } else { short + &long }
    }
}

/// The first sequence header among units.
fn sequence_header(units: &[u8]) -> Option<SequenceHeader> {
    let mut units = Obu::all_in(units).map_while(Result::ok);
    let header = units.find(|unit| unit.kind == ObuType::SEQUENCE_HEADER)?;
    SequenceHeader::read(header.payload)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of a film of 480 by 270 pixels as libaom encodes it, with a sequence header.
    const RECORD: &[u8] = &[
        0x81, 0x00, 0x0c, 0x00, 0x0a, 0x0a, 0x00, 0x00, 0x00, 0x04, 0x3b, 0xfc, 0x37, 0xff, 0xe6,
        0xf4,
    ];

    #[test]
    fn every_cut_of_a_record_is_refused_or_lacks_its_header() {
        for len in 0..4 {
            let error = Av1Config::parse(Bytes::from_static(&RECORD[..len])).unwrap_err();
            assert_eq!(
                error.to_string(),
                "the av1C configuration is malformed: shorter than 4 bytes"
            );
        }
        for len in 4..RECORD.len() {
            let config = Av1Config::parse(Bytes::from_static(&RECORD[..len])).unwrap();
            assert_eq!((config.rfc6381().as_str(), config.frame_shape()), ("av01.0.00M.08", None));
        }
        let version = Bytes::from_static(&[0x82, 0, 0x0c, 0]);
        assert!(Av1Config::parse(version).unwrap_err().to_string().contains("version"));
    }

    #[test]
    fn flags_give_tier_depth_and_format() {
        let parse = |level, format| {
            let record = Bytes::copy_from_slice(&[0x81, level, format, 0]);
            Av1Config::parse(record).unwrap().rfc6381()
        };
        let found = [(0x08, 0x0c), (0x2d, 0xc0), (0x53, 0x68)].map(|(a, b)| parse(a, b));
        assert_eq!(found, ["av01.0.08M.08", "av01.1.13H.10", "av01.2.19M.12"]);
    }
}
