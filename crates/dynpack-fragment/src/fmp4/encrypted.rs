//! Media segments whose samples are encrypted as they are written.

use bytes::Bytes;
use dynpack_media::{Form, Rendition, Segment};

use super::fragment::Fragment;
use super::profile::Profile;
use super::protection::Protection;
use crate::plan::Mux;
use crate::{Error, Read, SegmentPlan, samples};

/// One fragment that will be encrypted, with all that it takes.
pub(super) struct EncryptedFragment {
    profile: Profile,
    rendition: Rendition,
    segment: Segment,
    protection: Protection,
}

impl EncryptedFragment {
    /// What a clear fragment becomes.
    pub(super) fn new(clear: &Fragment<'_>, protection: &Protection) -> Result<Self, Error> {
        protection.check()?;
        let protection = match clear.rendition.id.form {
            Form::Full => protection.clone(),
            Form::KeyFrames => protection.for_key_frames(),
        };
        let (rendition, segment) = (clear.rendition.clone(), clear.segment.clone());
        Ok(Self { profile: clear.profile, rendition, segment, protection })
    }

    pub(super) fn plan(self) -> Result<SegmentPlan, Error> {
        let fragment = self.clear();
        let range = fragment.samples();
        let reads = Read::samples(&self.rendition, range.clone()).collect();
        let signal = self.protection.signal_unread(range.start, fragment.sample_count());
        let len = signal.map(|signal| fragment.with_signal(&signal).len()).transpose()?;
        Ok(SegmentPlan::muxed(len, reads, Box::new(self)))
    }

    fn clear(&self) -> Fragment<'_> {
        Fragment::new(self.profile, &self.rendition, &self.segment)
    }

    /// The samples, from the reads which hold them.
    fn samples(&self, media: &[Bytes]) -> Result<Vec<Bytes>, Error> {
        let stored = self.rendition.track.samples.samples(self.clear().samples());
        samples::cut(stored.map(|sample| (sample.index, sample.size)), &mut media.iter().cloned())
    }
}

/// Bytes of the segment that a clear fragment becomes: exactly, or else the maximum if no picture
/// has more slices than [`Protection::max_signal_len`] counts.
pub(super) fn max_len(clear: Fragment<'_>, protection: &Protection) -> Result<u64, Error> {
    protection.check()?;
    let count = clear.sample_count();
    match protection.signal_unread(clear.samples().start, count) {
        Some(signal) => clear.with_signal(&signal).len(),
        None => Ok(clear.len()?.saturating_add(protection.max_signal_len(count))),
    }
}

impl Mux for EncryptedFragment {
    fn mux(self: Box<Self>, media: &[Bytes]) -> Result<Bytes, Error> {
        let samples = self.samples(media)?;
        let clear = self.clear();
        let signal = self.protection.signal(clear.samples().start, &samples)?;
        let fragment = clear.with_signal(&signal);
        let promised = fragment.len()?;
        let capacity = usize::try_from(promised).map_err(|_| Error::too_long(promised))?;
        let mut out = Vec::with_capacity(capacity);
        fragment.put_head(&mut out)?;
        for (at, sample) in (0..).zip(&samples) {
            self.protection.encrypt(&signal, at, sample, &mut out)?;
        }
        match out.len() as u64 {
            got if got == promised => Ok(out.into()),
            got => Err(Error::BrokenPromise { promised, got }),
        }
    }
}
