//! The configuration of HEVC: the record `hvcC` (ISO/IEC 14496-15, 8.3.3.1).

use bytes::{Buf, Bytes};

use super::sps::Sps;
use super::{NalType, Profile};
use crate::bits::Bits;
use crate::{Error, FrameShape, Malformed};

/// Bytes of a record before its arrays.
pub(super) const HEAD: usize = 23;

/// The configuration of a track of HEVC.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HevcConfig {
    /// Whether parameter sets may be in the samples (`hev1`) or all stand in the record (`hvc1`).
    pub in_band: bool,
    /// Profile, tier and level.
    pub profile: Profile,
    /// Bytes of the length before each NAL unit: 1, 2 or 4.
    pub nal_length_size: u8,
    /// Video parameter sets, NAL header included.
    pub vps: Vec<Bytes>,
    /// Sequence parameter sets, NAL header included.
    pub sps: Vec<Bytes>,
    /// Picture parameter sets, NAL header included.
    pub pps: Vec<Bytes>,
    /// Other units of the record, such as supplemental enhancement information.
    pub others: Vec<Bytes>,
    /// The record itself, the body of `hvcC`.
    pub record: Bytes,
}

impl HevcConfig {
    /// Reads the body of an `hvcC` box. It may hold no parameter sets, even with `hvc1`, which
    /// requires them: [`lacks_parameter_sets`](Self::lacks_parameter_sets) shows that.
    ///
    /// # Errors
    /// [`Malformed::Configuration`] if the record is cut short or of another version.
    pub fn parse(record: Bytes, in_band: bool) -> Result<Self, Error> {
        let malformed = |problem| Error::from(Malformed::Configuration { record: "hvcC", problem });
        let head: &[u8; HEAD] =
            record.first_chunk().ok_or_else(|| malformed("shorter than 23 bytes"))?;
        let [version, general @ .., length_size, arrays] = head;
        if *version != 1 {
            return Err(malformed("configurationVersion is not 1"));
        }
        let nal_length_size = (length_size & 0b11).saturating_add(1);
        if nal_length_size == 3 {
            return Err(malformed("lengthSizeMinusOne is 2, which the standard forbids"));
        }
        let profile = Profile::read(&mut Bits::new(general));
        let mut config = Self {
            in_band,
            profile: profile.ok_or_else(|| malformed("cut short in the profile"))?,
            nal_length_size,
            vps: Vec::new(),
            sps: Vec::new(),
            pps: Vec::new(),
            others: Vec::new(),
            record: record.clone(),
        };
        let mut body = record.slice(HEAD..);
        (0..*arrays)
            .try_for_each(|_| config.take_array(&mut body))
            .ok_or_else(|| malformed("cut short in the parameter sets"))?;
        Ok(config)
    }

    /// Reads an array of NAL units. Those without bytes are left out.
    fn take_array(&mut self, body: &mut Bytes) -> Option<()> {
        body.try_get_u8().ok()?;
        for _ in 0..body.try_get_u16().ok()? {
            let len = usize::from(body.try_get_u16().ok()?);
            if len > body.len() {
                return None;
            }
            let unit = body.split_to(len);
            let units = match NalType::of(&unit) {
                _ if unit.is_empty() => continue,
                NalType::VPS => &mut self.vps,
                NalType::SPS => &mut self.sps,
                NalType::PPS => &mut self.pps,
                _ => &mut self.others,
            };
            units.push(unit);
        }
        Some(())
    }

    /// How pictures come out of a decoder; `None` if the record has no sequence parameter sets, or
    /// if they differ in it or cannot be read.
    #[must_use]
    pub fn frame_shape(&self) -> Option<FrameShape> {
        FrameShape::common(self.sps.iter().map(|unit| Sps::read(unit)?.format.shape))
    }

    /// The `codecs` parameter, such as `hvc1.1.6.L93.B0` (ISO/IEC 14496-15, E.3).
    #[must_use]
    pub fn rfc6381(&self) -> String {
        self.rfc6381_as(self.sample_entry())
    }

    /// The `codecs` parameter with another sample entry than its own.
    #[must_use]
    pub fn rfc6381_as(&self, sample_entry: &str) -> String {
        format!("{sample_entry}.{}", self.profile.rfc6381())
    }

    /// The type of its sample entry: `hvc1`, or `hev1` with parameter sets in band.
    #[must_use]
    pub const fn sample_entry(&self) -> &'static str {
        if self.in_band { "hev1" } else { "hvc1" }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Main, level 3.1, with a unit of each kind of parameter sets and an empty array.
    pub(in crate::hevc) const RECORD: &[u8] = &[
        1, 1, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 93, 0xf0, 0, 0xfc, 0xfd, 0xf8, 0xf8, 0, 0, 0x0f,
        4, 0xa0, 0, 1, 0, 3, 0x40, 1, 0xaa, 0xa1, 0, 1, 0, 3, 0x42, 1, 0xbb, 0xa2, 0, 1, 0, 3,
        0x44, 1, 0xcc, 0xa7, 0, 0,
    ];

    #[test]
    fn a_record_gives_profile_and_parameter_sets() {
        let hevc = HevcConfig::parse(Bytes::from_static(RECORD), false).unwrap();
        assert_eq!((hevc.rfc6381().as_str(), hevc.nal_length_size), ("hvc1.1.6.L93.90", 4));
        let sets = [&hevc.vps, &hevc.sps, &hevc.pps].map(|sets| sets[0].to_vec());
        assert_eq!(sets, [[0x40, 1, 0xaa], [0x42, 1, 0xbb], [0x44, 1, 0xcc]]);
        assert!(!hevc.lacks_parameter_sets());
    }

    #[test]
    fn every_cut_of_a_record_is_refused() {
        for len in 0..RECORD.len() {
            let error = HevcConfig::parse(Bytes::from_static(&RECORD[..len]), true).unwrap_err();
            assert!(error.to_string().starts_with("the hvcC configuration is malformed"));
        }
    }
}
