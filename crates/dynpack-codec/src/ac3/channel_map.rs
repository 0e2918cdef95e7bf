//! Which loudspeakers a stream feeds.

/// The channels of a stream as a custom channel map (ETSI TS 102 366, E.1.3.1.8): the most
/// significant bit is left, the least significant is LFE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ChannelMap(pub u16);

/// Locations that are pairs: Lc/Rc, Lrs/Rrs, Lsd/Rsd, Lw/Rw, Lvh/Rvh and Lts/Rts.
const PAIRS: u16 = 0x0674;

const LFE: u16 = 0x0001;
const LFE2: u16 = 0x0002;

/// By `acmod` (4.4.2.3). Two programs of one channel each stand as left and right.
const BY_CODING_MODE: [u16; 8] = [0xa000, 0x4000, 0xa000, 0xe000, 0xa100, 0xe100, 0xb800, 0xf800];

impl ChannelMap {
    /// The channels of an independent substream.
    pub(super) fn of(coding_mode: u32, has_lfe: bool) -> Self {
        let mode = usize::try_from(coding_mode).ok().and_then(|mode| BY_CODING_MODE.get(mode));
        Self(mode.copied().unwrap_or_default() | if has_lfe { LFE } else { 0 })
    }

    /// The same with the channels that dependent substreams add: `chan_loc`, whose lowest bit is
    /// Lc/Rc and whose highest is LFE2 (F.6.2.13).
    pub(super) fn with_locations(self, locations: u32) -> Self {
        let [.., low] = locations.to_be_bytes();
        let second_lfe = if locations & 0x100 == 0 { 0 } else { LFE2 };
        Self(self.0 | u16::from(low.reverse_bits()) << 3 | second_lfe)
    }

    /// Number of channels.
    #[must_use]
    pub fn channels(self) -> u8 {
        let count = self.0.count_ones().saturating_add((self.0 & PAIRS).count_ones());
        u8::try_from(count).expect("at most 22")
    }
}
