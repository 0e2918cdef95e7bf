//! The configuration record as bytes, and what goes into a new one: parameter sets from samples, or
//! from several records.

use bytes::{BufMut, Bytes, BytesMut};

use super::config::HEAD;
use super::pps::Pps;
use super::sps::Sps;
use super::{HevcConfig, NalType};
use crate::bits::Bits;
use crate::sets::{self, too_many};
use crate::{Error, Malformed, NalUnit, Unsupported};

impl HevcConfig {
    /// Whether the record lacks parameter sets that decoding needs.
    #[must_use]
    pub fn lacks_parameter_sets(&self) -> bool {
        self.vps.is_empty() || self.sps.is_empty() || self.pps.is_empty()
    }

    /// Whether the record holds each parameter set before the picture of a sample of `len` bytes
    /// that begins with `head`. `None` if that is not a sequence of NAL units, or ends before the
    /// picture.
    #[must_use]
    pub fn has_sets_of(&self, head: &[u8], len: usize) -> Option<bool> {
        let is_known = |(kind, bytes): (NalType, &[u8])| match kind {
            NalType::VPS => self.vps.iter().any(|set| set == bytes),
            NalType::SPS => self.sps.iter().any(|set| set == bytes),
            _ => self.pps.iter().any(|set| set == bytes),
        };
        self.sets_in(head, len).ok()?.map(|sets| sets.into_iter().all(is_known))
    }

    /// The same with the parameter sets of a sample of `len` bytes that begins with `head`. The
    /// record keeps those of a kind that the sample does not have.
    ///
    /// # Errors
    /// [`Malformed::NalUnit`] if it is not a sequence of NAL units, and
    /// [`Malformed::Configuration`] if there are no parameter sets before its picture either.
    pub fn with_sets_of(self, head: &[u8], len: usize) -> Result<Self, Error> {
        let found = self.sets_in(head, len)?.unwrap_or_default();
        let of_kind = |kind: NalType, own: &[Bytes]| {
            let sets = found.iter().filter(|(each, _)| *each == kind);
            let sets: Vec<_> = sets.map(|(_, set)| Bytes::copy_from_slice(set)).collect();
            if sets.is_empty() { own.to_vec() } else { sets }
        };
        let config = Self {
            vps: of_kind(NalType::VPS, &self.vps),
            sps: of_kind(NalType::SPS, &self.sps),
            pps: of_kind(NalType::PPS, &self.pps),
            ..self
        };
        let sps = config.sps.first().and_then(|sps| Sps::read(sps));
        let sps =
            sps.filter(|_| !config.lacks_parameter_sets()).ok_or(Malformed::Configuration {
                record: "hvcC",
                problem: "holds no parameter sets, and the first sync sample has none before its \
                picture",
            })?;
        let head = head_of(&sps, config.nal_length_size);
        Ok(config.with_record(&head)?)
    }

    /// The parameter sets before the picture of a sample; `None` if its head ends before that.
    #[expect(clippy::type_complexity, reason = "it has no other use")]
    fn sets_in<'a>(
        &self,
        head: &'a [u8],
        len: usize,
    ) -> Result<Option<Vec<(NalType, &'a [u8])>>, Malformed> {
        let mut sets = Vec::new();
        for unit in NalUnit::starting_in(head, len, self.nal_length_size.into()) {
            let NalUnit { place, bytes } = unit?;
            match NalType::of(bytes) {
                kind if kind.is_slice() => return Ok(Some(sets)),
                kind @ (NalType::VPS | NalType::SPS | NalType::PPS) if place.end <= head.len() => {
                    sets.push((kind, bytes));
                }
                _ => {}
            }
        }
        Ok(None)
    }

    /// The same with all parameter sets in the record, as `hvc1` requires.
    ///
    /// # Errors
    /// [`Unsupported::CodingChange`] if there are too many for a record.
    pub fn out_of_band(self) -> Result<Self, Unsupported> {
        let head = self.head();
        Self { in_band: false, ..self }.with_record(&head)
    }

    /// The configuration of samples that follow either this record or another of the same track.
    ///
    /// # Errors
    /// [`Unsupported::CodingChange`] if no record can describe both: a parameter set would be
    /// replaced, the pictures have another size or format, or NAL units have lengths of another
    /// size.
    pub fn merged(&self, other: &Self) -> Result<Self, Unsupported> {
        let differs = |what: &str| Err(Unsupported::CodingChange(what.into()));
        if self.in_band != other.in_band {
            return differs("hvc1 and hev1 take turns");
        }
        if self.nal_length_size != other.nal_length_size {
            return differs("NAL units have lengths of another size");
        }
        if self.profile != other.profile {
            return differs("the profile or level is another");
        }
        let vps = sets::union(&self.vps, &other.vps, "video", vps_id)?;
        let sps = sets::union(&self.sps, &other.sps, "sequence", |sps| Some(Sps::read(sps)?.id))?;
        let pps = sets::union(&self.pps, &other.pps, "picture", |pps| Some(Pps::read(pps)?.id))?;
        let mut formats = sps.iter().map(|unit| Sps::read(unit).map(|sps| sps.format));
        let first = formats.next();
        if sps.len() > 1 && formats.any(|format| Some(format) != first) {
            return differs("the pictures have another size or format");
        }
        if (&vps, &sps, &pps) == (&self.vps, &self.sps, &self.pps) {
            return Ok(self.clone());
        }
        Self { vps, sps, pps, ..self.clone() }.with_record(&self.head())
    }

    /// The record up to its arrays.
    fn head(&self) -> [u8; HEAD] {
        *self.record.first_chunk().expect("a record that was read has a head")
    }

    /// The same with a record of that head and the parameter sets of the configuration.
    fn with_record(self, head: &[u8; HEAD]) -> Result<Self, Unsupported> {
        let [fields @ .., _] = head;
        let mut record = BytesMut::from(&fields[..]);
        let arrays = [&self.vps, &self.sps, &self.pps, &self.others];
        let arrays =
            arrays.iter().flat_map(|units| units.chunk_by(|one, next| kind(one) == kind(next)));
        record.put_u8(u8::try_from(arrays.clone().count()).map_err(|_| too_many())?);
        for units in arrays {
            self.put_array(units, &mut record).ok_or_else(too_many)?;
        }
        let profile = super::Profile::read(&mut Bits::new(head.get(1..).unwrap_or_default()));
        let profile = profile.unwrap_or(self.profile);
        Ok(Self { profile, record: record.freeze(), ..self })
    }

    /// Writes an array of units of one type.
    fn put_array(&self, units: &[Bytes], record: &mut BytesMut) -> Option<()> {
        let kind = kind(units.first()?);
        let is_set = matches!(kind, NalType::VPS | NalType::SPS | NalType::PPS);
        // `array_completeness`: with `hvc1` all are in the record.
        record.put_u8(if is_set && !self.in_band { 0x80 } else { 0 } | kind.0);
        record.put_u16(u16::try_from(units.len()).ok()?);
        sets::put(units, record)
    }
}

fn kind(unit: &Bytes) -> NalType {
    NalType::of(unit)
}

/// `vps_video_parameter_set_id` (ITU-T H.265, 7.3.2.1).
fn vps_id(unit: &[u8]) -> Option<u32> {
    Bits::after_header(unit, 2).unsigned(4)
}

/// The head of a record, as far as a sequence parameter set determines it. The rest is said to be
/// unknown.
fn head_of(sps: &Sps, nal_length_size: u8) -> [u8; HEAD] {
    let low = |value: u32, bits: u32| u8::try_from(value & !(!0 << bits)).unwrap_or_default();
    let [luma, chroma] = sps.format.extra_bits;
    let mut head = [0; HEAD];
    let fields = [
        &[1][..],
        &sps.profile.bytes(),
        &[
            0xf0,
            0,
            0xfc,
            0xfc | low(sps.format.chroma, 2),
            0xf8 | low(luma, 3),
            0xf8 | low(chroma, 3),
        ],
        &[0, 0],
        &[low(sps.sub_layers, 3) << 3
            | u8::from(sps.is_nested) << 2
            | nal_length_size.saturating_sub(1)],
        &[0],
    ];
    head.iter_mut().zip(fields.concat()).for_each(|(byte, field)| *byte = field);
    head
}
