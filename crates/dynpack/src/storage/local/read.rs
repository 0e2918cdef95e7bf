//! Reading of one open file.

use std::fs::File;
use std::io::{self, IoSliceMut};
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use dynpack_media::Extent;

use super::stamp::Stamp;
use crate::buffers::{Buffer, Buffers};
use crate::storage::{Identity, Run, StorageError, coalesce};

/// The maximum distance between two ranges that are read in one call. The bytes between them are
/// discarded.
const MAX_GAP: u64 = 8 << 10;

/// The maximum number of bytes that are read on the thread of the caller. More take so long that
/// other requests should not wait, and are often not all in the page cache.
const MAX_NOW: u64 = 1 << 20;

/// The maximum number of buffers that one system call fills (`IOV_MAX` of Linux).
const MAX_SLICES: usize = 1024;

/// One version of a file, opened.
pub(super) struct Opened {
    pub(super) path: String,
    pub(super) file: File,
    pub(super) stamp: Stamp,
    pub(super) identity: Identity,
    pub(super) buffers: Buffers,
    /// Whether the file system cannot read from memory alone.
    pub(super) must_block: AtomicBool,
}

impl Opened {
    /// The bytes of the ranges one after another, if they are few and all in the page cache. Never
    /// waits for a disk.
    pub(super) fn read_now(&self, ranges: &[Extent]) -> Result<Option<Bytes>, StorageError> {
        let len = ranges.iter().map(|range| range.len).fold(0, u64::saturating_add);
        if len > MAX_NOW || self.must_block.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let read = self.read(ranges, |slices, offset| read_cached(&self.file, slices, offset));
        match read {
            Ok(bytes) => self.check_unchanged().map(|()| Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::Unsupported => {
                self.must_block.store(true, Ordering::Relaxed);
                Ok(None)
            }
            Err(error) => Err(self.failed(error)),
        }
    }

    /// The bytes of the ranges one after another. May wait for a disk.
    pub(super) fn read_blocking(&self, ranges: &[Extent]) -> Result<Bytes, StorageError> {
        let bytes = self
            .read(ranges, |slices, offset| read_vectored(&self.file, slices, offset))
            .map_err(|error| self.failed(error))?;
        self.check_unchanged()?;
        Ok(bytes)
    }

    /// Fills a buffer by `read`, which reads some bytes at an offset.
    fn read(
        &self,
        ranges: &[Extent],
        read: impl Fn(&mut [IoSliceMut<'_>], u64) -> io::Result<usize>,
    ) -> io::Result<Bytes> {
        let ranges = &joined(ranges);
        let runs = coalesce(ranges, MAX_GAP, u64::MAX);
        let len = in_memory(ranges.iter().map(|range| range.len))?;
        let mut buffer = self.buffers.take(in_memory(runs.iter().map(|run| run.extent.len))?);
        for run in scattered(ranges, &runs, len, &mut buffer) {
            fill(run, &read)?;
        }
        Ok(buffer.freeze(len))
    }

    /// Called after reading: a write before or during the read changes the modification time.
    fn check_unchanged(&self) -> Result<(), StorageError> {
        let metadata = self.file.metadata().map_err(|error| self.failed(error))?;
        if Stamp::of(&metadata).map_err(|error| self.failed(error))? == self.stamp {
            return Ok(());
        }
        Err(StorageError::Changed { path: self.path.clone() })
    }

    /// All ranges are within the file that was opened. If it ends earlier, it was truncated.
    fn failed(&self, error: io::Error) -> StorageError {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => StorageError::Changed { path: self.path.clone() },
            _ => StorageError::from_io(&self.path, error),
        }
    }
}

/// The ranges that are not empty, with each adjacent range joined to the one before it.
fn joined(ranges: &[Extent]) -> Vec<Extent> {
    let mut joined: Vec<Extent> = Vec::new();
    for range in ranges.iter().filter(|range| range.len > 0) {
        match joined.last_mut() {
            Some(last) if last.end() == range.offset => {
                last.len = last.len.saturating_add(range.len);
            }
            _ => joined.push(*range),
        }
    }
    joined
}

/// The sum of lengths, if the address space has room for so many bytes.
fn in_memory(mut lens: impl Iterator<Item = u64>) -> io::Result<usize> {
    let sum = lens.try_fold(0_u64, u64::checked_add).and_then(|len| usize::try_from(len).ok());
    sum.ok_or_else(|| io::ErrorKind::OutOfMemory.into())
}

/// A part of the file that is read in one call, and the memory that it is read into.
struct Scattered<'a> {
    offset: u64,
    slices: Vec<IoSliceMut<'a>>,
}

/// The memory of each run: `len` bytes of the buffer are for the ranges in the requested order, and
/// the rest is for the bytes between them.
fn scattered<'a>(
    ranges: &[Extent],
    runs: &[Run],
    len: usize,
    buffer: &'a mut Buffer,
) -> Vec<Scattered<'a>> {
    let (mut wanted, mut unwanted) = buffer.as_mut_vec().split_at_mut(len);
    let mut places: Vec<Option<&mut [u8]>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        places.push(Some(take_front(&mut wanted, range.len)));
    }
    let mut all = Vec::with_capacity(runs.len());
    for run in runs {
        let (mut slices, mut position) = (Vec::new(), run.extent.offset);
        for &at in &run.ranges {
            let (Some(range), Some(place)) =
                (ranges.get(at), places.get_mut(at).and_then(Option::take))
            else {
                continue;
            };
            let gap = range.offset.saturating_sub(position);
            if gap > 0 {
                slices.push(IoSliceMut::new(take_front(&mut unwanted, gap)));
            }
            slices.push(IoSliceMut::new(place));
            position = range.end();
        }
        all.push(Scattered { offset: run.extent.offset, slices });
    }
    all
}

/// Removes the first `len` bytes of a part of the buffer.
fn take_front<'a>(part: &mut &'a mut [u8], len: u64) -> &'a mut [u8] {
    let len = usize::try_from(len).expect("a part of the buffer");
    let (front, rest) = std::mem::take(part).split_at_mut(len);
    *part = rest;
    front
}

/// Fills the memory of a run, in several calls if one reads too few bytes.
fn fill(
    Scattered { mut offset, mut slices }: Scattered<'_>,
    read: &impl Fn(&mut [IoSliceMut<'_>], u64) -> io::Result<usize>,
) -> io::Result<()> {
    let mut slices = slices.as_mut_slice();
    while !slices.is_empty() {
        let count = slices.len().min(MAX_SLICES);
        let (now, _) = slices.split_at_mut(count);
        match read(now, offset) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(len) => {
                IoSliceMut::advance_slices(&mut slices, len);
                offset = offset.saturating_add(len as u64);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Reads from the page cache only.
#[cfg(target_os = "linux")]
fn read_cached(file: &File, slices: &mut [IoSliceMut<'_>], offset: u64) -> io::Result<usize> {
    use rustix::io::{ReadWriteFlags, preadv2};

    Ok(preadv2(file, slices, offset, ReadWriteFlags::NOWAIT)?)
}

/// Only Linux has such a call.
#[cfg(not(target_os = "linux"))]
fn read_cached(_: &File, _: &mut [IoSliceMut<'_>], _: u64) -> io::Result<usize> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(target_os = "linux")]
fn read_vectored(file: &File, slices: &mut [IoSliceMut<'_>], offset: u64) -> io::Result<usize> {
    Ok(rustix::io::preadv(file, slices, offset)?)
}

#[cfg(all(unix, not(target_os = "linux")))]
fn read_vectored(file: &File, slices: &mut [IoSliceMut<'_>], offset: u64) -> io::Result<usize> {
    use std::os::unix::fs::FileExt;

    slices.first_mut().map_or(Ok(0), |slice| file.read_at(slice, offset))
}

#[cfg(windows)]
fn read_vectored(file: &File, slices: &mut [IoSliceMut<'_>], offset: u64) -> io::Result<usize> {
    use std::os::windows::fs::FileExt;

    slices.first_mut().map_or(Ok(0), |slice| file.seek_read(slice, offset))
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::cell::RefCell;
    use std::os::unix::fs::FileExt;

    use proptest::prelude::*;

    use super::*;

    const LEN: u64 = 100_000;

    fn byte(offset: u64) -> u8 {
        offset.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes()[0]
    }

    fn opened() -> Opened {
        let file = tempfile::tempfile().unwrap();
        let content: Vec<u8> = (0..LEN).map(byte).collect();
        file.write_all_at(&content, 0).unwrap();
        let stamp = Stamp::of(&file.metadata().unwrap()).unwrap();
        let (path, identity) = ("film".to_owned(), Identity::new("1", LEN));
        let buffers = Buffers::default();
        Opened { path, file, stamp, identity, buffers, must_block: AtomicBool::new(false) }
    }

    fn extents(ranges: &[(u64, u64)]) -> Vec<Extent> {
        ranges.iter().map(|&(offset, len)| Extent::new(offset, len)).collect()
    }

    #[test]
    fn neighbours_are_one_system_call() {
        let calls = |ranges: &[(u64, u64)]| {
            let (opened, calls) = (opened(), RefCell::new(Vec::new()));
            let bytes = opened.read(&extents(ranges), |slices, offset| {
                let len: usize = slices.iter().map(|slice| slice.len()).sum();
                calls.borrow_mut().push((offset, len));
                read_vectored(&opened.file, slices, offset)
            });
            let wanted = ranges.iter().flat_map(|&(offset, len)| (offset..offset + len).map(byte));
            assert_eq!(bytes.unwrap(), wanted.collect::<Vec<_>>());
            calls.into_inner()
        };
        assert_eq!(calls(&[(0, 10), (10, 5), (99, 0), (15, 1)]), [(0, 16)]);
        assert_eq!(calls(&[(0, 10), (8_202, 10)]), [(0, 8_212)], "8 KiB between");
        assert_eq!(calls(&[(0, 10), (8_203, 10)]), [(0, 10), (8_203, 10)], "and a byte");
        assert_eq!(calls(&[(500, 10), (100, 10), (300, 10)]), [(100, 410)], "in another order");
        assert_eq!(calls(&[(0, 10), (5, 10), (0, 10)]), [(0, 10), (0, 10), (5, 10)], "overlaps");
        assert!(calls(&[]).is_empty() && calls(&[(7, 0)]).is_empty());
        let many: Vec<_> = (0..2_000).map(|nth| (nth * 40, 20)).collect();
        assert_eq!(calls(&many).len(), 4, "of 3,999 slices");
    }

    #[test]
    fn a_read_that_comes_bit_by_bit_is_whole() {
        let opened = opened();
        let ranges = extents(&[(10, 700), (2_000, 1_000), (90_000, 10_000)]);
        let bytes = opened.read(&ranges, |slices, offset| {
            let slice = slices.iter_mut().find(|slice| !slice.is_empty()).unwrap();
            let len = slice.len().min(333);
            opened.file.read_at(&mut slice[..len], offset)
        });
        assert_eq!(bytes.unwrap(), opened.read_blocking(&ranges).unwrap());
    }

    #[test]
    fn what_is_not_cached_is_read_by_another_thread() {
        let mut opened = opened();
        let ranges = extents(&[(0, 10)]);
        let fails = |kind: io::ErrorKind| {
            let read = opened.read(&ranges, |_, _| Err(kind.into()));
            read.unwrap_err().kind()
        };
        assert_eq!(fails(io::ErrorKind::WouldBlock), io::ErrorKind::WouldBlock);
        opened.file.set_len(MAX_NOW + 10).unwrap();
        opened.stamp = Stamp::of(&opened.file.metadata().unwrap()).unwrap();
        assert!(opened.read_now(&extents(&[(0, MAX_NOW)])).unwrap().is_some());
        assert_eq!(opened.read_now(&extents(&[(0, MAX_NOW + 1)])).unwrap(), None);
        opened.must_block.store(true, Ordering::Relaxed);
        assert_eq!(opened.read_now(&ranges).unwrap(), None);
        assert_eq!(opened.read_blocking(&ranges).unwrap().len(), 10);
    }

    #[test]
    fn a_file_that_was_cut_has_changed() {
        let opened = opened();
        opened.file.set_len(50).unwrap();
        for range in [(0, 10), (40, 20), (60, 10)] {
            let ranges = extents(&[range]);
            for read in
                [opened.read_now(&ranges).map(Option::unwrap), opened.read_blocking(&ranges)]
            {
                assert_eq!(read.unwrap_err().to_string(), "`film` has changed since it was opened");
            }
        }
    }

    proptest! {
        #[test]
        fn any_ranges_are_read_right(ranges in prop::collection::vec((0..LEN, 0..20_000_u64), 0..20)) {
            let opened = opened();
            let ends = ranges.iter().map(|&(offset, len)| (offset, LEN.min(offset.saturating_add(len))));
            let ends: Vec<_> = ends.collect();
            let wanted = ends.iter().flat_map(|&(offset, end)| (offset..end).map(byte));
            let ranges: Vec<_> =
                ends.iter().map(|&(offset, end)| (offset, end.saturating_sub(offset))).collect();
            prop_assert_eq!(
                opened.read_blocking(&extents(&ranges)).unwrap(),
                wanted.collect::<Vec<_>>()
            );
        }
    }
}
