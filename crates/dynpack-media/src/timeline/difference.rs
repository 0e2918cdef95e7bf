//! Whether tracks of two files can be bitrates of one content.

use std::fmt;

use dynpack_codec::Video;

use super::span::Span;
use crate::{Ticks, Time, Track};

/// What keeps tracks of two files from being bitrates of one content, between which clients could
/// switch. For people, it is the second half of a sentence about both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Difference {
    /// They last longer and shorter, by more than a second and more than a thousandth.
    Duration(Time, Time),
    /// The pictures, as displayed, have other shapes than rounded sizes explain.
    Shape((u16, u16), (u16, u16)),
    /// Of the sync samples of the track that has fewer, not a quarter is in the other too.
    SyncSamples,
}

impl Difference {
    /// What keeps two tracks of one kind from being bitrates of one content, if anything does. Only
    /// durations count for audio. Costs O(log n) for each of the first hundreds of sync samples.
    #[must_use]
    pub fn between(one: &Track, other: &Track) -> Option<Self> {
        // Tracks that are empty or implausible have errors of their own.
        let span = |track| Span::new(track).ok().flatten();
        let (one, other) = (span(one)?, span(other)?);
        let (durations, videos) =
            ([one.duration(), other.duration()], [one.video(), other.video()]);
        match (durations, videos) {
            ([one, other], _) if !are_near(one, other) => Some(Self::Duration(one, other)),
            (_, [Some(first), Some(second)])
                if !Shape::of(first, one.track).is_like(&Shape::of(second, other.track)) =>
            {
                Some(Self::Shape(first.dimensions(), second.dimensions()))
            }
            (_, [Some(_), Some(_)]) if !share_sync_samples(&one, &other) => Some(Self::SyncSamples),
            _ => None,
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Duration(one, other) => {
                let [one, other] = [one, other].map(|time| time.as_seconds());
                write!(f, "one lasts {one:.3} s and the other {other:.3} s")
            }
            Self::Shape(one, other) => {
                write!(
                    f,
                    "one has {}x{} pixels and the other {}x{}",
                    one.0, one.1, other.0, other.1
                )
            }
            Self::SyncSamples => f.write_str("they have few key frames at the same times"),
        }
    }
}

/// Whether two durations differ by at most a second, or a thousandth of the longer one.
#[expect(clippy::arithmetic_side_effects, reason = "a product of clocks has 64 bits of 128")]
fn are_near(one: Time, other: Time) -> bool {
    let second = i128::from(one.timescale.hz()) * i128::from(other.timescale.hz());
    let len = |time: Time, clock: Time| time.distance(Time::new(Ticks::ZERO, clock.timescale));
    let thousandth = len(one, other).max(len(other, one)) / 1000;
    one.distance(other) <= second.max(thousandth)
}

/// The size of a picture as displayed: the least and the most that each side can have been before
/// it was rounded, in halves of a pixel.
///
/// Encoders round sizes to multiples of 2, 4, 8 or 16. A size that is such a multiple may have been
/// half of that more or less.
struct Shape {
    width: (u64, u64),
    height: (u64, u64),
}

impl Shape {
    fn of(video: &Video, track: &Track) -> Self {
        let ((width, height), pixel) = (video.dimensions(), video.pixel_aspect);
        let bounds = |size: u16, halves: &dyn Fn(u16) -> u32| {
            let step = 1 << size.trailing_zeros().min(4);
            let (size, rounded) = (u64::from(halves(size)), u64::from(halves(step)) / 2);
            (size.saturating_sub(rounded), size.saturating_add(rounded))
        };
        let square = |pixels: u16| u32::from(pixels).saturating_mul(2);
        let across = |pixels: u16| pixel.stretch(pixels, 2).unwrap_or_else(|| square(pixels));
        let (width, height) = (bounds(width, &across), bounds(height, &square));
        match track.matrix.swaps_axes() {
            true => Self { width: height, height: width },
            false => Self { width, height },
        }
    }

    fn is_like(&self, other: &Self) -> bool {
        let can_be_as_wide = |one: &Self, other: &Self| {
            let (width, height) = (one.width.1, one.height.0);
            width.saturating_mul(other.height.1) >= other.width.0.saturating_mul(height)
        };
        can_be_as_wide(self, other) && can_be_as_wide(other, self)
    }
}

/// Whether the first sync samples of two videos, after the very first, are often at the same times:
/// at least a quarter, so that segments last at most four times as long as of one alone. A video
/// that can be cut anywhere has them all.
fn share_sync_samples(one: &Span<'_>, other: &Span<'_>) -> bool {
    const MAX_LOOKS: u32 = 500;
    let len = |span: &Span<'_>| span.sync_points().len();
    let (sparse, dense) = if len(one) <= len(other) { (one, other) } else { (other, one) };
    let (points, others) = (sparse.sync_points(), dense.sync_points());
    if others.listed.is_none() {
        return true;
    }
    let looks = points.len().min(MAX_LOOKS);
    let (mut shared, mut next) = (0_u32, 0_u32);
    for time in (1..looks).filter_map(|at| points.get(at)).map(|sync| sparse.time_of(sync)) {
        // Both ascend, so each is looked at once.
        while others.get(next).is_some_and(|sync| dense.time_of(sync) <= time) {
            next = next.saturating_add(1);
        }
        let around = [next.checked_sub(1), Some(next)].into_iter().flatten();
        let mut around = around.filter_map(|at| others.get(at));
        shared = shared.saturating_add(around.any(|sync| dense.is_near(sync, time)).into());
    }
    shared.saturating_mul(4) >= looks.saturating_sub(1)
}
