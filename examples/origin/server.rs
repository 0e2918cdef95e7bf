//! The server: connections with limits, each with time limits, and an end that comes.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use clap::Args;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tokio_io_timeout::TimeoutStream;
use tracing::{debug, warn};

/// How long to wait before the next connection is accepted after the system had no file for one.
const BACK_OFF: Duration = Duration::from_millis(50);

/// While so many bytes of a response wait for their client, no more are made.
const MAX_BUFFERED: usize = 64 << 10;

/// Limits of connections.
#[derive(Clone, Debug, Args)]
pub(crate) struct Limits {
    /// How many connections are served at once; more wait until one ends. Half of the process's
    /// open files unless set.
    #[arg(long, value_name = "COUNT")]
    max_connections: Option<usize>,
    /// How long a client may take to send the head of a request, in seconds; also how long a
    /// connection may be idle.
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    read_timeout: Duration,
    /// How long a client may take no byte of a response, in seconds.
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    write_timeout: Duration,
    /// How long responses that were begun may take after the signal to stop, in seconds.
    #[arg(long, value_name = "SECONDS", default_value = "8", value_parser = seconds)]
    stop_timeout: Duration,
}

impl Limits {
    /// How many connections are served at once, by a process that may open `files`.
    fn connections(&self, files: u64) -> usize {
        let half = usize::try_from(files / 2).unwrap_or(usize::MAX);
        self.max_connections.unwrap_or(half).clamp(1, Semaphore::MAX_PERMITS)
    }
}

/// Serves until `stop` is ready, and then what was begun.
pub(crate) async fn serve(
    listener: TcpListener,
    app: Router,
    limits: &Limits,
    files: u64,
    stop: impl Future<Output = ()>,
) {
    let room = Arc::new(Semaphore::new(limits.connections(files)));
    let graceful = GracefulShutdown::new();
    let accepting = async {
        loop {
            let Ok(permit) = Arc::clone(&room).acquire_owned().await else { return };
            match listener.accept().await {
                Ok((stream, _)) => {
                    let (app, limits, watcher) = (app.clone(), limits.clone(), graceful.watcher());
                    tokio::spawn(connection(stream, app, limits, watcher, permit));
                }
                Err(error) => {
                    warn!(%error, "cannot accept a connection");
                    sleep(BACK_OFF).await;
                }
            }
        }
    };
    tokio::select! {
        () = accepting => {}
        () = stop => {}
    }
    drop(listener);
    if timeout(limits.stop_timeout, graceful.shutdown()).await.is_err() {
        warn!("responses are broken off: their clients were too slow");
    }
}

async fn connection(
    stream: TcpStream,
    app: Router,
    limits: Limits,
    watcher: Watcher,
    _permit: OwnedSemaphorePermit,
) {
    if let Err(error) = answer(stream, app, &limits, watcher).await {
        debug!(%error, "a connection ended early");
    }
}

async fn answer(
    stream: TcpStream,
    app: Router,
    limits: &Limits,
    watcher: Watcher,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    // Answers go out whole: waiting for acknowledgements only delays their ends.
    stream.set_nodelay(true)?;
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(limits.write_timeout));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.read_timeout)
        .max_buf_size(MAX_BUFFERED)
        .serve_connection(TokioIo::new(Box::pin(stream)), TowerToHyperService::new(app));
    watcher.watch(connection).await?;
    Ok(())
}

/// Lets the process open as many files as the system allows, and returns how many.
#[cfg(unix)]
pub(crate) fn raise_open_files() -> u64 {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // Some systems refuse a limit that they report as the maximum.
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        debug!(%error, "the limit of open files stays as it is");
    }
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}

/// There is no such limit elsewhere.
#[cfg(not(unix))]
pub(crate) fn raise_open_files() -> u64 {
    u64::MAX
}

pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|error| format!("{error}"))?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}
