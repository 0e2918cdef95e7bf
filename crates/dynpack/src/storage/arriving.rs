//! Bytes of a source as they arrive.

use bytes::{Bytes, BytesMut};
use dynpack_media::Extent;
use futures_util::future::ready;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};

use super::error::StorageError;

/// The bytes of each range, of a [stream](super::Source::stream) of `ranges`. Those that are in one
/// buffer are not copied.
///
/// # Errors
/// As for the stream, and [`StorageError::WrongRead`] if it yields another number of bytes.
pub fn by_range(
    arriving: BoxStream<'static, Result<Bytes, StorageError>>,
    ranges: Vec<Extent>,
) -> BoxStream<'static, Result<Bytes, StorageError>> {
    let arriving = exactly(arriving, &ranges);
    let cut = Cut { arriving, rest: Bytes::new() };
    stream::try_unfold((cut, ranges.into_iter()), async |(mut cut, mut ranges)| {
        let Some(range) = ranges.next() else { return Ok(None) };
        Ok(Some((cut.take(range).await?, (cut, ranges))))
    })
    .boxed()
}

/// The same stream, which fails unless it has as many bytes as the ranges. It does so before its
/// last bytes, which would complete a response.
pub(crate) fn exactly(
    arriving: BoxStream<'static, Result<Bytes, StorageError>>,
    ranges: &[Extent],
) -> BoxStream<'static, Result<Bytes, StorageError>> {
    let len = ranges.iter().map(|range| range.len).fold(0, u64::saturating_add);
    let wanted = Extent::new(ranges.first().map_or(0, |range| range.offset), len);
    let arriving = arriving.try_filter(|bytes| ready(!bytes.is_empty())).fuse();
    stream::try_unfold((arriving, 0_u64), move |(mut arriving, mut got)| async move {
        let len_of = |bytes: &Option<Bytes>| bytes.as_ref().map_or(0, |bytes| bytes.len() as u64);
        let next = arriving.try_next().await?;
        got = got.saturating_add(len_of(&next));
        if got == len {
            got = got.saturating_add(len_of(&arriving.try_next().await?));
        }
        if got > len || (got < len && next.is_none()) {
            return Err(StorageError::WrongRead { wanted, got });
        }
        Ok(next.map(|bytes| (bytes, (arriving, got))))
    })
    .boxed()
}

/// Bytes that are cut into ranges.
struct Cut {
    arriving: BoxStream<'static, Result<Bytes, StorageError>>,
    /// What arrived of the next ranges.
    rest: Bytes,
}

impl Cut {
    /// The bytes of the next range.
    async fn take(&mut self, wanted: Extent) -> Result<Bytes, StorageError> {
        let mut gathered = BytesMut::new();
        loop {
            let missing = wanted.len.saturating_sub(gathered.len() as u64);
            if missing <= self.rest.len() as u64 {
                let last = self.rest.split_to(usize::try_from(missing).expect("less than that"));
                if gathered.is_empty() {
                    return Ok(last);
                }
                gathered.extend_from_slice(&last);
                return Ok(gathered.freeze());
            }
            gathered.extend_from_slice(&self.rest);
            let Some(rest) = self.arriving.try_next().await? else {
                return Err(StorageError::WrongRead { wanted, got: gathered.len() as u64 });
            };
            self.rest = rest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arriving(pieces: &[&'static [u8]]) -> BoxStream<'static, Result<Bytes, StorageError>> {
        stream::iter(pieces.to_vec()).map(|piece| Ok(Bytes::from_static(piece))).boxed()
    }

    async fn cut(pieces: &[&'static [u8]], lens: &[u64]) -> Result<Vec<Bytes>, String> {
        let ranges = lens.iter().map(|&len| Extent::new(7, len)).collect();
        let cut: Result<_, _> = by_range(arriving(pieces), ranges).try_collect().await;
        cut.map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn pieces_of_any_length_are_cut_into_ranges() {
        let wanted = ["a", "", "bcde", "f", ""];
        let lens = wanted.map(|bytes| bytes.len() as u64);
        for pieces in [&[&b"abcdef"[..]][..], &[b"ab", b"c", b"", b"def"], &[b"", b"abcde", b"f"]] {
            assert_eq!(cut(pieces, &lens).await.unwrap(), wanted);
        }
        assert!(cut(&[], &[]).await.unwrap().is_empty());
        let whole = Bytes::from_static(b"abcdef");
        let piece = whole.clone();
        let ranges = vec![Extent::new(0, 2), Extent::new(2, 4)];
        let parts = by_range(stream::iter([Ok(piece)]).boxed(), ranges);
        let parts: Vec<_> = parts.try_collect().await.unwrap();
        assert_eq!(parts[1].as_ptr(), whole[2..].as_ptr(), "nothing is copied");
    }

    #[tokio::test]
    async fn another_number_of_bytes_is_an_error() {
        let error = |got| Err(format!("the storage returned {got} bytes instead of 4 at 7"));
        assert_eq!(cut(&[b"ab", b"c"], &[2, 2]).await, error(3));
        assert_eq!(cut(&[], &[4]).await, error(0));
        assert_eq!(cut(&[b"ab", b"cde"], &[2, 2]).await, error(5));
        assert_eq!(cut(&[b"ab", b"cd", b"e"], &[2, 2]).await, error(5));
        // Nothing that ends a response may leave before that is known.
        let mut parts = exactly(arriving(&[b"ab", b"cd", b"e"]), &[Extent::new(7, 4)]);
        assert_eq!(parts.try_next().await.unwrap().unwrap(), "ab");
        assert!(parts.try_next().await.is_err());
    }
}
