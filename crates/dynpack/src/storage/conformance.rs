//! A test suite for every storage, in this crate and in others.

use std::sync::Arc;

use bytes::Bytes;
use dynpack_media::Extent;
use futures_util::TryStreamExt;
use futures_util::future::join_all;

use super::{Identity, Listing, Source, Storage, StorageError};

/// Runs the whole suite on an empty storage: [`check_listing`], then [`check_reading`]. `put`
/// stores a file in it, and replaces any file at the same path.
///
/// ```
/// # #[cfg(feature = "conformance")]
/// # async fn conforms() {
/// use bytes::Bytes;
/// use dynpack::storage::{Memory, conformance};
///
/// let storage = Memory::new();
/// let put = async |path: &str, bytes: Bytes| storage.insert(path, bytes);
/// conformance::check(&storage, put).await;
/// # }
/// ```
///
/// # Panics
/// At the first requirement that the storage does not meet, with the reason.
pub async fn check(storage: &dyn Storage, put: impl AsyncFn(&str, Bytes)) {
    check_listing(storage, &put).await;
    check_reading(storage, &put).await;
}

/// The part of the suite that lists folders, on an empty storage.
///
/// # Panics
/// As [`check`].
pub async fn check_listing(storage: &dyn Storage, put: impl AsyncFn(&str, Bytes)) {
    an_empty_root_is_there(storage).await;
    folders_are_listed_in_order(storage, &put).await;
    only_folders_are_listed(storage, &put).await;
    odd_files_are_listed(storage, &put).await;
}

/// The part of the suite that reads files, for storages that cannot list folders
/// ([`StorageError::NoListing`]).
///
/// # Panics
/// As [`check`].
pub async fn check_reading(storage: &dyn Storage, put: impl AsyncFn(&str, Bytes)) {
    what_is_not_there_is_not_found(storage, &put).await;
    paths_stay_below_the_root(storage, &put).await;
    ranges_are_read_as_asked(storage, &put).await;
    ranges_past_the_end_are_refused(storage, &put).await;
    empty_files_are_files(storage, &put).await;
    names_are_taken_to_the_letter(storage, &put).await;
    identities_stay_until_the_file_is_replaced(storage, &put).await;
    versions_are_never_mixed(storage, &put).await;
    many_read_at_once(storage, &put).await;
}

/// Checks how many requests a storage makes of its server. `requests` says how many it has made so
/// far.
///
/// # Panics
/// If it makes more than one for an identity, two for opening a file, or five for a segment of an
/// interleaved film: a hundred ranges in two megabytes, with some kilobytes between them.
pub async fn check_requests(
    storage: &dyn Storage,
    put: impl AsyncFn(&str, Bytes),
    requests: impl Fn() -> u64,
) {
    let bytes = pattern(2_400_000, 8);
    put("requests/a", bytes.clone()).await;
    let before = requests();
    identity(storage, "requests/a").await;
    let (identity_costs, before) = (requests().saturating_sub(before), requests());
    assert!(identity_costs <= 1, "{identity_costs} requests for an identity");
    let source = open(storage, "requests/a").await;
    let (opening_costs, before) = (requests().saturating_sub(before), requests());
    assert!(opening_costs <= 2, "{opening_costs} requests for opening a file");
    let offsets = (0..2_400_000).step_by(24_000);
    let ranges: Vec<_> = offsets.map(|offset| Extent::new(offset, 20_000)).collect();
    let read = source.read(&ranges).await.expect("ranges within the file are read");
    let (reading_costs, before) = (requests().saturating_sub(before), requests());
    let arrived = arrived(&source, &ranges).await.expect("ranges within the file are read");
    let streaming_costs = requests().saturating_sub(before);
    for costs in [reading_costs, streaming_costs] {
        assert!(
            (1..=5).contains(&costs),
            "{costs} requests for a hundred ranges that are close to each other"
        );
    }
    let wanted: Vec<_> = ranges.iter().map(|&range| slice(&bytes, range)).collect();
    assert!(read == wanted, "ranges that are read together have their own bytes");
    assert!(arrived.concat() == wanted.concat(), "and they arrive in their order");
}

async fn an_empty_root_is_there(storage: &dyn Storage) {
    assert_eq!(
        list(storage, "").await,
        Listing::default(),
        "the suite starts with an empty storage"
    );
}

async fn folders_are_listed_in_order(storage: &dyn Storage, put: &impl AsyncFn(&str, Bytes)) {
    for path in [
        "list/b.mp4",
        "list/a.mp4",
        "list/C.mp4",
        "list/sub/deep/c.mp4",
        "list/Tub/c.mp4",
        "list-2/d.mp4",
        "list.txt",
    ] {
        put(path, Bytes::from_static(b"x")).await;
    }
    let listing = list(storage, "list").await;
    assert_eq!(listing.files, ["C.mp4", "a.mp4", "b.mp4"], "files, by the bytes of their names");
    assert_eq!(listing.folders, ["Tub", "sub"], "folders, by the bytes of their names");
    assert_eq!(
        list(storage, "list/sub").await,
        Listing { files: vec![], folders: vec!["deep".to_owned()] },
        "a folder of folders"
    );
    let root = list(storage, "").await;
    assert_eq!(root.files, ["list.txt"], "files of the root");
    assert_eq!(root.folders, ["list", "list-2"], "folders of the root");
}

async fn what_is_not_there_is_not_found(storage: &dyn Storage, put: &impl AsyncFn(&str, Bytes)) {
    put("missing/there.mp4", Bytes::from_static(b"x")).await;
    for path in ["nothing", "missing/gone.mp4", "missing/there.mp4/below", "missing", "missing/the"]
    {
        let found = storage.open(path).await.err();
        assert!(
            matches!(found, Some(StorageError::NotFound { .. })),
            "opening `{path}`: {found:?}"
        );
        let found = storage.identity(path).await;
        assert!(
            matches!(found, Err(StorageError::NotFound { .. })),
            "the identity of `{path}`: {found:?}"
        );
    }
}

/// Paths that lead out of the root, or that are other spellings of a path.
const NOT_PLAIN: [&str; 10] = [
    "../below/a",
    "below/../below/a",
    "below/./a",
    "/below/a",
    "below//a",
    "below/a/",
    ".",
    "..",
    "below\\a",
    "below/a\0",
];

async fn only_folders_are_listed(storage: &dyn Storage, put: &impl AsyncFn(&str, Bytes)) {
    put("missing/there.mp4", Bytes::from_static(b"x")).await;
    for folder in ["nothing", "miss", "missing/there.mp4"] {
        let found = storage.list(folder).await;
        assert!(
            matches!(found, Err(StorageError::NotFound { .. })),
            "listing `{folder}`: {found:?}"
        );
    }
    put("below/a", Bytes::from_static(b"x")).await;
    for path in NOT_PLAIN {
        assert!(storage.list(path).await.is_err(), "`{path:?}` is listed");
    }
}

async fn odd_files_are_listed(storage: &dyn Storage, put: &impl AsyncFn(&str, Bytes)) {
    put("odd/empty", Bytes::new()).await;
    for name in ODD_NAMES {
        put(&format!("odd/{name}"), Bytes::from_static(b"x")).await;
    }
    // Servers may hide names that start with a dot, which are not served either.
    let is_hidden = |name: &str| name.starts_with('.');
    let mut names = [&["empty"][..], &ODD_NAMES].concat();
    names.retain(|name| !is_hidden(name));
    names.sort_unstable();
    let mut listed = list(storage, "odd").await.files;
    listed.retain(|name| !is_hidden(name));
    assert_eq!(listed, names, "names to the letter");
}

async fn paths_stay_below_the_root(storage: &dyn Storage, put: &impl AsyncFn(&str, Bytes)) {
    put("below/a", Bytes::from_static(b"x")).await;
    for path in NOT_PLAIN {
        assert!(storage.open(path).await.is_err(), "`{path:?}` is opened");
        assert!(storage.identity(path).await.is_err(), "`{path:?}` has an identity");
    }
}

async fn ranges_are_read_as_asked(storage: &dyn Storage, put: &impl AsyncFn(&str, Bytes)) {
    let bytes = pattern(100_000, 1);
    put("ranges/a", bytes.clone()).await;
    let source = open(storage, "ranges/a").await;
    assert_eq!((source.len(), source.is_empty()), (100_000, false));
    for ranges in [
        &[][..],
        &[(0, 100_000)],
        &[(0, 0)],
        &[(100_000, 0)],
        &[(99_999, 1)],
        &[(10, 20), (30, 40), (70, 1)],
        &[(10, 20), (10, 20), (15, 5)],
        &[(90_000, 100), (5, 100), (40_000, 30_000), (70_000, 0), (70_000, 10)],
        &[(0, 1), (2, 1), (4_200, 1), (9_000, 0), (9_000, 1), (9_001, 2)],
    ] {
        let ranges: Vec<_> = ranges.iter().map(|&(offset, len)| Extent::new(offset, len)).collect();
        let read = source.read(&ranges).await.expect("ranges within the file are read");
        let wanted: Vec<_> = ranges.iter().map(|&range| slice(&bytes, range)).collect();
        assert!(
            read == wanted,
            "{ranges:?} are read in the requested order, each with its own bytes"
        );
        let arrived = arrived(&source, &ranges).await.expect("ranges within the file are read");
        assert!(arrived.concat() == wanted.concat(), "{ranges:?} arrive one after another");
    }
}

async fn ranges_past_the_end_are_refused(storage: &dyn Storage, put: &impl AsyncFn(&str, Bytes)) {
    put("past/a", pattern(1_000, 2)).await;
    let source = open(storage, "past/a").await;
    for (offset, len) in [
        (0, 1_001),
        (1_000, 1),
        (1_001, 0),
        (5_000, 10),
        (u64::MAX, 0),
        (u64::MAX, u64::MAX),
        (1, u64::MAX),
    ] {
        let ranges = [Extent::new(0, 10), Extent::new(offset, len)];
        let read = source.read(&ranges).await;
        let is_refused = matches!(
            &read,
            Err(StorageError::OutOfRange { range, len: 1_000, .. }) if *range == ranges[1]
        );
        assert!(is_refused, "{len} bytes at {offset} of a file of 1000: {read:?}");
        let arrived = arrived(&source, &ranges).await;
        assert!(
            matches!(arrived, Err(StorageError::OutOfRange { .. })),
            "{len} bytes at {offset} of a file of 1000: {arrived:?}"
        );
    }
}

async fn empty_files_are_files(storage: &dyn Storage, put: &impl AsyncFn(&str, Bytes)) {
    put("empty/a", Bytes::new()).await;
    let source = open(storage, "empty/a").await;
    assert_eq!((source.len(), source.is_empty()), (0, true));
    assert_eq!(
        source
            .read(&[Extent::new(0, 0)])
            .await
            .expect("an empty range of an empty file can be read"),
        [Bytes::new()]
    );
}

/// Names that a storage may confuse with URLs, patterns or other names.
const ODD_NAMES: [&str; 5] = ["a b.mp4", "a%20b.mp4", "映画.mp4", "a+b(c)=d,e;f.mp4", "...mp4"];

async fn names_are_taken_to_the_letter(storage: &dyn Storage, put: &impl AsyncFn(&str, Bytes)) {
    for name in ODD_NAMES {
        let path = format!("names/{name}");
        let bytes = Bytes::copy_from_slice(name.as_bytes());
        put(&path, bytes.clone()).await;
        let read = open(storage, &path).await.read(&[Extent::new(0, bytes.len() as u64)]).await;
        assert_eq!(read.expect("odd names are names"), [bytes], "`{path}`");
    }
}

async fn identities_stay_until_the_file_is_replaced(
    storage: &dyn Storage,
    put: &impl AsyncFn(&str, Bytes),
) {
    put("identity/a", pattern(500, 3)).await;
    let first = identity(storage, "identity/a").await;
    assert_eq!(first.len(), 500);
    assert_eq!(
        identity(storage, "identity/a").await,
        first,
        "an untouched file keeps its identity"
    );
    assert_eq!(
        open(storage, "identity/a").await.identity(),
        &first,
        "an opened file has the identity of its path"
    );
    put("identity/a", pattern(500, 4)).await;
    assert_ne!(
        identity(storage, "identity/a").await,
        first,
        "another file of the same length has another identity"
    );
    put("identity/a", pattern(501, 4)).await;
    let third = identity(storage, "identity/a").await;
    assert_eq!(third.len(), 501);
    assert_eq!(open(storage, "identity/a").await.identity(), &third);
}

async fn versions_are_never_mixed(storage: &dyn Storage, put: &impl AsyncFn(&str, Bytes)) {
    for new_len in [20_000, 10_000, 30_000] {
        let old = pattern(20_000, 5);
        put("mixed/a", old.clone()).await;
        let source = open(storage, "mixed/a").await;
        let ranges = [Extent::new(0, 100), Extent::new(15_000, 5_000)];
        let before = source.read(&ranges).await.expect("an untouched file is read");
        put("mixed/a", pattern(new_len, 6)).await;
        assert!(
            storage.identity("mixed/a").await.is_ok_and(|now| now != *source.identity()),
            "a replaced file is detected by its path"
        );
        for read in [source.read(&ranges).await, arrived(&source, &ranges).await] {
            match read {
                Ok(after) => assert!(
                    after.concat() == before.concat(),
                    "a source that was opened earlier reads the old file"
                ),
                Err(StorageError::Changed { .. }) => {}
                Err(error) => panic!(
                    "reading a replaced file returns its old bytes or `Changed`, not: {error}"
                ),
            }
        }
    }
}

async fn many_read_at_once(storage: &dyn Storage, put: &impl AsyncFn(&str, Bytes)) {
    let bytes = pattern(200_000, 7);
    put("many/a", bytes.clone()).await;
    let source = open(storage, "many/a").await;
    let reads = (0..64 * 3_000).step_by(3_000).map(|at| {
        let (source, range) = (&source, Extent::new(at, 5_000));
        async move { (range, source.read(&[range]).await) }
    });
    for (range, read) in join_all(reads).await {
        assert!(
            read.expect("reads do not disturb each other") == [slice(&bytes, range)],
            "{range:?}"
        );
    }
}

/// The bytes of ranges one after another, as they arrive.
async fn arrived(source: &Arc<dyn Source>, ranges: &[Extent]) -> Result<Vec<Bytes>, StorageError> {
    Arc::clone(source).stream(ranges.to_vec()).try_collect().await
}

async fn list(storage: &dyn Storage, folder: &str) -> Listing {
    storage.list(folder).await.expect("a folder can be listed")
}

async fn open(storage: &dyn Storage, path: &str) -> Arc<dyn Source> {
    storage.open(path).await.expect("a file can be opened")
}

async fn identity(storage: &dyn Storage, path: &str) -> Identity {
    storage.identity(path).await.expect("a file has an identity")
}

/// Bytes that make a wrong offset or a wrong file visible.
fn pattern(len: usize, seed: u32) -> Bytes {
    let byte = |at: u32| {
        at.wrapping_mul(2_654_435_761).wrapping_add(seed.wrapping_mul(40_503)).to_be_bytes()[0]
    };
    (0..).map(byte).take(len).collect()
}

fn slice(bytes: &Bytes, range: Extent) -> Bytes {
    let bound = |at: u64| usize::try_from(at).expect("a range in memory");
    bytes.slice(bound(range.offset)..bound(range.end()))
}
