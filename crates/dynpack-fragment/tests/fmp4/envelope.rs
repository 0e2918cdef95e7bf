//! Segments that are encrypted as a whole.

use aes::Aes128;
use aes::cipher::{BlockModeDecrypt, KeyIvInit};
use bytes::Bytes;
use dynpack_crypt::{ContentKey, Iv};
use dynpack_fragment::fmp4::{Profile, Writer};
use dynpack_fragment::ts::{self, Part};
use dynpack_fragment::{Error, SegmentPlan, f4f};
use dynpack_media::{Rendition, Segment};
use dynpack_testkit::renditions;
use dynpack_testkit::stored::{finish, in_stretches, joined, read};

use crate::{audio_frames, group};

const KEY: [u8; 16] = *b"a key of 16 byte";
const IV: Iv = Iv(*b"a vector of 16 b");

fn encrypted(plan: SegmentPlan) -> SegmentPlan {
    plan.encrypted(&ContentKey::new(KEY), IV)
}

fn decrypt(mut segment: Vec<u8>) -> Vec<u8> {
    let mut chain = cbc::Decryptor::<Aes128>::new(&KEY.into(), &IV.0.into());
    segment.chunks_mut(16).for_each(|block| chain.decrypt_block(block.try_into().unwrap()));
    let padding = *segment.last().unwrap();
    let clear = segment.len() - usize::from(padding);
    assert_eq!(segment.split_off(clear), vec![padding; padding.into()]);
    segment
}

/// Audio as fragmented MP4, in a transport stream, and in FLV: from pieces, or in one buffer.
fn plans(rendition: &Rendition, segment: &Segment) -> [SegmentPlan; 3] {
    let ts = [Part::segments(rendition, std::slice::from_ref(segment))];
    let f4f = [f4f::Part { rendition, segment: Some(segment) }];
    [
        Writer::new(Profile::Cmaf, rendition).media_segment(segment).unwrap(),
        ts::media_segment(segment.number, &ts).unwrap(),
        f4f::media_segment(&f4f).unwrap(),
    ]
}

#[test]
fn decrypting_returns_the_clear_segment() {
    let rendition = renditions(vec![audio_frames(48_000, 500, 1024).build()], 2000).remove(0);
    for segment in rendition.cuts.segments() {
        for (clear, plan) in
            plans(&rendition, &segment).into_iter().zip(plans(&rendition, &segment))
        {
            let (reads, clear_len) = (joined(clear.reads()), clear.len().unwrap());
            let plan = encrypted(plan);
            assert_eq!((joined(plan.reads()), plan.len()), (reads, Some(clear_len / 16 * 16 + 16)));
            assert!(plan.pieces().is_none());
            assert_eq!(decrypt(finish(plan)), finish(clear));
        }
    }
}

#[test]
fn stretches_of_any_length_make_the_same_segment() {
    let rendition = renditions(vec![audio_frames(48_000, 500, 1024).build()], 2000).remove(0);
    let segment = rendition.cuts.segments().next().unwrap();
    let clear_and_encrypted = || {
        plans(&rendition, &segment).into_iter().chain(plans(&rendition, &segment).map(encrypted))
    };
    for max_bytes in [0, 1, 15, 16, 17, 1_000, 10_000, u64::MAX] {
        for (plan, whole) in clear_and_encrypted().zip(clear_and_encrypted()) {
            assert_eq!(in_stretches(plan, max_bytes, read).unwrap(), finish(whole));
        }
    }
}

#[test]
fn a_plan_can_be_encrypted_twice() {
    let rendition = renditions(vec![audio_frames(48_000, 100, 0).build()], 2000).remove(0);
    let segment = rendition.cuts.segments().next().unwrap();
    let [clear, ..] = plans(&rendition, &segment);
    let [plan, ..] = plans(&rendition, &segment);
    assert_eq!(decrypt(decrypt(finish(encrypted(encrypted(plan))))), finish(clear));
}

/// Shared bytes are not encrypted in place.
#[test]
fn the_media_does_not_change() {
    let rendition = renditions(vec![group(25, 1, 100, 50, 0).build()], 2000).remove(0);
    let segment = rendition.cuts.segments().next().unwrap();
    let plan = encrypted(Writer::new(Profile::Cmaf, &rendition).media_segment(&segment).unwrap());
    let media: Vec<Bytes> = plan.reads().iter().map(read).collect();
    let before = media.concat();
    let pieces = plan.finish(&media).unwrap();
    assert_eq!((pieces.len(), media.concat()), (1, before));
}

#[test]
fn a_wrong_read_is_reported() {
    let rendition = renditions(vec![audio_frames(48_000, 100, 0).build()], 2000).remove(0);
    let segment = rendition.cuts.segments().next().unwrap();
    for plan in plans(&rendition, &segment).map(encrypted) {
        let wanted = plan.reads()[0].extent;
        assert_eq!(plan.finish(&[]), Err(Error::WrongRead { wanted, got: 0 }));
    }
}

#[test]
fn a_plan_never_prints_its_key() {
    let rendition = renditions(vec![audio_frames(48_000, 100, 0).build()], 2000).remove(0);
    let segment = rendition.cuts.segments().next().unwrap();
    let printed = plans(&rendition, &segment).map(|plan| format!("{:?}", encrypted(plan)));
    let secret = format!("{KEY:?}");
    let listed = secret.trim_matches(['[', ']']);
    assert!(
        printed
            .iter()
            .all(|text| text.contains("Muxed") && !text.contains("key") && !text.contains(listed))
    );
}
