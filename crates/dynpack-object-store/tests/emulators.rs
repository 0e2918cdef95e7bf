//! The conformance suite on a real server or an emulator, which `tests/interop/object_stores.py`
//! starts.
//!
//! `DYNPACK_STORE_URL` names an empty prefix of the store, with credentials in the environment. Of
//! an HTTP server, `DYNPACK_STORE_FOLDER` is the folder that it serves. With `DYNPACK_STORE_LISTS`
//! set to `no`, folders are not listed.

#![cfg(all(feature = "azure", feature = "http", feature = "s3"))]
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a test may panic and print")]

use std::cell::Cell;
use std::env;
use std::fs::{self, File};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use dynpack::Extent;
use dynpack::storage::{Storage, conformance};
use dynpack_object_store::{ObjectStorage, Options};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, parse_url_opts};

#[tokio::test]
#[ignore = "needs a store: see the first lines of this file"]
async fn the_store_conforms() {
    let url = env::var("DYNPACK_STORE_URL").expect("DYNPACK_STORE_URL names the store");
    let options = Options::default().with_settings(env::vars());
    let storage = ObjectStorage::from_url(&url, options).unwrap();
    match env::var("DYNPACK_STORE_FOLDER") {
        Ok(folder) => {
            let folder = PathBuf::from(folder);
            // Two files of one length that are written within a second have the same ETag.
            let second = Cell::new(0);
            let put = async |path: &str, bytes: Bytes| {
                second.set(second.get() + 1);
                write(folder.join(path), &bytes, second.get());
            };
            check(&storage, put).await;
        }
        Err(_) => {
            let (store, prefix) = writable(&url);
            let put = async |path: &str, bytes: Bytes| {
                let place = Path::parse(format!("{prefix}/{path}")).unwrap();
                store.put(&place, bytes.into()).await.unwrap();
            };
            check(&storage, put).await;
            stores(&storage).await;
        }
    }
}

/// Index files are stored, and replaced, as a whole.
async fn stores(storage: &ObjectStorage) {
    for bytes in [Bytes::from_static(b"first"), Bytes::from(vec![7; 3 << 20])] {
        storage.put("put/film.dpi", bytes.clone()).await.unwrap();
        let source = storage.open("put/film.dpi").await.unwrap();
        let whole = Extent::new(0, source.len());
        assert_eq!(source.read(&[whole]).await.unwrap(), [bytes]);
    }
}

async fn check(storage: &ObjectStorage, put: impl AsyncFn(&str, Bytes)) {
    if env::var("DYNPACK_STORE_LISTS").is_ok_and(|lists| lists == "no") {
        conformance::check_reading(storage, &put).await;
    } else {
        conformance::check(storage, &put).await;
    }
    conformance::check_requests(storage, put, || storage.counts().requests).await;
    println!("{storage} conforms: {:?}", storage.counts());
}

/// Replaces a file as a whole, with a modification time of its own.
fn write(target: PathBuf, bytes: &Bytes, second: u64) {
    let new = target.with_extension("new");
    fs::create_dir_all(target.parent().unwrap()).unwrap();
    fs::write(&new, bytes).unwrap();
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000 + second);
    File::options().append(true).open(&new).unwrap().set_modified(time).unwrap();
    fs::rename(new, target).unwrap();
}

/// The store for writing, and the prefix in it.
fn writable(url: &str) -> (Box<dyn ObjectStore>, String) {
    let settings = env::vars()
        .filter(|(key, _)| key.starts_with("AWS_") || key.starts_with("AZURE_"))
        .chain([("allow_http".to_owned(), "true".to_owned())]);
    let (store, prefix) = parse_url_opts(&url.parse().unwrap(), settings).unwrap();
    (store, prefix.to_string())
}
