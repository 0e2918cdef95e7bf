//! The index file beside a film changes nothing but what opening costs.

use std::fs;
use std::time::Duration;

use bytes::Bytes;
use dynpack::storage::{Local, Memory};
use dynpack::{
    AssetPath, Builder, CutPolicy, Dynpack, Extent, Job, Limits, Movie, Place, Presentation,
    Request, Resource, present_knowing,
};
use dynpack_index::{Content, Index, IndexedFile, Presented, read, write};
use dynpack_isobmff::demux;
use dynpack_media::View;
use dynpack_testkit::TrackBuilder;
use dynpack_testkit::film::{Container, Form, films};
use dynpack_testkit::mp4::{self, sample_entry};
use proptest::prelude::*;

use crate::codecs::codecs;
use crate::random_films::{ASSET, run};
use crate::reads::{Counts, counting_in};
use crate::support::{
    SAMPLE, ask, film_storage, formats, get, key_frames, manifest, promises, sample, sample_storage,
};

/// An index that was stored when the format was decided.
const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/indexes/film.dpi");

const SAMPLE_ASSET: &str = "/sample/sample.ism";
const SAMPLE_INDEX: &str = "sample/sample.dpi";

fn sample_path() -> AssetPath {
    AssetPath::new("sample", "sample.ism").unwrap()
}

/// Stores the index of an asset beside it, and returns its path.
async fn store_index(storage: &Memory, asset: &AssetPath, policy: CutPolicy) -> String {
    let dynpack = Dynpack::builder(storage.clone()).cut_policy(policy).build();
    let (path, index) = dynpack.index(asset).await.unwrap();
    storage.insert(path.as_str(), index);
    path
}

/// The sample asset with its index.
async fn indexed_sample() -> Memory {
    let storage = sample_storage();
    let path = store_index(&storage, &sample_path(), CutPolicy::default()).await;
    assert_eq!(path, SAMPLE_INDEX);
    storage
}

/// Everything that manifests of an asset promise, in all formats: URLs, ETags, warnings and bytes.
async fn everything(dynpack: &Dynpack, asset: &str) -> Vec<(String, String, Vec<String>, Bytes)> {
    let mut urls = Vec::new();
    for format in formats() {
        urls.push(manifest(asset, format));
        let mut promises = promises(dynpack, asset, format).await;
        promises.extend(key_frames(dynpack, asset, format).await);
        for promise in promises {
            urls.extend(promise.init);
            urls.extend(promise.segments.into_iter().map(|(url, ..)| url));
        }
    }
    let mut answers = Vec::new();
    for url in urls {
        let response = ask(dynpack, &url).await.unwrap();
        let (etag, warnings) = (response.etag.clone(), response.warnings.to_vec());
        answers.push((url, etag, warnings, response.body.collect().await.unwrap()));
    }
    answers
}

fn containers() -> impl Strategy<Value = Container> {
    let forms = prop_oneof![
        any::<bool>().prop_map(|is_fast_start| Form::Progressive { is_fast_start }),
        Just(Form::Fragmented),
        any::<bool>().prop_map(|is_indexed| Form::Smooth { is_indexed }),
    ];
    (forms, any::<bool>()).prop_map(|(form, is_one_file)| Container { form, is_one_file })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_film_is_the_same_through_its_index(
        film in films(),
        container in containers(),
        target in 300_u64..5000,
        is_filled: bool,
        has_manifest: bool,
    ) {
        run(async {
            let film = film.with_edits_of_smooth();
            let policy = CutPolicy::with_target(Duration::from_millis(target));
            let policy = if is_filled { policy } else { policy.unfilled() };
            let storage = film_storage(&film, container);
            if !has_manifest {
                storage.remove("film/film.ism");
            }
            let origin = |storage: &Memory| {
                let (builder, counts) = counting_in(storage.clone());
                (builder.cut_policy(policy).build(), counts)
            };
            let asset = AssetPath::new("film", "film.ism").unwrap();
            let (without, _) = origin(&storage);
            if without.asset(&asset).await.is_err() {
                // Without a server manifest, random tracks may not be one film.
                return;
            }
            let expected = everything(&without, ASSET).await;
            assert_eq!(store_index(&storage, &asset, policy).await, "film/film.dpi");
            let (with, counts) = origin(&storage);
            with.asset(&asset).await.unwrap();
            assert_eq!(counts.take().0, 1, "the index alone is read");
            assert!(everything(&with, ASSET).await == expected);
        });
    }
}

/// What the first request for a segment costs: folders listed, files opened, and reads.
async fn first_segment(builder: Builder<crate::reads::Counting>, counts: &Counts) -> [u64; 3] {
    let dynpack = builder.build();
    let url = format!("{SAMPLE_ASSET}/QualityLevels(423476)/Fragments(video=0,format=m3u8-cmaf)");
    counts.take();
    counts.take_looks();
    get(&dynpack, &url).await;
    let (lists, opens) = counts.take_looks();
    [lists, opens, counts.take().0]
}

#[tokio::test]
async fn a_first_segment_takes_a_read_of_the_index_and_one_of_the_media() {
    let (builder, counts) = counting_in(sample_storage());
    // Reads of the manifest and of the media of the segment, and seven of four media files.
    assert_eq!(first_segment(builder, &counts).await, [1, 5, 9]);
    let (builder, counts) = counting_in(indexed_sample().await);
    // All files are opened, which says that they are the same, and the index.
    assert_eq!(first_segment(builder, &counts).await, [1, 6, 2]);
}

/// Whether an asset is opened by its index alone, and whether it is what it is without.
async fn is_used(storage: &Memory) -> bool {
    let (builder, counts) = counting_in(storage.clone());
    let with = builder.build();
    with.asset(&sample_path()).await.unwrap();
    let is_used = counts.take().0 == 1;
    let without = storage.clone();
    let index = bytes_of(&without, SAMPLE_INDEX).await;
    without.remove(SAMPLE_INDEX);
    let expected = everything(&Dynpack::builder(without.clone()).build(), SAMPLE_ASSET).await;
    assert!(everything(&with, SAMPLE_ASSET).await == expected);
    without.insert(SAMPLE_INDEX, index);
    is_used
}

async fn bytes_of(storage: &Memory, path: &str) -> Bytes {
    use dynpack::storage::Storage;
    let source = storage.open(path).await.unwrap();
    source.read(&[Extent::new(0, source.len())]).await.unwrap().remove(0)
}

#[tokio::test]
async fn an_index_that_does_not_fit_is_ignored() {
    let storage = indexed_sample().await;
    assert!(is_used(&storage).await);

    let index = bytes_of(&storage, SAMPLE_INDEX).await;
    storage.insert(SAMPLE_INDEX, index.slice(..index.len() - 1));
    assert!(!is_used(&storage).await, "cut short");
    storage.insert(SAMPLE_INDEX, "an index of another program");
    assert!(!is_used(&storage).await, "something else");
    let mut other = read(index.clone(), &Limits::default()).unwrap();
    other.reading += 1;
    storage.insert(SAMPLE_INDEX, write(&other).unwrap());
    assert!(!is_used(&storage).await, "of another version of dynpack");

    storage.insert(SAMPLE_INDEX, index);
    assert!(is_used(&storage).await);
    storage.insert("sample/video_720p.mp4", sample("video_360p.mp4"));
    assert!(!is_used(&storage).await, "a file was replaced");
}

#[tokio::test]
async fn an_index_is_used_for_the_files_that_are_the_same() {
    let storage = indexed_sample().await;
    storage.insert("sample/video_720p.mp4", sample("video_720p.mp4"));
    let (builder, counts) = counting_in(storage);
    builder.build().asset(&sample_path()).await.unwrap();
    assert_eq!(counts.take().0, 1 + 2, "the index, and the file that was replaced");
}

#[tokio::test]
async fn an_index_for_other_cuts_saves_reads_too() {
    let storage = indexed_sample().await;
    let (builder, counts) = counting_in(storage.clone());
    let policy = CutPolicy::with_target(Duration::from_secs(2));
    let with = builder.cut_policy(policy).build();
    with.asset(&sample_path()).await.unwrap();
    assert_eq!(counts.take().0, 1);
    storage.remove(SAMPLE_INDEX);
    let without = Dynpack::builder(storage).cut_policy(policy).build();
    assert!(everything(&with, SAMPLE_ASSET).await == everything(&without, SAMPLE_ASSET).await);
}

#[tokio::test]
async fn assets_without_a_server_manifest_have_indexes_too() {
    let storage = Memory::new();
    storage.insert("films/lone.mp4", sample("video_360p.mp4"));
    storage.insert("films/pair/a.mp4", sample("video_360p.mp4"));
    storage.insert("films/pair/b.mp4", sample("video_720p.mp4"));
    storage.insert("root.mp4", sample("video_360p.mp4"));
    for (folder, name, index) in [
        ("films/lone", "lone.ism", "films/lone.dpi"),
        ("films/pair", "pair.ism", "films/pair/pair.dpi"),
        ("root", "root.ism", "root.dpi"),
    ] {
        let asset = AssetPath::new(folder, name).unwrap();
        let url = format!("/{folder}/{name}");
        let expected = everything(&Dynpack::builder(storage.clone()).build(), &url).await;
        assert_eq!(store_index(&storage, &asset, CutPolicy::default()).await, index);
        let (builder, counts) = counting_in(storage.clone());
        let with = builder.build();
        with.asset(&asset).await.unwrap();
        assert_eq!(counts.take().0, 1, "{index}");
        assert!(everything(&with, &url).await == expected, "{index}");
    }
}

#[tokio::test]
async fn indexes_are_stored_if_that_is_asked_for() {
    let folder = tempfile::TempDir::new().unwrap();
    fs::create_dir(folder.path().join("sample")).unwrap();
    for name in SAMPLE {
        fs::write(folder.path().join("sample").join(name), sample(name)).unwrap();
    }
    let (index, storage) = (folder.path().join(SAMPLE_INDEX), Local::new(folder.path()).unwrap());
    let builder = Dynpack::builder(storage).settled_after(Duration::ZERO);
    builder.clone().build().asset(&sample_path()).await.unwrap();
    let writing = builder.clone().writes_indexes(true);
    writing
        .clone()
        .settled_after(Duration::from_secs(600))
        .build()
        .asset(&sample_path())
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!index.exists(), "not by default, and not of files that may still be written");

    writing.build().asset(&sample_path()).await.unwrap();
    for _ in 0..200 {
        if index.exists() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let stored = fs::read(&index).unwrap();
    let (path, made) = builder.build().index(&sample_path()).await.unwrap();
    assert!(path == SAMPLE_INDEX && made == stored);
    let names = fs::read_dir(folder.path().join("sample")).unwrap();
    assert_eq!(names.count(), SAMPLE.len() + 1, "nothing else is left");
}

#[tokio::test]
async fn a_storage_that_is_only_read_is_served_all_the_same() {
    let (builder, _) = counting_in(sample_storage());
    let dynpack = builder.writes_indexes(true).build();
    let expected = everything(&Dynpack::builder(sample_storage()).build(), SAMPLE_ASSET).await;
    assert!(everything(&dynpack, SAMPLE_ASSET).await == expected);
}

/// The film of an index whose content has other bytes at those places, under a digest that fits;
/// `None` if it is refused.
fn forged(index: &[u8], damage: &[(prop::sample::Index, u8)]) -> Option<Presentation> {
    let (head, content) = index.split_at(24);
    let mut content = content.to_vec();
    for (at, byte) in damage {
        let at = at.index(content.len());
        content[at] = *byte;
    }
    let digest = twox_hash::XxHash3_128::oneshot(&content).to_be_bytes();
    let limits = Limits::default().with_samples(1 << 14);
    let forged = read([&head[..8], &digest, &content].concat().into(), &limits).ok()?;
    let movies = forged.files.into_iter().filter_map(|file| match file.content {
        Content::Movie { movie, .. } => Some(movie),
        Content::Manifest(_) => None,
    });
    let presented = forged.presented?;
    let known = Some(&presented.findings);
    Some(present_knowing(None, movies, presented.policy, known).ok()?.0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Whatever a forged index claims, its film is described, planned or refused.
    #[test]
    fn a_forged_index_does_no_more_than_a_forged_film(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
    ) {
        let index = fs::read(GOLDEN).unwrap();
        let Some(film) = forged(&index, &damage) else { return Ok(()) };
        let (view, asset) = (View::whole(&film), AssetPath::new("film", "film.ism").unwrap());
        for format in formats() {
            let ask = |resource| {
                let request = Request::new(asset.clone(), format, resource);
                format.packager().unwrap().package(&Job::new(&view, &request))
            };
            let _ = ask(Resource::Manifest);
            for rendition in &film.renditions {
                for segment in rendition.cuts.segments().take(3) {
                    let _ = ask(Resource::Media(rendition.id.clone(), Place::Time(segment.start)));
                }
            }
        }
    }
}

/// An index of a film of a second, which is stored: a change of the format shows.
#[test]
fn the_format_is_the_reviewed_one() {
    let video = TrackBuilder::video(12_800, 512, 70, 35).with_b_frames(2).with_chunks(7, 900);
    let audio =
        TrackBuilder::audio(48_000, 130).with_sizes(|at| 300 + at % 40).with_chunks(13, 700);
    let movie = Movie::new(vec![video.build(), audio.build()], Vec::new());
    let (_, findings) =
        present_knowing(None, [movie.clone()], CutPolicy::SIX_SECONDS, None).unwrap();
    let files = vec![
        IndexedFile::new("film.ism", "1", 7, Content::Manifest(Bytes::from_static(b"<smil/>"))),
        IndexedFile::new("film.mp4", "2", 20_000, Content::Movie { digest: [7; 16], movie }),
    ];
    let presented = Presented { policy: CutPolicy::SIX_SECONDS, findings };
    let index = write(&Index::new(1, files).with_presented(presented)).unwrap();
    if std::env::var_os("DYNPACK_BLESS").is_some() {
        fs::write(GOLDEN, &index).unwrap();
    }
    assert!(fs::read(GOLDEN).unwrap() == index, "{GOLDEN}");
}

#[test]
fn every_codec_has_an_index() {
    for codec in codecs() {
        let mut track = match codec.kind() {
            dynpack_codec::MediaKind::Video => mp4::Track::video(mp4::MEDIA),
            _ => mp4::Track::audio(mp4::MEDIA),
        };
        track.entries = vec![sample_entry(&codec)];
        let movie = demux(mp4::file(&[track], 2000).into()).unwrap();
        let content = Content::Movie { digest: [7; 16], movie: movie.clone() };
        let index = Index::new(1, vec![IndexedFile::new("film.mp4", "1", 2000, content)]);
        let back = read(write(&index).unwrap(), &Limits::default()).unwrap();
        let Content::Movie { movie: back, digest: [7, ..] } = &back.files[0].content else {
            panic!("it is a movie")
        };
        let (track, back) = (&movie.tracks[0], &back.tracks[0]);
        assert_eq!((&back.codec, &back.sample_entry), (&track.codec, &track.sample_entry));
        assert_eq!((&back.language, back.matrix), (&track.language, track.matrix));
    }
}
