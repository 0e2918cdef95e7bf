//! The one map from a format to its facts and its packager.

use crate::error::Error;
use crate::facts::Facts;
use crate::format::Format;
use crate::packager::{Packager, dash, hds, hls_cmaf, hls_ts, smooth};

impl Format {
    /// What is particular to it, and what makes it, if it is built.
    const fn entry(self) -> (&'static Facts, Option<&'static dyn Packager>) {
        match self {
            Self::Smooth => (&smooth::V2_2, Some(&smooth::Smooth::V2_2)),
            Self::SmoothV20 => (&smooth::V2_0, Some(&smooth::Smooth::V2_0)),
            Self::HlsV3 => (&hls_ts::V3, Some(&hls_ts::HlsTs::MUXED)),
            Self::HlsV4 => (&hls_ts::V4, Some(&hls_ts::HlsTs::DEMUXED)),
            Self::HlsV8 => (&hls_ts::V8, None),
            Self::HlsCmaf => (&hls_cmaf::FACTS, Some(&hls_cmaf::HlsCmaf)),
            Self::DashCsf => (&dash::CSF, Some(&dash::Dash::CSF)),
            Self::DashCmaf => (&dash::CMAF, Some(&dash::Dash::CMAF)),
            Self::Hds => (&hds::FACTS, Some(&hds::Hds)),
        }
    }

    /// What is particular to it.
    pub(crate) const fn facts(self) -> &'static Facts {
        self.entry().0
    }

    /// Whether this version makes it.
    #[must_use]
    pub const fn is_built(self) -> bool {
        self.entry().1.is_some()
    }

    /// What makes it.
    ///
    /// # Errors
    /// [`Error::FormatNotBuilt`] for a format whose name is known and no more.
    pub fn packager(self) -> Result<&'static dyn Packager, Error> {
        self.entry().1.ok_or(Error::FormatNotBuilt(self))
    }
}
