//! NAL units as a byte stream (ITU-T H.264 and H.265, Annex B; ISO/IEC 13818-1, 2.14 and 2.17).
//!
//! Each access unit opens with a delimiter: its own if it has one there, otherwise ours. The
//! parameter sets of the configuration precede each access unit at which decoding can start,
//! according to the sample table, unless it carries its own. All other NAL units stay as they are.
//!
//! Where lengths take 4 bytes, as in almost all files, the size of a sample can determine the
//! length of its access unit: then each length becomes a start code of 4 bytes, and filler data
//! takes the place of what the access unit carries itself.

use bytes::Bytes;

use crate::{Malformed, NalUnit};

/// A start code with its `zero_byte`, which the first NAL unit of an access unit and parameter sets
/// need (B.1.2).
const LONG_START_CODE: [u8; 4] = [0, 0, 0, 1];
const SHORT_START_CODE: [u8; 3] = [0, 0, 1];

/// The end of filler data; bytes of 0xff are between its header and that.
const FILLER_END: [u8; 1] = [0x80];

/// Kinds of parameter sets that there may be.
const SET_KINDS: usize = 3;

/// What a NAL unit is to the byte stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// An access unit delimiter.
    Delimiter,
    /// A parameter set, by the place of its kind: each refers to those of earlier kinds.
    Set(usize),
    /// What the picture itself is made of.
    Picture,
    /// Nothing of its access unit can follow.
    End,
    /// Anything else.
    Other,
}

/// How a codec writes the units that are added, and tells those that are there.
#[derive(Debug)]
pub(crate) struct Syntax {
    /// An access unit delimiter which allows all types of slices.
    pub(crate) delimiter: &'static [u8],
    /// The header of filler data.
    pub(crate) filler: &'static [u8],
    /// The role of a unit.
    pub(crate) role: fn(&[u8]) -> Role,
}

/// Turns samples, as files store them, into access units of a byte stream.
#[derive(Debug)]
pub struct AnnexB {
    nal_length_size: usize,
    is_padded: bool,
    syntax: &'static Syntax,
    /// The parameter sets of the configuration, by their kinds.
    sets: [Vec<Bytes>; SET_KINDS],
}

impl AnnexB {
    /// For samples with lengths of that size.
    pub(crate) fn new(
        syntax: &'static Syntax,
        nal_length_size: u8,
        sets: [Vec<Bytes>; SET_KINDS],
    ) -> Self {
        Self { nal_length_size: nal_length_size.into(), is_padded: false, syntax, sets }
    }

    /// The same with access units whose length the size of the sample determines, if lengths take 4
    /// bytes.
    #[must_use]
    pub fn padded(self) -> Self {
        Self { is_padded: self.nal_length_size == LONG_START_CODE.len(), ..self }
    }

    /// Bytes of the parameter sets of the configuration.
    fn sets_len(&self) -> u64 {
        let sets = self.sets.iter().flatten();
        sets.map(|set| LONG_START_CODE.len().saturating_add(set.len()) as u64).sum()
    }

    fn units<'a>(&self, sample: &'a [u8]) -> impl Iterator<Item = Result<NalUnit<'a>, Malformed>> {
        NalUnit::all_in(sample, self.nal_length_size)
    }

    fn role(&self, unit: &NalUnit<'_>) -> Role {
        (self.syntax.role)(unit.bytes)
    }

    /// Which kinds of parameter sets an access unit carries itself.
    fn own_sets(&self, sample: &[u8]) -> Result<[bool; SET_KINDS], Malformed> {
        let mut own = [false; SET_KINDS];
        for unit in self.units(sample) {
            if let Role::Set(kind) = self.role(&unit?) {
                mark(&mut own, kind);
            }
        }
        Ok(own)
    }

    /// The number of bytes that [`write`](Self::write) makes of a sample of `size` bytes; `None` if
    /// it depends on the content of the sample, as it does unless access units are
    /// [padded](Self::padded).
    #[must_use]
    pub fn len(&self, size: u32, is_sync: bool) -> Option<u64> {
        self.is_padded.then(|| self.max_len(size, is_sync))
    }

    /// The maximum number of bytes that [`write`](Self::write) makes of a sample of `size` bytes.
    /// With lengths of less than 4 bytes, every other byte could be a NAL unit of its own.
    #[must_use]
    #[expect(clippy::arithmetic_side_effects, reason = "32-bit sizes, and small factors, in 64")]
    pub fn max_len(&self, size: u32, is_sync: bool) -> u64 {
        let (size, shortest_unit) = (u64::from(size), self.nal_length_size as u64 + 1);
        let growth = (LONG_START_CODE.len().saturating_sub(self.nal_length_size)) as u64;
        size + size / shortest_unit * growth + self.opening_len(is_sync)
    }

    /// The difference between [`max_len`](Self::max_len) and the size of a sample; `None` if it
    /// depends on that size.
    #[must_use]
    pub fn max_growth(&self, is_sync: bool) -> Option<u64> {
        let keeps_len = self.nal_length_size >= LONG_START_CODE.len();
        keeps_len.then(|| self.opening_len(is_sync))
    }

    /// Bytes that may precede the sample's own NAL units.
    fn opening_len(&self, is_sync: bool) -> u64 {
        let delimiter = LONG_START_CODE.len().saturating_add(self.syntax.delimiter.len()) as u64;
        delimiter.saturating_add(if is_sync { self.sets_len() } else { 0 })
    }

    /// Writes a sample to `out`, piece by piece: start codes and whole NAL units. `is_sync` is
    /// whether decoding can start at the sample.
    ///
    /// # Errors
    /// [`Malformed::NalUnit`] if the sample is no sequence of NAL units; nothing is written then.
    pub fn write(
        &self,
        sample: &[u8],
        is_sync: bool,
        out: &mut dyn FnMut(&[u8]),
    ) -> Result<(), Malformed> {
        let own = self.own_sets(sample)?;
        let mut out = Counted { len: 0, out };
        let mut units = self.units(sample).flatten().peekable();
        out.put(&LONG_START_CODE);
        let delimiter = units.next_if(|unit| self.role(unit) == Role::Delimiter);
        out.put(delimiter.map_or(self.syntax.delimiter, |delimiter| delimiter.bytes));
        let mut due = own.map(|own| is_sync && !own);
        let mut seen = own.map(|own| !own);
        let (mut seen_picture, mut is_open) = (false, false);
        for unit in units {
            let role = self.role(&unit);
            if role == Role::Delimiter && !seen_picture {
                continue;
            }
            self.put_due(role, &seen, &mut due, &mut out);
            if let Role::Set(kind) = role {
                mark(&mut seen, kind);
            }
            seen_picture |= role == Role::Picture;
            // A delimiter after a slice opens the second field, an access unit of its own.
            let has_long = matches!(role, Role::Set(_) | Role::Delimiter);
            out.put(if has_long || self.is_padded { &LONG_START_CODE } else { &SHORT_START_CODE });
            out.put(unit.bytes);
            is_open = seen_picture && role != Role::End;
        }
        if self.is_padded {
            let len = (sample.len() as u64).saturating_add(self.opening_len(is_sync));
            out.pad(len.saturating_sub(out.len), self.syntax.filler, is_open);
        }
        Ok(())
    }

    /// Writes the parameter sets that are due before a unit of that role. Those of a kind come
    /// after all of earlier kinds, to which they may refer.
    fn put_due(
        &self,
        role: Role,
        seen: &[bool; SET_KINDS],
        due: &mut [bool; SET_KINDS],
        out: &mut Counted<'_>,
    ) {
        for (kind, (sets, due)) in self.sets.iter().zip(due).enumerate() {
            let is_early = matches!(role, Role::Set(own) if own < kind);
            if *due && !is_early && seen.iter().take(kind).all(|seen| *seen) {
                out.put_sets(sets);
                *due = false;
            }
        }
    }
}

/// Sets the flag of a kind.
fn mark(flags: &mut [bool; SET_KINDS], kind: usize) {
    if let Some(flag) = flags.get_mut(kind) {
        *flag = true;
    }
}

/// Where an access unit is written to, and how much of it already is.
struct Counted<'a> {
    len: u64,
    out: &'a mut dyn FnMut(&[u8]),
}

impl Counted<'_> {
    fn put(&mut self, piece: &[u8]) {
        self.len = self.len.saturating_add(piece.len() as u64);
        (self.out)(piece);
    }

    /// Writes parameter sets, each after its start code.
    fn put_sets(&mut self, sets: &[Bytes]) {
        for set in sets {
            self.put(&LONG_START_CODE);
            self.put(set);
        }
    }

    /// Ends the access unit with `len` more bytes: filler data, which may follow a slice, or
    /// `trailing_zero_8bits` (B.1.2) where filler data cannot be or does not fit.
    fn pad(&mut self, len: u64, filler: &[u8], can_have_filler: bool) {
        let len = usize::try_from(len).expect("less than the sample and the parameter sets");
        let shortest = [&LONG_START_CODE[..], filler, &FILLER_END].concat().len();
        match len.checked_sub(shortest).filter(|_| can_have_filler) {
            Some(more) => {
                self.put(&LONG_START_CODE);
                self.put(&[filler, &vec![0xff; more], &FILLER_END].concat());
            }
            None => self.put(&vec![0; len]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AvcConfig;

    const RECORD: &[u8] = &[1, 0x64, 0, 0x1f, 0xff, 0xe1, 0, 2, 0x67, 0x64, 1, 0, 2, 0x68, 0xee];

    fn annex_b(length_size: u8) -> AnnexB {
        let mut record = RECORD.to_vec();
        record[4] = 0xfc | (length_size - 1);
        AnnexB::from(&AvcConfig::parse(Bytes::from(record), false).unwrap()).padded()
    }

    fn sample(length_size: usize, units: &[&[u8]]) -> Vec<u8> {
        let bytes = units.iter().flat_map(|unit| {
            [&u32::try_from(unit.len()).unwrap().to_be_bytes()[4 - length_size..], unit].concat()
        });
        bytes.collect()
    }

    /// What comes out, in hexadecimal; `|` for a start code of 4 bytes, `.` for one of 3.
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
    const END_OF_SEQUENCE: &[u8] = &[0x0a];

    #[test]
    fn lengths_become_start_codes() {
        for length_size in [1, 2] {
            assert_eq!(written(length_size, &[SEI, SLICE], false), "|09f0.0605.419a");
            assert_eq!(written(length_size, &[SEI, IDR_SLICE], true), "|09f0|6764|68ee.0605.6588");
        }
        assert_eq!(written(4, &[SEI, SLICE], false), "|09f0|0605|419a");
    }

    #[test]
    fn parameter_sets_are_where_decoding_can_start() {
        assert_eq!(written(4, &[SEI, IDR_SLICE], true), "|09f0|6764|68ee|0605|6588");
        assert_eq!(written(4, &[SLICE], true), "|09f0|6764|68ee|419a");
        assert_eq!(written(4, &[IDR_SLICE], false), "|09f0|6588");
    }

    #[test]
    fn filler_data_takes_the_place_of_parameter_sets_in_the_stream() {
        let both = written(4, &[OWN_SPS, OWN_PPS, IDR_SLICE], true);
        assert_eq!(both, "|09f0|6742|68ce|6588|0cffffffffffff80");
        assert_eq!(written(4, &[OWN_PPS, IDR_SLICE], true), "|09f0|6764|68ce|6588|0c80");
        assert_eq!(written(4, &[OWN_SPS, SEI, IDR_SLICE], true), "|09f0|6742|68ee|0605|6588|0c80");
        assert_eq!(written(4, &[OWN_PPS, SLICE], false), "|09f0|68ce|419a");
        assert_eq!(written(2, &[OWN_PPS, IDR_SLICE], true), "|09f0|6764|68ce.6588");
    }

    #[test]
    fn filler_data_takes_the_place_of_delimiters_in_the_stream() {
        assert_eq!(written(4, &[OWN_DELIMITER, IDR_SLICE], true), "|0910|6764|68ee|6588|0c80");
        assert_eq!(
            written(4, &[OWN_DELIMITER, OWN_DELIMITER, SLICE], false),
            "|0910|419a|0cffffffffffff80"
        );
        assert_eq!(written(4, &[SEI, OWN_DELIMITER, SLICE], false), "|09f0|0605|419a|0c80");
        assert_eq!(written(2, &[OWN_DELIMITER, IDR_SLICE], true), "|0910|6764|68ee.6588");
        // The second field of a picture.
        assert_eq!(
            written(4, &[OWN_DELIMITER, SLICE, OWN_DELIMITER, SLICE], false),
            "|0910|419a|0910|419a|0c80"
        );
    }

    #[test]
    fn zeros_end_an_access_unit_that_can_have_no_filler_data() {
        assert_eq!(written(4, &[&[], SLICE], false), "|09f0|419a00000000");
        assert_eq!(written(4, &[OWN_DELIMITER, SEI], false), "|0910|0605000000000000");
        let ended = written(4, &[OWN_DELIMITER, SLICE, END_OF_SEQUENCE], false);
        assert_eq!(ended, "|0910|419a|0a000000000000");
    }

    #[test]
    fn empty_units_are_left_out() {
        assert_eq!(written(4, &[&[], SLICE, &[]], false), "|09f0|419a|0cffff80");
        assert_eq!(written(2, &[&[], SLICE, &[]], false), "|09f0.419a");
    }

    #[test]
    fn the_length_follows_from_the_size_or_is_bounded_by_it() {
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
                let bound = annex_b.max_len(u32::try_from(sample.len()).unwrap(), is_sync);
                let known = annex_b.len(u32::try_from(sample.len()).unwrap(), is_sync);
                assert_eq!(known, (length_size == 4).then_some(len), "{units:?}");
                assert!(
                    len <= bound,
                    "{len} of {bound} bytes: {units:?} with lengths of {length_size}"
                );
            }
        }
    }

    #[test]
    fn lengths_that_pass_the_end_are_refused() {
        let problem =
            |bytes: &[u8]| annex_b(4).write(bytes, false, &mut |_| ()).unwrap_err().to_string();
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
