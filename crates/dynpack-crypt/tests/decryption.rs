//! Decrypting returns the clear media. The decryption here is written from the standards, works
//! block by block, and reads the boxes of a fragment.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod streams;

use aes::Aes128;
use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use dynpack_boxes::BoxType;
use dynpack_codec::{Codec, MediaKind};
use dynpack_crypt::cenc::{FragmentEncryption, SampleEncryptor, Scheme, TrackEncryption};
use dynpack_crypt::sample_aes::{Blocks, Frame, SampleAes};
use dynpack_crypt::{ContentKey, Iv, IvSource, KeyId, envelope};
use dynpack_media::{RenditionId, SampleIndex, TrackId};
use dynpack_testkit::codec::with_lengths;
use dynpack_testkit::read::annex_b::units;
use dynpack_testkit::{AAC_48_STEREO, codec};
use proptest::collection::vec;
use proptest::prelude::*;
use streams::{STREAMS, config, is_slice};

const KEY: [u8; 16] = *b"a key of 16 byte";
const ID: KeyId = KeyId(*b"an id of 16 byte");
const IV: Iv = Iv(*b"a vector of 16 b");

type Block = [u8; 16];

fn xor(one: Block, other: Block) -> Block {
    std::array::from_fn(|at| one[at] ^ other[at])
}

fn decrypt_block(block: Block) -> Block {
    let mut block = block.into();
    Aes128::new(&KEY.into()).decrypt_block(&mut block);
    block.into()
}

/// CBC over the blocks of `data` whose number `is_encrypted` accepts. An incomplete block is clear.
fn decrypt_cbc(iv: Block, data: &mut [u8], is_encrypted: impl Fn(usize) -> bool) {
    let mut before = iv;
    for (_, block) in data.chunks_exact_mut(16).enumerate().filter(|(at, _)| is_encrypted(*at)) {
        let cipher: Block = (&*block).try_into().unwrap();
        block.copy_from_slice(&xor(decrypt_block(cipher), before));
        before = cipher;
    }
}

/// The key stream of a sample: the encrypted counter blocks.
fn key_stream(iv: [u8; 8]) -> impl Iterator<Item = u8> {
    (0_u64..).flat_map(move |counter| {
        let mut block = [iv, counter.to_be_bytes()].concat().as_slice().try_into().unwrap();
        Aes128::new(&KEY.into()).encrypt_block(&mut block);
        Block::from(block)
    })
}

/// The content of `tenc`: pattern, size of the vector of a sample, constant vector.
fn read_tenc(track: &TrackEncryption) -> (u8, u8, Vec<u8>) {
    let tenc = track.tenc().to_vec();
    assert_eq!(
        (tenc.len(), &tenc[4..8]),
        (u32::from_be_bytes(tenc[..4].try_into().unwrap()) as usize, &b"tenc"[..])
    );
    assert_eq!(
        (tenc[8], tenc[12], tenc[14], &tenc[16..32]),
        (u8::from(tenc[13] != 0), 0, 1, &ID.0[..])
    );
    let constant = if tenc[15] == 0 { tenc[33..].to_vec() } else { Vec::new() };
    assert_eq!((constant.len(), tenc.len()), if tenc[15] == 0 { (16, 49) } else { (0, 32) });
    (tenc[13], tenc[15], constant)
}

/// What `senc` has for a sample: its vector, and its subsamples (clear, protected) if it has any.
struct Information {
    iv: Vec<u8>,
    subsamples: Option<Vec<(usize, usize)>>,
}

fn read_senc(fragment: &FragmentEncryption, iv_size: usize) -> Vec<Information> {
    let mut senc = Vec::new();
    fragment.put_senc(&mut senc);
    let has_subsamples = senc[11] & 2 != 0;
    let mut at = 16;
    let mut take = |count: usize| {
        at += count;
        senc[at - count..at].to_vec()
    };
    let number =
        |bytes: Vec<u8>| bytes.iter().fold(0, |number, byte| number << 8 | usize::from(*byte));
    let mut samples = Vec::new();
    for _ in 0..fragment.count() {
        let iv = take(iv_size);
        let count = if has_subsamples { number(take(2)) } else { 0 };
        let subsamples = (0..count).map(|_| (number(take(2)), number(take(4)))).collect();
        samples.push(Information { iv, subsamples: has_subsamples.then_some(subsamples) });
    }
    assert_eq!(at, senc.len());
    samples
}

/// Decrypts a sample according to ISO/IEC 23001-7, 9 and 10.
fn decrypt(tenc: &(u8, u8, Vec<u8>), information: &Information, sample: &mut [u8]) {
    let (pattern, iv_size, constant) = tenc;
    let Information { iv, subsamples } = information;
    let whole = vec![(0, sample.len())];
    let mut at = 0;
    let mut stream = (*iv_size == 8).then(|| key_stream(iv[..].try_into().unwrap()));
    for (clear, protected) in subsamples.as_ref().unwrap_or(&whole) {
        let range = &mut sample[at + clear..at + clear + protected];
        at += clear + protected;
        match &mut stream {
            Some(stream) => range.iter_mut().zip(stream).for_each(|(byte, key)| *byte ^= key),
            None => decrypt_cbc(constant[..].try_into().unwrap(), range, |block| {
                *pattern == 0 || block % 10 == 0
            }),
        }
    }
    assert_eq!(at, sample.len());
}

fn track(scheme: Scheme, kind: MediaKind) -> TrackEncryption {
    TrackEncryption::new(
        scheme,
        ID,
        kind,
        &IvSource::new(ID, "film.mp4", TrackId(1), &RenditionId::new("track", 1_000_000)),
    )
}

/// Encrypts samples, and checks that decryption returns them. Returns the encrypted ones.
fn there_and_back(scheme: Scheme, codec: &Codec, samples: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let track = track(scheme, codec.kind());
    let encryptor = SampleEncryptor::new(track.clone(), &ContentKey::new(KEY), codec);
    let fragment = encryptor.plan(SampleIndex(3), samples).unwrap();
    let mut out = vec![0x55; 3];
    // In two calls, as segments are written in portions.
    let (first, others) = samples.split_at(samples.len().min(1));
    encryptor.encrypt(&fragment, 0, first, &mut out).unwrap();
    encryptor.encrypt(&fragment, 1, others, &mut out).unwrap();
    let mut rest = &out[3..];
    let encrypted: Vec<_> =
        samples.iter().map(|sample| rest.split_off(..sample.len()).unwrap().to_vec()).collect();
    assert!(rest.is_empty());
    let (tenc, senc) =
        (read_tenc(&track), read_senc(&fragment, if scheme == Scheme::Cenc { 8 } else { 0 }));
    for ((information, encrypted), clear) in senc.iter().zip(&encrypted).zip(samples) {
        let mut decrypted = encrypted.clone();
        decrypt(&tenc, information, &mut decrypted);
        assert_eq!(decrypted, *clear);
    }
    encrypted
}

fn aac() -> Codec {
    codec::aac(AAC_48_STEREO)
}

/// Removes emulation prevention, as a decoder does.
fn unescape(unit: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut zeros = 0;
    for byte in unit {
        if zeros >= 2 && *byte == 3 {
            zeros = 0;
            continue;
        }
        zeros = if *byte == 0 { zeros + 1 } else { 0 };
        out.push(*byte);
    }
    out
}

/// Slices with a real header and random other bytes, many of them small.
fn slices() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let body = vec(prop_oneof![2 => 0_u8..4, 1 => any::<u8>()], 0..900);
    vec((0..STREAMS[0].1.len(), body), 1..5).prop_map(|slices| {
        let real: Vec<_> = units(STREAMS[0].1)
            .into_iter()
            .filter(|unit| is_slice(unit) && unit.len() > 32)
            .collect();
        slices
            .into_iter()
            .map(|(which, body)| [&real[which % real.len()][..32], &body, &[0x80]].concat())
            .collect()
    })
}

proptest! {
    #[test]
    fn decrypting_returns_the_clear_segment(pieces in vec(vec(any::<u8>(), 0..100), 0..8)) {
        let clear = pieces.concat();
        let mut encrypted = envelope::encrypt(&ContentKey::new(KEY), IV, &pieces);
        prop_assert_eq!(encrypted.len() as u64, envelope::encrypted_len(clear.len() as u64));
        prop_assert_eq!(
            &encrypted,
            &envelope::encrypt_in_place(&ContentKey::new(KEY), IV, clear.clone())
        );
        decrypt_cbc(IV.0, &mut encrypted, |_| true);
        let padding = *encrypted.last().unwrap();
        let (media, padded) = encrypted.split_at(clear.len());
        prop_assert_eq!(media, clear);
        prop_assert_eq!(padded, vec![padding; padding.into()]);
    }

    #[test]
    fn decrypting_returns_the_clear_samples_of_audio(
        samples in vec(vec(any::<u8>(), 0..500), 0..6),
    ) {
        for scheme in [Scheme::Cenc, Scheme::Cbcs] {
            there_and_back(scheme, &aac(), &samples);
        }
    }

    #[test]
    fn decrypting_returns_the_clear_samples_of_video(slices in slices()) {
        let codec = config(&units(STREAMS[0].1));
        for scheme in [Scheme::Cenc, Scheme::Cbcs] {
            there_and_back(scheme, &codec, &[with_lengths(&slices), with_lengths(&slices[..1])]);
        }
    }

    #[test]
    fn decrypting_returns_the_clear_slices_of_transport_streams(slices in slices()) {
        let mut blocks = Blocks::default();
        let (added, refused): (Vec<_>, Vec<_>) =
            slices.iter().partition(|slice| blocks.add(Frame::NalUnit(slice)).is_ok());
        for slice in refused {
            prop_assert!(
                slice.len() <= 48 && slice.windows(3).any(|bytes| bytes == [0, 0, 1]),
                "only clear units may not contain a start code"
            );
        }
        SampleAes::new(&ContentKey::new(KEY), IV).encrypt(&mut blocks);
        for slice in added {
            let mut encrypted = Vec::new();
            blocks.write(Frame::NalUnit(slice), &mut encrypted).unwrap();
            if slice.len() <= 48 {
                prop_assert_eq!(&encrypted, slice);
                continue;
            }
            prop_assert!(
                !encrypted.windows(3).any(|bytes| bytes[..2] == [0, 0] && bytes[2] < 3),
                "a start code"
            );
            let mut unit = unescape(&encrypted);
            let body = unit.len() - 32;
            decrypt_cbc(IV.0, &mut unit[32..], |block| block % 10 == 0 && body - block * 16 > 16);
            prop_assert_eq!(&unit, slice);
        }
    }

    #[test]
    fn decrypting_returns_the_clear_frames_of_transport_streams(
        frames in vec(vec(any::<u8>(), 0..200), 0..20),
    ) {
        let mut blocks = Blocks::default();
        frames.iter().for_each(|frame| blocks.add(Frame::Audio(frame)).unwrap());
        SampleAes::new(&ContentKey::new(KEY), IV).encrypt(&mut blocks);
        for frame in frames {
            let mut out = Vec::new();
            blocks.write(Frame::Audio(&frame), &mut out).unwrap();
            let lead = frame.len().min(16);
            prop_assert_eq!(&out[..lead], &frame[..lead]);
            decrypt_cbc(IV.0, &mut out[lead..], |_| true);
            prop_assert_eq!(out, frame);
        }
    }
}

/// Otherwise it would be sent in the clear.
#[test]
fn a_frame_that_was_not_added_is_refused() {
    let problem = Blocks::default().write(Frame::Audio(&[1; 32]), &mut Vec::new()).unwrap_err();
    assert_eq!(problem.to_string(), "the sample has 16 bytes, but 0 were planned");
}

/// Real pictures: the encrypted bytes differ from the clear ones wherever they should.
#[test]
fn real_streams_are_encrypted_completely() {
    for (name, stream) in STREAMS {
        let units = units(stream);
        let codec = config(&units);
        let samples: Vec<_> = units.iter().map(|unit| with_lengths([unit])).collect();
        for scheme in [Scheme::Cenc, Scheme::Cbcs] {
            let encrypted = there_and_back(scheme, &codec, &samples);
            for (unit, (clear, encrypted)) in units.iter().zip(samples.iter().zip(&encrypted)) {
                assert_eq!(
                    is_slice(unit) && unit.len() > 64,
                    clear != encrypted && unit.len() > 64,
                    "{name}"
                );
            }
        }
    }
}

/// Long samples are encrypted portion by portion, and the pattern continues from one portion to the
/// next.
#[test]
fn portions_do_not_interrupt_the_pattern() {
    let units = units(STREAMS[0].1);
    let slice = units.iter().find(|unit| is_slice(unit)).unwrap();
    let long = [&slice[..32], &vec![0xa5; 100_003]].concat();
    for scheme in [Scheme::Cenc, Scheme::Cbcs] {
        there_and_back(scheme, &config(&units), &[with_lengths([&long])]);
        there_and_back(scheme, &aac(), std::slice::from_ref(&long));
    }
    let mut out = envelope::encrypt(&ContentKey::new(KEY), IV, &[&long[..9], &long[9..]]);
    decrypt_cbc(IV.0, &mut out, |_| true);
    assert_eq!(out[..long.len()], long);
}

#[test]
fn a_sample_other_than_the_planned_one_is_refused() {
    let units = units(STREAMS[0].1);
    let sample = with_lengths(&units);
    let codec = config(&units);
    let encryptor =
        SampleEncryptor::new(track(Scheme::Cenc, MediaKind::Video), &ContentKey::new(KEY), &codec);
    let fragment = encryptor.plan(SampleIndex(0), &[&sample]).unwrap();
    let error = encryptor.encrypt(&fragment, 0, &[&sample[1..]], &mut Vec::new()).unwrap_err();
    let planned = sample.len();
    assert_eq!(
        error.to_string(),
        format!("the sample has {} bytes, but {planned} were planned", planned - 1)
    );
    assert!(encryptor.encrypt(&fragment, 1, &[&sample], &mut Vec::new()).is_err());
}
