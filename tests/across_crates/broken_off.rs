//! Responses that break off are in the log, with the reason.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use dynpack::storage::{Identity, Listing, Memory, Source, Storage, StorageError};
use dynpack::{Dynpack, Extent};
use tracing_subscriber::fmt::MakeWriter;

use crate::support::{ask, hls, sample_storage};

/// A storage that fails from some moment on.
struct Failing {
    memory: Memory,
    fails: Arc<AtomicBool>,
}

struct FailingSource {
    source: Arc<dyn Source>,
    fails: Arc<AtomicBool>,
}

#[async_trait]
impl Storage for Failing {
    async fn list(&self, folder: &str) -> Result<Listing, StorageError> {
        self.memory.list(folder).await
    }

    async fn open(&self, path: &str) -> Result<Arc<dyn Source>, StorageError> {
        let source = self.memory.open(path).await?;
        Ok(Arc::new(FailingSource { source, fails: Arc::clone(&self.fails) }))
    }

    async fn identity(&self, path: &str) -> Result<Identity, StorageError> {
        self.memory.identity(path).await
    }
}

#[async_trait]
impl Source for FailingSource {
    fn identity(&self) -> &Identity {
        self.source.identity()
    }

    async fn read(&self, ranges: &[Extent]) -> Result<Vec<Bytes>, StorageError> {
        if self.fails.load(Ordering::SeqCst) {
            let error = Arc::new(io::Error::other("the disk is on fire"));
            return Err(StorageError::Failed { path: "sample/a.mp4".to_owned(), error });
        }
        self.source.read(ranges).await
    }
}

/// The lines of the log.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

impl Log {
    fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut self.0.lock().unwrap())).unwrap()
    }
}

#[tokio::test]
async fn a_storage_that_fails_in_the_middle_is_in_the_log() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_writer(log.clone()).with_ansi(false).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let fails = Arc::new(AtomicBool::new(false));
    let storage = Failing { memory: sample_storage(), fails: Arc::clone(&fails) };
    let dynpack = Dynpack::builder(storage).build();
    let promises = hls(&dynpack, "/sample/sample.ism").await;
    let (url, ..) = &promises[0].segments[1];
    let response = ask(&dynpack, url).await.unwrap();
    let unsent = response.body.len();
    log.take();

    fails.store(true, Ordering::SeqCst);
    let error = response.body.collect().await.unwrap_err();
    assert_eq!(error.to_string(), "`sample/a.mp4` cannot be read: the disk is on fire");
    let text = log.take();
    assert!(text.contains("WARN dynpack::http::body: a response breaks off"), "{text}");
    assert!(text.contains("error=`sample/a.mp4` cannot be read: the disk is on fire"), "{text}");
    let left: u64 = text.rsplit("unsent=").next().unwrap().trim().parse().unwrap();
    assert!(left > 0 && left < unsent, "{left} of {unsent} bytes");
}
