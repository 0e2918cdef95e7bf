//! Tracks of a movie, box by box (ISO/IEC 14496-12, 8.3).

use super::{Sizes, avc1, boxed, full, mp4a, table, words};
use crate::{AAC_48_STEREO, AVCC};

/// The content of a track's boxes. Boxes that are `None` are left out.
#[derive(Clone, Debug)]
pub struct Track {
    /// Its id.
    pub id: u32,
    /// Whether it is enabled (`tkhd`).
    pub is_enabled: bool,
    /// The alternate group of `tkhd`.
    pub alternate_group: i16,
    /// The handler type of `hdlr`: `vide` or `soun`.
    pub handler: [u8; 4],
    /// The name in `hdlr`, with its terminator.
    pub name: Vec<u8>,
    /// Ticks per second.
    pub timescale: u32,
    /// The matrix in `tkhd`; all zero, as nobody writes it, unless a test says otherwise.
    pub matrix: [i32; 9],
    /// Width and height in `tkhd`, in 16.16 fixed point.
    pub display: (u32, u32),
    /// The duration in `mdhd`, in ticks: wrong, unless a test says otherwise.
    pub duration: u32,
    /// The packed language of `mdhd`.
    pub language: u16,
    /// The body of `elng`.
    pub extended_language: Option<Vec<u8>>,
    /// The version of `elst`, and the duration and media time of each edit.
    pub edits: Option<(u8, Vec<(u64, i64)>)>,
    /// The version of `stsd`.
    pub stsd_version: u8,
    /// The sample entries of `stsd`.
    pub entries: Vec<Vec<u8>>,
    /// Count and duration of each run.
    pub stts: Option<Vec<(u32, u32)>>,
    /// The version of `ctts`, and the count and offset of each run.
    pub ctts: Option<(u8, Vec<(u32, u32)>)>,
    /// The sizes of samples.
    pub sizes: Option<Sizes>,
    /// First chunk, samples per chunk and description of each run.
    pub stsc: Vec<(u32, u32, u32)>,
    /// Where each chunk starts in the file.
    pub offsets: Vec<u64>,
    /// Whether chunk offsets take 64 bits (`co64`).
    pub wide_offsets: bool,
    /// The sync samples, counted from 1.
    pub stss: Option<Vec<u32>>,
    /// Other boxes of `minf`.
    pub dinf: Vec<u8>,
    /// The boxes in `udta`.
    pub udta: Vec<u8>,
    /// The boxes in `tref`.
    pub references: Vec<u8>,
}

impl Track {
    /// Four samples of H.264 with 100, 20, 30 and 40 bytes in one chunk at `offset`, of 512 ticks
    /// of 12800 Hz each.
    #[must_use]
    pub fn video(offset: u64) -> Self {
        Self {
            id: 1,
            is_enabled: true,
            alternate_group: 0,
            handler: *b"vide",
            name: b"VideoHandler\0".to_vec(),
            timescale: 12_800,
            matrix: [0; 9],
            display: (0, 0),
            duration: u32::MAX,
            language: 0x55c4,
            extended_language: None,
            edits: None,
            stsd_version: 0,
            entries: vec![avc1(b"avc1", AVCC)],
            stts: Some(vec![(4, 512)]),
            ctts: None,
            sizes: Some(Sizes::Table(vec![100, 20, 30, 40])),
            stsc: vec![(1, 4, 1)],
            offsets: vec![offset],
            wide_offsets: false,
            stss: Some(vec![1, 3]),
            dinf: Vec::new(),
            udta: Vec::new(),
            references: Vec::new(),
        }
    }

    /// Three frames of AAC of 10 bytes each in one chunk at `offset`.
    #[must_use]
    pub fn audio(offset: u64) -> Self {
        Self {
            id: 2,
            handler: *b"soun",
            name: b"SoundHandler\0".to_vec(),
            timescale: 48_000,
            entries: vec![mp4a(AAC_48_STEREO)],
            stts: Some(vec![(3, 1024)]),
            sizes: Some(Sizes::Constant(10, 3)),
            stsc: vec![(1, 3, 1)],
            stss: None,
            ..Self::video(offset)
        }
    }

    /// The sample table box.
    #[must_use]
    pub fn stbl(&self) -> Vec<u8> {
        let pair = |&(one, other): &(u32, u32)| words(&[one, other]);
        let mut body = full(b"stsd", self.stsd_version, 0, &table(self.entries.iter().cloned()));
        if let Some(runs) = &self.stts {
            body.extend(full(b"stts", 0, 0, &table(runs.iter().map(pair))));
        }
        if let Some((version, runs)) = &self.ctts {
            body.extend(full(b"ctts", *version, 0, &table(runs.iter().map(pair))));
        }
        let runs = self
            .stsc
            .iter()
            .map(|&(first, count, description)| words(&[first, count, description]));
        body.extend(full(b"stsc", 0, 0, &table(runs)));
        if let Some(sizes) = &self.sizes {
            body.extend(sizes.boxed());
        }
        let offset = |offset: &u64| match self.wide_offsets {
            true => offset.to_be_bytes().to_vec(),
            false => u32::try_from(*offset).unwrap().to_be_bytes().to_vec(),
        };
        body.extend(full(
            if self.wide_offsets { b"co64" } else { b"stco" },
            0,
            0,
            &table(self.offsets.iter().map(offset)),
        ));
        if let Some(samples) = &self.stss {
            body.extend(full(
                b"stss",
                0,
                0,
                &table(samples.iter().map(|sample| words(&[*sample]))),
            ));
        }
        boxed(b"stbl", &body)
    }

    /// The track box.
    #[must_use]
    pub fn trak(&self) -> Vec<u8> {
        let minf = boxed(b"minf", &[self.dinf.clone(), self.stbl()].concat());
        let mdhd = [
            words(&[0, 0, self.timescale, self.duration]),
            self.language.to_be_bytes().to_vec(),
            vec![0, 0],
        ]
        .concat();
        let hdlr = [&[0; 4][..], &self.handler, &[0; 12], &self.name].concat();
        let mut mdia = [full(b"mdhd", 0, 0, &mdhd), full(b"hdlr", 0, 0, &hdlr)].concat();
        if let Some(tag) = &self.extended_language {
            mdia.extend(full(b"elng", 0, 0, tag));
        }
        mdia.extend(minf);
        let tkhd = [
            words(&[0, 0, self.id, 0, 0xffff_ffff]),
            vec![0; 10],
            self.alternate_group.to_be_bytes().to_vec(),
            vec![0; 4],
            words(&self.matrix.map(i32::cast_unsigned)),
            words(&[self.display.0, self.display.1]),
        ]
        .concat();
        let mut body = full(b"tkhd", 0, 2 + u32::from(self.is_enabled), &tkhd);
        if let Some((version, edits)) = &self.edits {
            let edit = |&(duration, time): &(u64, i64)| match version {
                1 => [&duration.to_be_bytes()[..], &time.to_be_bytes(), &[0, 1, 0, 0]].concat(),
                _ => {
                    let (duration, time) =
                        (u32::try_from(duration).unwrap(), i32::try_from(time).unwrap());
                    [&duration.to_be_bytes()[..], &time.to_be_bytes(), &[0, 1, 0, 0]].concat()
                }
            };
            body.extend(boxed(
                b"edts",
                &full(b"elst", *version, 0, &table(edits.iter().map(edit))),
            ));
        }
        body.extend(boxed(b"mdia", &mdia));
        for (kind, boxes) in [(b"tref", &self.references), (b"udta", &self.udta)] {
            if !boxes.is_empty() {
                body.extend(boxed(kind, boxes));
            }
        }
        boxed(b"trak", &body)
    }
}
