//! How a track goes with the other tracks of its file.

use std::num::NonZeroI32;

/// What a file says about a track among its tracks (`tkhd` and `tsel`, ISO/IEC 14496-12, 8.3.2 and
/// 8.10.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Grouping {
    /// Whether the track is played unless another is chosen.
    pub is_enabled: bool,
    /// Tracks of one group are alternatives to each other; 0 says nothing.
    pub alternate_group: i16,
    /// Tracks of one group are bitrates of one content, between which clients may switch.
    pub switch_group: Option<NonZeroI32>,
}

impl Default for Grouping {
    /// An enabled track, in no group.
    fn default() -> Self {
        Self { is_enabled: true, alternate_group: 0, switch_group: None }
    }
}
