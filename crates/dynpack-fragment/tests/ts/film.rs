//! Films made in code: tracks with their file, and what each sample of it holds.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use dynpack_codec::{AacConfig, AvcConfig, Codec, MediaKind};
use dynpack_fragment::{Error, SegmentPlan};
use dynpack_media::{
    ColumnBuilder, CutPolicy, Edit, Language, Rendition, RenditionId, SampleColumns, SampleIndex,
    SampleTable, SourceIndex, Ticks, Timeline, Timescale, Track, TrackId,
};
use proptest::prelude::*;

pub(crate) const SPS: &[u8] = &[0x67, 0x64, 0x00, 0x1f];
pub(crate) const PPS: &[u8] = &[0x68, 0xee];

/// A video track to be.
#[derive(Clone, Debug)]
pub(crate) struct Video {
    pub(crate) hz: u32,
    pub(crate) duration: u32,
    pub(crate) pictures: u32,
    pub(crate) gop: u32,
    /// Pictures between two that others refer to.
    pub(crate) b_pictures: u32,
    /// Whether composition offsets are signed, and the first is 0.
    pub(crate) signed: bool,
    pub(crate) nal_length_size: u8,
    /// Whether samples bring their own delimiters and parameter sets.
    pub(crate) own: bool,
    pub(crate) slices: u32,
    pub(crate) slice_len: u32,
    /// Presented that much later than the film starts, in ticks.
    pub(crate) delay: i64,
}

impl Video {
    /// 25 pictures a second, all in one slice.
    pub(crate) const PLAIN: Self = Self {
        hz: 12_800,
        duration: 512,
        pictures: 250,
        gop: 50,
        b_pictures: 0,
        signed: false,
        nal_length_size: 4,
        own: false,
        slices: 1,
        slice_len: 3_000,
        delay: 0,
    };

    pub(crate) fn any() -> impl Strategy<Value = Self> {
        let clocks = [
            (24_000, 1_001),
            (25, 1),
            (90_000, 3_003),
            (1_000, 40),
            (10_000_000, 417_083),
            (600, 200),
            (3, 4),
        ];
        let clock = prop::sample::select(clocks.to_vec());
        let shape = (
            1_u32..150,
            1_u32..40,
            0_u32..4,
            any::<bool>(),
            prop::sample::select(vec![1_u8, 2, 4]),
            any::<bool>(),
        );
        (clock, shape, 1_u32..4, 1_u32..400, prop_oneof![Just(0_i64), 0_i64..3]).prop_map(
            |(
                (hz, duration),
                (pictures, gop, b_pictures, signed, nal_length_size, own),
                slices,
                slice_len,
                delay,
            )| Self {
                hz,
                duration,
                pictures,
                gop,
                b_pictures,
                signed,
                nal_length_size,
                own,
                slices,
                slice_len: if nal_length_size == 1 { slice_len.min(200) } else { slice_len },
                // Few pictures a second, and reordered, would start long before their segment.
                delay: if b_pictures > 0 && hz / duration < 10 { 0 } else { delay * i64::from(hz) },
            },
        )
    }

    /// The NAL units of a picture.
    pub(crate) fn units(&self, picture: u32) -> Vec<Vec<u8>> {
        let starts = picture.is_multiple_of(self.gop);
        let mut units = Vec::new();
        if self.own {
            units.push(vec![0x09, 0x30]);
            if starts {
                units.extend([SPS.to_vec(), PPS.to_vec()]);
            }
        }
        let kind = if starts { 0x65 } else { 0x41 };
        units.extend((0..self.slices).map(|slice| {
            let len = 1
                + (picture * 7_919 + slice * 101) % self.slice_len
                + if starts { self.slice_len } else { 0 };
            let len = if self.nal_length_size == 1 { len.min(255) } else { len };
            let body =
                (1..len).map(|at| u8::try_from(1 + (picture * 31 + slice * 7 + at) % 255).unwrap());
            [kind].into_iter().chain(body).collect()
        }));
        units
    }

    fn sample(&self, picture: u32) -> Vec<u8> {
        let prefixed = |unit: &Vec<u8>| {
            let len = u32::try_from(unit.len()).unwrap().to_be_bytes();
            [&len[4 - usize::from(self.nal_length_size)..], unit].concat()
        };
        self.units(picture).iter().flat_map(prefixed).collect()
    }

    /// Composition offset in pictures; the decode order is I, then P and the B pictures before it,
    /// again and again.
    fn offset(&self, picture: u32) -> i64 {
        let (at, group) = (i64::from(picture % self.gop), i64::from(self.b_pictures) + 1);
        let pictures = i64::from(self.gop.min(self.pictures - (picture - picture % self.gop)));
        let whole = (pictures - 1) / group * group;
        let delayed = match self.b_pictures {
            0 => 0,
            _ if at == 0 || at > whole => 1,
            _ if at % group == 1 => group,
            _ => 0,
        };
        delayed - i64::from(self.signed && self.b_pictures > 0)
    }

    fn track(&self, file: &mut Vec<u8>) -> Track {
        let mut record = vec![
            1,
            0x64,
            0,
            0x1f,
            0xfc | (self.nal_length_size - 1),
            0xe1,
            0,
            u8::try_from(SPS.len()).unwrap(),
        ];
        record.extend([SPS, &[1, 0, u8::try_from(PPS.len()).unwrap()], PPS].concat());
        let codec = Codec::from(AvcConfig::parse(record.into(), 1280, 720, false).unwrap());
        let offset =
            |picture: u32| i32::try_from(self.offset(picture) * i64::from(self.duration)).unwrap();
        let samples = (0..self.pictures)
            .map(|picture| (self.duration, offset(picture), self.sample(picture)));
        let syncs = (0..self.pictures).step_by(self.gop as usize).map(SampleIndex).collect();
        let table = table(samples, Some(syncs), file);
        let edit = Edit { delay: Ticks(self.delay), media_start: Ticks(offset(0).into()) };
        Track::new(TrackId(1), Timescale::new(self.hz).unwrap(), codec, Bytes::new(), table)
            .with_edit(edit)
    }
}

/// An audio track to be.
#[derive(Clone, Debug)]
pub(crate) struct Audio {
    pub(crate) hz: u32,
    /// Sampling rate; not always the clock.
    pub(crate) rate: u32,
    pub(crate) frames: u32,
    pub(crate) frame_len: u32,
    pub(crate) priming: i64,
    /// Frames which are stored as longer, or shorter, than they sound: by that many ticks.
    pub(crate) uneven: Vec<(u32, i32)>,
    /// A frame without bytes.
    pub(crate) empty: Option<u32>,
}

impl Audio {
    /// Ten seconds of about 128 kb/s.
    pub(crate) const PLAIN: Self = Self {
        hz: 48_000,
        rate: 48_000,
        frames: 470,
        frame_len: 340,
        priming: 1024,
        uneven: Vec::new(),
        empty: None,
    };

    pub(crate) fn any() -> impl Strategy<Value = Self> {
        let rates = [
            (48_000, 48_000),
            (44_100, 44_100),
            (24_000, 24_000),
            (1_000, 48_000),
            (90_000, 44_100),
            (10_000_000, 44_100),
        ];
        let shape = (1_u32..300, 20_u32..900, prop_oneof![Just(0_i64), Just(1024), Just(2112)]);
        let uneven =
            prop_oneof![Just(Vec::new()), prop::collection::vec((0_u32..300, -5..=5), 1..6)];
        let empty = prop_oneof![3 => Just(None), 1 => (1_u32..300).prop_map(Some)];
        (prop::sample::select(rates.to_vec()), shape, uneven, empty).prop_map(
            |((hz, rate), (frames, frame_len, priming), uneven, empty)| Self {
                hz,
                rate,
                frames,
                frame_len,
                priming: priming * i64::from(hz) / i64::from(rate),
                uneven,
                empty,
            },
        )
    }

    pub(crate) fn frame(&self, frame: u32) -> Vec<u8> {
        if self.empty == Some(frame) {
            return Vec::new();
        }
        let len = 1 + (frame * 37 + self.frame_len) % self.frame_len;
        (0..len.max(self.frame_len / 2))
            .map(|at| u8::try_from((frame * 17 + at) % 256).unwrap())
            .collect()
    }

    fn track(&self, file: &mut Vec<u8>) -> Track {
        let index = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000]
            .iter()
            .position(|rate| *rate == self.rate)
            .unwrap();
        let config = (2_u16 << 11 | u16::try_from(index).unwrap() << 7 | 2 << 3).to_be_bytes();
        let codec = Codec::from(AacConfig::parse(Bytes::copy_from_slice(&config), 2).unwrap());
        let time = |frame: u32| u64::from(frame) * 1024 * u64::from(self.hz) / u64::from(self.rate);
        let uneven = |frame: u32| {
            self.uneven.iter().filter(move |(at, _)| *at == frame).map(|(_, by)| by).sum::<i32>()
        };
        let even = |frame: u32| i32::try_from(time(frame + 1) - time(frame)).unwrap();
        let duration = |frame: u32| u32::try_from((even(frame) + uneven(frame)).max(0)).unwrap();
        let samples = (0..self.frames).map(|frame| (duration(frame), 0, self.frame(frame)));
        let table = table(samples, None, file);
        let edit = Edit { delay: Ticks(0), media_start: Ticks(self.priming) };
        Track::new(TrackId(2), Timescale::new(self.hz).unwrap(), codec, Bytes::new(), table)
            .with_edit(edit)
            .with_language(Language::parse("eng"))
    }
}

/// A table of samples (duration, composition offset, bytes), which are put into the file with a gap
/// behind each tenth.
fn table(
    samples: impl Iterator<Item = (u32, i32, Vec<u8>)>,
    syncs: Option<Vec<SampleIndex>>,
    file: &mut Vec<u8>,
) -> SampleTable {
    let [mut durations, mut offsets, mut sizes] = [(); 3].map(|()| ColumnBuilder::default());
    let mut chunks = Vec::new();
    for (index, (duration, offset, bytes)) in (0..).zip(samples) {
        durations.push_run(duration, 1);
        offsets.push_run(offset.cast_unsigned(), 1);
        sizes.push_run(u32::try_from(bytes.len()).unwrap(), 1);
        if index % 10 == 0 {
            file.extend([0xee; 5]);
            chunks.push((SampleIndex(index), file.len() as u64));
        }
        file.extend(bytes);
    }
    let (durations, composition_offsets, sizes) =
        (durations.finish(), offsets.finish(), sizes.finish());
    SampleTable::new(SampleColumns {
        durations,
        composition_offsets,
        sizes,
        chunks,
        sync_samples: syncs,
    })
    .unwrap()
}

/// Tracks in one file, cut into segments.
pub(crate) struct Film {
    pub(crate) renditions: Vec<Rendition>,
    file: Bytes,
}

impl Film {
    pub(crate) fn new(video: Option<&Video>, audio: Option<&Audio>, target: Duration) -> Self {
        let mut file = Vec::new();
        let tracks: Vec<_> =
            [video.map(|video| video.track(&mut file)), audio.map(|audio| audio.track(&mut file))]
                .into_iter()
                .flatten()
                .collect();
        Self::of(tracks, file.into(), target)
    }

    pub(crate) fn of(tracks: Vec<Track>, file: Bytes, target: Duration) -> Self {
        let cuts =
            Timeline::cut(&tracks.iter().collect::<Vec<_>>(), CutPolicy::with_target(target))
                .unwrap()
                .cuts;
        let renditions = tracks.into_iter().zip(cuts).map(|(track, cuts)| {
            Rendition::new(
                RenditionId::new(track.kind().as_str(), 1),
                SourceIndex(0),
                Arc::new(track),
                Arc::new(cuts),
            )
        });
        Self { renditions: renditions.collect(), file }
    }

    pub(crate) fn rendition(&self, kind: MediaKind) -> &Rendition {
        self.renditions.iter().find(|rendition| rendition.kind() == kind).unwrap()
    }

    /// Finishes a plan, and holds it to its promise.
    pub(crate) fn finish(&self, plan: SegmentPlan) -> Result<Bytes, Error> {
        let at = |bound: u64| usize::try_from(bound).unwrap();
        let media: Vec<_> = plan
            .reads()
            .iter()
            .map(|read| self.file.slice(at(read.extent.offset)..at(read.extent.end())))
            .collect();
        let len = plan.len();
        let segment = Bytes::from(plan.finish(&media)?.concat());
        assert!(len.is_none_or(|len| len == segment.len() as u64));
        Ok(segment)
    }
}

/// When a sample is presented, in ticks of its track.
pub(crate) fn presentation_time(rendition: &Rendition, index: SampleIndex) -> i64 {
    let sample = rendition.track.samples.samples(index..SampleIndex(index.0 + 1)).next().unwrap();
    rendition.cuts.presentation_time(&sample).0
}

/// The stamps that a sample must carry: decode (as far as the track's own decode times tell) and
/// presentation, not wrapped.
pub(crate) fn stamps(rendition: &Rendition, index: SampleIndex) -> (i64, i64) {
    let samples: Range<_> = index..SampleIndex(index.0 + 1);
    let sample = rendition.track.samples.samples(samples).next().unwrap();
    let presentation = rendition.cuts.presentation_time(&sample);
    let least = rendition.track.samples.least_composition_offset();
    let decode = presentation - sample.composition_offset + least;
    let stamp =
        |time: Ticks| time.rescale_round(rendition.timescale(), Timescale::MPEG).0 + 900_000;
    (stamp(decode), stamp(presentation))
}
