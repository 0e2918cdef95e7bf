//! Video with parameters.

use dynpack_codec::MediaKind;
use proptest::prelude::*;

use super::{Sample, Track};
use crate::codec::{PPS, SPS, avc_record};

/// The parameters of a video track, which no decoder could decode.
#[derive(Clone, Debug)]
pub struct Video {
    /// Ticks per second.
    pub hz: u32,
    /// The duration of a picture in ticks.
    pub duration: u32,
    /// Number of pictures.
    pub pictures: u32,
    /// Number of pictures in a group.
    pub gop: u32,
    /// Number of pictures between two reference pictures.
    pub b_pictures: u32,
    /// Whether composition offsets are signed, and the first is 0.
    pub signed: bool,
    /// The size of the length before each NAL unit, in bytes.
    pub nal_length_size: u8,
    /// Whether samples have their own delimiters and parameter sets.
    pub own: bool,
    /// Number of slices in a picture.
    pub slices: u32,
    /// Approximate number of bytes in a slice. In key frames, it is twice as many.
    pub slice_len: u32,
    /// How long after the start of the film it is presented, in seconds.
    pub delay: i64,
}

impl Video {
    /// 25 pictures per second, each with one slice.
    pub const PLAIN: Self = Self {
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

    /// Random tracks.
    pub fn any() -> impl Strategy<Value = Self> {
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
                // Reordered video with few pictures per second would start long before its segment.
                delay: if b_pictures > 0 && hz / duration < 10 { 0 } else { delay },
            },
        )
    }

    /// The NAL units of a picture.
    #[must_use]
    pub fn units(&self, picture: u32) -> Vec<Vec<u8>> {
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

    /// The composition offset in pictures. The decode order is I, then repeatedly P and the B
    /// pictures before it.
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

    /// The track.
    #[must_use]
    pub fn track(&self) -> Track {
        let offset =
            |picture: u32| i32::try_from(self.offset(picture) * i64::from(self.duration)).unwrap();
        let sample = |picture: u32| Sample {
            duration: self.duration,
            offset: offset(picture),
            is_sync: picture.is_multiple_of(self.gop),
            data: self.sample(picture),
        };
        Track {
            name: "video",
            bitrate: 1,
            kind: MediaKind::Video,
            clock: self.hz,
            config: avc_record(SPS, PPS, self.nal_length_size),
            samples: (0..self.pictures).map(sample).collect(),
            delay: self.delay * 1000,
            media_start: offset(0).into(),
            together: 10,
        }
    }
}
