//! How long segments are to be.

use std::time::Duration;

use crate::{Ticks, Timescale};

/// How long segments are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CutPolicy {
    /// The duration to which segments come as near as sync samples allow. At least a millisecond is
    /// taken.
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
        let millis = i64::try_from(self.target.as_millis()).unwrap_or(i64::MAX);
        Ticks(Ticks(millis.max(1)).rescale_round(Timescale::MILLIS, timescale).0.max(1))
    }
}

impl Default for CutPolicy {
    fn default() -> Self {
        Self::SIX_SECONDS
    }
}
