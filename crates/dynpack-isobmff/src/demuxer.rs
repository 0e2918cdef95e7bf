//! Which bytes of a file are needed, and what they give.

use bytes::{Buf, Bytes, BytesMut};
use dynpack_boxes::Header;
use dynpack_media::{Extent, Movie};

use crate::look::Looks;
use crate::walk::{Next, Walk, Want, What};
use crate::{Error, Limits};

/// Asked for at the start of a file: enough for the `moov` of a short clip.
const HEAD: u64 = 16 << 10;

/// Opens a file by saying which bytes it needs and being fed them, in whatever pieces they come.
///
/// It asks for the head of the file, then for the header of one box at the top after the other,
/// until it has found the `moov`, and for the rest of that. If that promises fragments it goes on
/// to the end of the file, and reads each `moof`. Of the media it asks only for what tables should
/// tell and do not: see [the crate](crate#looks-at-media).
#[derive(Debug)]
pub struct Demuxer {
    file_len: u64,
    walk: Walk,
    state: State,
    /// What has been fed of the bytes that are wanted, if not all.
    partial: BytesMut,
    /// What has been fed of bytes that come later, with the place of each.
    held: Vec<(u64, Bytes)>,
}

#[derive(Debug)]
enum State {
    Wanting(Want),
    Looking(Looks),
    Done(Movie),
    Failed(Error),
}

impl Demuxer {
    /// Opens a file of `file_len` bytes.
    #[must_use]
    pub fn new(file_len: u64, limits: Limits) -> Self {
        let mut walk = Walk::new(file_len, limits);
        let state = State::of(walk.start());
        Self { file_len, walk, state, partial: BytesMut::new(), held: Vec::new() }
    }

    /// The range wanted next, within the file; `None` once all is known, or after an error.
    ///
    /// Fewer bytes than that will do, as long as there is one. Bytes after it are accepted.
    #[must_use]
    pub fn need(&self) -> Option<Extent> {
        let want = match &self.state {
            State::Wanting(want) => want,
            State::Looking(looks) => return looks.needs(1).pop(),
            State::Done(_) | State::Failed(_) => return None,
        };
        let have = self.partial.len() as u64;
        let offset = want.extent.offset.saturating_add(have);
        let least = want.extent.len.saturating_sub(have);
        let len = match want.what {
            What::Header if want.extent.offset == 0 => least.max(HEAD),
            What::Header => least.max(self.walk.probe()),
            // With the header of the mdat after it.
            What::Box { kind, .. } if kind.0 == *b"moof" => least.saturating_add(Header::LONG),
            What::Box { .. } | What::End => least,
        };
        Some(Extent::new(offset, len.min(self.file_len.saturating_sub(offset))))
    }

    /// The range wanted next, as [`need`](Self::need) returns it, followed by the ranges that an
    /// index of the file (`sidx` or `mfra`) predicts, or that are to be looked at too: at most
    /// `max` in all, in ascending order and apart from each other.
    ///
    /// All of them may be read side by side and fed in any order: what comes early is held until
    /// its turn. It pays where each read takes long and there are many, as with fragmented files
    /// over a network. A wrong index costs useless reads, and no more.
    #[must_use]
    pub fn needs(&self, max: usize) -> Vec<Extent> {
        if let State::Looking(looks) = &self.state {
            return looks.needs(max.max(1));
        }
        let mut needs = Vec::from_iter(self.need());
        let mut end = needs.first().map_or(u64::MAX, |need| need.end());
        for offset in self.walk.index().after(self.walk.position()) {
            if needs.len() >= max || offset >= self.file_len {
                break;
            }
            if offset >= end && self.held_from(offset).is_none() {
                let need = Extent::new(
                    offset,
                    self.walk.probe().min(self.file_len.saturating_sub(offset)),
                );
                end = need.end();
                needs.push(need);
            }
        }
        needs
    }

    /// Takes bytes of the file from `offset` on.
    ///
    /// # Errors
    /// [`Error::WrongFeed`] if they do not hold the first byte that is [needed](Self::need), nor
    /// start where one of the [needs](Self::needs) does, or nothing is needed; the demuxer can go
    /// on with the right ones. Any other error is about the file, and final.
    pub fn feed(&mut self, offset: u64, bytes: Bytes) -> Result<(), Error> {
        let wanted = self.need();
        let len = bytes.len() as u64;
        let holds =
            |wanted: Extent| wanted.offset.checked_sub(offset).is_some_and(|before| before < len);
        let comes_early = match &self.state {
            State::Looking(looks) => looks.wants(offset, len),
            _ => len > 0 && offset > self.walk.position() && self.walk.index().contains(offset),
        };
        if !wanted.is_some_and(|wanted| holds(wanted) || comes_early) {
            return Err(Error::WrongFeed { wanted, offset, len });
        }
        self.held.push((offset, bytes));
        while let State::Wanting(want) = self.state {
            let Some(fed) =
                self.held_from(want.extent.offset.saturating_add(self.partial.len() as u64))
            else {
                break;
            };
            let missing = want.extent.len.saturating_sub(self.partial.len() as u64);
            if (fed.len() as u64) < missing {
                self.partial.extend_from_slice(&fed);
                continue;
            }
            let missing = usize::try_from(missing).expect("no more than was fed");
            let whole = if self.partial.is_empty() {
                fed.slice(..missing)
            } else {
                self.partial.extend_from_slice(fed.get(..missing).unwrap_or_default());
                self.partial.split().freeze()
            };
            self.state = State::of(self.walk.read(want, &whole));
        }
        if let State::Looking(looks) = &mut self.state {
            self.held.iter().for_each(|(offset, bytes)| looks.take(*offset, bytes));
            if looks.is_done() {
                self.state = State::ended(looks.movie());
            }
        }
        self.let_go();
        match &self.state {
            State::Failed(error) => Err(error.clone()),
            _ => Ok(()),
        }
    }

    /// The movie.
    ///
    /// # Errors
    /// [`Error::Unfinished`] if something is still [needed](Self::need), or the error that ended
    /// the reading.
    pub fn finish(self) -> Result<Movie, Error> {
        let wanted = self.need().unwrap_or_else(|| Extent::new(self.file_len, 0));
        match self.state {
            State::Done(movie) => Ok(movie),
            State::Failed(error) => Err(error),
            State::Wanting(_) | State::Looking(_) => Err(Error::Unfinished { wanted }),
        }
    }

    /// What is held of the bytes from `offset` on, if there is one.
    fn held_from(&self, offset: u64) -> Option<Bytes> {
        self.held.iter().find_map(|(start, bytes)| {
            let before = usize::try_from(offset.checked_sub(*start)?).ok()?;
            (before < bytes.len()).then(|| bytes.slice(before..))
        })
    }

    /// Lets go of what will not be wanted again.
    fn let_go(&mut self) {
        let State::Wanting(want) = &self.state else { return self.held.clear() };
        let position = self.walk.position();
        // The end of the file is read before the bytes that precede it.
        let goes_on = want.extent.offset == position;
        let passed =
            if goes_on { position.saturating_add(self.partial.len() as u64) } else { position };
        self.held.retain(|(start, bytes)| start.saturating_add(bytes.len() as u64) > passed);
    }
}

impl State {
    fn of(next: Result<Next, Error>) -> Self {
        match next {
            Ok(Next::Want(want)) => Self::Wanting(want),
            Ok(Next::Done(looks)) => Self::Looking(looks),
            Err(error) => Self::Failed(error),
        }
    }

    fn ended(movie: Result<Movie, Error>) -> Self {
        movie.map_or_else(Self::Failed, Self::Done)
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
        rest.advance(usize::try_from(need.offset).expect("within the file, which is in memory"));
        demuxer.feed(need.offset, rest)?;
    }
    demuxer.finish()
}
