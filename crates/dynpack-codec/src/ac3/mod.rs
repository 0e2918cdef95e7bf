//! AC-3 and Enhanced AC-3 (ETSI TS 102 366).

mod channel_map;
mod config;
mod enhanced;
mod syncframe;

pub use channel_map::ChannelMap;
pub use config::Ac3Config;
pub use enhanced::Eac3Config;
pub use syncframe::syncframes;

/// Samples a frame of either codec: six blocks of 256. A sample of an MP4 file holds one frame of
/// AC-3 (F.2), or six blocks of every substream of Enhanced AC-3 (F.5).
pub const FRAME_LENGTH: u16 = 1536;

/// Sampling rates in Hz, by `fscod` (4.4.1.3).
const SAMPLING_RATES: [u32; 3] = [48_000, 44_100, 32_000];
