//! Which bytes of a file are needed, and what they give.

use bytes::{Buf, Bytes, BytesMut};
use dynpack_media::{Extent, FourCc, Movie};

use crate::boxes::{BoxRef, Header};
use crate::moov::Moov;
use crate::{Error, Limits};

/// Asked for at the start of a file: enough for the `moov` of a short clip.
const HEAD: u64 = 16 << 10;

/// Asked for at each box header behind the start.
const PROBE: u64 = 1 << 10;

/// Opens a file by saying which bytes it needs and being fed them, in whatever pieces they come.
///
/// It asks for the head of the file, then for the header of one box at the top after the other, until it has found the `moov`, and for
/// the rest of that. It never asks for media.
#[derive(Debug)]
pub struct Demuxer {
    file_len: u64,
    limits: Limits,
    state: State,
    /// What has been fed of the bytes that are wanted, if not all.
    partial: BytesMut,
}

#[derive(Debug)]
enum State {
    Wanting(Want),
    Done(Movie),
    Failed(Error),
}

/// What must be read next.
#[derive(Clone, Copy, Debug)]
struct Want {
    extent: Extent,
    what: What,
}

#[derive(Clone, Copy, Debug)]
enum What {
    /// A box header, or the start of one.
    Header,
    /// All of the `moov`, with so many bytes of header.
    Moov { header_len: usize },
}

impl Demuxer {
    /// Opens a file of `file_len` bytes.
    #[must_use]
    pub fn new(file_len: u64, limits: Limits) -> Self {
        let mut demuxer = Self {
            file_len,
            limits,
            state: State::Failed(malformed_top(FourCc(*b"moov"), 0, "the file is empty")),
            partial: BytesMut::new(),
        };
        if file_len > 0 {
            demuxer.state = demuxer.header_at(0);
        }
        demuxer
    }

    /// The range wanted next, within the file; `None` once all is known, or after an error.
    ///
    /// Fewer bytes than that will do, as long as there is one. Bytes behind it are welcome.
    #[must_use]
    pub fn need(&self) -> Option<Extent> {
        let State::Wanting(want) = &self.state else { return None };
        let have = self.partial.len() as u64;
        let offset = want.extent.offset.saturating_add(have);
        let least = want.extent.len.saturating_sub(have);
        let len = match want.what {
            What::Header if want.extent.offset == 0 => least.max(HEAD),
            What::Header => least.max(PROBE),
            What::Moov { .. } => least,
        };
        Some(Extent::new(offset, len.min(self.file_len.saturating_sub(offset))))
    }

    /// Takes bytes of the file from `offset` on.
    ///
    /// # Errors
    /// [`Error::WrongFeed`] if they do not hold the first byte that is [needed](Self::need), or nothing is; the demuxer can go on with
    /// the right ones. Any other error is about the file, and final.
    pub fn feed(&mut self, offset: u64, bytes: Bytes) -> Result<(), Error> {
        let wanted = self.need();
        let holds = |wanted: Extent| offset <= wanted.offset && wanted.offset - offset < bytes.len() as u64;
        if !wanted.is_some_and(holds) {
            return Err(Error::WrongFeed { wanted, offset, len: bytes.len() as u64 });
        }
        while let State::Wanting(want) = self.state {
            let start = want.extent.offset.saturating_add(self.partial.len() as u64);
            let Some(fed) = start.checked_sub(offset).and_then(|skip| bytes.get(usize::try_from(skip).ok()?..)) else { break };
            let missing = usize::try_from(want.extent.len).unwrap_or(usize::MAX).saturating_sub(self.partial.len());
            let Some(needed) = fed.get(..missing) else {
                self.partial.extend_from_slice(fed);
                break;
            };
            let whole = if self.partial.is_empty() {
                bytes.slice_ref(needed)
            } else {
                self.partial.extend_from_slice(needed);
                self.partial.split().freeze()
            };
            self.state = self.read(want, &whole).unwrap_or_else(State::Failed);
        }
        match &self.state {
            State::Failed(error) => Err(error.clone()),
            _ => Ok(()),
        }
    }

    /// The movie.
    ///
    /// # Errors
    /// [`Error::Unfinished`] if something is still [needed](Self::need), or the error that ended the reading.
    pub fn finish(self) -> Result<Movie, Error> {
        let wanted = self.need();
        match self.state {
            State::Done(movie) => Ok(movie),
            State::Failed(error) => Err(error),
            State::Wanting(want) => Err(Error::Unfinished { wanted: wanted.unwrap_or(want.extent) }),
        }
    }

    fn read(&mut self, want: Want, bytes: &[u8]) -> Result<State, Error> {
        match want.what {
            What::Header => self.read_header(want.extent.offset, bytes),
            What::Moov { header_len } => {
                let moov = BoxRef::top(FourCc(*b"moov"), want.extent.offset, bytes, header_len);
                Moov::read(&moov, &self.limits)?.finish(self.file_len).map(State::Done)
            }
        }
    }

    fn read_header(&mut self, offset: u64, bytes: &[u8]) -> Result<State, Error> {
        let Some(Header { kind, header_len, len }) = Header::read(bytes) else {
            return Ok(self.longer_header_at(offset, bytes));
        };
        if offset == 0 && !begins_a_file(kind) {
            return Err(Error::Unsupported(format!(
                "this is not an MP4 file: it does not start with a box, but with \"{kind}\""
            )));
        }
        let left = self.file_len.saturating_sub(offset);
        let len = len.unwrap_or(left);
        if len < header_len {
            return Err(malformed_top(kind, offset, format!("its size of {len} is less than its header")));
        }
        if kind.0 == *b"moov" && len > self.limits.moov_size {
            let (limit, path) = ("moov_size", kind.to_string());
            return Err(Error::LimitExceeded { limit, path, offset, allowed: self.limits.moov_size, found: len });
        }
        if len > left {
            let problem = format!("its {len} bytes run past the end of the file at {}, and no moov stands before", self.file_len);
            return Err(malformed_top(kind, offset, problem));
        }
        if kind.0 == *b"moov" {
            let what = What::Moov { header_len: usize::try_from(header_len).unwrap_or_default() };
            return Ok(State::Wanting(Want { extent: Extent::new(offset, len), what }));
        }
        Ok(self.header_at(offset.saturating_add(len)))
    }

    /// Wants the header of the box at `offset`.
    fn header_at(&self, offset: u64) -> State {
        if self.file_len.saturating_sub(offset) < Header::SHORT {
            return self.end();
        }
        State::Wanting(Want { extent: Extent::new(offset, Header::SHORT), what: What::Header })
    }

    /// Wants a header with a 64-bit size where the shorter form was not enough.
    fn longer_header_at(&self, offset: u64, bytes: &[u8]) -> State {
        if self.file_len.saturating_sub(offset) < Header::LONG || bytes.len() as u64 >= Header::LONG {
            return self.end();
        }
        State::Wanting(Want { extent: Extent::new(offset, Header::LONG), what: What::Header })
    }

    /// The file has ended without a `moov`.
    fn end(&self) -> State {
        State::Failed(malformed_top(FourCc(*b"moov"), self.file_len, "the file ends without one"))
    }
}

/// Opens a file which is in memory, within the default [`Limits`].
///
/// # Errors
/// Any [`Error`] about the file.
pub fn demux(file: Bytes) -> Result<Movie, Error> {
    let mut demuxer = Demuxer::new(file.len() as u64, Limits::default());
    while let Some(need) = demuxer.need() {
        let mut rest = file.clone();
        rest.advance(usize::try_from(need.offset).unwrap_or(usize::MAX).min(file.len()));
        demuxer.feed(need.offset, rest)?;
    }
    demuxer.finish()
}

/// Whether a file may start with a box of this type.
fn begins_a_file(kind: FourCc) -> bool {
    const KINDS: [&[u8; 4]; 17] = [
        b"ftyp", b"styp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"uuid", b"pdin", b"sidx", b"moof", b"emsg",
        b"prft", b"meta", b"udta", b"junk",
    ];
    KINDS.contains(&&kind.0)
}

fn malformed_top(kind: FourCc, offset: u64, problem: impl Into<String>) -> Error {
    Error::Malformed { path: kind.to_string(), offset, problem: problem.into() }
}
