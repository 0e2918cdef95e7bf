//! Writes movie fragments for tests, in every way there is to tell the same.

use super::{Sizes, Track, boxed, full, mvhd, words};

/// The type of a `tfxd` box.
pub(crate) const TFXD: [u8; 16] = [
    0x6d, 0x1d, 0x9b, 0x05, 0x42, 0xd5, 0x44, 0xe6, 0x80, 0xe2, 0x14, 0x1d, 0xaf, 0xf7, 0x57, 0xb2,
];

/// Flags of a sample that needs no other.
pub(crate) const SYNC: u32 = 0x0200_0000;

/// Flags of a sample that needs others.
pub(crate) const NON_SYNC: u32 = 0x0101_0000;

/// One sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sample {
    pub(crate) duration: u32,
    pub(crate) size: u32,
    pub(crate) flags: u32,
    pub(crate) composition_offset: i32,
}

impl Sample {
    /// A picture of 512 ticks that needs no other.
    pub(crate) const fn sync(size: u32) -> Self {
        Self { duration: 512, size, flags: SYNC, composition_offset: 0 }
    }

    /// A picture of 512 ticks that needs others.
    pub(crate) const fn other(size: u32) -> Self {
        Self { flags: NON_SYNC, ..Self::sync(size) }
    }
}

/// From where on data offsets count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Base {
    /// `default-base-is-moof`.
    Moof,
    /// `base-data-offset`, so many bytes behind the start of the `moof`.
    Absolute(u64),
    /// Neither flag.
    Before,
}

/// How a fragment tells its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Time {
    Untold,
    /// `tfdt` of this version.
    Decoded(u8, i64),
    /// `tfxd` of this version.
    Presented(u8, i64),
}

/// A run of samples, with what it tells of each: of the rest the first sample decides for all.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) version: u8,
    /// Whether it tells where its data lies, rather than that it follows that of the run before.
    pub(crate) tells_place: bool,
    /// Flags of the box: 0x100 for durations, 0x200 for sizes, 0x400 for flags, 0x800 for
    /// composition offsets, 4 for the first flags.
    pub(crate) tells: u32,
    pub(crate) samples: Vec<Sample>,
}

impl Run {
    /// A run that tells all of each sample.
    pub(crate) fn new(samples: &[Sample]) -> Self {
        Self { version: 1, tells_place: true, tells: 0xf00, samples: samples.into() }
    }

    pub(crate) fn byte_len(&self) -> u32 {
        self.samples.iter().map(|sample| sample.size).sum()
    }

    fn boxed(&self, data_offset: i32) -> Vec<u8> {
        let mut body = words(&[u32::try_from(self.samples.len()).unwrap()]);
        if self.tells_place {
            body.extend(data_offset.to_be_bytes());
        }
        if self.tells & 4 != 0 {
            body.extend(words(&[self.samples[0].flags]));
        }
        for sample in &self.samples {
            let columns = [
                sample.duration,
                sample.size,
                sample.flags,
                sample.composition_offset.cast_unsigned(),
            ];
            let told = [0x100, 0x200, 0x400, 0x800]
                .into_iter()
                .zip(columns)
                .filter(|(flag, _)| self.tells & flag != 0);
            body.extend(told.flat_map(|(_, column)| column.to_be_bytes()));
        }
        full(b"trun", self.version, self.tells | u32::from(self.tells_place), &body)
    }
}

/// Samples of one track.
#[derive(Clone, Debug)]
pub(crate) struct Traf {
    pub(crate) track: u32,
    pub(crate) base: Base,
    pub(crate) description: Option<u32>,
    /// Default duration, size and flags.
    pub(crate) defaults: [Option<u32>; 3],
    pub(crate) is_empty: bool,
    pub(crate) time: Time,
    pub(crate) runs: Vec<Run>,
    /// Any other boxes.
    pub(crate) more: Vec<u8>,
}

impl Traf {
    /// The samples in one run, which tells all of each; decoded at that time.
    pub(crate) fn new(track: u32, time: i64, samples: &[Sample]) -> Self {
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

    fn byte_len(&self) -> u32 {
        self.runs.iter().map(Run::byte_len).sum()
    }

    /// The box, in a `moof` at that place, with its data so many bytes behind the base.
    fn boxed(&self, moof_at: u64, data_offset: i32) -> Vec<u8> {
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
            Time::Untold | Time::Presented(..) => {}
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

/// A fragment at that place in the file: a `moof`, and behind it a `mdat` with the data of one
/// `traf` behind that of the other.
pub(crate) fn fragment(at: u64, trafs: &[Traf]) -> Vec<u8> {
    let mdat = boxed(b"mdat", &vec![0xda; trafs.iter().map(|traf| traf.byte_len() as usize).sum()]);
    [moof(at, trafs), mdat].concat()
}

/// A `moof` at that place, whose data begins behind the header of a `mdat` that follows.
pub(crate) fn moof(at: u64, trafs: &[Traf]) -> Vec<u8> {
    let write = |moof_len: usize| {
        let mut data = i32::try_from(moof_len).unwrap() + 8;
        let mut body = full(b"mfhd", 0, 0, &words(&[1]));
        let mut before = 0;
        for traf in trafs {
            let base = match traf.base {
                Base::Moof => 0,
                Base::Absolute(distance) => i32::try_from(distance).unwrap(),
                Base::Before => before,
            };
            body.extend(traf.boxed(at, data - base));
            data += i32::try_from(traf.byte_len()).unwrap();
            before = data;
        }
        boxed(b"moof", &body)
    };
    write(write(0).len())
}

/// A track whose samples are all in fragments.
pub(crate) fn without_samples(track: Track) -> Track {
    let (stts, stsc, offsets, ctts, stss) = (Some(vec![]), vec![], vec![], None, None);
    Track { stts, stsc, offsets, ctts, stss, sizes: Some(Sizes::Table(vec![])), ..track }
}

/// The movie box, with these defaults for fragments: track, description, duration, size and flags
/// of each.
pub(crate) fn moov(tracks: &[Track], defaults: &[[u32; 5]]) -> Vec<u8> {
    let trex = |words_of: &[u32; 5]| full(b"trex", 0, 0, &words(words_of));
    let mvex = boxed(b"mvex", &defaults.iter().flat_map(trex).collect::<Vec<u8>>());
    boxed(b"moov", &[mvhd(), tracks.iter().flat_map(Track::trak).collect(), mvex].concat())
}

/// A file of one fragment after the other behind its `moov`.
pub(crate) fn file(moov: &[u8], fragments: &[Vec<Traf>]) -> Vec<u8> {
    fragments.iter().fold([super::ftyp(), moov.to_vec()].concat(), |file, trafs| {
        let at = file.len() as u64;
        [file, fragment(at, trafs)].concat()
    })
}

/// A movie of video (track 1) and audio (track 2) in fragments, with all zero for defaults.
pub(crate) fn init() -> Vec<u8> {
    let tracks = [without_samples(Track::video(0)), without_samples(Track::audio(0))];
    moov(&tracks, &[[1, 1, 0, 0, 0], [2, 1, 0, 0, 0]])
}

/// The `mfra` box, with the moments and places of a track's fragments.
pub(crate) fn mfra(track: u32, entries: &[(u64, u64)]) -> Vec<u8> {
    let mut tfra = words(&[track, 0, u32::try_from(entries.len()).unwrap()]);
    for (time, offset) in entries {
        tfra.extend([&time.to_be_bytes()[..], &offset.to_be_bytes(), &[1, 1, 1]].concat());
    }
    let tfra = full(b"tfra", 1, 0, &tfra);
    let len = u32::try_from(8 + tfra.len() + 16).unwrap();
    boxed(b"mfra", &[tfra, full(b"mfro", 0, 0, &words(&[len]))].concat())
}

/// A `sidx` box with segments of these lengths, the first of them right behind it.
pub(crate) fn sidx(lengths: &[u32]) -> Vec<u8> {
    let entries: Vec<u32> = lengths.iter().flat_map(|len| [*len, 1, 0x9000_0000]).collect();
    full(
        b"sidx",
        0,
        0,
        &[words(&[1, 12_800, 0, 0, u32::try_from(lengths.len()).unwrap()]), words(&entries)]
            .concat(),
    )
}
