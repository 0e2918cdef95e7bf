//! Text in fragmented MP4, read by an independent parser and by the reader of text tracks.

use std::sync::Arc;

use dynpack_fragment::Error;
use dynpack_fragment::fmp4::Profile;
use dynpack_fragment::text::Mp4Writer;
use dynpack_media::{
    Cuts, Language, Presentation, Rendition, RenditionId, Segment, SourceIndex, Ticks, Time,
    Timescale,
};
use dynpack_testkit::read::mp4;
use dynpack_testkit::renditions;
use dynpack_text::{Cue, Cues, Document, Options, TrackReader, stpp, ttml, wvtt};
use mp4_atom::Codec;

use crate::group;

type MakeWriter<'a> = fn(Profile, &'a Rendition, &'a Document) -> Mp4Writer<'a>;

/// Text with a film of 20 seconds, in segments of 6.
fn rendition(language: &str) -> Rendition {
    let film = Presentation::new(renditions(vec![group(12_800, 512, 500, 50, 2).build()], 6000));
    let cuts = Arc::new(Cuts::of_text(&film.unwrap()));
    let id = RenditionId::new("text", 500);
    Rendition::text(id, SourceIndex(1), Language::parse(language), cuts)
}

fn millis(millis: i64) -> Time {
    Time::new(Ticks(millis), Timescale::MILLIS)
}

fn document(cues: &[(i64, i64, &str)]) -> Document {
    let cue = |&(start, end, words): &(i64, i64, &str)| Cue::new(millis(start)..millis(end), words);
    Document { cues: cues.iter().map(cue).collect(), ..Document::default() }
}

/// Two overlap, one crosses the cut at 6 s, and nothing is shown from 12 s on.
fn cues() -> Document {
    document(&[(1_000, 3_000, "One"), (2_000, 4_000, "Two"), (5_000, 7_500, "Three & <four>")])
}

fn segments(rendition: &Rendition) -> Vec<Segment> {
    rendition.cuts.segments().collect()
}

fn made(writer: &Mp4Writer<'_>, segment: &Segment) -> Vec<u8> {
    let plan = writer.media_segment(segment).unwrap();
    assert!(plan.reads().is_empty() && plan.pieces().is_some());
    let promised = plan.len();
    let bytes = plan.finish(&[]).unwrap().concat();
    assert_eq!(promised, Some(bytes.len() as u64));
    bytes
}

#[test]
fn init_segments_declare_subtitles_or_text() {
    let (rendition, document) = (rendition("pt-BR"), cues());
    for (profile, brands, coding) in [
        (Profile::Cmaf, &[b"cmfc", b"iso6", b"cmf2", b"dash"][..], true),
        (Profile::Csf, &[b"ccff", b"iso6", b"dash"], false),
    ] {
        for (writer, handler, brand) in [
            (Mp4Writer::imsc as MakeWriter<'_>, b"subt", b"im1t"),
            (Mp4Writer::wvtt, b"text", b"cwvt"),
        ] {
            let init = writer(profile, &rendition, &document).init_segment().unwrap();
            let (ftyp, moov) = mp4::init(&init);
            let brands = brands.iter().copied().chain(coding.then_some(brand));
            let brands: Vec<_> = brands.map(|brand| brand.into()).collect();
            assert_eq!(ftyp.compatible_brands, brands);
            let [trak] = &moov.trak[..] else { panic!("one track") };
            let (mdhd, minf) = (&trak.mdia.mdhd, &trak.mdia.minf);
            assert_eq!((mdhd.timescale, &*mdhd.language), (1000, "por"));
            assert!(init.windows(14).any(|bytes| bytes == b"elng\0\0\0\0pt-BR\0"));
            assert_eq!((trak.tkhd.width, trak.tkhd.volume), (0.into(), 0.into()));
            assert_eq!(trak.mdia.hdlr.handler, handler.into());
            assert_eq!((minf.sthd.is_some(), minf.nmhd.is_some()), {
                let is_stpp = handler == b"subt";
                (is_stpp, !is_stpp)
            });
            assert!(minf.vmhd.is_none() && minf.smhd.is_none());
            let is_wvtt = matches!(minf.stbl.stsd.codecs[..], [Codec::Wvtt(_)]);
            assert_eq!(is_wvtt, handler == b"text");
            assert_eq!(moov.mvex.unwrap().mehd.unwrap().fragment_duration, 20_000);
        }
    }
    let smooth = Mp4Writer::imsc(Profile::Smooth, &rendition, &document);
    assert!(matches!(smooth.init_segment(), Err(Error::Unsupported(_))));
}

/// Samples fill each segment, from its start on, and say what the document says.
#[test]
fn samples_fill_the_time_of_their_segment() {
    let (rendition, document) = (rendition("en"), cues());
    for profile in [Profile::Cmaf, Profile::Csf] {
        for (writer, entry, counts) in [
            (Mp4Writer::imsc as MakeWriter<'_>, stpp::sample_entry(), [1, 1, 1, 1]),
            (Mp4Writer::wvtt, wvtt::sample_entry(&document), [6, 2, 1, 1]),
        ] {
            let writer = writer(profile, &rendition, &document);
            let mut track = TrackReader::new(&entry, Options::new()).unwrap();
            for (number, (segment, count)) in (1..).zip(segments(&rendition).iter().zip(counts)) {
                let read = mp4::segment(&made(&writer, segment));
                assert_eq!(read.moof.mfhd.sequence_number, number);
                assert_eq!(read.styp.is_some(), read.sidx.is_some());
                assert_eq!(read.samples.len(), count, "{profile:?} {number}");
                let sidx = read.sidx.unwrap();
                assert_eq!(sidx.earliest_presentation_time, segment.start.0.cast_unsigned());
                assert_eq!(i64::from(sidx.references[0].subsegment_duration), segment.duration.0);
                assert!(sidx.references[0].starts_with_sap);
                let mut time = segment.start.0;
                for sample in &read.samples {
                    assert_eq!((sample.decode_time, sample.offset), (time, 0));
                    assert_eq!(sample.flags, 0x0200_0000, "nothing depends on others");
                    time += sample.duration;
                    let span = millis(sample.decode_time)..millis(time);
                    track.add(span, &sample.data).unwrap();
                }
                assert_eq!(time, (segment.start + segment.duration).0);
            }
            let (read, expected) = (track.finish().document.cues, &document.cues);
            let plain = |cues: &Cues| {
                let cues = cues.all().iter();
                cues.map(|cue| (cue.start, cue.end, cue.plain_text())).collect::<Vec<_>>()
            };
            assert_eq!(plain(&read), plain(expected));
        }
    }
}

#[test]
fn fragments_of_smooth_streaming_count_from_their_start() {
    let (rendition, document) = (rendition("en"), cues());
    let writer = Mp4Writer::imsc(Profile::Smooth, &rendition, &document);
    let second = &segments(&rendition)[1];
    let read = mp4::segment(&made(&writer, second));
    assert_eq!(read.tfxd, Some((60_000_000, 60_000_000)));
    let [sample] = &read.samples[..] else { panic!("one sample") };
    assert_eq!(sample.duration, 60_000_000);
    let shown = ttml::read(&sample.data, Options::new()).unwrap().document.cues;
    let [cue] = shown.all() else { panic!("{shown:?}") };
    assert_eq!((cue.start, cue.end), (millis(0), millis(1_500)));
}

/// Each cue overlaps all others, so samples would grow with the square of their number.
#[test]
fn cues_that_overlap_too_often_are_refused() {
    let cues: Vec<_> = (0..400).map(|at| (at, 5_999 - at, "word")).collect();
    let (rendition, document) = (rendition("en"), document(&cues));
    let first = &segments(&rendition)[0];
    let refused = Mp4Writer::wvtt(Profile::Cmaf, &rendition, &document).media_segment(first);
    let expected = "the track cannot be carried in this format: \
        repeated cues pass the limit of 65536";
    assert_eq!(refused.unwrap_err().to_string(), expected);
    assert!(Mp4Writer::imsc(Profile::Cmaf, &rendition, &document).media_segment(first).is_ok());
}
