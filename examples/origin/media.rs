//! Where the media is: a folder, or an object store.

use std::path::Path;

use dynpack::storage::{Local, Storage};

use crate::metrics::Count;

/// The storage that `--media` names.
pub(crate) struct Media {
    pub(crate) storage: Box<dyn Storage>,
    /// For the log: the folder, or the URL without secrets.
    pub(crate) name: String,
    /// What the storage counts.
    pub(crate) counts: Vec<Count>,
}

impl Media {
    pub(crate) fn new(media: &Path) -> Result<Self, String> {
        match media.to_str() {
            Some(url) if url.contains("://") => object_store(url),
            _ => folder(media),
        }
    }
}

fn folder(folder: &Path) -> Result<Media, String> {
    let storage = Local::new(folder).map_err(|error| {
        format!("the media folder cannot be used: {error}\nhint: --media DIR names another")
    })?;
    let (storage, name) = (Box::new(storage), folder.display().to_string());
    Ok(Media { storage, name, counts: Vec::new() })
}

#[cfg(feature = "object-stores")]
fn object_store(url: &str) -> Result<Media, String> {
    use dynpack_object_store::{ObjectStorage, Options};

    let environment = std::env::vars_os()
        .filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?)));
    let options = Options::default().with_settings(environment);
    let storage = ObjectStorage::from_url(url, options)
        .map_err(|error| format!("{error}\nhint: docs/object-stores.md has the URLs"))?;
    let (name, requests, bytes) = (storage.to_string(), storage.clone(), storage.clone());
    let counts = vec![
        Count {
            name: "storage_requests",
            help: "Requests to the object store",
            count: Box::new(move || requests.counts().requests),
        },
        Count {
            name: "storage_bytes",
            help: "Bytes of media from the object store",
            count: Box::new(move || bytes.counts().bytes),
        },
    ];
    Ok(Media { storage: Box::new(storage), name, counts })
}

#[cfg(not(feature = "object-stores"))]
fn object_store(_: &str) -> Result<Media, String> {
    Err("URLs need the feature `object-stores`\nhint: `cargo run --release --example origin \
         --features object-stores -- --media URL`"
        .to_owned())
}
