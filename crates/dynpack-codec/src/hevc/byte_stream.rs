//! HEVC as a byte stream.

use super::{HevcConfig, NalType};
use crate::AnnexB;
use crate::annex_b::{Role, Syntax};

/// A delimiter (ITU-T H.265, 7.3.2.5), and the header of filler data (7.3.2.8).
const SYNTAX: Syntax = Syntax { delimiter: &[0x46, 0x01, 0x50], filler: &[0x4c, 0x01], role };

fn role(unit: &[u8]) -> Role {
    match NalType::of(unit) {
        NalType::DELIMITER => Role::Delimiter,
        NalType::VPS => Role::Set(0),
        NalType::SPS => Role::Set(1),
        NalType::PPS => Role::Set(2),
        kind if kind.is_slice() => Role::Picture,
        kind if kind.ends_sequence() => Role::End,
        _ => Role::Other,
    }
}

impl From<&HevcConfig> for AnnexB {
    fn from(config: &HevcConfig) -> Self {
        let sets = [&config.vps, &config.sps, &config.pps].map(Clone::clone);
        Self::new(&SYNTAX, config.nal_length_size, sets)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::hevc::config::tests::RECORD;

    /// What comes out of a sample of these units, in hexadecimal; `|` for a start code.
    fn written(units: &[&[u8]], is_sync: bool) -> String {
        let with_len =
            |unit: &&[u8]| [&[0, 0, 0, u8::try_from(unit.len()).unwrap()], *unit].concat();
        let sample: Vec<u8> = units.iter().flat_map(with_len).collect();
        let config = HevcConfig::parse(Bytes::from_static(RECORD), false).unwrap();
        let stream = AnnexB::from(&config).padded();
        let mut bytes = Vec::new();
        stream.write(&sample, is_sync, &mut |piece| bytes.extend_from_slice(piece)).unwrap();
        let size = u32::try_from(sample.len()).unwrap();
        assert_eq!(stream.len(size, is_sync), Some(bytes.len() as u64));
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        hex.replace("00000001", "|")
    }

    const SLICE: &[u8] = &[0x26, 0x01, 0xaf];

    #[test]
    fn parameter_sets_precede_pictures_at_which_decoding_can_start() {
        assert_eq!(written(&[SLICE], true), "|460150|4001aa|4201bb|4401cc|2601af");
        assert_eq!(written(&[SLICE], false), "|460150|2601af");
    }

    #[test]
    fn each_set_comes_after_those_that_it_refers_to() {
        let own = written(&[&[0x42, 0x01, 0xdd], SLICE], true);
        assert_eq!(own, "|460150|4001aa|4201dd|4401cc|2601af|4c0180");
        let own = written(&[&[0x40, 0x01], &[0x44, 0x01], SLICE], true);
        assert_eq!(own, "|460150|4001|4201bb|4401|2601af|4c01ffffffffffffff80");
    }

    #[test]
    fn a_delimiter_of_the_sample_takes_the_place_of_ours() {
        let own = written(&[&[0x46, 0x01, 0x10], SLICE], false);
        assert_eq!(own, "|460110|2601af|4c0180");
    }
}
