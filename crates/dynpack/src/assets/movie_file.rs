//! Opens a media file of an asset, and reads its index.

use std::sync::Arc;

use dynpack_isobmff::{Demuxer, Error as DemuxError, Limits};
use dynpack_media::Movie;
use dynpack_packager::AssetPath;

use super::known::Known;
use super::unusable::{CORRECT, ENCODE, REPAIR, name_in, unusable};
use crate::error::Error;
use crate::storage::{Source, Storage, StorageError, read_exactly};
use crate::tasks::spawn_cpu;

/// The remedy for media that is not MP4.
pub(crate) const REMUX: &str = "store the media as MP4: `ffmpeg -i FILE -c copy FILE.mp4`";

const RAISE: &str = "raise the limit, if the file is meant to be like this";

/// How many ranges of a fragmented file are read at a time, if its index lists them.
const READS_AT_ONCE: usize = 64;

/// A media file that was opened, with the digest of its index.
pub(super) struct OpenedFile {
    pub(super) source: Arc<dyn Source>,
    pub(super) movie: Movie,
    pub(super) digest: [u8; 16],
}

pub(super) async fn open_movie(
    storage: &dyn Storage,
    asset: &AssetPath,
    file: &str,
    limits: Limits,
    known: &Known,
) -> Result<OpenedFile, Error> {
    let name = name_in(asset, file);
    let refused = |error: DemuxError| {
        let problem = format!("{name}: {error}");
        let remedy = match error {
            DemuxError::Encrypted(_) => {
                return Error::EncryptedInput { asset: asset.to_string(), problem };
            }
            DemuxError::NotMp4 { .. } => REMUX,
            DemuxError::Unsupported(_) => ENCODE,
            DemuxError::LimitExceeded { .. } => RAISE,
            _ => REPAIR,
        };
        unusable(asset, problem, remedy)
    };
    let source = match storage.open(file).await {
        Err(StorageError::NotFound { .. }) => {
            let problem = format!("it lists {name}, which does not exist");
            return Err(unusable(asset, problem, CORRECT));
        }
        opened => opened?,
    };
    if let Some((movie, digest)) = known.movie(file, source.identity()) {
        return Ok(OpenedFile { source, movie, digest });
    }
    let mut demuxer = Demuxer::new(source.len(), limits);
    let opened = loop {
        let ranges = demuxer.needs(READS_AT_ONCE);
        if ranges.is_empty() {
            break Ok(());
        }
        let read = read_exactly(source.as_ref(), &ranges).await?;
        let fed = spawn_cpu(move || {
            let mut pieces = ranges.iter().zip(read);
            let fed = pieces.try_for_each(|(range, bytes)| demuxer.feed(range.offset, bytes));
            (demuxer, fed)
        });
        let (fed_to, fed) = fed.await;
        demuxer = fed_to;
        if fed.is_err() {
            break fed;
        }
    };
    let digest = demuxer.digest();
    let movie = match opened.and_then(|()| demuxer.finish()) {
        // Other files of the asset may have some.
        Err(DemuxError::NoTracks { skipped }) => Movie::new(Vec::new(), skipped),
        opened => opened.map_err(refused)?,
    };
    Ok(OpenedFile { source, movie, digest })
}
