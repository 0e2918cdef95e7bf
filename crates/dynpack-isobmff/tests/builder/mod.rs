//! Writes movies for tests: boxes as plain bytes, as simple as they can be.
#![allow(dead_code, reason = "every test file uses another part of it")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

pub(crate) mod fragments;

use dynpack_codec::{AacConfig, AudioCodec, AvcConfig, Codec, VideoCodec};
use dynpack_media::{SampleIndex, Ticks};

/// One past the last byte of the file that a sample of a track occupies.
pub(crate) fn end_in_file(track: &dynpack_media::Track) -> u64 {
    let all = SampleIndex(0)..SampleIndex(track.samples.len());
    track.samples.extents(all).map(|extent| extent.end()).max().unwrap_or_default()
}

/// The configuration of a track of H.264.
pub(crate) fn avc(track: &dynpack_media::Track) -> &AvcConfig {
    let Codec::Video(VideoCodec::Avc(config)) = &track.codec else { panic!("not H.264") };
    config
}

/// The configuration of a track of AAC.
pub(crate) fn aac(track: &dynpack_media::Track) -> &AacConfig {
    let Codec::Audio(AudioCodec::Aac(config)) = &track.codec else { panic!("not AAC") };
    config
}

/// Sampling rate and number of channels of a track of audio.
pub(crate) fn sampling(track: &dynpack_media::Track) -> (u32, u8) {
    let audio = track.codec.audio().unwrap();
    (audio.sampling_rate(), audio.channels())
}

/// When a sample is presented in the movie.
pub(crate) fn presented(track: &dynpack_media::Track, sample: u32) -> Ticks {
    track.samples.composition_time(SampleIndex(sample)) + track.edit.delay - track.edit.media_start
}

/// A configuration record of H.264 High, level 3.1, with the shortest parameter sets.
pub(crate) const AVCC: &[u8] =
    &[1, 0x64, 0, 0x1f, 0xff, 0xe1, 0, 3, 0x67, 0x64, 0, 1, 0, 2, 0x68, 0xee];

/// AAC-LC of 48 kHz in stereo.
pub(crate) const AAC_LC: &[u8] = &[0x11, 0x90];

/// A box.
pub(crate) fn boxed(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let len = u32::try_from(body.len() + 8).unwrap();
    [&len.to_be_bytes()[..], kind, body].concat()
}

/// A box with a 64-bit size.
pub(crate) fn boxed_long(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let len = body.len() as u64 + 16;
    [&[0, 0, 0, 1][..], kind, &len.to_be_bytes(), body].concat()
}

/// A box with version and flags.
pub(crate) fn full(kind: &[u8; 4], version: u8, flags: u32, body: &[u8]) -> Vec<u8> {
    let [_, flags @ ..] = flags.to_be_bytes();
    boxed(kind, &[&[version][..], &flags, body].concat())
}

/// Numbers, big-endian.
pub(crate) fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

/// A table with its number of entries in front.
pub(crate) fn table(entries: impl ExactSizeIterator<Item = Vec<u8>>) -> Vec<u8> {
    let count = u32::try_from(entries.len()).unwrap().to_be_bytes().to_vec();
    std::iter::once(count).chain(entries).flatten().collect()
}

/// A sample entry of H.264, 640 by 360.
pub(crate) fn avc1(kind: &[u8; 4], avcc: &[u8]) -> Vec<u8> {
    let mut body = vec![0; 78];
    body[7] = 1;
    body[24..28].copy_from_slice(&[2, 128, 1, 104]);
    body.extend(boxed(b"avcC", avcc));
    boxed(kind, &body)
}

/// An `esds` with this object type indication and configuration.
pub(crate) fn esds(object_type: u8, config: &[u8]) -> Vec<u8> {
    let descriptor = |tag: u8, body: &[u8]| {
        [&[tag, 0x80, 0x80, 0x80, u8::try_from(body.len()).unwrap()][..], body].concat()
    };
    let specific = descriptor(5, config);
    let decoder = descriptor(
        4,
        &[&[object_type, 0x15, 0, 0, 0, 0, 1, 0xf4, 0, 0, 1, 0xf4, 0][..], &specific].concat(),
    );
    let stream = descriptor(3, &[&[0, 0, 0][..], &decoder, &descriptor(6, &[2])].concat());
    full(b"esds", 0, 0, &stream)
}

/// The fixed part of a sound description of this version, in stereo at 48 kHz, with what QuickTime
/// puts behind it.
pub(crate) fn sound(version: u8, more: &[u8], boxes: &[u8]) -> Vec<u8> {
    let mut body = vec![0; 28];
    (body[7], body[9], body[17], body[19]) = (1, version, 2, 16);
    body[24..26].copy_from_slice(&48_000_u16.to_be_bytes());
    boxed(b"mp4a", &[&body, more, boxes].concat())
}

/// A sample entry of AAC.
pub(crate) fn mp4a(config: &[u8]) -> Vec<u8> {
    sound(0, &[], &esds(0x40, config))
}

/// How the sizes of samples are written.
#[derive(Clone, Debug)]
pub(crate) enum Sizes {
    /// `stsz` with a size for each.
    Table(Vec<u32>),
    /// `stsz` with one size for so many.
    Constant(u32, u32),
    /// `stz2` of so many bits.
    Compact(u8, Vec<u32>),
}

impl Sizes {
    fn boxed(&self) -> Vec<u8> {
        match self {
            Self::Table(sizes) => full(
                b"stsz",
                0,
                0,
                &[words(&[0, u32::try_from(sizes.len()).unwrap()]), words(sizes)].concat(),
            ),
            Self::Constant(size, count) => full(b"stsz", 0, 0, &words(&[*size, *count])),
            Self::Compact(bits, sizes) => {
                let mut body = words(&[(*bits).into(), u32::try_from(sizes.len()).unwrap()]);
                match bits {
                    4 => body.extend(sizes.chunks(2).map(|pair| {
                        u8::try_from(pair[0] << 4 | pair.get(1).copied().unwrap_or(0)).unwrap()
                    })),
                    8 => body.extend(sizes.iter().map(|size| u8::try_from(*size).unwrap())),
                    _ => body.extend(
                        sizes.iter().flat_map(|size| u16::try_from(*size).unwrap().to_be_bytes()),
                    ),
                }
                full(b"stz2", 0, 0, &body)
            }
        }
    }
}

/// A track, box by box. Boxes that are `None` are left out.
#[derive(Clone, Debug)]
pub(crate) struct Track {
    pub(crate) id: u32,
    pub(crate) handler: [u8; 4],
    pub(crate) name: Vec<u8>,
    pub(crate) timescale: u32,
    pub(crate) language: u16,
    pub(crate) extended_language: Option<Vec<u8>>,
    /// Version, and duration and media time of each edit.
    pub(crate) edits: Option<(u8, Vec<(u64, i64)>)>,
    pub(crate) stsd_version: u8,
    pub(crate) entries: Vec<Vec<u8>>,
    /// Count and duration.
    pub(crate) stts: Option<Vec<(u32, u32)>>,
    /// Version, and count and offset of each run.
    pub(crate) ctts: Option<(u8, Vec<(u32, u32)>)>,
    pub(crate) sizes: Option<Sizes>,
    /// First chunk, samples a chunk, description.
    pub(crate) stsc: Vec<(u32, u32, u32)>,
    pub(crate) offsets: Vec<u64>,
    pub(crate) wide_offsets: bool,
    pub(crate) stss: Option<Vec<u32>>,
    /// Anything else in `minf`.
    pub(crate) dinf: Vec<u8>,
}

impl Track {
    /// Four samples of H.264 with 100, 20, 30 and 40 bytes in one chunk at `offset`, of 512 ticks
    /// of 12800 Hz each.
    pub(crate) fn video(offset: u64) -> Self {
        Self {
            id: 1,
            handler: *b"vide",
            name: b"VideoHandler\0".to_vec(),
            timescale: 12_800,
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
        }
    }

    /// Three frames of AAC of 10 bytes each in one chunk at `offset`.
    pub(crate) fn audio(offset: u64) -> Self {
        Self {
            id: 2,
            handler: *b"soun",
            name: b"SoundHandler\0".to_vec(),
            timescale: 48_000,
            entries: vec![mp4a(AAC_LC)],
            stts: Some(vec![(3, 1024)]),
            sizes: Some(Sizes::Constant(10, 3)),
            stsc: vec![(1, 3, 1)],
            stss: None,
            ..Self::video(offset)
        }
    }

    /// The sample table box.
    pub(crate) fn stbl(&self) -> Vec<u8> {
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
    pub(crate) fn trak(&self) -> Vec<u8> {
        let minf = boxed(b"minf", &[self.dinf.clone(), self.stbl()].concat());
        let mdhd = [
            words(&[0, 0, self.timescale, 0xffff_ffff]),
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
        let mut body =
            full(b"tkhd", 0, 3, &[words(&[0, 0, self.id, 0, 0xffff_ffff]), vec![0; 60]].concat());
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
        boxed(b"trak", &body)
    }
}

/// `mvhd` with a timescale of 1000 and a duration that lies.
pub(crate) fn mvhd() -> Vec<u8> {
    full(b"mvhd", 0, 0, &[words(&[0, 0, 1000, 7]), vec![0; 80]].concat())
}

/// The movie box.
pub(crate) fn moov(tracks: &[Track]) -> Vec<u8> {
    boxed(b"moov", &tracks.iter().fold(mvhd(), |body, track| [body, track.trak()].concat()))
}

pub(crate) fn ftyp() -> Vec<u8> {
    boxed(b"ftyp", b"isom\0\0\x02\0isomavc1")
}

/// Where the media of [`file`] starts.
pub(crate) const MEDIA: u64 = 32;

/// A file with the movie behind its media, which starts at [`MEDIA`] and takes `media` bytes.
pub(crate) fn file(tracks: &[Track], media: usize) -> Vec<u8> {
    let payload: Vec<u8> = (0..media).map(|at| u8::try_from(at % 251).unwrap()).collect();
    [ftyp(), boxed(b"mdat", &payload), moov(tracks)].concat()
}
