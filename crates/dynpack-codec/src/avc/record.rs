//! The configuration record as bytes, and what goes into a new one: parameter sets from samples, or
//! from several records.

use bytes::{BufMut, Bytes, BytesMut};

use super::parameter_sets::{Pps, Sps};
use super::{AvcConfig, NalType};
use crate::sets::{self, too_many};
use crate::{Error, Malformed, NalUnit, Unsupported};

/// Profiles whose records end with the parameter sets (ISO/IEC 14496-15, 5.3.3.1.2): Baseline, Main
/// and Extended. Others add the format of the samples.
const WITHOUT_EXTENSION: [u8; 3] = [66, 77, 88];

/// The maximum number of sequence parameter sets in a record: their count has 5 bits.
const MAX_SPS: u8 = 31;

/// What parameter sets a sample carries.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SetsInBand {
    /// Whether there are sequence and picture parameter sets.
    pub is_complete: bool,
    /// Which set of the record another one with the same id replaces, for people.
    pub replaced: Option<String>,
}

impl AvcConfig {
    /// Whether the record lacks parameter sets that decoding needs.
    #[must_use]
    pub fn lacks_parameter_sets(&self) -> bool {
        self.sps.is_empty() || self.pps.is_empty()
    }

    /// The sequence and picture parameter sets before the first slice of a sample of `len` bytes
    /// that begins with `head`, as far as they lie in that.
    fn sets_in(&self, head: &[u8], len: usize) -> Result<[Vec<Bytes>; 2], Malformed> {
        let (mut sps, mut pps) = (Vec::new(), Vec::new());
        for unit in NalUnit::starting_in(head, len, self.nal_length_size.into()) {
            let NalUnit { place, bytes } = unit?;
            let found = match NalType::of(bytes) {
                NalType::SPS => &mut sps,
                NalType::PPS => &mut pps,
                kind if kind.is_of_primary_picture() => break,
                _ => continue,
            };
            if place.end <= head.len() {
                found.push(Bytes::copy_from_slice(bytes));
            }
        }
        Ok([sps, pps])
    }

    /// The parameter sets that a sample of `len` bytes carries, which begins with `head`, held
    /// against those of the record. A sample that cannot be read carries none.
    #[must_use]
    pub fn sets_in_band(&self, head: &[u8], len: usize) -> SetsInBand {
        let [sps, pps] = self.sets_in(head, len).unwrap_or_default();
        let is_complete = !sps.is_empty() && !pps.is_empty();
        let merged = self.union_of_sets(&sps, &pps).map_err(|change| change.to_string());
        SetsInBand { is_complete, replaced: merged.err() }
    }

    /// The same with the parameter sets of a sample of `len` bytes that begins with `head`. The
    /// record keeps those of a kind that the sample does not have.
    ///
    /// # Errors
    /// [`Malformed::NalUnit`] if it is not a sequence of NAL units, and
    /// [`Malformed::Configuration`] if there are no parameter sets before its first slice either.
    pub fn with_sets_of(self, head: &[u8], len: usize) -> Result<Self, Error> {
        let [sps, pps] = self.sets_in(head, len)?;
        let or_own = |sets: Vec<Bytes>, own: Vec<Bytes>| if sets.is_empty() { own } else { sets };
        let [sps, pps] = [or_own(sps, self.sps.clone()), or_own(pps, self.pps.clone())];
        let first: Option<&[u8]> = sps.first().and_then(|sps| sps.get(1..4));
        let profile_level = first.and_then(|sps| sps.try_into().ok()).filter(|_| !pps.is_empty());
        let profile_level = profile_level.ok_or(Malformed::Configuration {
            record: "avcC",
            problem: "holds no parameter sets, and the first sync sample has none before its \
                picture",
        })?;
        Ok(self.with_sets(profile_level, sps, pps)?)
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
            return differs("avc1 and avc3 take turns");
        }
        if self.nal_length_size != other.nal_length_size {
            return differs("NAL units have lengths of another size");
        }
        let [sps, pps] = self.union_of_sets(&other.sps, &other.pps)?;
        let mut formats = sps.iter().map(|unit| Sps::read(unit).map(|sps| sps.format));
        let first = formats.next();
        if sps.len() > 1 && formats.any(|format| Some(format) != first) {
            return differs("the pictures have another size or format");
        }
        if (&sps, &pps) == (&self.sps, &self.pps) {
            return Ok(self.clone());
        }
        let [one, same, level] = self.profile_level;
        let [another, also_same, other_level] = other.profile_level;
        let profile_level = [one.max(another), same & also_same, level.max(other_level)];
        self.clone().with_sets(profile_level, sps, pps)
    }

    /// Its parameter sets and others, each once.
    fn union_of_sets(&self, sps: &[Bytes], pps: &[Bytes]) -> Result<[Vec<Bytes>; 2], Unsupported> {
        let sps =
            sets::union(&self.sps, sps, "sequence", |unit| Sps::read(unit).map(|sps| sps.id))?;
        let pps = sets::union(&self.pps, pps, "picture", |unit| Pps::read(unit).map(|pps| pps.id))?;
        Ok([sps, pps])
    }

    /// The same with other parameter sets, in a new record.
    fn with_sets(
        self,
        profile_level: [u8; 3],
        sps: Vec<Bytes>,
        pps: Vec<Bytes>,
    ) -> Result<Self, Unsupported> {
        let [sps_count, pps_count] = [&sps, &pps].map(|sets| u8::try_from(sets.len()).ok());
        let sps_count = sps_count.filter(|&count| count <= MAX_SPS).ok_or_else(too_many)?;
        let mut record = BytesMut::new();
        record.put_u8(1);
        record.put_slice(&profile_level);
        record.put_u8(0xfc | self.nal_length_size.saturating_sub(1));
        record.put_u8(0xe0 | sps_count);
        sets::put(&sps, &mut record).ok_or_else(too_many)?;
        record.put_u8(pps_count.ok_or_else(too_many)?);
        sets::put(&pps, &mut record).ok_or_else(too_many)?;
        put_extension(profile_level, &sps, &mut record);
        Ok(Self { profile_level, sps, pps, record: record.freeze(), ..self })
    }
}

/// The format of the samples, where the profile demands it and the parameter sets tell it.
fn put_extension([profile, ..]: [u8; 3], sps: &[Bytes], record: &mut BytesMut) {
    if WITHOUT_EXTENSION.contains(&profile) {
        return;
    }
    let Some(Sps { format, .. }) = sps.first().and_then(|sps| Sps::read(sps)) else { return };
    let [luma, chroma] = format.extra_bits.map(|bits| u8::try_from(bits & 7).unwrap_or_default());
    record.put_u8(0xfc | u8::try_from(format.chroma & 3).unwrap_or_default());
    record.put_slice(&[0xf8 | luma, 0xf8 | chroma, 0]);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Main profile; picture parameter sets with the ids 0 and 1.
    const SPS: &[u8] = &[0x67, 0x4d, 0x40, 0x0b, 0xda, 0x0a, 0x36, 0x40];
    const PPS_0: &[u8] = &[0x68, 0xce, 0x38, 0x80];
    const PPS_1: &[u8] = &[0x68, 0x53, 0x8e, 0x20];

    fn record(sps: &[&[u8]], pps: &[&[u8]]) -> AvcConfig {
        let sets = |sets: &[&[u8]]| sets.iter().map(|set| Bytes::copy_from_slice(set)).collect();
        let empty = Bytes::from_static(&[1, 0x4d, 0x40, 0x0b, 0xff, 0xe0, 0]);
        let empty = AvcConfig::parse(empty, false).unwrap();
        empty.with_sets([0x4d, 0x40, 0x0b], sets(sps), sets(pps)).unwrap()
    }

    fn refusal(one: &AvcConfig, other: &AvcConfig) -> String {
        one.merged(other).unwrap_err().to_string()
    }

    fn sample(units: &[&[u8]]) -> Vec<u8> {
        let with_len =
            |unit: &&[u8]| [&[0, 0, 0, u8::try_from(unit.len()).unwrap()], *unit].concat();
        units.iter().flat_map(with_len).collect()
    }

    #[test]
    fn a_record_without_sets_gets_those_of_a_sample() {
        let expected = record(&[SPS], &[PPS_0, PPS_1]);
        let sample = sample(&[&[9, 0xf0], SPS, PPS_0, PPS_1, &[0x65, 0x88], &[0x68, 0xff]]);
        let none = record(&[], &[]);
        assert!(none.lacks_parameter_sets() && !expected.lacks_parameter_sets());
        let found = none.with_sets_of(&sample, sample.len()).unwrap();
        assert_eq!(found, expected);
        let read = AvcConfig::parse(found.record.clone(), false).unwrap();
        assert_eq!(read, expected);
    }

    #[test]
    fn sets_in_the_record_make_up_for_those_that_a_sample_lacks() {
        let sample = sample(&[PPS_0, &[0x65, 0x88]]);
        let found = record(&[SPS], &[]).with_sets_of(&sample, sample.len()).unwrap();
        assert_eq!(found, record(&[SPS], &[PPS_0]));
        let refused = record(&[], &[]).with_sets_of(&sample, sample.len()).unwrap_err();
        assert!(refused.to_string().contains("the first sync sample has none"), "{refused}");
        let cut = record(&[], &[]).with_sets_of(&sample, sample.len() - 1);
        assert!(matches!(cut, Err(Error::Malformed(Malformed::NalUnit { .. }))));
    }

    #[test]
    fn sets_of_a_sample_are_held_against_those_of_the_record() {
        let other_pps: &[u8] = &[0x68, 0xce, 0x3c, 0x80];
        let own = record(&[SPS], &[PPS_0]);
        let picture_0 = Some("the picture parameter set 0 is replaced by another");
        for (units, expected) in [
            (&[SPS, PPS_0][..], (true, None)),
            (&[SPS, PPS_1], (true, None)),
            (&[SPS, other_pps], (true, picture_0)),
            (&[other_pps], (false, picture_0)),
            (&[&[0x65, 0x88], SPS, other_pps], (false, None)),
            (&[], (false, None)),
        ] {
            let sample = sample(units);
            let found = own.sets_in_band(&sample, sample.len());
            assert_eq!((found.is_complete, found.replaced.as_deref()), expected, "{units:x?}");
        }
        assert!(!own.sets_in_band(&[0, 0, 0, 9, 0x67], 5).is_complete, "it cannot be read");
    }

    #[test]
    fn profiles_above_main_get_the_format_of_their_samples() {
        // High, 4:2:0 with 8 bits, as x264 writes it.
        let sps = &[0x67, 0x64, 0, 0x0b, 0xac, 0xd9, 0x42, 0x8d, 0xf9, 0xe1, 0, 0, 3, 0, 1, 0, 0];
        let sample = sample(&[sps, PPS_0, &[0x65, 0x88]]);
        let found = record(&[], &[]).with_sets_of(&sample, sample.len()).unwrap();
        assert_eq!(found.rfc6381(), "avc1.64000b");
        assert_eq!(found.record[found.record.len() - 4..], [0xfd, 0xf8, 0xf8, 0]);
    }

    #[test]
    fn records_that_add_to_each_other_are_merged() {
        let merged = record(&[SPS], &[PPS_0]).merged(&record(&[SPS], &[PPS_0, PPS_1])).unwrap();
        assert_eq!(merged, record(&[SPS], &[PPS_0, PPS_1]));
        assert_eq!(merged.merged(&record(&[SPS], &[PPS_1])).unwrap(), merged);
        let mut higher = record(&[SPS], &[PPS_1]);
        higher.profile_level = [0x64, 0, 0x1f];
        assert_eq!(merged.merged(&higher).unwrap().profile_level, [0x4d, 0x40, 0x0b]);
        let merged = record(&[SPS], &[PPS_0]).merged(&higher).unwrap();
        assert_eq!(merged.profile_level, [0x64, 0, 0x1f]);
    }

    #[test]
    fn records_that_contradict_each_other_are_refused() {
        let one = record(&[SPS], &[PPS_0]);
        let other_pps = record(&[SPS], &[&[0x68, 0xce, 0x3c, 0x80]]);
        assert!(refusal(&one, &other_pps).contains("picture parameter set 0 is replaced"));
        let other_sps = record(&[&[0x67, 0x4d, 0x40, 0x0b, 0xda, 0x14, 0x36, 0x40]], &[PPS_0]);
        assert!(refusal(&one, &other_sps).contains("sequence parameter set 0 is replaced"));
        let junk = record(&[SPS], &[PPS_0, &[0x68]]);
        assert!(refusal(&one, &junk).contains("the picture parameter set is replaced"));
        // The same fields as above after the id 1.
        let wider = record(&[&[0x67, 0x4d, 0x40, 0x0b, 0x56, 0x85, 0x0d, 0x90]], &[PPS_1]);
        assert!(refusal(&one, &wider).contains("another size or format"));
        let shorter = AvcConfig { nal_length_size: 2, ..one.clone() };
        assert!(refusal(&one, &shorter).contains("lengths of another size"));
        assert!(refusal(&one, &AvcConfig { in_band: true, ..one.clone() }).contains("take turns"));
    }
}
