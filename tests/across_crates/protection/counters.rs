//! Counter mode in all formats: no counter block ever covers two plaintexts under one key.

use std::collections::HashMap;

use aes::Aes128;
use aes::cipher::{BlockCipherEncrypt, KeyInit};
use dynpack::storage::Memory;
use dynpack::{Dynpack, Encryption, Format};
use dynpack_testkit::film::with_mixed_parameter_sets;
use dynpack_testkit::read::mp4;
use dynpack_testkit::read::protection::{information, subsamples};

use crate::support::published::{KEYS, manifest_under, published_over};
use crate::support::{
    ask, formats, get, in_place_of_the_sample, key_frames_at, promises_at, sample_storage,
};

/// The encryption of one sample of a resource, with the sample.
struct Described {
    /// The vector, 8 bytes.
    iv: u64,
    /// Numbers of clear and protected bytes; `None` if all bytes are protected.
    subsamples: Option<Vec<(usize, usize)>>,
    sample: Vec<u8>,
}

impl Described {
    /// The offsets of all protected bytes, in the order of the key stream.
    fn protected(&self) -> Vec<usize> {
        let Some(subsamples) = &self.subsamples else { return (0..self.sample.len()).collect() };
        let mut at = 0;
        let mut places = Vec::new();
        for (clear, protected) in subsamples {
            places.extend(at + clear..at + clear + protected);
            at += clear + protected;
        }
        assert_eq!(at, self.sample.len(), "the subsamples cover the sample");
        places
    }
}

/// The samples of a protected segment, with their encryption from the boxes of CENC or of PIFF.
fn described(segment: &[u8]) -> Vec<Described> {
    let parsed = mp4::segment(segment);
    let is_piff = parsed.moof.traf[0].senc.is_none();
    let said = information(segment, &parsed, is_piff).unwrap();
    let each = said.samples.iter().zip(parsed.samples).map(|(information, sample)| {
        let (iv, map) = information.split_at(8);
        let iv = u64::from_be_bytes(iv.try_into().unwrap());
        assert!(said.has_subsamples || map.is_empty());
        let subsamples = said.has_subsamples.then(|| subsamples(map));
        Described { iv, subsamples, sample: sample.data }
    });
    each.collect()
}

/// The plaintext that each counter block covers, with the URL. The last one of a sample may be
/// shorter than a block.
#[derive(Default)]
struct Counters(HashMap<u128, (Vec<u8>, String)>);

impl Counters {
    /// Adds the samples of a segment. Decrypted, they must be those of `clear`.
    fn take(&mut self, url: &str, segment: &[u8], clear: &[u8]) {
        let cipher = Aes128::new(&u128::from_str_radix(KEYS[0], 16).unwrap().to_be_bytes().into());
        for (described, clear) in described(segment).iter().zip(mp4::segment(clear).samples) {
            let (mut counter, mut decrypted) =
                (u128::from(described.iv) << 64, described.sample.clone());
            for places in described.protected().chunks(16) {
                let mut stream = counter.to_be_bytes().into();
                cipher.encrypt_block(&mut stream);
                places.iter().zip(stream).for_each(|(place, key)| decrypted[*place] ^= key);
                let plaintext: Vec<u8> = places.iter().map(|place| decrypted[*place]).collect();
                let (known, before) =
                    self.0.entry(counter).or_insert_with(|| (plaintext.clone(), url.to_owned()));
                assert!(
                    *known == plaintext,
                    "a counter block covers other bytes in {url} than in {before}"
                );
                counter += 1;
            }
            assert!(decrypted == clear.data, "{url} does not decrypt to the clear samples");
        }
    }
}

/// All segments of that manifest, with the key frames that formats list, and those that they do not
/// list but serve.
async fn media(dynpack: &Dynpack, manifest: &str, format: Format) -> Vec<String> {
    let promises = [
        promises_at(dynpack, manifest, format).await,
        key_frames_at(dynpack, manifest, format).await,
    ]
    .concat();
    let mut urls: Vec<String> =
        promises.into_iter().flat_map(|promise| promise.segments).map(|(url, ..)| url).collect();
    for url in urls.clone() {
        let (start, last) = url.rsplit_once(')').unwrap();
        let unlisted = format!("{start},type=keyframes){last}");
        if !url.contains("type=keyframes")
            && !urls.contains(&unlisted)
            && ask(dynpack, &unlisted).await.is_ok()
        {
            urls.push(unlisted);
        }
    }
    urls
}

/// The media of all formats in counter mode, all under one key, and the number of resources.
async fn walk(storage: fn() -> Memory) -> (Counters, usize) {
    let (clear, dynpack) = (Dynpack::builder(storage()).build(), published_over(storage()));
    let (mut counters, mut count) = (Counters::default(), 0);
    for format in formats() {
        for way in [Encryption::Cenc, Encryption::Piff]
            .into_iter()
            .filter(|way| format.encryptions().any(|one| one == *way))
        {
            for url in media(&dynpack, &manifest_under("all", format, Some(way)), format).await {
                let path = url
                    .split_once("/sample.ism/")
                    .unwrap()
                    .1
                    .replace(&format!(",encryption={way}"), "");
                let clear = get(&clear, &format!("/sample/sample.ism/{path}")).await;
                counters.take(&url, &get(&dynpack, &url).await, &clear);
                count += 1;
            }
        }
    }
    (counters, count)
}

#[tokio::test]
async fn no_counter_block_covers_two_plaintexts() {
    for storage in [sample_storage, || in_place_of_the_sample(&with_mixed_parameter_sets())] {
        let (counters, count) = walk(storage).await;
        assert!(
            count > 60 && counters.0.len() > 10_000,
            "{count} resources of {} blocks",
            counters.0.len()
        );
    }
}

/// The test above requires key frames with other protected ranges than in their segments. This film
/// has them.
#[tokio::test]
async fn mixed_parameter_sets_move_the_protected_bytes_of_key_frames() {
    let dynpack = published_over(in_place_of_the_sample(&with_mixed_parameter_sets()));
    let manifest = manifest_under("all", Format::DashCmaf, Some(Encryption::Cenc));
    let (mut in_segments, mut alone) = (HashMap::new(), Vec::new());
    for url in media(&dynpack, &manifest, Format::DashCmaf)
        .await
        .iter()
        .filter(|url| url.contains("Fragments(video"))
    {
        let segment = get(&dynpack, url).await;
        for described in described(&segment) {
            let (size, subsamples) = (described.sample.len(), described.subsamples.unwrap());
            if url.contains("type=keyframes") {
                alone.push((described.iv, size, subsamples));
            } else {
                in_segments.insert((described.iv, size), subsamples);
            }
        }
    }
    let places: Vec<_> = alone
        .iter()
        .map(|(iv, size, subsamples)| {
            (in_segments.get(&(iv.wrapping_sub(1 << 32), *size)), subsamples)
        })
        .collect();
    assert!(
        places.len() > 20 && places.iter().all(|(whole, _)| whole.is_some()),
        "each is in a segment"
    );
    let moved = places.iter().filter(|(whole, alone)| *whole != Some(alone)).count();
    assert!((2..places.len() - 5).contains(&moved), "{moved} of {}", places.len());
}
