//! Virtual stored files: the value of each byte follows from its offset.

use bytes::Bytes;
use dynpack_fragment::{Error, Read, SegmentPlan};
use dynpack_media::{Extent, SourceIndex};

/// The byte of the first source at `offset`.
#[must_use]
pub fn byte(offset: u64) -> u8 {
    offset.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes()[0]
}

/// The bytes of a source at that extent.
#[must_use]
pub fn bytes(source: SourceIndex, extent: Extent) -> Bytes {
    let start = u64::from(source.0) << 40;
    (extent.offset..extent.end()).map(|offset| byte(start | offset)).collect()
}

/// The bytes that a plan needs.
#[must_use]
pub fn read(read: &Read) -> Bytes {
    bytes(read.source, read.extent)
}

/// The finished segment in one piece. Checks that it has the length that the plan promised.
#[must_use]
pub fn finish(plan: SegmentPlan) -> Vec<u8> {
    let media: Vec<_> = plan.reads().iter().map(read).collect();
    let promised = plan.len();
    let segment = plan.finish(&media).unwrap().concat();
    assert!(promised.is_none_or(|len| len == segment.len() as u64), "{promised:?}");
    segment
}

/// Those reads, with neighbours joined and without empty ones.
#[must_use]
pub fn joined(reads: &[Read]) -> Vec<Read> {
    let mut joined: Vec<Read> = Vec::new();
    for read in reads.iter().filter(|read| read.extent.len > 0) {
        match joined.last_mut() {
            Some(last) if last.extent.end() == read.extent.offset && last.source == read.source => {
                last.extent.len += read.extent.len;
            }
            _ => joined.push(*read),
        }
    }
    joined
}

/// The segment written in stretches of up to that many bytes of media each.
///
/// # Errors
/// Those of [`SegmentPlan::finish`].
pub fn in_stretches(
    plan: SegmentPlan,
    max_bytes: u64,
    read: impl Fn(&Read) -> Bytes,
) -> Result<Vec<u8>, Error> {
    let (mut writer, mut segment) = (plan.into_writer(max_bytes), Vec::new());
    while let Some(reads) = writer.next_reads() {
        let media: Vec<Bytes> = reads.iter().map(&read).collect();
        let mut stretch = Vec::new();
        writer.put(&media, &mut stretch)?;
        segment.append(&mut stretch);
    }
    Ok(segment)
}
