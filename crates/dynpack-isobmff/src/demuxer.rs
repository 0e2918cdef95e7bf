//! Which bytes of a file are needed, and what they give.

use bytes::{Buf, Bytes, BytesMut};
use dynpack_boxes::Header;
use dynpack_media::{Extent, Movie};

use crate::held::Held;
use crate::look::Looks;
use crate::walk::{Next, Walk, Want, What};
use crate::{Error, Limits};

/// Asked for at the start of a file: enough for the `moov` of a short clip.
const HEAD: u64 = 16 << 10;

/// Bytes of what is [needed](Demuxer::needs) at a time, more or less: the rest of it waits until
/// some was fed.
const MAX_AHEAD: u64 = 4 << 20;

/// Opens a file by saying which bytes it needs and being fed them, in whatever pieces they come.
///
/// It asks for the head of the file, then for the header of one box at the top after the other,
/// until it has found the `moov`, and for that as one piece. If that promises fragments it goes on
/// to the end of the file, and reads each `moof`. It asks for media only where that is so short
/// that reading it takes less than another read, and for what tables should tell and do not: see
/// [the crate](crate#looks-at-media).
#[derive(Debug)]
pub struct Demuxer {
    file_len: u64,
    walk: Walk,
    state: State,
    /// What has been fed of the bytes that are wanted, if not all.
    partial: BytesMut,
    /// What has been fed of bytes that come later.
    held: Held,
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
        Self { file_len, walk, state, partial: BytesMut::new(), held: Held::default() }
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
            What::Header => least.max(self.walk.probe()).max(self.walk.run()),
            // With the header of the mdat after it.
            What::Box { kind, .. } if kind.0 == *b"moof" => {
                least.saturating_add(Header::LONG).max(self.walk.run())
            }
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
        let mut len = self.held.len();
        let listed = |from| self.walk.index().first_from(from).filter(|&at| at < self.file_len);
        while needs.len().saturating_add(self.held.pieces()) < max
            && len < MAX_AHEAD
            && let Some(offset) = listed(end)
        {
            if let Some(held) = self.held.from(offset) {
                end = offset.saturating_add(held.len() as u64);
                continue;
            }
            let left = self.file_len.saturating_sub(offset);
            let need = Extent::new(offset, self.walk.probe().min(left));
            (end, len) = (need.end(), len.saturating_add(need.len));
            needs.push(need);
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
        self.held.insert(offset, bytes);
        let mut was_asked_for = true;
        while let State::Wanting(want) = self.state {
            let Some(fed) =
                self.held.from(want.extent.offset.saturating_add(self.partial.len() as u64))
            else {
                break;
            };
            let missing = want.extent.len.saturating_sub(self.partial.len() as u64);
            if (fed.len() as u64) < missing {
                if !was_asked_for && missing > HEAD {
                    // The start of a long box: asked for again, so that the box is one piece.
                    self.held.forget_before(want.extent.offset.saturating_add(fed.len() as u64));
                    break;
                }
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
            if want.extent.offset > self.walk.position() {
                // The end of the file, which is read before the bytes that precede it.
                self.held.forget(want.extent);
            }
            was_asked_for = false;
        }
        if let State::Looking(looks) = &mut self.state {
            self.held.iter().for_each(|(offset, bytes)| looks.take(offset, bytes));
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

    /// A digest of the index, as far as it has been read: each `moov` and `moof`, in file order, by
    /// XXH3 of 128 bits. Files with different indexes have different digests, unless someone forged
    /// one. It does not depend on how the file was fed.
    #[must_use]
    pub fn digest(&self) -> [u8; 16] {
        self.walk.digest().to_be_bytes()
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

    /// Lets go of what will not be wanted again.
    fn let_go(&mut self) {
        let State::Wanting(want) = &self.state else { return self.held.clear() };
        let position = self.walk.position();
        // The end of the file is read before the bytes that precede it.
        let goes_on = want.extent.offset == position;
        let passed =
            if goes_on { position.saturating_add(self.partial.len() as u64) } else { position };
        self.held.forget_before(passed);
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
