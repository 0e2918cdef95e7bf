//! Buffers that are used again and again, so that the system need not clear memory for each.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

/// Bytes of the smallest buffer. Each larger one is twice as long as the one before.
const SMALLEST: usize = 64 << 10;

/// Number of sizes: the largest buffers have a megabyte. What needs more has a buffer of its own.
const SIZES: usize = 5;

/// What [`Buffers::batch`] returns. Media that is rewritten grows by a twentieth at most, so that
/// both fit buffers of the same size.
const LARGE_BATCH: u64 = 480 << 10;
const SMALL_BATCH: u64 = 60 << 10;

/// Maximum number of bytes in buffers of one size that wait for the next use.
const MAX_WAITING: usize = 8 << 20;

/// While so many bytes are in use, [`Buffers::batch`] is small.
const MAX_IN_LARGE_BATCHES: usize = 16 << 20;

/// Maximum number of bytes that [`Buffers::hold`] admits at a time.
const MAX_HELD: u64 = 64 << 20;

/// The buffers that all storages and responses of the process share.
static OF_PROCESS: LazyLock<Buffers> = LazyLock::new(Buffers::default);

/// Buffers of a few sizes. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Buffers {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    waiting: [Mutex<Vec<Vec<u8>>>; SIZES],
    /// Bytes of the buffers that are in use.
    used: AtomicUsize,
    /// Bytes that are [`Held`].
    held: AtomicU64,
}

/// A part of the memory for portions that are longer than a batch. It is free again when this is
/// dropped.
#[derive(Debug)]
pub(crate) struct Held {
    buffers: Buffers,
    bytes: u64,
}

/// A buffer that goes back when it is dropped.
#[derive(Debug)]
pub(crate) struct Buffer {
    bytes: Vec<u8>,
    home: Option<(Buffers, usize)>,
}

impl Buffers {
    /// Those that all storages and responses of the process share.
    pub(crate) fn of_process() -> Self {
        OF_PROCESS.clone()
    }

    /// How many bytes a response reads at a time: half a megabyte, or less while other
    /// responses have many bytes in memory, as they do when clients are slow.
    pub(crate) fn batch(&self) -> u64 {
        let used = self.inner.used.load(Ordering::Relaxed);
        if used < MAX_IN_LARGE_BATCHES { LARGE_BATCH } else { SMALL_BATCH }
    }

    /// Memory for `bytes` that are read at a time, if that is more than a batch. `None` if it is
    /// not, or if others hold too much.
    pub(crate) fn hold(&self, bytes: u64) -> Option<Held> {
        let with = |held: u64| held.checked_add(bytes).filter(|&held| held <= MAX_HELD);
        if bytes <= self.batch() {
            return None;
        }
        let held = &self.inner.held;
        held.fetch_update(Ordering::Relaxed, Ordering::Relaxed, with).ok()?;
        Some(Held { buffers: self.clone(), bytes })
    }

    /// A buffer of `len` bytes, whatever they are.
    pub(crate) fn take(&self, len: usize) -> Buffer {
        let mut buffer = self.take_any(len, |capacity| {
            let mut bytes = vec![0; capacity];
            bytes.truncate(len);
            bytes
        });
        if buffer.bytes.len() < len {
            buffer.bytes.resize(len, 0);
        }
        buffer
    }

    /// A buffer without bytes, with room for `capacity`.
    pub(crate) fn take_empty(&self, capacity: usize) -> Buffer {
        let mut buffer = self.take_any(capacity, Vec::with_capacity);
        buffer.bytes.clear();
        buffer
    }

    /// A used buffer, or a `new` one: the system clears its bytes as they are used.
    fn take_any(&self, capacity: usize, new: impl FnOnce(usize) -> Vec<u8>) -> Buffer {
        let size = (0..SIZES).find(|&size| capacity <= bytes_of(size));
        let waiting = size.and_then(|size| self.waiting(size)?.pop());
        let capacity = size.map_or(capacity, bytes_of);
        self.inner.used.fetch_add(size.map_or(0, bytes_of), Ordering::Relaxed);
        let bytes = waiting.unwrap_or_else(|| new(capacity));
        Buffer { bytes, home: size.map(|size| (self.clone(), size)) }
    }

    fn waiting(&self, size: usize) -> Option<MutexGuard<'_, Vec<Vec<u8>>>> {
        Some(self.inner.waiting.get(size)?.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn put_back(&self, bytes: Vec<u8>, size: usize) {
        self.inner.used.fetch_sub(bytes_of(size), Ordering::Relaxed);
        if let Some(mut waiting) = self.waiting(size) {
            let has_grown = bytes.capacity() > bytes_of(size);
            let all = bytes_of(size).saturating_mul(waiting.len());
            if all < MAX_WAITING && !has_grown {
                waiting.push(bytes);
            }
        }
    }
}

/// Bytes of a buffer of that size.
const fn bytes_of(size: usize) -> usize {
    SMALLEST << size
}

impl Held {
    /// How many bytes there is memory for.
    pub(crate) const fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.buffers.inner.held.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

impl Buffer {
    /// The bytes, to be changed.
    pub(crate) fn as_mut_vec(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// The first `len` bytes, which are not changed any more.
    pub(crate) fn freeze(self, len: usize) -> Bytes {
        let mut bytes = Bytes::from_owner(self);
        bytes.truncate(len);
        bytes
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if let Some((buffers, size)) = self.home.take() {
            buffers.put_back(std::mem::take(&mut self.bytes), size);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_is_used_again_once_nobody_reads_it() {
        let buffers = Buffers::default();
        let mut first = buffers.take(100_000);
        first.as_mut_vec().fill(7);
        let bytes = first.freeze(3);
        assert_eq!(bytes, [7; 3][..]);
        let part = bytes.slice(1..);
        drop(bytes);
        assert_eq!(buffers.take(100_000).as_ref(), vec![0; 100_000], "the first is still read");
        drop(part);
        let again = [buffers.take(70_000), buffers.take(70_000)].map(|buffer| buffer.as_ref()[0]);
        assert!(again.contains(&7) && again.contains(&0));
        assert_eq!(buffers.take(10).as_ref(), [0; 10], "a size for itself");
        assert!(buffers.take_empty(100_000).as_ref().is_empty());
    }

    #[test]
    fn batches_are_small_while_many_bytes_are_in_use() {
        let buffers = Buffers::default();
        let taken: Vec<_> = (0..64).map(|_| buffers.take(240 << 10)).collect();
        assert_eq!(buffers.batch(), SMALL_BATCH);
        drop(taken);
        assert_eq!(buffers.batch(), LARGE_BATCH);
    }

    #[test]
    fn portions_longer_than_a_batch_are_bounded_together() {
        let buffers = Buffers::default();
        assert!(buffers.hold(LARGE_BATCH).is_none(), "a batch needs no memory of its own");
        let held: Vec<_> = (0..20).map_while(|_| buffers.hold(4 << 20)).collect();
        assert_eq!(held.len(), 16);
        assert!(buffers.hold(LARGE_BATCH + 1).is_none());
        drop(held);
        assert_eq!(buffers.hold(MAX_HELD).unwrap().bytes(), MAX_HELD);
        assert!(buffers.hold(MAX_HELD + 1).is_none() && buffers.hold(u64::MAX).is_none());
    }

    #[test]
    fn large_buffers_are_not_kept_and_the_others_are_bounded() {
        let buffers = Buffers::default();
        drop(buffers.take(2 << 20));
        let mut grown = buffers.take_empty(1);
        grown.as_mut_vec().resize(SMALLEST + 1, 0);
        drop(grown);
        let waiting =
            || (0..SIZES).map(|size| buffers.waiting(size).unwrap().len()).collect::<Vec<_>>();
        assert_eq!(waiting(), [0; SIZES]);
        drop((0..300).map(|_| buffers.take(1)).collect::<Vec<_>>());
        assert_eq!(waiting(), [MAX_WAITING / SMALLEST, 0, 0, 0, 0]);
    }
}
