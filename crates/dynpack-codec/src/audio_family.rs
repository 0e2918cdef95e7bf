//! Families of audio codecs: what a player can decode, or not.

/// A family of audio codecs. They ascend from what most players decode: a player that does not
/// choose should start with the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum AudioFamily {
    /// AAC-LC and HE-AAC.
    Aac,
    /// MP3.
    Mp3,
    /// AC-3.
    Ac3,
    /// Enhanced AC-3.
    Eac3,
    /// Opus.
    Opus,
    /// FLAC.
    Flac,
    /// Apple Lossless.
    Alac,
    /// xHE-AAC.
    XheAac,
    /// AC-4.
    Ac4,
    /// DTS.
    Dts,
    /// Windows Media Audio.
    Wma,
}
