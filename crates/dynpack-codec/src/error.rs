//! Why coded media cannot be read or carried, sorted by who can fix it.

/// Why coded media cannot be read or carried. Callers treat each kind differently, so the
/// enum is exhaustive.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The media contradicts its standard. The publisher of the file can fix it.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The media is legal, but cannot be carried or encrypted as requested. Another encoding
    /// can.
    #[error(transparent)]
    Unsupported(#[from] Unsupported),
}

/// What is wrong with coded media.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Malformed {
    /// A configuration record cannot be read.
    #[error("the {record} configuration is malformed: {problem}")]
    Configuration {
        /// The name of the record, such as `avcC`.
        record: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A NAL unit is longer than the rest of its sample.
    #[error("the NAL unit at byte {at} of a sample of {len} passes its end")]
    NalUnit {
        /// Offset of its length field, in bytes of the sample.
        at: usize,
        /// Bytes of the sample.
        len: usize,
    },
    /// An open bitstream unit of AV1 is cut short, or longer than the rest of its sample.
    #[error("the unit at byte {at} of a sample of {len} passes its end")]
    Obu {
        /// Offset of its header, in bytes of the sample.
        at: usize,
        /// Bytes of the sample.
        len: usize,
    },
    /// A sample of Enhanced AC-3 does not consist of whole syncframes.
    #[error("byte {at} of a sample of {len} starts no syncframe that ends in it")]
    Syncframe {
        /// Offset of what is none, in bytes of the sample.
        at: usize,
        /// Bytes of the sample.
        len: usize,
    },
    /// A NAL unit that stays clear contains a start code. Readers of byte streams would take what
    /// follows for a unit of its own.
    #[error("a NAL unit of type {0} has a start code in it")]
    StartCode(u8),
    /// The header of a slice cannot be read.
    #[error("a slice header is cut short, or has a value out of range")]
    SliceHeader,
    /// The frames of a superframe of VP9 are longer than their sample, of this many bytes.
    #[error("the frames of a superframe pass the end of a sample of {0} bytes")]
    Superframe(usize),
    /// The header of a frame cannot be read. This part of its syntax is cut short or invalid.
    #[error("a frame header is cut short, or has a value out of range, in {0}")]
    FrameHeader(&'static str),
    /// A frame of AV1 comes before any sequence header.
    #[error("a frame without a sequence header before it")]
    NoSequenceHeader,
    /// A slice refers to a picture parameter set, by this id, that was not seen before it.
    #[error("a slice without its picture parameter set {0}")]
    NoPictureParameterSet(u32),
    /// A slice refers to a sequence parameter set, by this id, that was not seen before it.
    #[error("a slice without its sequence parameter set {0}")]
    NoSequenceParameterSet(u32),
}

/// What cannot be carried, encrypted or described.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unsupported {
    /// NAL units of this type hold pictures and are no plain slices.
    #[error("NAL units of type {0} are not supported")]
    NalType(u8),
    /// Slices are of this layer, and not of the base layer.
    #[error("slices of layer {0}, above the base layer, cannot be encrypted")]
    Layer(u8),
    /// The headers of slices may have extensions for screen content.
    #[error(
        "slice headers with extensions for screen content, or whose parameter sets cannot be read \
         to the end, cannot be encrypted"
    )]
    ScreenContent,
    /// The header of a frame depends on an earlier frame, which was not seen.
    #[error("a frame header depends on a frame that is not in the same fragment")]
    Reference,
    /// Tiles of AV1 come in lists, for pictures that are too large for one frame.
    #[error("lists of tiles are not supported")]
    TileList,
    /// No configuration describes all samples of a track, for this reason.
    #[error("{0}")]
    CodingChange(String),
    /// ADTS headers cannot signal this property of the stream.
    #[error("ADTS has no place for {0}")]
    Adts(String),
    /// A frame of this many bytes does not fit an ADTS frame.
    #[error("{0} bytes are more than an ADTS frame holds")]
    AdtsFrame(u64),
}
