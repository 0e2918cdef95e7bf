//! H.264 as a byte stream.

use super::{AvcConfig, NalType};
use crate::AnnexB;
use crate::annex_b::{Role, Syntax};

/// A delimiter (ITU-T H.264, 7.3.2.4), and the header of filler data (7.3.2.7).
const SYNTAX: Syntax = Syntax { delimiter: &[0x09, 0xf0], filler: &[0x0c], role };

fn role(unit: &[u8]) -> Role {
    match NalType::of(unit) {
        NalType::DELIMITER => Role::Delimiter,
        NalType::SPS => Role::Set(0),
        NalType::PPS => Role::Set(1),
        kind if kind.is_of_primary_picture() => Role::Picture,
        kind if kind.ends_sequence() => Role::End,
        _ => Role::Other,
    }
}

impl From<&AvcConfig> for AnnexB {
    fn from(config: &AvcConfig) -> Self {
        let sets = [config.sps.clone(), config.pps.clone(), Vec::new()];
        Self::new(&SYNTAX, config.nal_length_size, sets)
    }
}
