//! Limits. Exceeding one is an [`Error::LimitExceeded`](crate::Error::LimitExceeded).

/// The maximum number of bytes of a document. A subtitle file for ten hours has less than one
/// megabyte. It stops a file from filling the memory: that of short lines takes 50 times its size.
pub const MAX_BYTES: usize = 8 << 20;

/// The maximum number of cues in a document: a hundred hours with a cue every two seconds. A cue
/// takes some 20 bytes of a document, and 300 of memory.
pub const MAX_CUES: usize = 200_000;

/// The maximum number of regions in a document. Each cue is looked up among them.
pub const MAX_REGIONS: usize = 256;

/// The maximum number of bytes that the paragraphs of a TTML document have at all of their times
/// together, if they change while they are shown. It stops a paragraph in which thousands of spans
/// come and go, since it is repeated for each.
pub const MAX_REPEATED_BYTES: usize = 16 << 20;

/// The maximum number of times that cues are repeated in the samples of a segment. It stops a file
/// in which every cue overlaps every other one, since the samples grow with the square of their
/// number.
pub const MAX_REPEATS: usize = 1 << 16;

/// The maximum number of bytes of text in the samples of a segment.
pub const MAX_SEGMENT_BYTES: usize = 16 << 20;

/// The maximum number of warnings that are listed.
pub const MAX_WARNINGS: usize = 100;

/// The maximum number of samples of a text track of an MP4 file: six days with a sample every two
/// seconds. Each takes some 100 bytes of memory, and may be a read of the file.
pub const MAX_SAMPLES: usize = 1 << 18;

/// The maximum number of bytes in the samples of a text track of an MP4 file. Each sample of `stpp`
/// is a whole document: of two kilobytes every two seconds, four hours have 14 MB.
pub const MAX_TRACK_BYTES: usize = 16 << 20;

/// The maximum number of stretches that the edit list of a text track presents. Each looks through
/// the cues.
pub const MAX_STRETCHES: usize = 1 << 10;

/// The maximum number of chapters in a document. A manifest lists all of them.
pub const MAX_CHAPTERS: usize = 1 << 12;
