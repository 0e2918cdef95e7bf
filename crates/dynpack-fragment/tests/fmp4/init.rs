//! Init segments, box by box.

use dynpack_fragment::fmp4::{Profile, Writer};
use dynpack_media::{Language, Rendition};
use dynpack_testkit::read::mp4;
use dynpack_testkit::{renditions, turned, video, with_pixels};
use mp4_atom::{Codec, Ftyp, Moov};

use crate::{audio_frames, group};

fn boxes(rendition: &Rendition) -> (Ftyp, Moov) {
    mp4::init(&Writer::new(Profile::Cmaf, rendition).init_segment().unwrap())
}

#[test]
fn video_has_its_size_its_clock_and_no_edit_list() {
    let renditions = renditions(vec![group(12_800, 512, 500, 50, 2).build()], 6000);
    let (ftyp, moov) = boxes(&renditions[0]);
    assert_eq!(ftyp.major_brand, b"cmfc".into());
    assert_eq!(ftyp.compatible_brands, [b"cmfc", b"iso6", b"cmf2", b"dash"].map(Into::into));
    assert_eq!(
        (moov.mvhd.timescale, moov.mvhd.duration, moov.mvhd.creation_time, moov.mvhd.next_track_id),
        (12_800, 0, 0, 2)
    );
    let [trak] = &moov.trak[..] else { panic!("one track") };
    assert_eq!((trak.tkhd.track_id, trak.tkhd.enabled, trak.tkhd.in_movie), (1, true, true));
    assert_eq!((trak.tkhd.width, trak.tkhd.height), (1280.into(), 720.into()));
    assert_eq!(trak.tkhd.volume, 0.into());
    assert!(trak.edts.is_none(), "the composition offsets are signed, so none is needed");
    assert_eq!(
        (trak.mdia.mdhd.timescale, trak.mdia.mdhd.duration, &*trak.mdia.mdhd.language),
        (12_800, 0, "und")
    );
    assert_eq!(trak.mdia.hdlr.handler, b"vide".into());
    let stbl = &trak.mdia.minf.stbl;
    assert!(trak.mdia.minf.vmhd.is_some() && trak.mdia.minf.dinf.dref.entries.len() == 1);
    assert!(matches!(stbl.stsd.codecs[..], [Codec::Avc1(_)]));
    assert!(stbl.stts.entries.is_empty() && stbl.stsc.entries.is_empty());
    assert!(
        stbl.stco.as_ref().unwrap().entries.is_empty()
            && stbl.ctts.is_none()
            && stbl.stss.is_none()
    );
    let mvex = moov.mvex.unwrap();
    assert_eq!(mvex.mehd.unwrap().fragment_duration, 500 * 512);
    assert_eq!((mvex.trex[0].track_id, mvex.trex[0].default_sample_description_index), (1, 1));
    assert_eq!((mvex.trex[0].default_sample_duration, mvex.trex[0].default_sample_flags), (0, 0));
}

#[test]
fn audio_priming_is_skipped_by_one_edit() {
    let renditions = renditions(vec![audio_frames(48_000, 500, 1024).build()], 6000);
    let (ftyp, moov) = boxes(&renditions[0]);
    assert!(ftyp.compatible_brands.contains(&b"cmf2".into()));
    let trak = &moov.trak[0];
    assert_eq!(trak.tkhd.volume, 1.into());
    let edits = &trak.edts.as_ref().unwrap().elst.as_ref().unwrap().entries;
    assert_eq!(edits.len(), 1);
    assert_eq!(
        (edits[0].segment_duration, edits[0].media_time, edits[0].media_rate),
        (0, Some(1024), 1.into())
    );
    assert!(trak.mdia.minf.smhd.is_some());
    assert_eq!(moov.mvex.as_ref().unwrap().mehd.as_ref().unwrap().fragment_duration, 499 * 1024);
}

#[test]
fn audio_without_priming_has_no_edit_list() {
    let renditions = renditions(vec![audio_frames(48_000, 500, 0).build()], 6000);
    assert!(boxes(&renditions[0]).1.trak[0].edts.is_none());
}

#[test]
fn a_pixel_aspect_ratio_widens_the_track() {
    let renditions =
        renditions(vec![with_pixels(video((720, 576), (40, 1000), 50, 25), 64, 45)], 1000);
    let tkhd = &boxes(&renditions[0]).1.trak[0].tkhd.clone();
    assert_eq!((tkhd.width, tkhd.height), (1024.into(), 576.into()));
}

#[test]
fn turned_pictures_are_turned_by_the_matrix_and_keep_their_size() {
    let video = turned(video((640, 360), (40, 1000), 50, 25));
    for rendition in [renditions(vec![video.clone()], 1000).remove(0), {
        renditions(vec![video], 1000)[0].key_frames().unwrap()
    }] {
        let tkhd = boxes(&rendition).1.trak[0].tkhd.clone();
        let mp4_atom::Matrix { a, b, u, c, d, v, x, y, w } = tkhd.matrix;
        assert_eq!([a, b, u, c, d, v, x, y, w], rendition.track.matrix.0);
        assert_eq!((tkhd.width, tkhd.height), (640.into(), 360.into()));
    }
}

#[test]
fn languages_are_three_letters_and_a_tag_where_those_do_not_suffice() {
    let bytes = |tag: &str| {
        let track = audio_frames(48_000, 500, 0).build().with_language(Language::parse(tag));
        Writer::new(Profile::Cmaf, &renditions(vec![track], 6000)[0]).init_segment().unwrap()
    };
    let has = |bytes: &[u8], text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
    let german = bytes("ger");
    assert_eq!(mp4::init(&german).1.trak[0].mdia.mdhd.language, "deu");
    assert!(!has(&german, b"elng"));
    let regional = bytes("pt-BR");
    assert_eq!(mp4::init(&regional).1.trak[0].mdia.mdhd.language, "por");
    assert!(has(&regional, b"\0\0\0\x12elng\0\0\0\0pt-BR\0"));
    assert!(!has(&bytes("und"), b"elng"));
}
