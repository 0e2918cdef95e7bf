//! How tracks are cut into segments.

use std::time::Duration;

use crate::{Ticks, Time, Timescale};

/// How tracks are cut into segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CutPolicy {
    /// The target duration: segments come as near to it as sync samples allow. At least a
    /// millisecond, and at most [`Time::MAX_SECONDS`].
    pub target: Duration,
    /// Whether video is filled where it has no picture of its own, for players that need something
    /// of each track at each time.
    ///
    /// Where video starts or ends more than half a second apart from the presentation, its first
    /// picture is shown from the start on, and its last lasts to the end. A picture to which no
    /// other refers is then repeated each second, and so is one that lasts much longer than the
    /// target.
    pub fills_video: bool,
}

impl CutPolicy {
    /// Segments of about six seconds, as Apple's authoring specification recommends.
    pub const SIX_SECONDS: Self = Self::with_target(Duration::from_secs(6));

    /// Segments of about that duration. Video is filled.
    #[must_use]
    pub const fn with_target(target: Duration) -> Self {
        Self { target, fills_video: true }
    }

    /// The same for tracks as they are: video is not filled.
    #[must_use]
    pub const fn unfilled(self) -> Self {
        Self { fills_video: false, ..self }
    }

    /// The target on a clock, at least a tick.
    pub(crate) fn target_ticks(self, timescale: Timescale) -> Ticks {
        const LONGEST: Duration = Duration::from_secs(Time::MAX_SECONDS as u64);
        let target = self.target.clamp(Duration::from_millis(1), LONGEST);
        let millis = i64::try_from(target.as_millis()).expect("years have few milliseconds");
        Ticks(Ticks(millis).rescale_round(Timescale::MILLIS, timescale).0.max(1))
    }
}

impl Default for CutPolicy {
    fn default() -> Self {
        Self::SIX_SECONDS
    }
}
