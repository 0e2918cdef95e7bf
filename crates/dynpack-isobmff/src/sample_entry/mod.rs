//! Sample entries: how the samples of a track are coded (`stsd`, ISO/IEC 14496-12, 8.5.2). One file
//! a codec. No other place reads them.

mod avc;
mod entries;
mod entry;
mod esds;
mod mp4a;
mod protected;

pub(crate) use self::avc::{FIXED as VISUAL_FIXED, with_record};
pub(crate) use self::entries::Entries;
pub(crate) use self::entry::{SampleEntry, as_box, renamed};
pub(crate) use self::mp4a::with_config;
