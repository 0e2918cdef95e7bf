//! Sample entries: how the samples of a track are coded (`stsd`, ISO/IEC 14496-12, 8.5.2). One file
//! a codec. No other place reads them.

mod av1;
mod avc;
mod entries;
mod entry;
mod esds;
mod hevc;
mod mp4a;
mod protected;
mod sound;
mod text;
mod visual;
mod vpx;

pub use self::entries::codec_of;
pub(crate) use self::entries::{Described, Entries};
pub(crate) use self::entry::{SampleEntry, as_box, renamed};
pub(crate) use self::hevc::out_of_band;
pub(crate) use self::mp4a::with_config;
pub(crate) use self::text::TextEntry;
pub(crate) use self::visual::{FIXED as VISUAL_FIXED, with_codec};
