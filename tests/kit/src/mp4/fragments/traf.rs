//! The samples of one track in a fragment (`traf`, ISO/IEC 14496-12, 8.8.6).

use super::{Run, Sample};
use crate::mp4::{boxed, full, words};

/// The type of a `tfxd` box.
pub const TFXD: [u8; 16] = [
    0x6d, 0x1d, 0x9b, 0x05, 0x42, 0xd5, 0x44, 0xe6, 0x80, 0xe2, 0x14, 0x1d, 0xaf, 0xf7, 0x57, 0xb2,
];

/// The base of data offsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// `default-base-is-moof`.
    Moof,
    /// `base-data-offset`, that many bytes after the start of the `moof`.
    Absolute(u64),
    /// Neither flag.
    Before,
}

/// How a fragment declares its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    /// Not at all.
    Missing,
    /// `tfdt` of this version.
    Decoded(u8, i64),
    /// `tfxd` of this version.
    Presented(u8, i64),
}

/// Samples of one track.
#[derive(Clone, Debug)]
pub struct Traf {
    /// Id of the track.
    pub track: u32,
    /// The base of data offsets.
    pub base: Base,
    /// Index of the sample description, from 1.
    pub description: Option<u32>,
    /// Default duration, size and flags.
    pub defaults: [Option<u32>; 3],
    /// Whether `duration-is-empty` is set.
    pub is_empty: bool,
    /// When it is decoded or presented.
    pub time: Time,
    /// Its samples.
    pub runs: Vec<Run>,
    /// Any other boxes.
    pub more: Vec<u8>,
}

impl Traf {
    /// The samples in one run, which lists all fields of each. They are decoded from that time.
    #[must_use]
    pub fn new(track: u32, time: i64, samples: &[Sample]) -> Self {
        Self {
            track,
            base: Base::Moof,
            description: None,
            defaults: [None; 3],
            is_empty: false,
            time: Time::Decoded(1, time),
            runs: vec![Run::new(samples)],
            more: Vec::new(),
        }
    }

    pub(super) fn byte_len(&self) -> u32 {
        self.runs.iter().map(Run::byte_len).sum()
    }

    /// The box in a `moof` at that offset, with its data `data_offset` bytes after the base.
    pub(super) fn boxed(&self, moof_at: u64, data_offset: i32) -> Vec<u8> {
        let absolute = match self.base {
            Base::Absolute(distance) => Some(moof_at + distance),
            _ => None,
        };
        let mut flags = u32::from(absolute.is_some())
            | u32::from(self.base == Base::Moof) << 17
            | u32::from(self.is_empty) << 16;
        let mut tfhd = words(&[self.track]);
        tfhd.extend(absolute.iter().flat_map(|base| base.to_be_bytes()));
        let [duration, size, sample_flags] = self.defaults;
        for (flag, field) in
            [(2, self.description), (8, duration), (0x10, size), (0x20, sample_flags)]
        {
            flags |= if field.is_some() { flag } else { 0 };
            tfhd.extend(field.iter().flat_map(|field| field.to_be_bytes()));
        }
        let mut body = full(b"tfhd", 0, flags, &tfhd);
        let ticks = |version, time: i64| {
            if version == 1 {
                time.to_be_bytes().to_vec()
            } else {
                words(&[u32::try_from(time).unwrap()])
            }
        };
        let mut offset = data_offset;
        match self.time {
            Time::Decoded(version, time) => {
                body.extend(full(b"tfdt", version, 0, &ticks(version, time)))
            }
            Time::Missing | Time::Presented(..) => {}
        }
        for run in &self.runs {
            body.extend(run.boxed(offset));
            offset += i32::try_from(run.byte_len()).unwrap();
        }
        if let Time::Presented(version, time) = self.time {
            let duration = self
                .runs
                .iter()
                .flat_map(|run| &run.samples)
                .map(|sample| i64::from(sample.duration))
                .sum();
            let body_of =
                [&TFXD[..], &[version, 0, 0, 0], &ticks(version, time), &ticks(version, duration)]
                    .concat();
            body.extend(boxed(b"uuid", &body_of));
        }
        boxed(b"traf", &[body, self.more.clone()].concat())
    }
}
