//! Which bytes of a sample are protected (ISO/IEC 23001-7, 9.5).

use dynpack_boxes::moof::Subsample;
use dynpack_codec::{Codec, NalUnit, VideoCodec, avc, hevc};

use crate::{Error, cenc::Scheme};

/// Finds the protected bytes of samples that are partly protected.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    headers: SliceHeaders,
    length_size: usize,
}

/// Finds the end of slice headers.
#[derive(Clone, Debug)]
enum SliceHeaders {
    Avc(avc::SliceHeaders),
    Hevc(hevc::SliceHeaders),
}

impl SliceHeaders {
    /// Bytes of the next NAL unit that hold its slice header; `None` if it is no slice.
    fn read(&mut self, unit: &[u8]) -> Result<Option<usize>, dynpack_codec::Error> {
        match self {
            Self::Avc(headers) => headers.read(unit),
            Self::Hevc(headers) => headers.read(unit),
        }
    }
}

/// Checks that samples of a codec can be encrypted.
///
/// # Errors
/// [`Error::Unsupported`] with the reason if they cannot.
pub fn covers(codec: &Codec) -> Result<(), Error> {
    Layout::of(codec).map(drop)
}

impl Layout {
    /// The layout for a codec. `None` if its samples are protected as a whole, as all audio is
    /// (9.5.1). No other code lists the codecs that can be encrypted.
    pub(super) fn of(codec: &Codec) -> Result<Option<Self>, Error> {
        let Codec::Video(video) = codec else { return Ok(None) };
        let (headers, length_size) = match &video.codec {
            VideoCodec::Avc(config) => {
                (SliceHeaders::Avc(avc::SliceHeaders::new(config)), config.nal_length_size)
            }
            VideoCodec::Hevc(config) => {
                (SliceHeaders::Hevc(hevc::SliceHeaders::new(config)), config.nal_length_size)
            }
            VideoCodec::Av1(_) => return Err(refused("AV1")),
            VideoCodec::Vpx(config) => return Err(refused(config.version.as_str())),
        };
        Ok(Some(Self { headers, length_size: length_size.into() }))
    }

    /// Appends the subsamples of a sample. Everything after each slice header is protected. In
    /// `cenc` that is rounded down to whole blocks, which end with the slice (9.5.2.2; for
    /// incomplete blocks, 10.1 and 10.4.2).
    pub(super) fn map(
        &mut self,
        scheme: Scheme,
        sample: &[u8],
        out: &mut Vec<Subsample>,
    ) -> Result<(), Error> {
        let mut clear_from = 0;
        for unit in NalUnit::all_in(sample, self.length_size) {
            let unit = unit.map_err(dynpack_codec::Error::from)?;
            let end = unit.place.end;
            let protected = self.protected(scheme, &unit)?;
            if protected > 0 {
                let clear = end.saturating_sub(protected).saturating_sub(clear_from);
                push(out, clear, protected)?;
                clear_from = end;
            }
        }
        let clear = sample.len().saturating_sub(clear_from);
        if clear > 0 {
            push(out, clear, 0)?;
        }
        Ok(())
    }

    /// How many bytes at the end of a unit are protected.
    fn protected(&mut self, scheme: Scheme, unit: &NalUnit<'_>) -> Result<usize, Error> {
        let Some(header_len) = self.headers.read(unit.bytes)? else { return Ok(0) };
        let after = unit.bytes.len().saturating_sub(header_len);
        Ok(match scheme {
            Scheme::Cenc => after.saturating_sub(after % 16),
            Scheme::Cbcs if after < 16 => 0,
            Scheme::Cbcs => after,
        })
    }
}

fn refused(codec: &str) -> Error {
    Error::Unsupported(format!("samples of {codec} are not encrypted"))
}

/// Appends a subsample, or several if the clear length is too large for one.
fn push(out: &mut Vec<Subsample>, mut clear: usize, protected: usize) -> Result<(), Error> {
    while clear > usize::from(u16::MAX) {
        out.push(Subsample { clear: u16::MAX, protected: 0 });
        clear = clear.saturating_sub(usize::from(u16::MAX));
    }
    let too_long = |_| Error::Unsupported(format!("a slice has {protected} bytes"));
    let protected = u32::try_from(protected).map_err(too_long)?;
    let clear = u16::try_from(clear).expect("the loop leaves what fits");
    out.push(Subsample { clear, protected });
    Ok(())
}
