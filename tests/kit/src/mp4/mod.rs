//! Writes MP4 files: boxes as plain bytes, from the simplest forms to the irregular ones of real
//! files.

mod boxes;
pub mod fragments;
pub mod long;
mod movie;
mod sample_entry;
mod sizes;
mod text;
mod track;

pub use self::boxes::{boxed, boxed_long, full, table, words};
pub use self::movie::{MEDIA, file, file_with, ftyp, moov, mvhd};
pub use self::sample_entry::{
    audio_entry, avc1, esds, mp4a, sample_entry, sound, sound_of_kind, visual,
};
pub use self::sizes::Sizes;
pub use self::text::{chapters, plain_text, role, text_entry, tx3g};
pub use self::track::Track;
