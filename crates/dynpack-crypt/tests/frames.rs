//! Which bytes of AV1 and VP9 are protected, compared with what Shaka Packager 3.8.0 encrypts.
//!
//! In `data`, the streams are of aomenc and vpxenc: frames of several tiles and sizes in AV1,
//! hidden frames in superframes in VP9. A line for each sample has the tiles, or what follows
//! uncompressed headers, as Shaka Packager has them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::ops::Range;

use bytes::Bytes;
use dynpack_codec::{Av1Config, Codec, MediaKind, Video, VideoCodec, VpxConfig, VpxVersion};
use dynpack_crypt::cenc::TrackEncryption;
use dynpack_crypt::cenc::{FragmentEncryption, SampleEncryptor, Scheme, Subsample};
use dynpack_crypt::{ContentKey, Error, IvSource, KeyId};
use dynpack_media::{RenditionId, SampleIndex, TrackId};

const AV1: &[u8] = include_bytes!("data/tiles.av1.ivf");
const VP9: &[u8] = include_bytes!("data/superframes.vp9.ivf");

/// Frames in IVF, which has their lengths in 4 of 12 bytes before each.
fn frames(ivf: &[u8]) -> Vec<&[u8]> {
    let mut rest = &ivf[32..];
    let mut frames = Vec::new();
    while let Some((head, body)) = rest.split_first_chunk::<12>() {
        let len = u32::from_le_bytes(head[..4].try_into().unwrap());
        let (frame, after) = body.split_at(len as usize);
        frames.push(frame);
        rest = after;
    }
    frames
}

/// Samples of MP4 have no temporal delimiters.
fn tiles() -> Vec<&'static [u8]> {
    frames(AV1).into_iter().map(|frame| frame.strip_prefix(&[0x12, 0]).unwrap()).collect()
}

fn listed(text: &str) -> Vec<Vec<Range<usize>>> {
    let number = |text: &str| text.parse().unwrap();
    let range = |text: &str| {
        let (start, end) = text.split_once("..").unwrap();
        number(start)..number(end)
    };
    text.lines().map(|line| line.split_whitespace().map(range).collect()).collect()
}

fn video(codec: impl Into<VideoCodec>) -> Codec {
    Video::new(codec, 256, 128).into()
}

fn av1() -> Codec {
    video(Av1Config::parse(Bytes::from_static(&[0x81, 0, 0x0c, 0])).unwrap())
}

fn vpx(version: VpxVersion) -> Codec {
    let record = Bytes::from_static(&[0, 10, 0x82, 2, 2, 2, 0, 0]);
    video(VpxConfig::parse(version, record).unwrap())
}

fn plan(codec: &Codec, scheme: Scheme, samples: &[&[u8]]) -> Result<FragmentEncryption, Error> {
    let id = KeyId([7; 16]);
    let ivs = IvSource::new(id, "film", TrackId(1), &RenditionId::new("video", 1));
    let track = TrackEncryption::new(scheme, id, MediaKind::Video, &ivs);
    let encryptor = SampleEncryptor::new(track, &ContentKey::new([9; 16]), codec);
    encryptor.plan(SampleIndex(0), samples)
}

/// The protected ranges of a sample. All its bytes have a place.
fn protected(subsamples: &[Subsample], sample: &[u8]) -> Vec<Range<usize>> {
    let mut at = 0;
    let mut ranges = Vec::new();
    for Subsample { clear, protected } in subsamples {
        let start = at + usize::from(*clear);
        at = start + *protected as usize;
        ranges.extend((*protected > 0).then_some(start..at));
    }
    assert_eq!(at, sample.len());
    ranges
}

/// Whole blocks at the end of ranges.
fn blocks(ranges: &[Range<usize>]) -> Vec<Range<usize>> {
    let blocks = ranges.iter().map(|range| range.end - range.len() / 16 * 16..range.end);
    blocks.filter(|range| !range.is_empty()).collect()
}

#[test]
fn tiles_and_frames_are_protected_as_another_packager_finds_them() {
    let tiles_listed = listed(include_str!("data/tiles.av1.txt"));
    let frames_listed = listed(include_str!("data/superframes.vp9.txt"));
    let vp9 = vpx(VpxVersion::Vp9);
    for (codec, scheme, samples, listed) in [
        (&av1(), Scheme::Cbcs, tiles(), tiles_listed.clone()),
        (&av1(), Scheme::Cenc, tiles(), tiles_listed.iter().map(|all| blocks(all)).collect()),
        (&vp9, Scheme::Cbcs, frames(VP9), frames_listed.iter().map(|all| blocks(all)).collect()),
        (&vp9, Scheme::Cenc, frames(VP9), frames_listed.iter().map(|all| blocks(all)).collect()),
    ] {
        let fragment = plan(codec, scheme, &samples).unwrap();
        let samples = (0..).zip(&samples);
        let found = samples.map(|(at, sample)| protected(fragment.subsamples(at).unwrap(), sample));
        assert_eq!(found.collect::<Vec<_>>(), listed, "{codec:?} {scheme:?}");
    }
}

#[test]
fn what_cannot_be_read_is_refused_with_the_reason() {
    let refused = |codec: &Codec, samples: &[&[u8]]| {
        plan(codec, Scheme::Cenc, samples).unwrap_err().to_string()
    };
    let (tiles, frames, vp9) = (tiles(), frames(VP9), vpx(VpxVersion::Vp9));
    for (codec, samples, problem) in [
        (
            &vpx(VpxVersion::Vp8),
            &frames[..1],
            "way: no standard says which bytes of VP8 stay clear",
        ),
        (
            &vp9,
            &frames[1..],
            "way: a frame header depends on a frame that is not in the same fragment",
        ),
        (
            &vp9,
            &[&frames[0][..20]],
            "a frame header is cut short, or has a value out of range, in \
            uncompressed_header",
        ),
        (
            &vp9,
            &[&[0x82, 0, 9, 9, 0xc1, 9, 9, 0xc1]],
            "the frames of a superframe pass the end of a \
            sample of 8 bytes",
        ),
        (&av1(), &tiles[1..], "a frame without a sequence header before it"),
    ] {
        let found = refused(codec, samples);
        assert!(found.ends_with(problem), "{found}");
    }
}

/// Parts of samples, and samples with other bits, are refused or have a map that covers them.
#[test]
fn damaged_frames_do_no_harm() {
    for (codec, samples) in [(av1(), tiles()), (vpx(VpxVersion::Vp9), frames(VP9))] {
        let survives = |damaged: &[u8]| {
            let samples = [samples[0], damaged];
            if let Ok(fragment) = plan(&codec, Scheme::Cbcs, &samples) {
                protected(fragment.subsamples(1).unwrap(), damaged);
            }
        };
        for sample in [samples[0], samples[1], samples[samples.len() - 2]] {
            for at in 0..sample.len().min(80) {
                survives(&sample[..at]);
                for bit in 0..8 {
                    let mut damaged = sample.to_vec();
                    damaged[at] ^= 1 << bit;
                    survives(&damaged);
                }
            }
        }
    }
}
