//! An HTTP server with files in memory. A test chooses what it lacks, and when it fails.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use crate::faults::Fault;

/// What the server does as it should.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manners {
    /// Compares `If-Match` and `If-Unmodified-Since`.
    pub(crate) conditions: bool,
    /// Sends an `ETag`. If not, there is a `Last-Modified` of whole seconds.
    pub(crate) tags: bool,
    pub(crate) ranges: bool,
    pub(crate) listings: bool,
    pub(crate) heads: bool,
}

impl Manners {
    pub(crate) const GOOD: Self =
        Self { conditions: true, tags: true, ranges: true, listings: true, heads: true };
}

/// A server that runs until the test ends.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    state: Arc<State>,
}

struct State {
    manners: Manners,
    /// The seed of the faults, if there are any.
    faults: Option<u64>,
    /// The faults of the next requests, whatever the seed.
    next: Mutex<VecDeque<Fault>>,
    /// Wakes the answers that [`Fault::Held`] stops.
    released: Notify,
    /// All versions of each file.
    files: Mutex<BTreeMap<String, Vec<Bytes>>>,
    requests: AtomicU64,
    injected: Mutex<BTreeMap<Fault, u64>>,
}

struct Request {
    method: String,
    path: String,
    headers: BTreeMap<String, String>,
}

/// An answer, and where it stops.
struct Answer {
    head: String,
    body: Bytes,
    /// How many bytes of the body are sent before it stops.
    cut: Option<usize>,
}

impl Server {
    pub(crate) async fn start(manners: Manners, faults: Option<u64>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (files, injected) = (Mutex::default(), Mutex::default());
        let requests = AtomicU64::new(0);
        let (next, released) = (Mutex::default(), Notify::new());
        let state = Arc::new(State { manners, faults, next, released, files, requests, injected });
        let server = Self { address, state: Arc::clone(&state) };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).unwrap();
                tokio::spawn(connection(stream, Arc::clone(&state)));
            }
        });
        server
    }

    pub(crate) fn put(&self, path: &str, bytes: Bytes) {
        self.state.files.lock().unwrap().entry(path.to_owned()).or_default().push(bytes);
    }

    /// Sets the faults of the next requests.
    pub(crate) fn fail_next(&self, faults: impl IntoIterator<Item = Fault>) {
        self.state.next.lock().unwrap().extend(faults);
    }

    /// Sends the rest of an answer that is held.
    pub(crate) fn release(&self) {
        self.state.released.notify_one();
    }

    /// The bytes of a version that the server has named.
    pub(crate) fn version(&self, path: &str, name: &str) -> Bytes {
        let number: usize = match name.strip_prefix("\"v") {
            Some(tag) => tag.trim_end_matches('"').parse().unwrap(),
            None => seconds_of(name),
        };
        self.state.files.lock().unwrap()[path][number].clone()
    }

    pub(crate) fn requests(&self) -> u64 {
        self.state.requests.load(Ordering::SeqCst)
    }

    pub(crate) fn injected(&self) -> BTreeMap<Fault, u64> {
        self.state.injected.lock().unwrap().clone()
    }
}

async fn connection(mut stream: TcpStream, state: Arc<State>) {
    let mut read = Vec::new();
    while let Some(request) = request(&mut stream, &mut read).await {
        let number = state.requests.fetch_add(1, Ordering::SeqCst);
        let random = || state.faults.and_then(|seed| Fault::of(seed, number));
        let fault = state.next.lock().unwrap().pop_front().or_else(random);
        if let Some(fault) = fault {
            *state.injected.lock().unwrap().entry(fault).or_default() += 1;
        }
        match fault {
            Some(Fault::Latency) => tokio::time::sleep(Duration::from_millis(15)).await,
            Some(Fault::Silence) => tokio::time::sleep(Duration::from_millis(400)).await,
            Some(Fault::Reset) => {
                // The client gets a reset, and not the end of the stream.
                let _ = stream.set_zero_linger();
                return;
            }
            _ => {}
        }
        let answer = state.answer(&request, fault);
        let (first, rest) = answer.body.split_at(answer.cut.unwrap_or(answer.body.len()));
        let sent = async {
            stream.write_all(answer.head.as_bytes()).await?;
            stream.write_all(first).await?;
            match fault {
                Some(Fault::Stalled) => tokio::time::sleep(Duration::from_millis(400)).await,
                Some(Fault::Held) => state.released.notified().await,
                _ => return Ok(()),
            }
            stream.write_all(rest).await
        };
        if sent.await.is_err() || fault == Some(Fault::Truncated) {
            return;
        }
    }
}

/// The next request of a connection. `None` at its end.
async fn request(stream: &mut TcpStream, read: &mut Vec<u8>) -> Option<Request> {
    let end = loop {
        if let Some(at) = read.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            break at;
        }
        if stream.read_buf(read).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(read[..end].to_vec()).unwrap();
    read.drain(..end + 4);
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?);
    let path = decoded(target.split('?').next()?.strip_prefix('/')?);
    let headers = lines.filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_ascii_lowercase(), value.trim().to_owned()))
    });
    Some(Request { method, path, headers: headers.collect() })
}

impl State {
    fn answer(&self, request: &Request, fault: Option<Fault>) -> Answer {
        match fault {
            Some(Fault::Error) => return plain("500 Internal Server Error", ""),
            Some(Fault::Busy) => return plain("503 Service Unavailable", "retry-after: 0\r\n"),
            _ => {}
        }
        // Object stores have the bucket in the path, and no folders.
        let key = request.path.strip_prefix("bucket/");
        let path = key.unwrap_or(&request.path);
        let mut files = self.files.lock().unwrap();
        if path.is_empty() || path.ends_with('/') {
            return self.listing(&files, path);
        }
        let Some(versions) = files.get_mut(path) else {
            let folder = format!("{path}/");
            let is_folder = key.is_none() && files.keys().any(|file| file.starts_with(&folder));
            return if is_folder {
                plain("301 Moved Permanently", &format!("location: /{folder}\r\n"))
            } else {
                plain("404 Not Found", "")
            };
        };
        if fault == Some(Fault::Replaced) {
            let next = next_version(versions);
            versions.push(next);
        }
        // Without tags, reading is followed by another look. Nothing helps if that is stale too.
        let is_look = request.method == "HEAD" && !self.manners.tags;
        let fault = fault.filter(|fault| *fault != Fault::Stale || !is_look);
        let newest = versions.len() - 1;
        let number = if fault == Some(Fault::Stale) { newest.saturating_sub(1) } else { newest };
        let mut answer = self.file(request, number, &versions[number], fault);
        if fault == Some(Fault::Mixed) && !self.manners.tags && !answer.body.is_empty() {
            // The file is written in place while it is sent.
            let next = next_version(versions);
            let half = answer.body.len() / 2;
            let other = next.slice(..answer.body.len() - half);
            answer.body = [&answer.body[..half], &other].concat().into();
            versions.push(next);
        }
        answer
    }

    fn listing(&self, files: &BTreeMap<String, Vec<Bytes>>, path: &str) -> Answer {
        let below = || files.keys().filter_map(|file| file.strip_prefix(path));
        if !self.manners.listings || (below().next().is_none() && !path.is_empty()) {
            return plain("404 Not Found", "");
        }
        let mut entries = BTreeSet::new();
        for name in below() {
            entries.insert(match name.split_once('/') {
                Some((folder, _)) => (folder, "directory"),
                None => (name, "file"),
            });
        }
        let entries: Vec<_> = entries
            .into_iter()
            .map(|(name, kind)| {
                let name = name.replace('\\', "\\\\").replace('"', "\\\"");
                format!("{{ \"name\":\"{name}\", \"type\":\"{kind}\" }}")
            })
            .collect();
        let body = Bytes::from(format!("[{}]", entries.join(",")));
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
        Answer { head, body, cut: None }
    }

    fn file(
        &self,
        request: &Request,
        number: usize,
        bytes: &Bytes,
        fault: Option<Fault>,
    ) -> Answer {
        let (tag, date) = (format!("\"v{number}\""), date(number));
        let is_stale = fault == Some(Fault::Stale);
        let header = |name: &str| request.headers.get(name);
        let differs = |name: &str, mine: &str| header(name).is_some_and(|value| value != mine);
        if self.manners.conditions
            && !is_stale
            && (differs("if-match", &tag) || differs("if-unmodified-since", &date))
        {
            return plain("412 Precondition Failed", "");
        }
        if request.method == "HEAD" && !self.manners.heads {
            return plain("405 Method Not Allowed", "");
        }
        let mut head = format!("last-modified: {date}\r\n");
        if self.manners.tags {
            let _ = write!(head, "etag: {tag}\r\n");
        }
        let takes_ranges = self.manners.ranges && fault != Some(Fault::IgnoredRange);
        let range = header("range").filter(|_| takes_ranges).map(|range| bounds(range));
        let (status, mut body) = match range {
            Some((start, end)) if start < bytes.len() && end <= bytes.len() => {
                let shift = usize::from(fault == Some(Fault::WrongRange) && start > 0);
                let (start, end) = (start - shift, end - shift);
                let _ =
                    write!(head, "content-range: bytes {start}-{}/{}\r\n", end - 1, bytes.len());
                ("206 Partial Content", bytes.slice(start..end))
            }
            Some(_) => {
                let range = format!("content-range: bytes */{}\r\n", bytes.len());
                return plain("416 Range Not Satisfiable", &range);
            }
            None => ("200 OK", bytes.clone()),
        };
        if fault == Some(Fault::Short) {
            body.truncate(body.len() / 2);
        }
        let len = if request.method == "HEAD" { bytes.len() } else { body.len() };
        let head = format!("HTTP/1.1 {status}\r\n{head}content-length: {len}\r\n\r\n");
        if request.method == "HEAD" {
            return Answer { head, body: Bytes::new(), cut: None };
        }
        let is_cut = matches!(fault, Some(Fault::Truncated | Fault::Stalled | Fault::Held));
        let cut = is_cut.then_some(body.len() / 2);
        Answer { head, body, cut }
    }
}

fn plain(status: &str, headers: &str) -> Answer {
    let head = format!("HTTP/1.1 {status}\r\n{headers}content-length: 0\r\n\r\n");
    Answer { head, body: Bytes::new(), cut: None }
}

/// A version that differs in each byte, and sometimes in its length.
fn next_version(versions: &[Bytes]) -> Bytes {
    let last = versions.last().unwrap();
    let longer = if versions.len().is_multiple_of(3) { 40 } else { 0 };
    let bytes = last.iter().copied().chain(std::iter::repeat_n(0, longer));
    bytes.map(|byte| byte.wrapping_add(1)).collect()
}

/// The first byte of a range, and the one after its last.
fn bounds(range: &str) -> (usize, usize) {
    let (first, last) = range.strip_prefix("bytes=").unwrap().split_once('-').unwrap();
    (first.parse().unwrap(), last.parse::<usize>().unwrap() + 1)
}

/// The `Last-Modified` of a version: one second for each.
fn date(version: usize) -> String {
    let (hours, minutes, seconds) = (version / 3600, version / 60 % 60, version % 60);
    format!("Sun, 06 Nov 1994 {hours:02}:{minutes:02}:{seconds:02} GMT")
}

fn seconds_of(date: &str) -> usize {
    let time = date.split(' ').nth(4).unwrap();
    time.split(':').fold(0, |sum, part| sum * 60 + part.parse::<usize>().unwrap())
}

fn decoded(path: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), path.as_bytes());
    while let Some((&first, after)) = rest.split_first() {
        if first == b'%' {
            let digits = std::str::from_utf8(&after[..2]).unwrap();
            bytes.push(u8::from_str_radix(digits, 16).unwrap());
            rest = &after[2..];
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    String::from_utf8(bytes).unwrap()
}
