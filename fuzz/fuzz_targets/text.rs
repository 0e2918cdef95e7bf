//! Any bytes as subtitles, or as samples of text tracks: what is written is read again, and writes
//! the same. It is no larger than a multiple of the bytes.

#![no_main]

use dynpack_media::{
    Column, MediaStretch, SampleColumns, SampleIndex, SampleTable, TextTrack, Ticks, Time,
    Timescale, TrackId,
};
use dynpack_text::limits::MAX_REPEATED_BYTES;
use dynpack_text::ttml::{Profile, Times, WriteOptions};
use dynpack_text::{
    Document, Encoding, Error, Options, TrackReader, mp4, srt, stpp, ttml, vtt, wvtt,
};
use libfuzzer_sys::fuzz_target;

/// Bytes that are written for a byte, at the most, beside what [`MAX_REPEATED_BYTES`] limits.
const MAX_GROWTH: usize = 64;
const CLOCK: Timescale = Timescale::MILLIS;

fuzz_target!(|data: &[u8]| {
    let max = (data.len() + 64) * MAX_GROWTH + MAX_REPEATED_BYTES;
    let legacy = Options::new().with_encoding(Encoding::Windows1252);
    let parsed = [
        vtt::read(data, Options::new()),
        srt::read(data, legacy),
        ttml::read(data, Options::new()),
        track(*b"wvtt", b"\0\0\0\x0evttCWEBVTT", data),
        track(*b"stpp", b"\0\0\0", data),
        track(*b"tx3g", &[0; 30], data),
        track(*b"text", &[], data),
        track(*b"dfxp", &[], data),
        edited(data),
    ];
    for document in parsed.into_iter().flatten() {
        check(&document.document, max);
    }
    let _ = TrackReader::new(data, Options::new());
});

/// Reads two samples of a track.
fn track(code: [u8; 4], fields: &[u8], data: &[u8]) -> Result<dynpack_text::Parsed, Error> {
    let len = u32::try_from(fields.len() + 16).expect("few bytes").to_be_bytes();
    let entry = [&len, &code[..], &[0; 8], fields].concat();
    let mut track = TrackReader::new(&entry, Options::new()).expect("a valid entry");
    let (one, two) = data.split_at(data.len() / 2);
    track.add(at(0)..at(6000), data)?;
    track.add(at(6000)..at(9000), one)?;
    track.add(at(9000)..at(9000), two)?;
    Ok(track.finish())
}

/// Reads samples of a byte more each, with an edit list of the first bytes.
fn edited(data: &[u8]) -> Result<dynpack_text::Parsed, Error> {
    let sizes = (0..).scan(data.len(), |left, size| {
        *left = left.checked_sub(size)?;
        Some((u32::try_from(size).ok()?, 1))
    });
    let sizes = Column::from_runs(sizes.take(64));
    let count = sizes.len();
    let columns = SampleColumns {
        durations: Column::constant(500, count),
        composition_offsets: Column::constant(0, count),
        sizes,
        chunks: vec![(SampleIndex(0), 0)],
        sync_samples: None,
    };
    let samples = SampleTable::new(columns).expect("columns of one length");
    let entry = b"\0\0\0\x10text\0\0\0\0\0\0\0\x01";
    let mut track = TextTrack::new(TrackId(1), CLOCK, entry[..].to_vec().into(), samples);
    let ticks = |byte: u8| Ticks(i64::from(byte) * 100);
    track.stretches = data
        .chunks_exact(3)
        .take(16)
        .map(|bytes| MediaStretch {
            position: ticks(bytes[0]),
            media_start: ticks(bytes[1]),
            duration: (bytes[2] > 0).then(|| ticks(bytes[2])),
        })
        .collect();
    let pieces: Vec<_> = mp4::reads(&track)?
        .iter()
        .map(|read| &data[read.offset as usize..read.end() as usize])
        .collect();
    mp4::read(&track, Options::new(), &pieces)
}

fn check(document: &Document, max: usize) {
    let excerpts = [document.whole(), document.segment(at(0)..at(6000))];
    for excerpt in &excerpts {
        let text = vtt::write(excerpt, None);
        assert!(text.len() <= max, "{} bytes of WebVTT", text.len());
        let read = vtt::read(text.as_bytes(), Options::new()).expect("what is written is valid");
        assert_eq!(read.warnings, []);
        let texts = excerpt.cues().iter().filter(|cue| cue.image().is_none());
        assert_eq!(read.document.cues.all().len(), texts.count());
        assert_eq!(vtt::write(&read.document.whole(), None), text);

        let text = ttml::write(excerpt, WriteOptions::default());
        assert!(text.len() <= max, "{} bytes of TTML", text.len());
        ttml::read(text.as_bytes(), Options::new()).expect("what is written is valid");
        let _ = wvtt::samples(excerpt, CLOCK);
        for times in [Times::Presentation, Times::Cut, Times::Segment] {
            let options = WriteOptions { profile: Profile::Imsc1_1, times };
            let _ = stpp::sample(excerpt, options, CLOCK);
        }
    }
}

fn at(millis: i64) -> Time {
    Time::new(Ticks(millis), CLOCK)
}
