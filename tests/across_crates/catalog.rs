//! What an index page lists.

use dynpack::storage::Memory;
use dynpack::{Catalog, Dynpack};

fn storage(files: &[&str]) -> Memory {
    let storage = Memory::new();
    for file in files {
        storage.insert((*file).to_owned(), "not opened");
    }
    storage
}

async fn catalog(files: &[&str], folder: &str) -> Catalog {
    Dynpack::builder(storage(files)).build().catalog(folder, None).await.unwrap()
}

fn assets(catalog: &Catalog) -> Vec<String> {
    catalog.assets.iter().map(ToString::to_string).collect()
}

fn not_served(catalog: &Catalog) -> Vec<(&str, &str)> {
    let all = catalog.not_served.iter();
    all.map(|file| (file.path.as_str(), file.reason.as_str())).collect()
}

#[tokio::test]
async fn folders_and_single_files_are_assets() {
    let files = [
        "alone.MP4",
        "listed/a.ism",
        "listed/b.ISM",
        "listed/a.mp4",
        "set/one.mp4",
        "set/two.m4a",
        "notes/read me.txt",
        "notes.txt",
        "series/first/film.mp4",
        "series/second.mp4",
    ];
    let root = catalog(&files, "").await;
    let expected =
        ["alone/alone.ism", "listed/a.ism", "listed/b.ISM", "series/series.ism", "set/set.ism"];
    assert_eq!(assets(&root), expected);
    assert_eq!((root.folders.as_slice(), root.next.as_deref()), (&["series".to_owned()][..], None));
    assert_eq!(not_served(&root), []);
    let series = catalog(&files, "series").await;
    assert_eq!(assets(&series), ["series/first/first.ism", "series/second/second.ism"]);
    assert_eq!(series.folders, Vec::<String>::new());
    assert_eq!(assets(&catalog(&files, "listed").await), Vec::<String>::new());
}

#[tokio::test]
async fn what_looks_like_media_is_listed_with_a_reason_and_a_remedy() {
    let files = [
        "both.mp4",
        "both/film.mp4",
        "film.ism",
        "film.mkv",
        "matroska/film.MKV",
        "phone.3gp",
        "segments/1.m4s",
        ".hidden.mkv",
    ];
    let root = catalog(&files, "").await;
    assert_eq!(assets(&root), ["both/both.ism"]);
    let other = |name| format!("it has no MP4 file, only others such as `{name}`");
    let (matroska, segments) = (other("film.MKV"), other("1.m4s"));
    let mut listed = not_served(&root);
    listed.sort_unstable();
    assert_eq!(
        listed,
        [
            ("both.mp4", "the folder `both` beside it is the asset of that name"),
            ("film.ism", "it lies in no folder"),
            ("film.mkv", "it is not an MP4 file"),
            ("matroska", matroska.as_str()),
            ("phone.3gp", "it is not an MP4 file"),
            ("segments", segments.as_str()),
        ]
    );
    let remedy = |path| root.not_served.iter().find(|file| file.path == path).unwrap().remedy;
    assert!(remedy("matroska").contains("ffmpeg") && remedy("phone.3gp").contains("rename"));
    assert!(remedy("segments").contains("join the segments"));
}

#[tokio::test]
async fn large_folders_are_listed_page_by_page() {
    let names: Vec<String> = (0..230).map(|number| format!("film{number:03}/a.mp4")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let dynpack = Dynpack::builder(storage(&names)).build();
    let (mut listed, mut after, mut pages) = (Vec::new(), None, 0);
    loop {
        let page = dynpack.catalog("", after.as_deref()).await.unwrap();
        assert!(page.assets.len() <= Catalog::PAGE);
        listed.extend(assets(&page));
        pages += 1;
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(pages, 230_usize.div_ceil(Catalog::PAGE));
    let expected: Vec<_> =
        (0..230).map(|number| format!("film{number:03}/film{number:03}.ism")).collect();
    assert_eq!(listed, expected);
    let error = dynpack.catalog("nowhere", None).await.unwrap_err();
    assert_eq!(error.status(), 404, "{error}");
}
