//! Which bytes of a sample are protected (ISO/IEC 23001-7, 9.5).

use dynpack_boxes::moof::Subsample;
use dynpack_media::NalUnit;

use crate::h264::{SliceHeaders, is_slice};
use crate::{Error, cenc::Scheme};

/// Finds the protected bytes of samples of H.264.
#[derive(Clone, Debug)]
pub(super) struct AvcLayout {
    headers: SliceHeaders,
    length_size: usize,
}

impl AvcLayout {
    pub(super) fn new(config: &dynpack_media::AvcConfig) -> Self {
        Self { headers: SliceHeaders::new(config), length_size: config.nal_length_size.into() }
    }

    /// Appends the subsamples of a sample: behind each slice header all of the slice; by `cenc` a
    /// whole number of blocks, which end with the slice (9.5.2.2; 10.1 and 10.4.2 for what remains
    /// of a block).
    pub(super) fn map(
        &mut self,
        scheme: Scheme,
        sample: &[u8],
        out: &mut Vec<Subsample>,
    ) -> Result<(), Error> {
        let mut clear_from = 0;
        for unit in NalUnit::all_in(sample, self.length_size) {
            let unit = unit.map_err(|error| Error::Malformed(error.to_string()))?;
            let end = unit.place.end;
            let protected = self.protected(scheme, &unit)?;
            if protected > 0 {
                push(out, end - protected - clear_from, protected)?;
                clear_from = end;
            }
        }
        let clear = sample.len() - clear_from;
        if clear > 0 {
            push(out, clear, 0)?;
        }
        Ok(())
    }

    /// How many bytes at the end of a unit are protected.
    fn protected(&mut self, scheme: Scheme, unit: &NalUnit<'_>) -> Result<usize, Error> {
        if !is_slice(unit.bytes)? {
            self.headers.learn(unit.kind(), unit.bytes);
            return Ok(0);
        }
        let behind = unit.bytes.len().saturating_sub(self.headers.len(unit.bytes)?);
        Ok(match scheme {
            Scheme::Cenc => behind - behind % 16,
            Scheme::Cbcs if behind < 16 => 0,
            Scheme::Cbcs => behind,
        })
    }
}

/// Appends a subsample, or several where one cannot say how much is clear.
fn push(out: &mut Vec<Subsample>, mut clear: usize, protected: usize) -> Result<(), Error> {
    while clear > usize::from(u16::MAX) {
        out.push(Subsample { clear: u16::MAX, protected: 0 });
        clear -= usize::from(u16::MAX);
    }
    let too_long = |_| Error::Unsupported(format!("a slice has {protected} bytes"));
    let protected = u32::try_from(protected).map_err(too_long)?;
    let clear = u16::try_from(clear).expect("what is more went into subsamples of its own");
    out.push(Subsample { clear, protected });
    Ok(())
}
