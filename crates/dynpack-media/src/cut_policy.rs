//! The duration of segments.

use std::time::Duration;

use crate::{Ticks, Time, Timescale};

/// The duration of segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CutPolicy {
    /// The target duration: segments come as near to it as sync samples allow. At least a
    /// millisecond, and at most [`Time::MAX_SECONDS`].
    pub target: Duration,
}

impl CutPolicy {
    /// Segments of about six seconds, as Apple's authoring specification recommends.
    pub const SIX_SECONDS: Self = Self { target: Duration::from_secs(6) };

    /// Segments of about that duration.
    #[must_use]
    pub const fn with_target(target: Duration) -> Self {
        Self { target }
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
