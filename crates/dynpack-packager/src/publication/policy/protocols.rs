//! Which protocols a policy enables.

use serde::{Deserialize, Serialize};

use crate::format::Protocol;

/// Which protocols are enabled; none unless said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "a table of switches")]
#[non_exhaustive]
pub struct EnabledProtocols {
    /// Stored files as they are: in the clear only.
    pub download: bool,
    /// MPEG-DASH.
    pub dash: bool,
    /// HLS.
    pub hls: bool,
    /// Smooth Streaming.
    pub smooth_streaming: bool,
    /// Adobe HTTP Dynamic Streaming.
    pub hds: bool,
}

impl EnabledProtocols {
    /// Those protocols, without [`download`](Self::download).
    #[must_use]
    pub fn of(protocols: &[Protocol]) -> Self {
        let has = |protocol| protocols.contains(&protocol);
        Self {
            download: false,
            dash: has(Protocol::Dash),
            hls: has(Protocol::Hls),
            smooth_streaming: has(Protocol::Smooth),
            hds: has(Protocol::Hds),
        }
    }

    /// Whether a protocol is enabled.
    #[must_use]
    pub const fn has(&self, protocol: Protocol) -> bool {
        match protocol {
            Protocol::Dash => self.dash,
            Protocol::Hls => self.hls,
            Protocol::Smooth => self.smooth_streaming,
            Protocol::Hds => self.hds,
        }
    }
}
