//! Which picture a sample holds, as far as its first bytes tell.

/// How much of the stream before it a picture needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picture {
    /// Nothing: an IDR picture (ITU-T H.264, 3.69; ITU-T H.265, 3.66).
    Idr,
    /// Nothing: an intra picture at a recovery point that is right from itself on (ITU-T H.264,
    /// D.2.8), or a CRA or BLA picture of HEVC. Pictures that are decoded after it and presented
    /// before it may need more.
    RecoveryPoint,
    /// Nothing itself, but pictures after it may refer to pictures before it.
    Intra,
    /// Pictures before it.
    Predicted,
}

impl Picture {
    /// Whether decoding can start at it.
    #[must_use]
    pub const fn is_sync(self) -> bool {
        matches!(self, Self::Idr | Self::RecoveryPoint)
    }
}
