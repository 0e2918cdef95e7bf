//! Downloads of stored files.

use dynpack::storage::Memory;
use dynpack::{Conditions, Dynpack};

use crate::support::published::{document, locator, locators};
use crate::support::{SAMPLE, fetch, refusal, sample, sample_origin, sample_storage};

#[tokio::test]
async fn files_can_be_downloaded_if_a_policy_allows_it() {
    let storage = sample_storage();
    storage.insert("sample/en.vtt", "WEBVTT\n");
    storage.insert("sample/film.ismv", "x");
    storage.insert("secret.mp4", "x");
    let dynpack = Dynpack::builder(storage).locators(locators(document())).build();
    let open = locator("Predefined_DownloadOnly");
    for file in SAMPLE {
        assert_eq!(get_file(&dynpack, &format!("/{open}/{file}")).await, sample(file));
    }
    let response = fetch(&dynpack, &format!("/{open}/video_180p.mp4")).await.unwrap();
    assert_eq!((response.status, response.content_type), (200, "video/mp4"));
    let tag = response.etag;
    assert_eq!(fetch(&dynpack, &format!("/{open}/en.vtt")).await.unwrap().content_type, "text/vtt");

    let with = |name: &'static str, value: String| {
        Conditions::from_headers(|asked| (asked == name).then_some(value.as_str()))
    };
    let range = with("range", "bytes=100-199".into());
    let part = dynpack.get(&format!("/{open}/video_180p.mp4"), &range).await.unwrap();
    let len = sample("video_180p.mp4").len();
    assert_eq!(
        (part.status, part.content_range.clone()),
        (206, Some(format!("bytes 100-199/{len}")))
    );
    assert_eq!(part.body.collect().await.unwrap(), sample("video_180p.mp4").slice(100..200));
    let known =
        dynpack.get(&format!("/{open}/video_180p.mp4"), &with("if-none-match", tag)).await.unwrap();
    assert_eq!((known.status, known.body.len()), (304, 0));
    let beyond = dynpack
        .get(&format!("/{open}/video_180p.mp4"), &with("range", format!("bytes={len}-")))
        .await
        .unwrap();
    assert_eq!(beyond.status, 416);

    let blocked = (403, "MPE_OUTPUT_FORMAT_BLOCKED");
    for policy in ["Predefined_ClearStreamingOnly", "Predefined_ClearKey", "all"] {
        assert_eq!(
            refusal(fetch(&dynpack, &format!("/{}/video_180p.mp4", locator(policy))).await),
            blocked,
            "{policy}"
        );
    }
    for file in ["film.ismv", "x.ismc", "x.isma", "x.mpi", "x.xml", "x"] {
        assert_eq!(refusal(fetch(&dynpack, &format!("/{open}/{file}")).await), blocked, "{file}");
    }
    assert_eq!(
        refusal(fetch(&dynpack, &format!("/{open}/none.mp4")).await),
        (404, "MPE_RESOURCE_NOT_FOUND")
    );
    for (url, status) in [
        ("%2E%2E/secret.mp4", 404),
        ("..%2Fsecret.mp4", 400),
        ("sample.ism", 400),
        ("a/b.mp4", 404),
    ] {
        assert_eq!(
            fetch(&dynpack, &format!("/{open}/{url}")).await.unwrap_err().status(),
            status,
            "{url}"
        );
    }
    assert_eq!(refusal(fetch(&sample_origin(), "/sample/video_180p.mp4").await).0, 404);
}

/// A single file without a folder is an asset, and can be downloaded under the asset's name if
/// there is no folder with that name.
#[tokio::test]
async fn a_single_file_can_be_downloaded() {
    let film = sample("video_180p.mp4");
    let publish = |asset: &str, files: &[&str]| {
        let storage = Memory::new();
        for file in files {
            storage.insert(*file, film.clone());
        }
        let mut document = document();
        let locator = &mut document["streamingLocators"][2];
        locator["assetName"] = asset.into();
        (Dynpack::builder(storage).locators(locators(document)).build(), locator_of_downloads())
    };
    for (asset, file) in [("lonefilm", "lonefilm.mp4"), ("films/lonefilm", "films/lonefilm.mp4")] {
        let (dynpack, id) = publish(
            asset,
            &[file, "other.mp4", "films/other.mp4", "lonefilm.m4a", "lonefilm2.vtt"],
        );
        let streamed =
            fetch(&dynpack, &format!("/{id}/lonefilm.ism/manifest(format=m3u8-cmaf)")).await;
        assert_eq!(streamed.unwrap().status, 200);
        assert_eq!(get_file(&dynpack, &format!("/{id}/lonefilm.mp4")).await, film);
        // Other files, next to it or elsewhere, cannot be downloaded.
        for file in ["other.mp4", "lonefilm.m4a", "lonefilm2.vtt", "lonefilm2.mp4"] {
            assert_eq!(
                refusal(fetch(&dynpack, &format!("/{id}/{file}")).await),
                (404, "MPE_RESOURCE_NOT_FOUND"),
                "{file}"
            );
        }
        let error = fetch(&dynpack, &format!("/{id}/films%2Flonefilm.mp4")).await.unwrap_err();
        assert!([400, 404].contains(&error.status()), "{error}");
    }
    // If there is a folder, the asset is its content.
    let (dynpack, id) = publish("lonefilm", &["lonefilm.mp4", "lonefilm/other.mp4"]);
    assert_eq!(
        refusal(fetch(&dynpack, &format!("/{id}/lonefilm.mp4")).await),
        (404, "MPE_RESOURCE_NOT_FOUND")
    );
    assert_eq!(get_file(&dynpack, &format!("/{id}/other.mp4")).await, film);
}

fn locator_of_downloads() -> String {
    locator("Predefined_DownloadAndClearStreaming")
}

async fn get_file(dynpack: &Dynpack, url: &str) -> bytes::Bytes {
    fetch(dynpack, url).await.unwrap().body.collect().await.unwrap()
}
