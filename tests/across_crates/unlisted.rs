//! A storage that cannot list folders.

use std::sync::Arc;

use async_trait::async_trait;
use dynpack::Dynpack;
use dynpack::storage::{Identity, Listing, Memory, Source, Storage, StorageError};

use crate::support::{ask, get, refusal, sample_storage};

/// The files of another storage, by name only.
struct Unlisted(Memory);

#[async_trait]
impl Storage for Unlisted {
    async fn list(&self, folder: &str) -> Result<Listing, StorageError> {
        Err(StorageError::NoListing { path: folder.to_owned() })
    }

    async fn open(&self, path: &str) -> Result<Arc<dyn Source>, StorageError> {
        self.0.open(path).await
    }

    async fn identity(&self, path: &str) -> Result<Identity, StorageError> {
        self.0.identity(path).await
    }
}

/// A server manifest that may name a client manifest.
fn server_manifest(head: &str) -> String {
    format!(
        r#"<smil>{head}<body><switch>
             <video src="video_180p.mp4"/><video src="video_360p.mp4"/><audio src="audio_eng.mp4"/>
           </switch></body></smil>"#
    )
}

const URL: &str = "/sample/sample.ism/manifest(format=m3u8-cmaf)";

#[tokio::test]
async fn an_asset_with_a_server_manifest_needs_no_listing() {
    let client = r#"<head><meta name="clientManifestRelativePath" content="sample.ismc"/></head>"#;
    for head in ["", client] {
        let storage = sample_storage();
        storage.insert("sample/sample.ism", server_manifest(head));
        let listed = Dynpack::builder(storage.clone()).build();
        let unlisted = Dynpack::builder(Unlisted(storage.clone())).build();
        assert_eq!(get(&unlisted, URL).await, get(&listed, URL).await);
    }
}

#[tokio::test]
async fn a_client_manifest_is_found_by_its_name() {
    let head = r#"<head><meta name="clientManifestRelativePath" content="sample.ismc"/></head>"#;
    let storage = sample_storage();
    storage.insert("sample/sample.ism", server_manifest(head));
    storage.insert("sample/sample.ismc", "not a client manifest");
    let dynpack = Dynpack::builder(Unlisted(storage)).build();
    let error = ask(&dynpack, URL).await.unwrap_err().to_string();
    assert!(error.contains("its client manifest cannot be read"), "{error}");
}

#[tokio::test]
async fn an_asset_without_a_server_manifest_is_not_found() {
    let dynpack = Dynpack::builder(Unlisted(sample_storage())).build();
    assert_eq!(refusal(ask(&dynpack, URL).await), (404, "MPE_RESOURCE_NOT_FOUND"));
    let error = dynpack.catalog("", None).await.unwrap_err();
    assert_eq!(error.to_string(), "`` cannot be listed: the storage has no listings");
    assert_eq!(error.status(), 501);
}
