//! Which bytes of a sample are protected (ISO/IEC 23001-7, 9.5).

use std::ops::Range;

use dynpack_boxes::moof::Subsample;
use dynpack_codec::{Codec, NalUnit, VideoCodec, VpxVersion, av1, avc, hevc, vpx};

use super::Scheme;
use crate::Error;
use crate::aes::BLOCK;

/// Finds the protected bytes of samples that are partly protected.
#[derive(Clone, Debug)]
pub(super) enum Layout {
    /// Slices, after their headers, in NAL units with lengths of so many bytes.
    Slices(SliceHeaders, usize),
    /// What follows the uncompressed header of each frame of VP9.
    Vp9(vpx::FrameHeaders),
    /// The tiles of AV1.
    Tiles(Box<av1::Tiles>),
}

/// Finds the end of slice headers.
#[derive(Clone, Debug)]
pub(super) enum SliceHeaders {
    Avc(avc::SliceHeaders),
    Hevc(hevc::SliceHeaders),
}

/// Which bytes of a range that may be protected are.
#[derive(Clone, Copy)]
enum Protected {
    /// Whole blocks, which end with the range.
    Blocks,
    /// All, if it has a block.
    FromOneBlock,
    /// All.
    All,
}

/// Checks that samples of a codec can be encrypted.
///
/// # Errors
/// [`Error::Unsupported`] with the reason if they cannot.
pub fn covers(codec: &Codec) -> Result<(), Error> {
    Layout::of(codec).map(drop)
}

impl SliceHeaders {
    /// Bytes of the next NAL unit that hold its slice header; `None` if it is no slice.
    fn read(&mut self, unit: &[u8]) -> Result<Option<usize>, dynpack_codec::Error> {
        match self {
            Self::Avc(headers) => headers.read(unit),
            Self::Hevc(headers) => headers.read(unit),
        }
    }

    /// What follows the slice headers of the next sample.
    fn slices(
        &mut self,
        sample: &[u8],
        length_size: usize,
    ) -> Result<Vec<Range<usize>>, dynpack_codec::Error> {
        let mut slices = Vec::new();
        for unit in NalUnit::all_in(sample, length_size) {
            let unit = unit?;
            if let Some(header_len) = self.read(unit.bytes)? {
                let end = unit.place.end;
                let len = unit.bytes.len().saturating_sub(header_len);
                slices.push(end.saturating_sub(len)..end);
            }
        }
        Ok(slices)
    }
}

impl Layout {
    /// The layout for a codec. `None` if its samples are protected as a whole, as all audio is
    /// (9.5.1). No other code lists the codecs that can be encrypted.
    pub(super) fn of(codec: &Codec) -> Result<Option<Self>, Error> {
        let Codec::Video(video) = codec else { return Ok(None) };
        Ok(Some(match &video.codec {
            VideoCodec::Avc(config) => {
                let headers = SliceHeaders::Avc(avc::SliceHeaders::new(config));
                Self::Slices(headers, config.nal_length_size.into())
            }
            VideoCodec::Hevc(config) => {
                let headers = SliceHeaders::Hevc(hevc::SliceHeaders::new(config));
                Self::Slices(headers, config.nal_length_size.into())
            }
            VideoCodec::Av1(config) => Self::Tiles(Box::new(av1::Tiles::new(config))),
            VideoCodec::Vpx(config) => match config.version {
                VpxVersion::Vp9 => Self::Vp9(vpx::FrameHeaders::default()),
                // The VP Codec ISO Media File Format Binding says which bytes of VP9 stay clear,
                // and nothing of VP8.
                VpxVersion::Vp8 => {
                    let problem = "no standard says which bytes of VP8 stay clear";
                    return Err(Error::Unsupported(problem.into()));
                }
            },
            VideoCodec::Vc1(_) => {
                let problem = "no standard says which bytes of VC-1 stay clear";
                return Err(Error::Unsupported(problem.into()));
            }
        }))
    }

    /// Appends the subsamples of a sample.
    pub(super) fn map(
        &mut self,
        scheme: Scheme,
        sample: &[u8],
        out: &mut Vec<Subsample>,
    ) -> Result<(), Error> {
        let protected = self.protected(scheme);
        let mut clear_from = 0;
        for range in self.ranges(sample)? {
            let protected = protected.len(range.len());
            if protected > 0 {
                let clear = range.end.saturating_sub(protected).saturating_sub(clear_from);
                push(out, clear, protected)?;
                clear_from = range.end;
            }
        }
        let clear = sample.len().saturating_sub(clear_from);
        if clear > 0 {
            push(out, clear, 0)?;
        }
        Ok(())
    }

    /// The ranges of the next sample that may be protected.
    fn ranges(&mut self, sample: &[u8]) -> Result<Vec<Range<usize>>, dynpack_codec::Error> {
        match self {
            Self::Slices(headers, length_size) => headers.slices(sample, *length_size),
            Self::Vp9(headers) => headers.read(sample),
            Self::Tiles(tiles) => tiles.read(sample),
        }
    }

    /// In `cenc`, whole blocks are protected (9.5.2.2; for incomplete blocks, 10.1 and 10.4.2). In
    /// `cbcs`, so are all bytes of a slice, and of a tile however small it is (AV1 Codec ISO Media
    /// File Format Binding, "General Subsample Encryption constraints"). The binding of VP9 knows
    /// `cenc` alone. Players take the same blocks of it in `cbcs`.
    const fn protected(&self, scheme: Scheme) -> Protected {
        match (scheme, self) {
            (Scheme::Cenc, _) | (_, Self::Vp9(_)) => Protected::Blocks,
            (Scheme::Cbcs, Self::Slices(..)) => Protected::FromOneBlock,
            (Scheme::Cbcs, Self::Tiles(_)) => Protected::All,
        }
    }
}

impl Protected {
    /// How many bytes at the end of a range of `len` bytes are protected.
    const fn len(self, len: usize) -> usize {
        match self {
            Self::Blocks => len.saturating_sub(len % BLOCK),
            Self::FromOneBlock if len < BLOCK => 0,
            Self::FromOneBlock | Self::All => len,
        }
    }
}

/// Appends a subsample, or several if the clear length is too large for one.
fn push(out: &mut Vec<Subsample>, mut clear: usize, protected: usize) -> Result<(), Error> {
    while clear > usize::from(u16::MAX) {
        out.push(Subsample { clear: u16::MAX, protected: 0 });
        clear = clear.saturating_sub(usize::from(u16::MAX));
    }
    let too_long = |_| Error::Unsupported(format!("a slice or tile has {protected} bytes"));
    let protected = u32::try_from(protected).map_err(too_long)?;
    let clear = u16::try_from(clear).expect("the loop leaves what fits");
    out.push(Subsample { clear, protected });
    Ok(())
}
