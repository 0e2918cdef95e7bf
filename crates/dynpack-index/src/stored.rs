//! How an index is written and read.

use bytes::{BufMut, Bytes};
use dynpack_isobmff::Limits;

use crate::envelope::{unwrap, wrap};
use crate::error::Error;
use crate::index::Index;
use crate::reader::Reader;
use crate::writer::put_list;
use crate::{file, findings};

/// The bytes of an index. The same index gives the same bytes.
///
/// # Errors
/// [`Error::Unrepresentable`] if the format has no room for something, such as a codec whose
/// configuration is not in its sample entry.
pub fn write(index: &Index) -> Result<Bytes, Error> {
    let mut content = Vec::new();
    content.put_u32(index.reading);
    put_list(&index.files, &mut content, file::put)?;
    content.put_u8(index.presented.is_some().into());
    if let Some(presented) = &index.presented {
        findings::put(presented, &mut content)?;
    }
    Ok(wrap(&content))
}

/// Reads an index. Its tables stay in `bytes`.
///
/// # Errors
/// [`Error::NotAnIndex`], [`Error::Version`], [`Error::Damaged`], [`Error::Malformed`] or
/// [`Error::LimitExceeded`].
pub fn read(bytes: Bytes, limits: &Limits) -> Result<Index, Error> {
    let mut reader = Reader::new(unwrap(bytes)?, limits);
    let reading = reader.u32()?;
    let files = reader.list(file::take)?;
    let presented = if reader.flag()? { Some(findings::take(&mut reader)?) } else { None };
    reader.finish()?;
    Ok(Index { reading, files, presented })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::{Content, IndexedFile, Presented};
    use dynpack_media::{
        Chapter, Chapters, CutPolicy, CutTimes, Findings, Forced, Language, MeasuredBitrate,
        MediaKind, MediaStretch, Movie, Role, SampleIndex, SampleTable, SkippedTrack, SourceIndex,
        TextTrack, Ticks, Time, Timescale, TrackId,
    };
    use dynpack_testkit::TrackBuilder;
    use proptest::prelude::*;

    fn index() -> Index {
        let video = TrackBuilder::video(12_800, 512, 300, 50)
            .with_b_frames(2)
            .with_sizes(|at| 3000 + at * at % 5000)
            .with_chunks(7, 900);
        let audio = TrackBuilder::audio(48_000, 500).with_chunks(13, 4000);
        let skipped = SkippedTrack {
            id: TrackId(3),
            reason: "text".into(),
            kind: Some(MediaKind::Audio),
            is_encrypted: false,
            is_damaged: true,
        };
        let movie = Movie::new(vec![video.build(), audio.build()], vec![skipped])
            .with_texts(vec![text(TrackId(4))])
            .with_chapters(Chapters::new(vec![text(TrackId(5))], vec![chapter()]))
            .with_warnings(vec!["it is short".into()]);
        let times = CutTimes::new(Timescale::MPEG, vec![Ticks(540_000)]).unwrap();
        let mut findings = Findings::new(times);
        let (source, track) = (SourceIndex(0), TrackId(1));
        findings.bitrates.push(MeasuredBitrate { source, track, bitrate: 1_234_567 });
        let policy = CutPolicy::SIX_SECONDS.unfilled();
        let files = vec![
            IndexedFile::new("film.ism", "a", 3, Content::Manifest(Bytes::from_static(b"ism"))),
            IndexedFile::new("film.mp4", "b", 1 << 20, Content::Movie { digest: [9; 16], movie }),
        ];
        Index::new(5, files).with_presented(Presented { policy, findings })
    }

    fn text(id: TrackId) -> TextTrack {
        let samples = TrackBuilder::audio(1000, 3).build().samples;
        let entry = Bytes::from_static(b"an entry");
        let mut track = TextTrack::new(id, Timescale::MILLIS, entry, samples);
        (track.language, track.role) = (Language::parse("de"), Some(Role::Caption));
        (track.start, track.forced) = (Ticks(7), Forced::Some);
        let (position, media_start) = (Ticks(5), Ticks(-1));
        track.stretches.push(MediaStretch { position, media_start, duration: Some(Ticks(9)) });
        track
    }

    fn chapter() -> Chapter {
        let start = Time::new(Ticks(3), Timescale::SECONDS);
        Chapter { start, title: "Two".into(), language: Language::parse("en") }
    }

    fn again(bytes: Bytes) -> Result<Index, Error> {
        read(bytes, &Limits::default())
    }

    #[test]
    fn an_index_is_read_as_it_was_written() {
        let (index, stored) = (index(), write(&index()).unwrap());
        let back = again(stored.clone()).unwrap();
        assert_eq!((back.reading, &back.presented), (5, &index.presented));
        assert_eq!(write(&back).unwrap(), stored);
        let movie = |index: &Index| match &index.files[1].content {
            Content::Movie { movie, .. } => movie.clone(),
            Content::Manifest(_) => unreachable!("it is a movie"),
        };
        let (back, movie) = (movie(&back), movie(&index));
        assert_eq!((&back.skipped, &back.warnings), (&movie.skipped, &movie.warnings));
        assert_eq!(back.chapters.listed, movie.chapters.listed);
        let texts = |movie: &Movie| {
            let texts = movie.texts.iter().chain(&movie.chapters.tracks).cloned();
            let without_samples = |mut text: TextTrack| {
                text.samples = SampleTable::empty();
                text
            };
            texts.map(without_samples).collect::<Vec<_>>()
        };
        assert_eq!(texts(&back), texts(&movie));
        assert_eq!(texts(&back).len(), 2);
        let placed = |text: &TextTrack| {
            let all = SampleIndex(0)..SampleIndex(text.samples.len());
            text.samples.placed_samples(all).collect::<Vec<_>>()
        };
        assert_eq!(placed(&back.texts[0]), placed(&movie.texts[0]));
        for (back, track) in back.tracks.iter().zip(&movie.tracks) {
            let all = || SampleIndex(0)..SampleIndex(track.samples.len());
            assert!(back.samples.placed_samples(all()).eq(track.samples.placed_samples(all())));
            assert_eq!((&back.codec, back.edit), (&track.codec, track.edit));
        }
    }

    #[test]
    fn damage_is_noticed() {
        let stored = write(&index()).unwrap();
        for len in [0, 3, 7, 20, 24, 100, stored.len() - 1] {
            assert!(again(stored.slice(..len)).is_err(), "{len} bytes");
        }
        for at in (0..stored.len()).step_by(7) {
            let mut flipped = stored.to_vec();
            flipped[at] ^= 1;
            assert!(again(flipped.into()).is_err(), "a bit of byte {at}");
        }
        assert_eq!(again([&stored[..], b"x"].concat().into()), Err(Error::Damaged));
    }

    #[test]
    fn errors_say_what_is_wrong() {
        let text = |bytes: &[u8]| again(Bytes::copy_from_slice(bytes)).unwrap_err().to_string();
        assert_eq!(text(b"<smil>"), "it is not an index: it does not start with `dpix`");
        let version = "it is in version 2 of the format, where 1 is supported";
        assert_eq!(text(b"dpix\0\0\0\x02"), version);
        assert_eq!(text(b"dpix\0\0\0\x01"), "it is damaged: its digest is another");
        let content = |content: &[u8]| text(&wrap(content));
        assert_eq!(content(b"\0\0\0\x05"), "at 4 of its content: it ends too early");
        assert_eq!(content(b"\0\0\0\x05\0\0\0\0\x02"), "at 9 of its content: a flag is 2");
        let left = "at 9 of its content: 1 bytes are left over";
        assert_eq!(content(b"\0\0\0\x05\0\0\0\0\0x"), left);
        let declared = "at 12 of its content: 9 bytes are declared, but 1 are left";
        assert_eq!(content(b"\0\0\0\x05\0\0\0\x01\0\0\0\x09x"), declared);
        let stored = write(&index()).unwrap();
        let limits = Limits::default().with_samples(299);
        let error = read(stored.clone(), &limits).unwrap_err().to_string();
        assert_eq!(error, "300 passes the limit of 299 (Limits::samples)");
        let error = read(stored, &Limits::default().with_tracks(1)).unwrap_err().to_string();
        assert_eq!(error, "4 passes the limit of 1 (Limits::tracks)");
    }

    proptest! {
        #[test]
        fn forged_indexes_are_refused_or_consistent(
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        ) {
            let mut content = unwrap(write(&index()).unwrap()).unwrap().to_vec();
            for (at, byte) in damage {
                let at = at.index(content.len());
                content[at] = byte;
            }
            if let Ok(index) = again(wrap(&content)) {
                prop_assert!(again(write(&index).unwrap()).is_ok());
            }
        }
    }
}
