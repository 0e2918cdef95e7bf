//! Video: groups of pictures with random reordering.

use dynpack_codec::MediaKind;
use proptest::prelude::*;

use super::{Sample, Track};

/// The structure of a rendition. Renditions of a ladder may share it.
#[derive(Clone, Copy, Debug)]
struct Shape {
    clock: u32,
    /// The duration of a picture in ticks.
    frame: u32,
    pictures: u32,
    /// Number of pictures in a group.
    group: u32,
    /// Number of pictures between two reference pictures.
    reordered: u32,
    /// Whether groups begin with pictures that depend on the group before.
    is_open: bool,
    /// Number of frames by which all composition offsets are larger than necessary. Less than 1
    /// gives negative ones.
    surplus: i32,
}

/// Ticks per second and ticks per picture.
const CLOCKS: [(u32, u32); 10] = [
    (12_800, 512),
    (90_000, 3003),
    (24_000, 1001),
    (600, 20),
    (10_000_000, 333_667),
    (11_988, 400),
    (1000, 33),
    (25, 1),
    (65_537, 6553),
    (15, 1),
];

fn shapes() -> impl Strategy<Value = Shape> {
    let pictures = prop_oneof![8 => 20_u32..200, 1 => 1_u32..4];
    let groups = (
        prop_oneof![6 => 6_u32..60, 1 => 1_u32..4, 1 => Just(1000)],
        0_u32..4,
        any::<bool>(),
        -1_i32..3,
    );
    (prop::sample::select(&CLOCKS[..]), pictures, groups).prop_map(
        |((clock, frame), pictures, (group, reordered, is_open, surplus))| {
            let surplus = if reordered == 0 { surplus.max(0) } else { surplus };
            Shape { clock, frame, pictures, group, reordered, is_open, surplus }
        },
    )
}

/// `count` renditions: with one shape, with the same grid but different reordering and lengths, or
/// with nothing in common.
pub(super) fn ladders(count: usize) -> impl Strategy<Value = Vec<Track>> {
    let likeness = prop_oneof![3 => Just(2_u8), 2 => Just(1), 1 => Just(0)];
    (likeness, prop::collection::vec((shapes(), edits(), variations()), count)).prop_map(
        |(likeness, drawn)| {
            let Some(&(first, first_edit, _)) = drawn.first() else { return Vec::new() };
            let rendition =
                |(own, own_edit, variation): (Shape, (i64, Start), (Vec<u32>, usize))| {
                    let (shape, edit) = match likeness {
                        2 => (first, first_edit),
                        1 => (
                            Shape {
                                reordered: own.reordered,
                                pictures: own.pictures,
                                surplus: own.surplus,
                                ..first
                            },
                            (first_edit.0, Start::Shown),
                        ),
                        _ => (own, own_edit),
                    };
                    track(shape, edit, variation, likeness == 2)
                };
            drawn.iter().cloned().map(rendition).collect()
        },
    )
}

/// Where the edit list starts.
#[derive(Clone, Copy, Debug)]
enum Start {
    /// At the picture that is shown first.
    Shown,
    /// At composition time 0, whatever is shown then.
    Zero,
    /// That many pictures later.
    Later(u32),
}

fn edits() -> impl Strategy<Value = (i64, Start)> {
    let delays = prop_oneof![4 => Just(0), 1 => 1_i64..3000, 1 => 3000_i64..9000];
    let starts = prop_oneof![
        4 => Just(Start::Shown),
        1 => Just(Start::Zero),
        1 => (0_u32..100).prop_map(Start::Later),
    ];
    (delays, starts)
}

/// Sizes of pictures, and the number in a chunk.
fn variations() -> impl Strategy<Value = (Vec<u32>, usize)> {
    (prop::collection::vec(0_u32..60, 7), 1_usize..30)
}

fn track(
    shape: Shape,
    (delay, start): (i64, Start),
    (sizes, together): (Vec<u32>, usize),
    is_steady: bool,
) -> Track {
    let mut samples = Vec::new();
    for first in (0..shape.pictures).step_by(shape.group as usize) {
        let len = shape.group.min(shape.pictures - first);
        for (decoded, shown) in (0..).zip(order(shape, len, first > 0)) {
            let frames = i32::try_from(i64::from(shown) - decoded).unwrap() + shape.surplus;
            let jitter = sizes[samples.len() % sizes.len()] % 3;
            samples.push(Sample {
                duration: if is_steady || shape.frame < 10 {
                    shape.frame
                } else {
                    shape.frame + jitter
                },
                offset: frames * i32::try_from(shape.frame).unwrap(),
                is_sync: decoded == 0,
                data: vec![0; 12 + sizes[samples.len() % sizes.len()] as usize],
            });
        }
    }
    let mut track = Track {
        name: "video",
        bitrate: 0,
        kind: MediaKind::Video,
        clock: shape.clock,
        config: Vec::new(),
        samples,
        delay,
        media_start: 0,
        together,
    };
    let times = track.composition_times();
    let (first, last) = (
        times.iter().min().copied().unwrap_or_default(),
        times.last().copied().unwrap_or_default(),
    );
    track.media_start = match start {
        Start::Shown => first.max(0),
        Start::Zero => 0,
        Start::Later(pictures) => i64::from(pictures * shape.frame).min(last).max(0),
    };
    track
}

/// The display positions of the pictures of a group, in decoding order.
fn order(shape: Shape, len: u32, is_after_another: bool) -> Vec<u32> {
    let leads = shape.is_open && is_after_another && len > shape.reordered;
    let mut anchor = if leads { shape.reordered } else { 0 };
    let mut shown: Vec<u32> = std::iter::once(anchor).chain(0..anchor).collect();
    while anchor + 1 < len {
        let next = (anchor + shape.reordered + 1).min(len - 1);
        shown.push(next);
        shown.extend(anchor + 1..next);
        anchor = next;
    }
    shown
}

/// Makes a sample one NAL unit, of an IDR or a non-IDR picture.
pub(super) fn put_header(sample: &mut Sample) {
    let len = u32::try_from(sample.data.len()).unwrap() - 4;
    sample.data[..4].copy_from_slice(&len.to_be_bytes());
    sample.data[4] = if sample.is_sync { 0x65 } else { 0x41 };
}
