//! Media segments whose samples are encrypted as they are written.

use bytes::Bytes;
use dynpack_media::{Form, Rendition, Segment};

use super::fragment::Fragment;
use super::profile::Profile;
use super::protection::Protection;
use super::signal::Signal;
use crate::plan::Mux;
use crate::{Error, Read, SegmentPlan};

/// One fragment that will be encrypted, with all that it takes.
pub(super) struct EncryptedFragment {
    profile: Profile,
    rendition: Rendition,
    segment: Segment,
    protection: Protection,
    /// What the fragment signals, once it is known.
    signal: Option<Signal>,
    /// The next sample, counted from the first of the segment.
    next: u32,
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
        Ok(Self { profile: clear.profile, rendition, segment, protection, signal: None, next: 0 })
    }

    pub(super) fn plan(mut self) -> Result<SegmentPlan, Error> {
        let fragment = self.clear();
        let range = fragment.samples();
        let reads = Read::samples(&self.rendition, range.clone()).collect();
        let signal = self.protection.signal_unread(range.start, fragment.sample_count());
        let len = signal.as_ref().map(|signal| fragment.with_signal(signal).len()).transpose()?;
        self.signal = signal;
        Ok(SegmentPlan::muxed(len, reads, Box::new(self)))
    }

    fn clear(&self) -> Fragment<'_> {
        Fragment::new(self.profile, &self.rendition, &self.segment)
    }

    /// Writes all that is before the samples, if it is known.
    fn put_head(&self, out: &mut Vec<u8>) -> Result<(), Error> {
        let Some(signal) = &self.signal else { return Ok(()) };
        let fragment = self.clear().with_signal(signal);
        let len = fragment.len()?;
        out.reserve(usize::try_from(len).map_err(|_| Error::too_long(len))?);
        fragment.put_head(out)
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
    fn open(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        self.put_head(out)
    }

    fn put(&mut self, media: &[Bytes], out: &mut Vec<u8>) -> Result<(), Error> {
        if self.signal.is_none() {
            let first = self.clear().samples().start;
            self.signal = Some(self.protection.signal(first, media)?);
            self.put_head(out)?;
        }
        let Some(signal) = &self.signal else { return Ok(()) };
        for sample in media {
            self.protection.encrypt(signal, self.next, sample, out)?;
            self.next = self.next.saturating_add(1);
        }
        Ok(())
    }
}
