//! Media segments whose samples are encrypted as they are written.

use std::collections::VecDeque;

use bytes::Bytes;
use dynpack_media::{Form, Rendition, Segment};

use super::fragment::Fragment;
use super::profile::Profile;
use super::protection::Protection;
use super::signal::Signal;
use crate::plan::{Mux, fitting};
use crate::{Error, Read, SegmentPlan};

/// One fragment that will be encrypted, with all that it takes.
pub(super) struct EncryptedFragment {
    profile: Profile,
    rendition: Rendition,
    segment: Segment,
    protection: Protection,
    /// What the fragment signals, once it is known.
    signal: Option<Signal>,
    /// The index of the next sample to be written, counted from the first of the segment.
    next: u32,
    /// Samples that were put and not written yet.
    waiting: VecDeque<Bytes>,
    /// The number of bytes of the fragment, if that was not known before media was put.
    len: Option<u64>,
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
        Ok(Self {
            profile: clear.profile,
            rendition,
            segment,
            protection,
            signal: None,
            next: 0,
            waiting: VecDeque::new(),
            len: None,
        })
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

    /// Writes what is before the samples, if it is known. Returns the length of the fragment.
    fn put_head(&self, out: &mut Vec<u8>) -> Result<Option<u64>, Error> {
        let Some(signal) = &self.signal else { return Ok(None) };
        let fragment = self.clear().with_signal(signal);
        fragment.put_head(out)?;
        fragment.len().map(Some)
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
        self.put_head(out).map(drop)
    }

    fn put(&mut self, media: &[Bytes], out: &mut Vec<u8>) -> Result<(), Error> {
        if self.signal.is_none() {
            let first = self.clear().samples().start;
            self.signal = Some(self.protection.signal(first, media)?);
            self.len = self.put_head(out)?;
        }
        self.waiting.extend(media.iter().cloned());
        // Later portions come with their own media.
        if self.len.is_none() {
            self.proceed(u64::MAX, out)?;
        }
        Ok(())
    }

    fn len(&self) -> Option<u64> {
        self.len
    }

    fn proceed(&mut self, max_bytes: u64, out: &mut Vec<u8>) -> Result<bool, Error> {
        let Some(signal) = &self.signal else { return Ok(true) };
        let count = fitting(self.waiting.iter().map(|sample| sample.len() as u64), max_bytes);
        let samples: Vec<_> = self.waiting.drain(..count).collect();
        self.protection.encrypt(signal, self.next, &samples, out)?;
        let count = u32::try_from(count).expect("samples are numbered by 32 bits");
        self.next = self.next.saturating_add(count);
        Ok(self.waiting.is_empty())
    }
}
