//! How much a file may ask for.

/// How much a file may ask for before it is refused. Each limit stops one kind of hostile or broken
/// file; no film comes near them.
///
/// Memory follows the bytes a file really has, never a count it claims. Nesting needs no limit, for
/// only boxes of known structure are entered, to a depth that is fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of the `moov` box, or of one `moof`, which is held in memory while it is read: stops a
    /// file whose `moov` claims to be the whole disk.
    pub moov_size: u64,
    /// Number of tracks: stops a `moov` of a million tiny tracks.
    pub tracks: u32,
    /// Samples of one track: stops a table which claims 2^32 samples of one size in 20 bytes, over
    /// which every loop would then run.
    pub samples: u32,
    /// Number of fragments: stops a file which is nothing but empty `moof` boxes.
    pub fragments: u32,
    /// Number of boxes at the top of the file, of whatever type: stops a file of a hundred million
    /// empty boxes, each of which must be visited, and each `mdat` recorded.
    pub boxes: u32,
    /// Number of samples of all tracks together whose first bytes are read, where the tables do not
    /// tell enough: stops a film of which each picture would be read.
    pub looks: u32,
    /// Bytes that are read of each of those samples: stops samples that claim to be the whole disk.
    pub look_size: u32,
}

impl Limits {
    /// The same limits with that many bytes of `moov`.
    #[must_use]
    pub const fn with_moov_size(self, moov_size: u64) -> Self {
        Self { moov_size, ..self }
    }

    /// The same limits with that many tracks.
    #[must_use]
    pub const fn with_tracks(self, tracks: u32) -> Self {
        Self { tracks, ..self }
    }

    /// The same limits with that many samples a track.
    #[must_use]
    pub const fn with_samples(self, samples: u32) -> Self {
        Self { samples, ..self }
    }

    /// The same limits with that many fragments.
    #[must_use]
    pub const fn with_fragments(self, fragments: u32) -> Self {
        Self { fragments, ..self }
    }

    /// The same limits with that many boxes at the top of the file.
    #[must_use]
    pub const fn with_boxes(self, boxes: u32) -> Self {
        Self { boxes, ..self }
    }

    /// The same limits with looks at that many samples.
    #[must_use]
    pub const fn with_looks(self, looks: u32) -> Self {
        Self { looks, ..self }
    }

    /// The same limits with looks at that many bytes of a sample.
    #[must_use]
    pub const fn with_look_size(self, look_size: u32) -> Self {
        Self { look_size, ..self }
    }
}

impl Default for Limits {
    /// 256 MiB of `moov`, 64 tracks, 2^24 samples a track (77 hours at 60 frames a second), 2^20
    /// fragments (two tracks in fragments of 2 seconds, for 291 hours), 2^22 boxes (a day in
    /// fragments of a second, each of `styp`, `sidx`, `prft`, `emsg`, `moof` and `mdat`, takes an
    /// eighth of it), looks at 2^14 samples (each picture of 10 minutes, or one in ten of 2 hours)
    /// and 4 KiB of each.
    fn default() -> Self {
        Self {
            moov_size: 256 << 20,
            tracks: 64,
            samples: 1 << 24,
            fragments: 1 << 20,
            boxes: 1 << 22,
            looks: 1 << 14,
            look_size: 4 << 10,
        }
    }
}
