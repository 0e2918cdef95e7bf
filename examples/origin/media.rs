//! Where the media is: a folder, or an object store.

use std::path::Path;

use dynpack::storage::{Local, Storage};

/// Numbers of requests and of bytes so far.
pub(crate) type Counts = Box<dyn Fn() -> (u64, u64) + Send + Sync>;

/// The storage that `--media` names.
pub(crate) struct Media {
    pub(crate) storage: Box<dyn Storage>,
    /// For the log: the folder, or the URL without secrets.
    pub(crate) name: String,
    /// What the storage has asked of its server, if it has one.
    pub(crate) counts: Option<Counts>,
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
    Ok(Media { storage, name, counts: None })
}

#[cfg(feature = "object-stores")]
fn object_store(url: &str) -> Result<Media, String> {
    use dynpack_object_store::{ObjectStorage, Options};

    let environment = std::env::vars_os()
        .filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?)));
    let options = Options::default().with_settings(environment);
    let storage = ObjectStorage::from_url(url, options)
        .map_err(|error| format!("{error}\nhint: docs/object-stores.md has the URLs"))?;
    let (name, counted) = (storage.to_string(), storage.clone());
    let counts = move || {
        let counts = counted.counts();
        (counts.requests, counts.bytes)
    };
    Ok(Media { storage: Box::new(storage), name, counts: Some(Box::new(counts)) })
}

#[cfg(not(feature = "object-stores"))]
fn object_store(_: &str) -> Result<Media, String> {
    Err("URLs need the feature `object-stores`\nhint: `cargo run --release --example origin \
         --features object-stores -- --media URL`"
        .to_owned())
}
