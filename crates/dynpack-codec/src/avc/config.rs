//! The configuration of H.264: the record `avcC` (ISO/IEC 14496-15, 5.3.3.1).

use bytes::{Buf, Bytes};

use super::frame_shape::FrameShape;
use super::parameter_sets::Sps;
use crate::{AspectRatio, Error, Malformed};

/// The configuration of a track of H.264.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AvcConfig {
    /// Width of the picture, in pixels.
    pub width: u16,
    /// Height of the picture, in pixels.
    pub height: u16,
    /// The width of a pixel relative to its height.
    pub pixel_aspect: AspectRatio,
    /// Whether parameter sets may change within the samples (`avc3`) or all stand in the record
    /// (`avc1`).
    pub in_band: bool,
    /// `AVCProfileIndication`, `profile_compatibility` and `AVCLevelIndication`.
    pub profile_level: [u8; 3],
    /// Bytes of the length before each NAL unit: 1, 2 or 4.
    pub nal_length_size: u8,
    /// Sequence parameter sets, NAL header included.
    pub sps: Vec<Bytes>,
    /// Picture parameter sets, NAL header included.
    pub pps: Vec<Bytes>,
    /// The record itself, the body of `avcC`.
    pub record: Bytes,
}

impl AvcConfig {
    /// Reads the body of an `avcC` box. It may hold no parameter sets, even with `avc1`, which
    /// requires them: [`lacks_parameter_sets`](Self::lacks_parameter_sets) shows that.
    ///
    /// # Errors
    /// [`Malformed::Configuration`] if the record is cut short or of another version.
    pub fn parse(record: Bytes, width: u16, height: u16, in_band: bool) -> Result<Self, Error> {
        let malformed = |problem| Error::from(Malformed::Configuration { record: "avcC", problem });
        let mut body = record.clone();
        let head: [u8; 6] = body
            .get(..6)
            .and_then(|head| head.try_into().ok())
            .ok_or_else(|| malformed("shorter than 6 bytes"))?;
        body.advance(6);
        let [version, profile, compatibility, level, length_size, sps_count] = head;
        if version != 1 {
            return Err(malformed("configurationVersion is not 1"));
        }
        let nal_length_size = (length_size & 0b11).saturating_add(1);
        if nal_length_size == 3 {
            return Err(malformed("lengthSizeMinusOne is 2, which the standard forbids"));
        }
        let sps = parameter_sets(&mut body, sps_count & 0b1_1111)
            .ok_or_else(|| malformed("cut short in the sequence parameter sets"))?;
        let pps_count =
            body.try_get_u8().map_err(|_| malformed("ends before the picture parameter sets"))?;
        let pps = parameter_sets(&mut body, pps_count)
            .ok_or_else(|| malformed("cut short in the picture parameter sets"))?;
        Ok(Self {
            width,
            height,
            pixel_aspect: AspectRatio::SQUARE,
            in_band,
            profile_level: [profile, compatibility, level],
            nal_length_size,
            sps,
            pps,
            record,
        })
    }

    /// The same with pixels of another shape.
    #[must_use]
    pub fn with_pixel_aspect(self, pixel_aspect: AspectRatio) -> Self {
        Self { pixel_aspect, ..self }
    }

    /// The same, where parameter sets may change within the samples (`avc3`).
    #[must_use]
    pub fn with_sets_in_band(self) -> Self {
        Self { in_band: true, ..self }
    }

    /// The same with pictures of another size, in pixels.
    #[must_use]
    pub fn with_size(self, width: u16, height: u16) -> Self {
        Self { width, height, ..self }
    }

    /// How pictures come out of a decoder; `None` if the record has no sequence parameter sets, or
    /// if they differ in it or cannot be read.
    #[must_use]
    pub fn frame_shape(&self) -> Option<FrameShape> {
        let mut shapes = self.sps.iter().map(|unit| Sps::read(unit)?.format.shape);
        let first = shapes.next()??;
        shapes.all(|shape| shape == Some(first)).then_some(first)
    }

    /// The `codecs` parameter: `avc1.PPCCLL`, or `avc3` with parameter sets in band (RFC 6381,
    /// 3.3).
    #[must_use]
    pub fn rfc6381(&self) -> String {
        self.rfc6381_as(self.sample_entry())
    }

    /// The `codecs` parameter with another sample entry than its own.
    #[must_use]
    pub fn rfc6381_as(&self, sample_entry: &str) -> String {
        let [profile, compatibility, level] = self.profile_level;
        format!("{sample_entry}.{profile:02x}{compatibility:02x}{level:02x}")
    }

    /// The type of its sample entry: `avc1`, or `avc3` with parameter sets in band.
    #[must_use]
    pub const fn sample_entry(&self) -> &'static str {
        if self.in_band { "avc3" } else { "avc1" }
    }
}

fn parameter_sets(body: &mut Bytes, count: u8) -> Option<Vec<Bytes>> {
    (0..count)
        .map(|_| {
            let len = usize::from(body.try_get_u16().ok()?);
            (len > 0 && len <= body.len()).then(|| body.split_to(len))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &[u8] = &[1, 0x64, 0, 0x1f, 0xff, 0xe1, 0, 3, 0x67, 0x64, 0, 1, 0, 2, 0x68, 0xee];

    #[test]
    fn a_record_gives_profile_and_parameter_sets() {
        let avc = AvcConfig::parse(Bytes::from_static(RECORD), 1280, 720, false).unwrap();
        assert_eq!(avc.rfc6381(), "avc1.64001f");
        assert_eq!(
            (avc.nal_length_size, avc.sps[0].as_ref(), avc.pps[0].as_ref()),
            (4, &RECORD[8..11], &RECORD[14..])
        );
    }

    #[test]
    fn every_cut_of_a_record_is_refused() {
        for len in 0..RECORD.len() {
            let error =
                AvcConfig::parse(Bytes::from_static(&RECORD[..len]), 1280, 720, false).unwrap_err();
            assert!(
                error.to_string().starts_with("the avcC configuration is malformed"),
                "{error}"
            );
        }
    }

    #[test]
    fn parameter_sets_may_be_absent_from_the_record() {
        let record = Bytes::from_static(&[1, 0x42, 0xc0, 0x1e, 0xff, 0xe0, 0]);
        let parse = |in_band| AvcConfig::parse(record.clone(), 640, 360, in_band).unwrap();
        assert_eq!(parse(true).rfc6381(), "avc3.42c01e");
        assert!(parse(false).lacks_parameter_sets());
    }
}
