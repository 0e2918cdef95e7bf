//! An HTTP origin: packages everything below a folder for each request.
//!
//! `cargo run --release --example origin` serves the sample asset on <http://127.0.0.1:8080/>, and
//! `-- --media DIR` serves yours. Copy this file for an origin of your own. Only one call is to
//! dynpack, [`Dynpack::get`]. The rest is HTTP.

mod demo_keys;
mod disk_cache;
mod filters;
mod media;
mod metrics;
mod page;
mod publication;
mod server;

use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Uri};
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse;
use axum::routing::get;
use clap::Parser;
use dynpack::{
    Conditions, CutPolicy, Dynpack, Error, PackagerError, RequestError, Strictness, TextEncoding,
    TextOptions,
};
use futures_util::TryStreamExt;
use tracing::{error, info, warn};

use disk_cache::DiskCacheOptions;
use filters::FiltersFile;
use media::Media;
use metrics::Metrics;
use publication::Publication;

/// Serves a folder of MP4 files as adaptive streams.
#[derive(Debug, Parser)]
struct Options {
    /// The folder with the assets: one folder each, or single MP4 files. With the feature
    /// `object-stores` also a URL: `s3://bucket/prefix`, `az://`, `gs://`, `http://` or `https://`,
    /// with credentials in the environment (docs/object-stores.md).
    #[arg(long, value_name = "DIR", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/media"))]
    media: PathBuf,
    /// The address to listen on.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The duration of segments, in seconds. They end at key frames.
    #[arg(long, value_name = "SECONDS", default_value = "6", value_parser = segment_duration)]
    segment_duration: Duration,
    /// How long an asset is served before its files are checked again, in seconds. In an object
    /// store, each check costs a request for each file.
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = server::seconds)]
    revalidate_after: Duration,
    /// Presents video as it is stored, even where it has no picture beside the sound.
    #[arg(long)]
    unfilled: bool,
    /// Stores an index file beside each asset that is opened without one.
    #[arg(long)]
    write_indexes: bool,
    /// The encoding of files of subtitles that do not say it themselves: `utf-8` or `windows-1252`.
    #[arg(long, value_name = "ENCODING", default_value = "utf-8")]
    text_encoding: TextEncoding,
    /// Refuses assets whose subtitles have invalid cues, instead of leaving these out.
    #[arg(long)]
    strict_text: bool,
    /// A JSON file of filters (docs/filters.md), for all assets that have no filter of the same
    /// name in their `filters.json`.
    #[arg(long, value_name = "FILE")]
    filters: Option<PathBuf>,
    #[command(flatten)]
    disk_cache: DiskCacheOptions,
    #[command(flatten)]
    publication: Publication,
    #[command(flatten)]
    limits: server::Limits,
}

/// One in so many of the files that the process may open is for the cache of assets. Half are for
/// connections, and the rest for files that are just being opened.
const CACHED_SHARE: u64 = 4;

struct Origin {
    dynpack: Dynpack,
    gives_demo_keys: bool,
    /// Whether there are tokens, so that assets are given out by links alone.
    has_tokens: bool,
    metrics: Metrics,
}

#[tokio::main]
#[expect(clippy::print_stderr, reason = "for whoever starts it")]
async fn main() -> ExitCode {
    let filter =
        tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let ended = run(Options::parse()).await;
    ended.map_or_else(
        |error| {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        },
        |()| ExitCode::SUCCESS,
    )
}

async fn run(options: Options) -> Result<(), Box<dyn std::error::Error>> {
    let (media, disk_cache) = options.disk_cache.around(Media::new(&options.media)?).await?;
    let listener = tokio::net::TcpListener::bind(options.listen).await.map_err(|error| {
        format!("cannot listen on {}: {error}\nhint: --listen ADDR takes another", options.listen)
    })?;
    let address = listener.local_addr()?;
    let files = server::raise_open_files();
    let filters = FiltersFile::open(options.filters)?;
    let strictness = if options.strict_text { Strictness::Strict } else { Strictness::Lenient };
    let policy = CutPolicy::with_target(options.segment_duration);
    let builder = Dynpack::builder(media.storage)
        .revalidate_after(options.revalidate_after)
        .cut_policy(if options.unfilled { policy.unfilled() } else { policy })
        .texts(TextOptions::new().with_encoding(options.text_encoding).with_strictness(strictness))
        .cache_files(files / CACHED_SHARE)
        .writes_indexes(options.write_indexes)
        .filters(filters.account.clone());
    let dynpack = options.publication.publish(builder, address)?.build();
    let gives_demo_keys = options.publication.demo_keys;
    let has_tokens = options.publication.token_key_file.is_some();
    let mut app = Router::new()
        .route("/", get(page::index))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/metrics", get(metrics::text))
        .fallback(serve);
    if gives_demo_keys {
        warn!("--demo-keys: every client gets every key in the locators file");
        app = app.route("/demo-keys/{id}", demo_keys::routes());
    }
    info!("serving {} on http://{address}/", media.name);
    tokio::spawn(publish_again(options.publication, filters, address, dynpack.clone()));
    let app = app.layer(from_fn(allow_other_sites));
    let metrics = Metrics::new(media.counts);
    let app = app.with_state(Arc::new(Origin { dynpack, gives_demo_keys, has_tokens, metrics }));
    server::serve(listener, app, &options.limits, files, stop_signal()).await;
    disk_cache.close().await;
    info!("stopped");
    Ok(())
}

/// Serves everything that is not a page, media and manifests, with an access log line and the
/// headers that browsers need.
async fn serve(
    State(origin): State<Arc<Origin>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    let started = Instant::now();
    let response = match method {
        Method::GET | Method::HEAD => media(&origin, &method, &uri, &headers).await,
        Method::OPTIONS => StatusCode::NO_CONTENT.into_response(),
        _ => (StatusCode::METHOD_NOT_ALLOWED, [("allow", "GET, HEAD, OPTIONS")]).into_response(),
    };
    let (status, elapsed) = (response.status().as_u16(), started.elapsed());
    let bytes = response
        .headers()
        .get("content-length")
        .and_then(|len| len.to_str().ok()?.parse().ok())
        .unwrap_or(0);
    let sent = if method == Method::HEAD { 0 } else { bytes };
    origin.metrics.observe(status, sent, elapsed);
    let micros = elapsed.as_micros();
    info!(%method, path = uri.path(), status, bytes = sent, micros, "request");
    response
}

async fn media(origin: &Origin, method: &Method, uri: &Uri, headers: &HeaderMap) -> Response<Body> {
    let conditions = Conditions::from_headers(|name| headers.get(name)?.to_str().ok());
    let conditions = conditions.with_head(method == Method::HEAD);
    let url = uri.path_and_query().map_or("", PathAndQuery::as_str);
    match origin.dynpack.get(url, &conditions).await {
        Ok(answer) => {
            let mut response = Response::builder().status(answer.status);
            for (name, value) in answer.headers() {
                response = response.header(name, value);
            }
            let broken_off = origin.metrics.broken_off.clone();
            let body = answer.body.inspect_err(move |_| {
                broken_off.inc();
            });
            response
                .body(Body::from_stream(body))
                .unwrap_or_else(|error| refusal(500, "", &error.to_string()))
        }
        Err(error) => {
            if error.status() >= 500 {
                error!(path = uri.path(), %error, "failed");
            }
            let mut response = refusal(error.status(), error.code(), &explain(&error));
            if let Error::Packager(PackagerError::Request(other)) = &error
                && let RequestError::OtherSpelling { url, .. } = other
            {
                redirect(&mut response, url.rsplit('/').next().unwrap_or(url));
            }
            response
        }
    }
}

/// Makes a refusal a redirect, to a URL relative to the asset: a proxy may have changed its path.
fn redirect(response: &mut Response<Body>, url: &str) {
    if let Ok(location) = HeaderValue::from_str(url) {
        *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
        response.headers_mut().insert("location", location);
    }
}

/// The error text, with a hint for some errors.
fn explain(error: &Error) -> String {
    let hint = match error {
        Error::Packager(PackagerError::Request(RequestError::NotAnAsset { .. })) => {
            "\nhint: / lists the assets and their URLs"
        }
        Error::AssetNotFound { .. } => {
            "\nhint: an asset is a folder: /folder/folder.ism/..., or /folder/name.ism/... if it \
             contains name.ism"
        }
        _ => "",
    };
    let remedy = error.remedy().map(|remedy| format!("\nhint: {remedy}")).unwrap_or_default();
    format!("{error}{hint}{remedy}\n")
}

fn refusal(status: u16, code: &'static str, text: &str) -> Response<Body> {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = [
        ("content-type", "text/plain; charset=utf-8"),
        ("cache-control", "no-store"),
        ("x-error-code", code),
    ];
    let mut response = (status, headers, text.to_owned()).into_response();
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert("retry-after", HeaderValue::from_static("5"));
    }
    response
}

/// Allows players on other sites to read everything, with its headers, and to send any header that
/// they ask for, such as `CMCD-Request` or `Authorization`.
async fn allow_other_sites(request: Request, next: Next) -> Response<Body> {
    let wanted = request.headers().get("access-control-request-headers").cloned();
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        ("access-control-allow-origin", "*"),
        ("access-control-allow-methods", "GET, HEAD, OPTIONS, POST"),
        (
            "access-control-expose-headers",
            "content-length, content-range, etag, accept-ranges, x-error-code, x-warning",
        ),
        ("access-control-max-age", "86400"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Some(wanted) = wanted {
        headers.insert("access-control-allow-headers", wanted);
        headers.insert("vary", HeaderValue::from_static("access-control-request-headers"));
    }
    response
}

fn segment_duration(text: &str) -> Result<Duration, String> {
    let duration = server::seconds(text)?;
    let sane = Duration::from_millis(100)..=Duration::from_secs(60);
    if sane.contains(&duration) {
        Ok(duration)
    } else {
        Err("segments last from 0.1 to 60 seconds".into())
    }
}

/// Reads the locators and the filters again at each `SIGHUP`. If a file cannot be used, what was
/// read of it earlier stays.
#[cfg(unix)]
async fn publish_again(
    publication: Publication,
    filters: FiltersFile,
    address: SocketAddr,
    dynpack: Dynpack,
) {
    let Ok(mut hangups) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup())
    else {
        return;
    };
    while hangups.recv().await.is_some() {
        match publication.read(address) {
            Ok(Some(locators)) => {
                dynpack.publish(locators);
                info!("the locators were read again");
            }
            Ok(None) => info!("there is no locators file to read again"),
            Err(error) => error!("{error}; the locators do not change"),
        }
        match filters.read() {
            Ok(true) => info!("the filters were read again"),
            Ok(false) => {}
            Err(error) => error!("{error}; the filters do not change"),
        }
    }
}

/// Other systems have no `SIGHUP`.
#[cfg(not(unix))]
async fn publish_again(_: Publication, _: FiltersFile, _: SocketAddr, _: Dynpack) {}

/// Completes on Ctrl-C, or on the signal that service managers send.
#[cfg(unix)]
fn stop_signal() -> impl Future<Output = ()> {
    let terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
    async move {
        match terminate {
            Ok(mut terminate) => {
                tokio::select! {
                    _ = tokio::signal::ctrl_c() => {}
                    _ = terminate.recv() => {}
                }
            }
            Err(_) => drop(tokio::signal::ctrl_c().await),
        }
    }
}

/// Completes on Ctrl-C.
#[cfg(not(unix))]
async fn stop_signal() {
    drop(tokio::signal::ctrl_c().await);
}
