//! The disk cache of `--disk-cache`.

use std::path::PathBuf;

use crate::media::Media;

/// Options of the disk cache.
#[derive(Debug, clap::Args)]
pub(crate) struct DiskCacheOptions {
    /// A folder that keeps what is read of the object store, also after a restart. It needs the
    /// feature `disk-cache`.
    #[arg(long, value_name = "DIR")]
    disk_cache: Option<PathBuf>,
    /// How large that folder may become, such as 500MiB or 2TiB.
    #[arg(long, value_name = "SIZE", default_value = "10GiB", value_parser = bytes)]
    disk_cache_size: u64,
}

/// The cache, if there is one, to be closed at the end.
pub(crate) struct DiskCache {
    #[cfg(feature = "disk-cache")]
    cache: Option<dynpack_disk_cache::DiskCache>,
}

#[cfg(feature = "disk-cache")]
impl DiskCacheOptions {
    /// Puts the cache around the media.
    pub(crate) async fn around(&self, media: Media) -> Result<(Media, DiskCache), String> {
        use crate::metrics::Count;
        use dynpack_disk_cache::Options;

        let Some(folder) = &self.disk_cache else { return Ok((media, DiskCache { cache: None })) };
        let options = Options::with_capacity(self.disk_cache_size);
        let cache = dynpack_disk_cache::DiskCache::open(folder, options).await;
        let cache = cache.map_err(|error| format!("{}: {error}", folder.display()))?;
        let Media { storage, name, mut counts } = media;
        let storage = Box::new(cache.around(storage, &name));
        let (hits, misses) = (cache.clone(), cache.clone());
        counts.push(Count {
            name: "disk_cache_hits",
            help: "Blocks of files that the disk cache had",
            count: Box::new(move || hits.counts().hits),
        });
        counts.push(Count {
            name: "disk_cache_misses",
            help: "Blocks of files that the disk cache did not have",
            count: Box::new(move || misses.counts().misses),
        });
        Ok((Media { storage, name, counts }, DiskCache { cache: Some(cache) }))
    }
}

#[cfg(feature = "disk-cache")]
impl DiskCache {
    /// Waits until everything is on the disk.
    pub(crate) async fn close(self) {
        if let Some(cache) = self.cache {
            cache.close().await;
        }
    }
}

#[cfg(not(feature = "disk-cache"))]
impl DiskCacheOptions {
    /// The media, unless a cache is asked for.
    pub(crate) async fn around(&self, media: Media) -> Result<(Media, DiskCache), String> {
        match self.disk_cache {
            None => Ok((media, DiskCache {})),
            Some(_) => {
                Err("--disk-cache needs the feature `disk-cache`\nhint: `cargo run --release \
                            --example origin --features object-stores,disk-cache`"
                    .to_owned())
            }
        }
    }
}

#[cfg(not(feature = "disk-cache"))]
impl DiskCache {
    pub(crate) async fn close(self) {}
}

/// A number of bytes with a unit: `500MiB`.
fn bytes(text: &str) -> Result<u64, String> {
    const UNITS: [(&str, u32); 5] = [("KiB", 10), ("MiB", 20), ("GiB", 30), ("TiB", 40), ("", 0)];
    let named = UNITS.iter().find_map(|(unit, bits)| Some((text.strip_suffix(unit)?, bits)));
    let (number, bits) = named.unwrap_or((text, &0));
    let number: u64 = number.trim().parse().map_err(|error| format!("{error}"))?;
    number.checked_mul(1 << bits).ok_or_else(|| "it is too large".to_owned())
}
