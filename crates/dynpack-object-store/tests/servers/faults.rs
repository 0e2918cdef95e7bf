//! What goes wrong, and how often.

/// One fault of a server or of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// The answer comes late.
    Latency,
    /// The answer comes after the client has given up.
    Silence,
    /// A 500.
    Error,
    /// A 503 with `Retry-After`.
    Busy,
    /// The connection is reset before the answer.
    Reset,
    /// The connection is closed in the middle of the body.
    Truncated,
    /// The body stops in the middle, until the client has given up.
    Stalled,
    /// The body has half of its bytes, and its length says so.
    Short,
    /// Another range is sent, and `Content-Range` says so.
    WrongRange,
    /// A cache answers with an earlier version, whatever the conditions.
    Stale,
    /// The file is replaced just before the answer.
    Replaced,
    /// The file is written in place during the answer.
    Mixed,
    /// The whole file is sent.
    IgnoredRange,
    /// The body stops in the middle until the test releases it. Never at random.
    Held,
}

impl Fault {
    pub(crate) const ALL: [Self; 13] = [
        Self::Latency,
        Self::Silence,
        Self::Error,
        Self::Busy,
        Self::Reset,
        Self::Truncated,
        Self::Stalled,
        Self::Short,
        Self::WrongRange,
        Self::Stale,
        Self::Replaced,
        Self::Mixed,
        Self::IgnoredRange,
    ];

    /// The fault of a request by its number. A sixth of all requests have one.
    pub(crate) fn of(seed: u64, number: u64) -> Option<Self> {
        let random = scrambled(seed ^ scrambled(number));
        let fault = Self::ALL[usize::try_from(random >> 32).unwrap() % Self::ALL.len()];
        // What delays or concerns all clients is rare.
        let is_rare = matches!(fault, Self::Silence | Self::Stalled | Self::Replaced | Self::Mixed);
        random.is_multiple_of(if is_rare { 24 } else { 4 }).then_some(fault)
    }
}

/// A number that looks random (SplitMix64).
pub(crate) fn scrambled(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
