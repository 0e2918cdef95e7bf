//! The way through the boxes at the top of a file: what each gives, and which bytes come next.

use bytes::Bytes;
use dynpack_boxes::Header;
use dynpack_media::{Extent, FourCc, SampleIndex, SampleTable};
use twox_hash::XxHash3_128;

use crate::boxes::BoxRef;
use crate::index::{self, Index, MFRO_LEN};
use crate::look::Looks;
use crate::moov::Moov;
use crate::{Error, Limits, moof};

/// Asked for at each box header after the start of the file, at least.
const PROBE: u64 = 1 << 10;

/// Asked for at each box header, at most.
const LONGEST_PROBE: u64 = 64 << 10;

/// A box that is longer is passed over without reading it: that costs less than its bytes.
const LONG: u64 = 64 << 10;

/// So many short boxes that follow each other are a run: a fragment of sound has three between long
/// ones.
const RUN: u32 = 8;

/// Asked for in a run of short boxes, at most.
const LONGEST_RUN: u64 = 512 << 10;

/// The way through the boxes at the top of a file.
///
/// Every box is visited, each where the one before ends. So nothing is overlooked, whatever an
/// index says.
#[derive(Debug)]
pub(crate) struct Walk {
    file_len: u64,
    limits: Limits,
    /// Where the box starts that is come to, in bytes from the start of the file.
    position: u64,
    /// How many boxes lie before that.
    boxes: u32,
    /// The movie as far as it is known, with its box.
    movie: Option<(Moov, Bytes)>,
    /// The bodies of the visited `mdat` boxes, except empty ones.
    media: Vec<Extent>,
    moofs: u32,
    index: Index,
    /// Whether the end of the file has been searched for an index.
    has_searched_end: bool,
    /// Bytes from the first box of a fragment to the header of its `mdat`, and some more.
    probe: u64,
    /// Where the last `mdat` ends.
    fragment_start: u64,
    /// Of each `moov` and `moof`, in file order.
    digest: u128,
    /// Where the last long box ends, and how many boxes lie before that.
    run_start: (u64, u32),
    /// Why the walk ended before the end of the file, for people.
    warnings: Vec<String>,
    /// Whether the last box may have lost its end.
    is_cut_short: bool,
}

/// What comes next.
#[derive(Debug)]
pub(crate) enum Next {
    Want(Want),
    Done(Looks),
}

/// What must be read next.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Want {
    pub(crate) extent: Extent,
    pub(crate) what: What,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum What {
    /// A box header, or the start of one.
    Header,
    /// All of a box, with so many bytes of header.
    Box { kind: FourCc, header_len: usize },
    /// The last box of the file, if that is an `mfro`.
    End,
}

impl Walk {
    pub(crate) fn new(file_len: u64, limits: Limits) -> Self {
        let (position, boxes, fragment_start, probe) = (0, 0, 0, PROBE);
        let (movie, media, moofs, index, has_searched_end) =
            (None, Vec::new(), 0, Index::default(), false);
        Self {
            file_len,
            limits,
            position,
            boxes,
            movie,
            media,
            moofs,
            index,
            has_searched_end,
            probe,
            fragment_start,
            digest: 0,
            run_start: (0, 0),
            warnings: Vec::new(),
            is_cut_short: false,
        }
    }

    /// The first that must be read.
    pub(crate) fn start(&mut self) -> Result<Next, Error> {
        if self.file_len == 0 {
            return Err(malformed(FourCc(*b"moov"), 0, "the file is empty"));
        }
        self.header_at(0)
    }

    /// Where the box starts that is come to.
    pub(crate) const fn position(&self) -> u64 {
        self.position
    }

    /// How many bytes it is wise to read at a box header.
    pub(crate) const fn probe(&self) -> u64 {
        self.probe
    }

    /// How many bytes it is wise to read in a run of short boxes: as many as it has so far.
    pub(crate) fn run(&self) -> u64 {
        let (start, boxes) = self.run_start;
        let is_run = self.boxes.saturating_sub(boxes) >= RUN;
        if is_run { self.position.saturating_sub(start).min(LONGEST_RUN) } else { 0 }
    }

    /// Where boxes may start that are still to come.
    pub(crate) const fn index(&self) -> &Index {
        &self.index
    }

    /// A digest of each `moov` and `moof` so far.
    pub(crate) const fn digest(&self) -> u128 {
        self.digest
    }

    /// Takes the bytes that were wanted.
    pub(crate) fn read(&mut self, want: Want, bytes: &Bytes) -> Result<Next, Error> {
        match want.what {
            What::Header => self.read_header(want.extent.offset, bytes),
            What::Box { kind, header_len } => {
                if matches!(&kind.0, b"moov" | b"moof") {
                    self.digest = chained(self.digest, bytes);
                }
                let found = BoxRef::top(kind, want.extent.offset, bytes, header_len);
                match &kind.0 {
                    b"moov" => self.read_moov(&found, bytes),
                    b"moof" => self.read_moof(found),
                    b"sidx" => self.read_sidx(&found),
                    _ => {
                        // Whatever is wrong with an mfra, the walk goes on without it.
                        let _ = self.index.read_mfra(&found);
                        self.header_at(self.position)
                    }
                }
            }
            What::End => self.read_end(bytes),
        }
    }

    fn read_header(&mut self, offset: u64, bytes: &[u8]) -> Result<Next, Error> {
        let Some(Header { kind, header_len, len }) = Header::read(bytes) else {
            return self.longer_header_at(offset, bytes);
        };
        if offset == 0 && !begins_a_file(kind) {
            return Err(Error::NotMp4 { start: kind });
        }
        self.count(kind, offset)?;
        let left = self.file_len.saturating_sub(offset);
        let declared = len;
        let len = declared.unwrap_or(left);
        if kind.0 == [0; 4] && self.movie.is_some() {
            return self.break_off(malformed(kind, offset, "there are zeros instead of a box"));
        }
        if len < header_len {
            let problem = format!("its size of {len} is less than its header");
            return self.break_off(malformed(kind, offset, problem));
        }
        let is_read = matches!(&kind.0, b"moov" | b"moof");
        if is_read && len > self.limits.moov_size {
            let (limit, path) = ("moov_size", kind.to_string());
            return Err(Error::LimitExceeded {
                limit,
                path,
                offset,
                allowed: self.limits.moov_size,
                found: len,
            });
        }
        let whole = Want {
            extent: Extent::new(offset, len),
            what: What::Box { kind, header_len: usize::try_from(header_len).expect("8 or 16") },
        };
        match &kind.0 {
            b"mdat" if self.movie.is_some() || len <= left => {
                self.is_cut_short = declared.is_none_or(|declared| declared > left);
                self.pass_mdat(Extent::new(
                    offset.saturating_add(header_len),
                    len.min(left).saturating_sub(header_len),
                ));
            }
            _ if len > left => return self.break_off(self.cut_short(kind, offset, len)),
            b"moov" => return Ok(Next::Want(whole)),
            b"moof" if self.movie.is_none() => {
                return Err(malformed(
                    kind,
                    offset,
                    "no moov stands before it: the initialization segment is missing",
                ));
            }
            b"moof" => return Ok(Next::Want(self.end_of_file().unwrap_or(whole))),
            b"sidx" if self.movie.is_some() && len <= self.limits.moov_size => {
                return Ok(Next::Want(whole));
            }
            _ => {}
        }
        self.header_at(offset.saturating_add(len))
    }

    /// Refuses the box come to if there are too many before it.
    fn count(&self, kind: FourCc, offset: u64) -> Result<(), Error> {
        if self.boxes < self.limits.boxes {
            return Ok(());
        }
        let (path, allowed) = (kind.to_string(), self.limits.boxes.into());
        Err(Error::LimitExceeded {
            limit: "boxes",
            path,
            offset,
            allowed,
            found: u64::from(self.boxes).saturating_add(1),
        })
    }

    /// Why a box that runs past the end of the file is refused.
    fn cut_short(&self, kind: FourCc, offset: u64, len: u64) -> Error {
        let before = if self.movie.is_none() { ", and no moov stands before" } else { "" };
        malformed(
            kind,
            offset,
            format!("its {len} bytes run past the end of the file at {}{before}", self.file_len),
        )
    }

    /// Remembers a body, and how much stood before it since the last.
    fn pass_mdat(&mut self, body: Extent) {
        if self.moofs > 0 {
            let read = body.offset.saturating_sub(self.fragment_start).saturating_add(Header::LONG);
            let slowly_less = self.probe.saturating_sub(self.probe / 8);
            self.probe = read.max(slowly_less).clamp(PROBE, LONGEST_PROBE);
        }
        if body.len > 0 {
            self.media.push(body);
        }
        self.fragment_start = body.end();
    }

    fn read_moov(&mut self, moov: &BoxRef<'_>, bytes: &Bytes) -> Result<Next, Error> {
        if let Some((_, first)) = &self.movie {
            if first != bytes {
                let offset = moov.offset;
                return Err(Error::Unsupported(format!(
                    "the moov at {offset} is another than that before: the coding changes"
                )));
            }
            return self.header_at(moov.offset.saturating_add(bytes.len() as u64));
        }
        let movie = Moov::read(moov, &self.limits)?;
        if !movie.may_go_on() {
            let tracks = movie.finish(bytes, self.file_len, false);
            return Ok(Next::Done(Looks::new(tracks, self.limits)));
        }
        self.movie = Some((movie, bytes.clone()));
        self.fragment_start = moov.offset.saturating_add(bytes.len() as u64);
        self.header_at(self.fragment_start)
    }

    fn read_moof(&mut self, moof: BoxRef<'_>) -> Result<Next, Error> {
        self.moofs = self.moofs.saturating_add(1);
        // Until its media comes.
        self.is_cut_short = true;
        let moof = moof.numbered(self.moofs);
        if self.moofs > self.limits.fragments {
            return Err(moof.exceeds("fragments", self.moofs.into(), self.limits.fragments.into()));
        }
        if let Some((movie, _)) = &mut self.movie {
            moof::read(&moof, movie, self.file_len, &self.limits)?;
        }
        self.header_at(moof.offset.saturating_add(moof.whole.len() as u64))
    }

    /// A `sidx` before all fragments that declares more than the file holds shows that the end of
    /// the file is missing. One between fragments is of the next one, which may have lost its end.
    fn read_sidx(&mut self, sidx: &BoxRef<'_>) -> Result<Next, Error> {
        if let Ok(end) = self.index.read_sidx(sidx)
            && end > self.file_len
            && self.moofs == 0
        {
            return Err(sidx.malformed(format!(
                "declares segments up to {end}, but the file has only {} bytes",
                self.file_len
            )));
        }
        self.header_at(sidx.offset.saturating_add(sidx.whole.len() as u64))
    }

    /// The end of the file, which is searched for an index at the first `moof` if there has been
    /// none.
    fn end_of_file(&mut self) -> Option<Want> {
        if std::mem::replace(&mut self.has_searched_end, true) || !self.index.is_empty() {
            return None;
        }
        let offset =
            self.file_len.checked_sub(MFRO_LEN).filter(|&offset| offset > self.position)?;
        Some(Want { extent: Extent::new(offset, MFRO_LEN), what: What::End })
    }

    fn read_end(&mut self, mfro: &[u8]) -> Result<Next, Error> {
        const HEADER_LEN: u64 = Header::SHORT;
        let len =
            index::mfra_len(mfro).filter(|len| (HEADER_LEN..=self.limits.moov_size).contains(len));
        let offset = len
            .and_then(|len| self.file_len.checked_sub(len))
            .filter(|&offset| offset > self.position);
        match (len, offset) {
            (Some(len), Some(offset)) => {
                let what = What::Box { kind: FourCc(*b"mfra"), header_len: 8 };
                Ok(Next::Want(Want { extent: Extent::new(offset, len), what }))
            }
            _ => self.header_at(self.position),
        }
    }

    /// Goes on to the box at `offset`, which is the next, or else the same once more.
    fn header_at(&mut self, offset: u64) -> Result<Next, Error> {
        self.boxes = self.boxes.saturating_add((offset > self.position).into());
        if offset.saturating_sub(self.position) > LONG {
            self.run_start = (offset, self.boxes);
        }
        self.position = offset;
        if self.file_len.saturating_sub(offset) < Header::SHORT {
            return self.end();
        }
        Ok(Next::Want(Want { extent: Extent::new(offset, Header::SHORT), what: What::Header }))
    }

    /// Wants a header with a 64-bit size where the shorter form was not enough.
    fn longer_header_at(&mut self, offset: u64, bytes: &[u8]) -> Result<Next, Error> {
        if self.file_len.saturating_sub(offset) < Header::LONG || bytes.len() as u64 >= Header::LONG
        {
            return self.end();
        }
        Ok(Next::Want(Want { extent: Extent::new(offset, Header::LONG), what: What::Header }))
    }

    /// The file has ended.
    fn end(&mut self) -> Result<Next, Error> {
        if self.movie.is_some() && self.position < self.file_len {
            let path = "the end of the file".into();
            let problem = "it breaks off within a box header".into();
            return self.break_off(Error::Malformed { path, offset: self.position, problem });
        }
        self.finish()
    }

    /// Ends before a box that cannot be read. A file of fragments that was being recorded is whole
    /// until there; every other file is refused.
    fn break_off(&mut self, problem: Error) -> Result<Next, Error> {
        if self.moofs == 0 {
            return Err(problem);
        }
        self.warnings.push(format!("the file ends early: {problem}"));
        self.is_cut_short = true;
        self.finish()
    }

    fn finish(&mut self) -> Result<Next, Error> {
        let Some((movie, moov)) = self.movie.take() else {
            return Err(malformed(FourCc(*b"moov"), self.file_len, "the file ends without one"));
        };
        let mut tracks = movie.finish(&moov, self.file_len, self.is_cut_short);
        tracks.warnings.append(&mut self.warnings);
        let stray = tracks.samples().find_map(|samples| stray(samples, &self.media));
        match stray {
            Some(stray) if self.moofs > 0 => {
                let problem = format!(
                    "samples lie at {} to {}, but not within one mdat",
                    stray.offset,
                    stray.end()
                );
                Err(Error::Malformed {
                    path: "the movie fragments".into(),
                    offset: stray.offset,
                    problem,
                })
            }
            _ => Ok(Next::Done(Looks::new(tracks, self.limits))),
        }
    }
}

/// The first stretch of samples that does not lie within one of these ascending extents. A file to
/// whose front something was added without a change of its offsets has such.
fn stray(samples: &SampleTable, media: &[Extent]) -> Option<Extent> {
    let holder = |place: Extent| {
        media.get(media.partition_point(|mdat| mdat.offset <= place.offset).checked_sub(1)?)
    };
    let mut extents = samples.extents(SampleIndex(0)..SampleIndex(samples.len()));
    extents.find(|&place| holder(place).is_none_or(|mdat| mdat.end() < place.end()))
}

/// The digest of what one digest stands for, and of `bytes` after that.
fn chained(before: u128, bytes: &[u8]) -> u128 {
    let parts = [before, XxHash3_128::oneshot(bytes)].map(u128::to_be_bytes);
    XxHash3_128::oneshot(parts.as_flattened())
}

/// Whether a file may start with a box of this type.
fn begins_a_file(kind: FourCc) -> bool {
    const KINDS: [&[u8; 4]; 17] = [
        b"ftyp", b"styp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"uuid", b"pdin",
        b"sidx", b"moof", b"emsg", b"prft", b"meta", b"udta", b"junk",
    ];
    KINDS.contains(&&kind.0)
}

fn malformed(kind: FourCc, offset: u64, problem: impl Into<String>) -> Error {
    Error::Malformed { path: kind.to_string(), offset, problem: problem.into() }
}
