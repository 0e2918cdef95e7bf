//! Compares the ciphers with those of OpenSSL, in alternating rounds: `cargo bench -p dynpack-crypt
//! --bench openssl`. Skipped if there is no `openssl`.

#![expect(clippy::print_stdout, reason = "a report")]

use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

use dynpack_codec::MediaKind;
use dynpack_crypt::cenc::{SampleEncryptor, Scheme, TrackEncryption};
use dynpack_crypt::{ContentKey, Iv, IvSource, KeyId, envelope};
use dynpack_media::{RenditionId, SampleIndex, TrackId};
use dynpack_testkit::{AAC_48_STEREO, codec};

/// What `openssl speed` encrypts at a time.
const LEN: usize = 16_384;

const ROUNDS: usize = 3;

fn main() {
    let (id, key) = (KeyId([1; 16]), ContentKey::new([2; 16]));
    let sample = vec![7; LEN];
    let mut out = Vec::with_capacity(LEN + 16);
    let cbc = bytes_per_second(|| {
        out.clear();
        let mut encryptor = envelope::Encryptor::new(&key, Iv([3; 16]));
        encryptor.push(&sample, &mut out);
        encryptor.finish(&mut out);
        black_box(&out);
    });
    // Audio is encrypted as a whole, so no header is read.
    let codec = codec::aac(AAC_48_STEREO);
    let track = TrackEncryption::new(
        Scheme::Cenc,
        id,
        MediaKind::Audio,
        &IvSource::new(id, "film", TrackId(1), &RenditionId::new("audio", 1)),
    );
    let encryptor = SampleEncryptor::new(track, &key, &codec);
    let fragment = encryptor.plan_unread(SampleIndex(0), 1).expect("known without reading");
    let mut out = Vec::with_capacity(LEN);
    let ctr = bytes_per_second(|| {
        out.clear();
        encryptor.encrypt(&fragment, 0, &[&sample], &mut out).expect("the planned sample");
        black_box(&out);
    });
    report("aes-128-cbc", cbc);
    report("aes-128-ctr", ctr);
}

/// Prints the best of several rounds of each side.
fn report(cipher: &str, mut ours: impl FnMut() -> f64) {
    let rounds: Option<Vec<_>> = (0..ROUNDS).map(|_| Some((ours(), openssl(cipher)?))).collect();
    let Some(rounds) = rounds else {
        return println!("{cipher}: skipped, since there is no openssl");
    };
    let best = |side: fn(&(f64, f64)) -> f64| rounds.iter().map(side).fold(0.0, f64::max);
    let (ours, theirs) = (best(|round| round.0), best(|round| round.1));
    println!(
        "{cipher}: {:.2} GB/s, OpenSSL {:.2} GB/s: {:.2} of it",
        ours / 1e9,
        theirs / 1e9,
        ours / theirs
    );
}

fn bytes_per_second(mut encrypt: impl FnMut()) -> impl FnMut() -> f64 {
    move || {
        let (started, mut count) = (Instant::now(), 0.0);
        while started.elapsed() < Duration::from_secs(1) {
            (0..64).for_each(|_| encrypt());
            count += 64.0;
        }
        count * LEN as f64 / started.elapsed().as_secs_f64()
    }
}

/// Bytes per second, as OpenSSL reports them.
fn openssl(cipher: &str) -> Option<f64> {
    let arguments =
        ["speed", "-mr", "-elapsed", "-seconds", "1", "-bytes", &LEN.to_string(), "-evp", cipher];
    let output = Command::new("openssl").args(arguments).output().ok()?;
    String::from_utf8(output.stdout)
        .ok()?
        .lines()
        .rev()
        .find_map(|line| line.rsplit(':').next()?.parse().ok())
}
