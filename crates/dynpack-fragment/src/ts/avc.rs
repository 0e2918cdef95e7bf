//! H.264 as a byte stream (ITU-T H.264, Annex B; ISO/IEC 13818-1, 2.14).
//!
//! Each access unit opens with a delimiter: its own if it has one there, or else ours. Parameter
//! sets of the configuration stand before each access unit at which decoding can start by the
//! sample table, unless it carries its own. All other NAL units stay as they are.

use bytes::Bytes;
use dynpack_media::{AvcConfig, NalUnit, Ticks, Timescale};

use super::carriage::{Carriage, Growth, Len};

/// Start code of the first NAL unit of an access unit and of parameter sets, with its `zero_byte`
/// (B.1.2); others take 3 bytes.
const LONG_START_CODE: [u8; 4] = [0, 0, 0, 1];
const SHORT_START_CODE: [u8; 3] = [0, 0, 1];

/// An access unit delimiter which allows all slice types (7.3.2.4).
const DELIMITER: [u8; 2] = [0x09, 0xf0];

/// Bytes of the delimiter with its start code.
const OPENING_LEN: u64 = (LONG_START_CODE.len() + DELIMITER.len()) as u64;

#[derive(Debug)]
pub(super) struct AnnexB {
    nal_length_size: usize,
    /// The parameter sets of the configuration.
    sps: Vec<Bytes>,
    pps: Vec<Bytes>,
}

/// What an access unit holds of its own.
#[derive(Clone, Copy, Debug, Default)]
struct Contents {
    sps: bool,
    pps: bool,
}

impl AnnexB {
    pub(super) fn new(config: &AvcConfig) -> Self {
        Self {
            nal_length_size: config.nal_length_size.into(),
            sps: config.sps.clone(),
            pps: config.pps.clone(),
        }
    }

    /// Bytes of the parameter sets of the configuration.
    fn sets_len(&self) -> u64 {
        self.sps.iter().chain(&self.pps).map(|set| (LONG_START_CODE.len() + set.len()) as u64).sum()
    }

    fn units<'a>(&self, sample: &'a [u8]) -> impl Iterator<Item = Result<NalUnit<'a>, String>> {
        NalUnit::all_in(sample, self.nal_length_size)
            .map(|unit| unit.map_err(|error| error.to_string()))
    }

    fn contents(&self, sample: &[u8]) -> Result<Contents, String> {
        self.units(sample).try_fold(Contents::default(), |contents, unit| {
            let kind = unit?.kind();
            Ok(Contents {
                sps: contents.sps || kind == NalUnit::SPS,
                pps: contents.pps || kind == NalUnit::PPS,
            })
        })
    }
}

impl Carriage for AnnexB {
    fn stream_type(&self) -> u8 {
        0x1b
    }

    fn stream_id(&self) -> u8 {
        0xe0
    }

    fn frame(&self) -> Option<(Ticks, Timescale)> {
        None
    }

    /// The most that [`write`](Self::write) makes of a sample: each length becomes a start code,
    /// and all that may stand before the sample's own NAL units does. With lengths of 4 bytes, and
    /// no more than usual in the sample, it is exact but for a byte or so for each NAL unit; with
    /// shorter lengths, every other byte could be a NAL unit of its own.
    fn len_by_size(&self, size: u32, is_sync: bool) -> Result<Len, String> {
        let (size, shortest_unit) = (u64::from(size), self.nal_length_size as u64 + 1);
        let growth = (LONG_START_CODE.len().saturating_sub(self.nal_length_size)) as u64;
        let opening = OPENING_LEN + if is_sync { self.sets_len() } else { 0 };
        Ok(Len::AtMost(size + size / shortest_unit * growth + opening))
    }

    fn growth(&self) -> Option<Growth> {
        let keeps_len = self.nal_length_size >= LONG_START_CODE.len();
        keeps_len.then(|| Growth { every: OPENING_LEN, sync: self.sets_len(), most_size: u32::MAX })
    }

    fn write(
        &self,
        sample: &[u8],
        is_sync: bool,
        out: &mut dyn FnMut(&[u8]),
    ) -> Result<(), String> {
        let own = self.contents(sample)?;
        let mut units = self.units(sample).flatten().peekable();
        out(&LONG_START_CODE);
        out(units
            .next_if(|unit| unit.kind() == NalUnit::DELIMITER)
            .map_or(&DELIMITER, |delimiter| delimiter.bytes));
        if is_sync && !own.sps {
            put_sets(&self.sps, out);
        }
        // A picture parameter set builds on its sequence parameter set, so it comes behind that.
        let mut pps_due = is_sync && !own.pps;
        let (mut seen_sps, mut seen_slice) = (!own.sps, false);
        for unit in units {
            let kind = unit.kind();
            if kind == NalUnit::DELIMITER && !seen_slice {
                continue;
            }
            if pps_due && seen_sps && kind != NalUnit::SPS {
                put_sets(&self.pps, out);
                pps_due = false;
            }
            seen_sps |= kind == NalUnit::SPS;
            seen_slice |= (NalUnit::SLICE..=NalUnit::IDR).contains(&kind);
            // A delimiter behind a slice opens the second field, an access unit of its own.
            let has_long = matches!(kind, NalUnit::SPS | NalUnit::PPS | NalUnit::DELIMITER);
            out(if has_long { &LONG_START_CODE } else { &SHORT_START_CODE });
            out(unit.bytes);
        }
        Ok(())
    }
}

/// Writes parameter sets, each behind its start code.
fn put_sets(sets: &[Bytes], out: &mut dyn FnMut(&[u8])) {
    for set in sets {
        out(&LONG_START_CODE);
        out(set);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    const RECORD: &[u8] = &[1, 0x64, 0, 0x1f, 0xff, 0xe1, 0, 2, 0x67, 0x64, 1, 0, 2, 0x68, 0xee];

    fn annex_b(length_size: u8) -> AnnexB {
        let mut record = RECORD.to_vec();
        record[4] = 0xfc | (length_size - 1);
        AnnexB::new(&AvcConfig::parse(Bytes::from(record), 1280, 720, false).unwrap())
    }

    fn sample(length_size: usize, units: &[&[u8]]) -> Vec<u8> {
        let bytes = units.iter().flat_map(|unit| {
            [&u32::try_from(unit.len()).unwrap().to_be_bytes()[4 - length_size..], unit].concat()
        });
        bytes.collect()
    }

    /// The NAL units that come out, each with its start code; `|` for one of 4 bytes, `.` for one
    /// of 3.
    fn written(length_size: u8, units: &[&[u8]], is_sync: bool) -> String {
        let mut bytes = Vec::new();
        let sample = sample(length_size.into(), units);
        annex_b(length_size)
            .write(&sample, is_sync, &mut |piece| bytes.extend_from_slice(piece))
            .unwrap();
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        hex.replace("00000001", "|").replace("000001", ".")
    }

    const SLICE: &[u8] = &[0x41, 0x9a];
    const IDR_SLICE: &[u8] = &[0x65, 0x88];
    const SEI: &[u8] = &[0x06, 0x05];
    const OWN_SPS: &[u8] = &[0x67, 0x42];
    const OWN_PPS: &[u8] = &[0x68, 0xce];
    const OWN_DELIMITER: &[u8] = &[0x09, 0x10];

    #[test]
    fn lengths_of_1_2_and_4_bytes_become_start_codes() {
        for length_size in [1, 2, 4] {
            assert_eq!(written(length_size, &[SEI, SLICE], false), "|09f0.0605.419a");
        }
    }

    #[test]
    fn parameter_sets_stand_where_decoding_can_start() {
        assert_eq!(written(4, &[SEI, IDR_SLICE], true), "|09f0|6764|68ee.0605.6588");
        assert_eq!(written(4, &[SLICE], true), "|09f0|6764|68ee.419a");
        assert_eq!(written(4, &[IDR_SLICE], false), "|09f0.6588");
    }

    #[test]
    fn parameter_sets_of_the_stream_are_not_doubled() {
        assert_eq!(written(4, &[OWN_SPS, OWN_PPS, IDR_SLICE], true), "|09f0|6742|68ce.6588");
        assert_eq!(written(4, &[OWN_PPS, IDR_SLICE], true), "|09f0|6764|68ce.6588");
        assert_eq!(written(4, &[OWN_SPS, SEI, IDR_SLICE], true), "|09f0|6742|68ee.0605.6588");
        assert_eq!(written(4, &[OWN_PPS, SLICE], false), "|09f0|68ce.419a");
    }

    #[test]
    fn delimiters_of_the_stream_are_not_doubled() {
        assert_eq!(written(4, &[OWN_DELIMITER, IDR_SLICE], true), "|0910|6764|68ee.6588");
        assert_eq!(written(4, &[OWN_DELIMITER, OWN_DELIMITER, SLICE], false), "|0910.419a");
        assert_eq!(written(4, &[SEI, OWN_DELIMITER, SLICE], false), "|09f0.0605.419a");
        // The second field of a picture.
        assert_eq!(
            written(4, &[OWN_DELIMITER, SLICE, OWN_DELIMITER, SLICE], false),
            "|0910.419a|0910.419a"
        );
    }

    #[test]
    fn empty_units_are_left_out() {
        assert_eq!(written(4, &[&[], SLICE, &[]], false), "|09f0.419a");
    }

    #[test]
    fn no_sample_comes_out_longer_than_its_size_tells() {
        for (units, is_sync) in [
            (&[SLICE][..], false),
            (&[SEI, IDR_SLICE], true),
            (&[OWN_DELIMITER, OWN_SPS, OWN_PPS, IDR_SLICE], true),
            (&[&[0x09], &[0x09], &[0x67], &[0x68], &[0x68], &[0x65], &[0x65]], true),
            (&[&[], SLICE, &[], OWN_PPS, OWN_DELIMITER], false),
        ] {
            for length_size in [1, 2, 4] {
                let sample = sample(length_size, units);
                let annex_b = annex_b(u8::try_from(length_size).unwrap());
                let mut len = 0;
                annex_b.write(&sample, is_sync, &mut |piece| len += piece.len() as u64).unwrap();
                let bound = annex_b
                    .len_by_size(u32::try_from(sample.len()).unwrap(), is_sync)
                    .unwrap()
                    .at_most();
                assert!(
                    len <= bound,
                    "{len} of {bound} bytes: {units:?} with lengths of {length_size}"
                );
            }
        }
    }

    #[test]
    fn lengths_that_pass_the_end_are_refused() {
        let problem = |bytes: &[u8]| annex_b(4).write(bytes, false, &mut |_| ()).unwrap_err();
        assert_eq!(
            problem(&[0, 0, 0, 2, 0x41]),
            "the NAL unit at byte 0 of a sample of 5 passes its end"
        );
        assert_eq!(
            problem(&[0, 0, 0, 1, 0x41, 0, 0]),
            "the NAL unit at byte 5 of a sample of 7 passes its end"
        );
    }
}
