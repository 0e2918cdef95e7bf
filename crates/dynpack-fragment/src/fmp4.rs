//! Fragmented MP4: init segments, and media segments which carry the samples as stored (ISO/IEC
//! 14496-12, 8.8).
//!
//! A media segment is one fragment: a head that is written here (`styp`, `sidx`, `moof` and the
//! header of `mdat`) and after it the ranges of the stored file, so no media byte is copied.
//! Times are the track's own, on its own clock: `tfdt` is the decode time of
//! [`Cuts`](dynpack_media::Cuts), composition offsets are signed, and an edit list in the init
//! segment skips audio priming. What Smooth Streaming does otherwise stands at [`Profile::Smooth`].
//! The same rendition and segment give the same bytes every time: there are no clocks and no
//! counters, `mfhd` holds the number of the segment in the timeline plus one.
//!
//! A [`Writer`] makes the segments of a rendition. Under a [`Protection`] the samples are encrypted
//! on the way (ISO/IEC 23001-7), and the segment is written into one buffer.
//!
//! Left out: several tracks a file, `prft` and `emsg`.

mod brands;
mod encrypted;
mod file;
mod fragment;
mod handler;
mod init;
mod profile;
mod protection;
mod run;
mod signal;
mod times;
mod writer;

pub(crate) use fragment::Fragment;
pub use profile::Profile;
pub use protection::Protection;
pub use writer::Writer;
