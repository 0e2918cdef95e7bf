//! What a folder of the storage holds: assets, folders with more, and what only looks like media.

use std::collections::BTreeSet;

use dynpack_packager::AssetPath;
use futures_util::{FutureExt, StreamExt, stream};

use crate::assets::{REMUX, lone_name, media_files};
use crate::storage::{Listing, Storage, StorageError};

/// The endings of media files that are not MP4.
const OTHER_MEDIA: [&str; 22] = [
    ".3gp", ".aac", ".ac3", ".asf", ".avi", ".flac", ".flv", ".m2ts", ".m4s", ".mkv", ".mp3",
    ".mpeg", ".mpg", ".mts", ".mxf", ".ogg", ".ogv", ".ts", ".wav", ".webm", ".wma", ".wmv",
];

/// How many folders are listed at once.
const LISTED_AT_ONCE: usize = 16;

/// A page of what a folder of the storage holds, in ascending order of names. See
/// [`Dynpack::catalog`](crate::Dynpack::catalog).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Catalog {
    /// The assets: of each folder, the server manifests in it, or all MP4 files in it together; and
    /// single MP4 files. Whether they can be served is found out when they are opened.
    pub assets: Vec<AssetPath>,
    /// The paths of folders that have folders in them.
    pub folders: Vec<String>,
    /// What looks like media, and is not an asset.
    pub not_served: Vec<NotServed>,
    /// The name after which the next page starts; `None` on the last page.
    pub next: Option<String>,
}

/// A file or a folder that looks like media, and is not an asset.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotServed {
    /// Its path in the storage.
    pub path: String,
    /// Why it is not an asset, for people.
    pub reason: String,
    /// What its publisher can do about it, for people.
    pub remedy: &'static str,
}

impl Catalog {
    /// The maximum number of names of the folder on a page.
    pub const PAGE: usize = 50;

    /// The page of a folder that starts after the name `after`.
    pub(crate) async fn of(
        storage: &dyn Storage,
        folder: &str,
        after: Option<&str>,
    ) -> Result<Self, StorageError> {
        let all = storage.list(folder).await?;
        let names: BTreeSet<&str> =
            all.files.iter().chain(&all.folders).map(String::as_str).collect();
        let mut rest = names.into_iter().filter(|name| after.is_none_or(|after| *name > after));
        let page: BTreeSet<&str> = rest.by_ref().take(Self::PAGE).collect();
        let mut catalog = Self {
            next: rest.next().and_then(|_| page.last()).map(|last| (*last).to_owned()),
            ..Self::default()
        };
        let folders = all.folders.iter().filter(|name| page.contains(name.as_str()));
        let listings = folders.map(|name| {
            let path = join(folder, name);
            async move { (storage.list(&path).await, path) }.boxed()
        });
        let listings: Vec<_> = listings.collect();
        let listings: Vec<_> = stream::iter(listings).buffered(LISTED_AT_ONCE).collect().await;
        for (listing, path) in listings {
            match listing {
                Ok(listing) => catalog.add_folder(&path, &listing),
                Err(StorageError::NotFound { .. }) => {}
                Err(error) => catalog.not_served.push(NotServed {
                    path,
                    reason: error.to_string(),
                    remedy: "let the origin read the folder",
                }),
            }
        }
        // The server manifests of a folder say which of its files belong together.
        if folder.is_empty() || !all.files.iter().any(|file| is_ism(file)) {
            let files = all.files.iter().filter(|name| page.contains(name.as_str()));
            files.for_each(|file| catalog.add_file(folder, file, &all.folders));
        }
        catalog.assets.sort();
        catalog.assets.dedup();
        Ok(catalog)
    }

    fn add_folder(&mut self, path: &str, listing: &Listing) {
        let name = path.rsplit('/').next().unwrap_or(path);
        if !listing.folders.is_empty() {
            self.folders.push(path.to_owned());
        }
        let before = self.assets.len();
        let isms = listing.files.iter().filter(|file| is_ism(file));
        self.assets.extend(isms.filter_map(|ism| AssetPath::new(path, ism).ok()));
        if self.assets.len() > before {
            return;
        }
        if !media_files(&listing.files).is_empty() {
            self.assets.extend(AssetPath::new(path, &format!("{name}.ism")).ok());
        } else if let Some(file) = listing.files.iter().find(|file| is_other_media(file)) {
            self.not_served.push(NotServed {
                path: path.to_owned(),
                reason: format!("it has no MP4 file, only others such as `{file}`"),
                remedy: remedy(file),
            });
        }
    }

    fn add_file(&mut self, folder: &str, file: &str, folders: &[String]) {
        let path = join(folder, file);
        let mut refuse = |reason: String, remedy| {
            self.not_served.push(NotServed { path: path.clone(), reason, remedy });
        };
        match lone_name(file) {
            _ if is_ism(file) => refuse(
                "it lies in no folder".into(),
                "move it into a folder, together with the files it lists",
            ),
            _ if is_other_media(file) => refuse("it is not an MP4 file".into(), remedy(file)),
            Some(name) if folders.iter().any(|folder| folder == name) => refuse(
                format!("the folder `{name}` beside it is the asset of that name"),
                "rename the file or the folder, or move the file into the folder",
            ),
            Some(name) => {
                let asset = AssetPath::new(&join(folder, name), &format!("{name}.ism"));
                self.assets.extend(asset.ok());
            }
            None => {}
        }
    }
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

fn is_ism(file: &str) -> bool {
    AssetPath::new("folder", file).is_ok()
}

fn is_other_media(file: &str) -> bool {
    let file = file.to_ascii_lowercase();
    !file.starts_with('.') && OTHER_MEDIA.iter().any(|ending| file.ends_with(ending))
}

fn remedy(file: &str) -> &'static str {
    match file.to_ascii_lowercase() {
        file if file.ends_with(".m4s") => {
            "join the segments after their initialization segment, in one MP4 file for each track"
        }
        file if file.ends_with(".3gp") => "rename it to end in `.mp4`",
        _ => REMUX,
    }
}
