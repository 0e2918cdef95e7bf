//! Text tracks of MP4 files.

mod join;
mod plain;
mod ttml;
mod wvtt;

use std::ops::Range;

use dynpack_boxes::{Error as BoxError, Header};
use dynpack_media::Time;

use crate::cues::Cues;
use crate::error::Error;
use crate::options::Options;
use crate::parsed::Parsed;
use crate::reading::Reading;
use join::Joiner;
use plain::Plain;
use ttml::Origin;

/// Reads the samples of a text track, in their order.
///
/// The formats are `wvtt` and `stpp` (ISO/IEC 14496-30), `tx3g` (3GPP TS 26.245), the `text` of
/// QuickTime, and TTML as Smooth Streaming has it (`dfxp` or `TTML`), which is in no standard. Cues
/// that a packager split over samples are joined again.
///
/// ```
/// use dynpack_media::{Ticks, Time, Timescale};
/// use dynpack_text::{Options, TrackReader, vtt, wvtt};
///
/// let file = b"WEBVTT\n\n00:01.000 --> 00:03.000\nHello\n";
/// let document = vtt::read(file, Options::new())?.document;
/// let clock = Timescale::MILLIS;
/// let mut track = TrackReader::new(&wvtt::sample_entry(&document), Options::new())?;
/// for sample in wvtt::samples(&document.whole(), clock)? {
///     let [start, end] = [sample.span.start, sample.span.end].map(|at| Time::new(at, clock));
///     track.add(start..end, &sample.data)?;
/// }
/// assert_eq!(track.finish().document, document);
/// # Ok::<(), dynpack_text::Error>(())
/// ```
pub struct TrackReader {
    format: Format,
    options: Options,
    joiner: Joiner,
    reading: Reading,
}

enum Format {
    Wvtt,
    /// TTML documents, and from when their times count.
    Ttml(Origin),
    Plain(Plain),
}

impl TrackReader {
    /// Starts with the sample entry of the track: a whole box.
    ///
    /// # Errors
    /// [`Error::Sample`] for an invalid entry, and for one of another format or with other images
    /// than PNG.
    pub fn new(entry: &[u8], options: Options) -> Result<Self, Error> {
        let mut reading = Reading::new(options.strictness);
        let in_entry = |problem| Error::Sample { what: "the sample entry", problem };
        let header = Header::read(entry).ok_or_else(|| in_entry(BoxError::CutShort))?;
        let fields = usize::try_from(header.header_len).ok().and_then(|len| entry.get(len..));
        let fields = fields.unwrap_or_default();
        let format = match &header.kind.0 {
            b"wvtt" => {
                reading.document = wvtt::read_entry(fields)?;
                Format::Wvtt
            }
            b"stpp" => {
                ttml::check_stpp(fields).map_err(in_entry)?;
                Format::Ttml(Origin::Track)
            }
            b"dfxp" | b"TTML" => Format::Ttml(Origin::Sample),
            b"tx3g" => Format::Plain(Plain::tx3g(fields).map_err(in_entry)?),
            b"text" => Format::Plain(Plain::quick_time()),
            _ => return Err(in_entry(BoxError::Unsupported("is of no known text format"))),
        };
        Ok(Self { format, options, joiner: Joiner::new(), reading })
    }

    /// Reads the next sample, which is shown in this span of time.
    ///
    /// # Errors
    /// [`Error::Sample`] for an invalid sample; those of [`ttml::read`](crate::ttml::read) for a
    /// TTML document. [`Error::LimitExceeded`] past a [limit](crate::limits).
    pub fn add(&mut self, span: Range<Time>, sample: &[u8]) -> Result<(), Error> {
        self.joiner.start_sample();
        match &self.format {
            Format::Wvtt => wvtt::read(sample, span, &self.reading.document, &mut self.joiner),
            Format::Ttml(origin) => {
                let (reading, joiner) = (&mut self.reading, &mut self.joiner);
                ttml::read(sample, &span, *origin, self.options, reading, joiner)
            }
            Format::Plain(plain) => plain.read(sample, span, &mut self.joiner),
        }
    }

    /// What was read.
    #[must_use]
    pub fn finish(self) -> Parsed {
        let mut parsed = self.reading.finish();
        parsed.document.cues = Cues::new(self.joiner.finish());
        parsed
    }
}
