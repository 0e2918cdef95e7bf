//! Damaged files are refused or served, and nothing panics, hangs or exceeds the limits of memory.

use dynpack::storage::Memory;
use dynpack::{Dynpack, Encryption, Format};
use proptest::prelude::*;

use crate::support::published::{document, locators, manifest_under};
use crate::support::{ask, formats, manifest as manifest_of, promises, promises_at, sample, text};

/// Opens a damaged film, and requests everything that its manifests promise.
fn walk(bytes: Vec<u8>) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let storage = Memory::new();
        storage.insert("a/film.mp4", bytes);
        let dynpack = Dynpack::builder(storage).build();
        let manifest = "/a/a.ism/manifest(format=m3u8-cmaf)";
        if let Err(error) = ask(&dynpack, manifest).await {
            assert!(
                !error.to_string().is_empty() && (400..500).contains(&error.status()),
                "{error}"
            );
            return;
        }
        let playlist = text(&dynpack, manifest).await;
        assert!(playlist.starts_with("#EXTM3U"));
        for format in formats() {
            // A format may be unable to carry what another can.
            if let Err(error) = ask(&dynpack, &manifest_of("/a/a.ism", format)).await {
                assert_eq!(error.status(), 415, "{format}: {error}");
                assert!(!is_empty(&error), "{format}: {error}");
                continue;
            }
            for promise in promises(&dynpack, "/a/a.ism", format).await {
                for url in
                    promise.segments.iter().map(|(url, ..)| url).chain(&promise.init).take(20)
                {
                    match ask(&dynpack, url).await {
                        Ok(response) => drop(response.body.collect().await),
                        Err(error) => {
                            assert!(error.status() == 415 && !is_empty(&error), "{url}: {error}")
                        }
                    }
                }
            }
        }
    });
}

/// Whether the error is a transport stream segment without samples, which no playlist lists.
fn is_empty(error: &dynpack::Error) -> bool {
    error.to_string().contains("a transport stream segment without samples")
}

/// Requests all segments of a damaged film under each encryption of samples, which reads their
/// headers.
fn walk_encrypted(bytes: Vec<u8>) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let storage = Memory::new();
        storage.insert("sample/film.mp4", bytes);
        let dynpack = Dynpack::builder(storage).locators(locators(document())).build();
        for (format, encryption) in [
            (Format::DashCmaf, Encryption::Cenc),
            (Format::DashCmaf, Encryption::CbcsAapl),
            (Format::HlsV4, Encryption::CbcsAapl),
        ] {
            let manifest = manifest_under("all", format, Some(encryption));
            for promise in promises_at(&dynpack, &manifest, format).await {
                for (url, ..) in promise.segments {
                    match ask(&dynpack, &url).await {
                        Ok(response) => drop(response.body.collect().await.unwrap()),
                        Err(error) => assert_eq!(error.status(), 415, "{url}: {error}"),
                    }
                }
            }
        }
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn damaged_samples_do_no_harm_when_they_are_encrypted(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40),
    ) {
        let mut film = sample("video_180p.mp4").to_vec();
        let mdat = film.windows(4).position(|word| word == b"mdat").unwrap() + 4;
        let len = film.len() - mdat;
        for (at, value) in changes {
            film[mdat + at.index(len)] = value;
        }
        walk_encrypted(film);
    }

    #[test]
    fn mutated_films_do_no_harm(
        name in prop_oneof![Just("video_180p.mp4"), Just("audio_eng.mp4")],
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
    ) {
        let mut film = sample(name).to_vec();
        // Mostly within the index, which is what is parsed.
        let moov = film.windows(4).position(|word| word == b"moov").unwrap();
        let mdat = film.windows(4).position(|word| word == b"mdat");
        let end = mdat.filter(|&mdat| mdat > moov).unwrap_or(film.len());
        for (at, value) in changes {
            film[moov - 4 + at.index(end - moov)] = value;
        }
        walk(film);
    }

    #[test]
    fn extreme_numbers_do_no_harm(
        at in any::<prop::sample::Index>(),
        value in prop_oneof![
            Just(0_u32), Just(1), Just(u32::MAX), Just(i32::MAX.cast_unsigned()), any::<u32>()
        ],
    ) {
        let mut film = sample("video_180p.mp4").to_vec();
        let moov = film.windows(4).position(|word| word == b"moov").unwrap();
        let mdat = film.windows(4).position(|word| word == b"mdat");
        let end = mdat.filter(|&mdat| mdat > moov).unwrap_or(film.len());
        let at = moov - 4 + at.index(end - moov - 4);
        film[at..at + 4].copy_from_slice(&value.to_be_bytes());
        walk(film);
    }

    #[test]
    fn truncated_films_do_no_harm(len in any::<prop::sample::Index>()) {
        let film = sample("audio_deu.mp4");
        walk(film[..len.index(film.len())].to_vec());
    }
}
