//! Buffers that are used again and again, so that the system need not clear memory for each.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

/// Bytes of the smallest buffer. Each larger one is twice as long as the one before.
const SMALLEST: usize = 64 << 10;

/// Number of sizes: the largest buffers have a megabyte. What needs more has a buffer of its own.
const SIZES: usize = 5;

/// Maximum number of bytes in buffers of one size that wait for the next use.
const MAX_WAITING: usize = 8 << 20;

/// Buffers of a few sizes. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Buffers {
    waiting: Arc<[Mutex<Vec<Vec<u8>>>; SIZES]>,
}

/// A buffer that goes back when it is dropped.
#[derive(Debug)]
pub(crate) struct Buffer {
    bytes: Vec<u8>,
    home: Option<(Buffers, usize)>,
}

impl Buffers {
    /// A buffer of `len` bytes, whatever they are.
    pub(crate) fn take(&self, len: usize) -> Buffer {
        let mut buffer = self.take_any(len);
        if buffer.bytes.len() < len {
            buffer.bytes.resize(len, 0);
        }
        buffer
    }

    /// A buffer without bytes, with room for `capacity`.
    pub(crate) fn take_empty(&self, capacity: usize) -> Buffer {
        let mut buffer = self.take_any(capacity);
        buffer.bytes.clear();
        buffer
    }

    fn take_any(&self, capacity: usize) -> Buffer {
        let size = (0..SIZES).find(|&size| capacity <= bytes_of(size));
        let waiting = size.and_then(|size| self.waiting(size)?.pop());
        let capacity = size.map_or(capacity, bytes_of);
        let bytes = waiting.unwrap_or_else(|| Vec::with_capacity(capacity));
        Buffer { bytes, home: size.map(|size| (self.clone(), size)) }
    }

    fn waiting(&self, size: usize) -> Option<MutexGuard<'_, Vec<Vec<u8>>>> {
        Some(self.waiting.get(size)?.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn put_back(&self, bytes: Vec<u8>, size: usize) {
        if let Some(mut waiting) = self.waiting(size) {
            let has_grown = bytes.capacity() > bytes_of(size);
            if waiting.len() < MAX_WAITING / bytes_of(size) && !has_grown {
                waiting.push(bytes);
            }
        }
    }
}

/// Bytes of a buffer of that size.
const fn bytes_of(size: usize) -> usize {
    SMALLEST << size
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
