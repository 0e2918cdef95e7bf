//! What an F4M manifest promises, and what a fragment holds: by the letter of the specifications
//! (Adobe F4V file format 10.1).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Buf;
use dynpack::Dynpack;
use quick_xml::events::Event;

use super::{Promise, join, text};

pub(crate) async fn promises(dynpack: &Dynpack, manifest: &str) -> Vec<Promise> {
    let f4m = text(dynpack, manifest).await;
    let mut reader = quick_xml::Reader::from_str(&f4m);
    let (mut promises, mut bootstraps, mut id) = (Vec::new(), Vec::new(), None);
    loop {
        let event = reader.read_event().unwrap();
        if let (Event::Text(content), Some(id)) = (&event, id.take()) {
            bootstraps.push((id, bootstrap(&STANDARD.decode(content.as_ref()).unwrap())));
        }
        let (Event::Start(element) | Event::Empty(element)) = event else {
            if event == Event::Eof {
                return promises;
            }
            continue;
        };
        let attribute = |name: &str| {
            let attribute = element.try_get_attribute(name).unwrap()?;
            Some(
                attribute
                    .normalized_value(quick_xml::XmlVersion::Implicit1_0)
                    .unwrap()
                    .into_owned(),
            )
        };
        match element.name().as_ref() {
            "bootstrapInfo" => id = attribute("id"),
            "media" => {
                let (url, id) = (attribute("url").unwrap(), attribute("bootstrapInfoId").unwrap());
                let (_, fragments) = bootstraps.iter().find(|(known, _)| *known == id).unwrap();
                let url = |number: u32| join(manifest, &format!("{url}Seg1-Frag{number}"));
                let segments = fragments
                    .iter()
                    .map(|&(number, start, duration)| (url(number), start, duration));
                promises.push(Promise { init: None, segments: segments.collect() });
            }
            _ => {}
        }
    }
}

/// The number, start and duration of each fragment, in seconds, from an `abst` box (2.11.2).
fn bootstrap(mut abst: &[u8]) -> Vec<(u32, f64, f64)> {
    assert_eq!((abst.get_u32() as usize - 4, &abst[..4]), (abst.len(), &b"abst"[..]));
    // Type, version and flags, version, profile; the clock; current time, SMPTE offset, four empty
    // texts and a count.
    abst.advance(4 + 4 + 4 + 1);
    assert_eq!(abst.get_u32(), 1000);
    abst.advance(8 + 8 + 5);
    assert_eq!(
        (abst.get_u8(), abst.get_u32(), abst.get_u32()),
        (1, 25, u32::from_be_bytes(*b"asrt"))
    );
    abst.advance(4 + 1 + 4);
    let (first_segment, fragments) = (abst.get_u32(), abst.get_u32());
    assert_eq!((first_segment, abst.get_u8()), (1, 1));
    abst.advance(4);
    assert_eq!(abst.get_u32(), u32::from_be_bytes(*b"afrt"));
    abst.advance(4);
    assert_eq!((abst.get_u32(), abst.get_u8()), (1000, 0));
    let mut runs = Vec::new();
    for _ in 0..abst.get_u32() {
        let (first, start, duration) = (abst.get_u32(), abst.get_u64(), abst.get_u32());
        if duration == 0 {
            assert_eq!((first, start, abst.get_u8()), (0, 0, 0), "the end of the presentation");
        } else {
            runs.push((first, start, duration));
        }
    }
    assert!(abst.is_empty());
    let seconds = |millis: u64| millis as f64 / 1000.0;
    let fragment = |number: u32| {
        let &(first, start, duration) = runs.iter().rfind(|(first, ..)| *first <= number).unwrap();
        (
            number,
            seconds(start + u64::from(number - first) * u64::from(duration)),
            seconds(duration.into()),
        )
    };
    (1..=fragments).map(fragment).collect()
}

/// A sample in a tag.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tag<'a> {
    pub(crate) is_video: bool,
    /// Whether decoding can start at it.
    pub(crate) is_key_frame: bool,
    /// When it is decoded, and how much later it is presented, in milliseconds.
    pub(crate) decode: i64,
    pub(crate) offset: i64,
    pub(crate) data: &'a [u8],
}

/// The samples of an F4F fragment, in order (E.4).
pub(crate) fn tags(mut fragment: &[u8]) -> Vec<Tag<'_>> {
    let mut tags = Vec::new();
    assert_eq!((fragment.get_u32() as usize - 4, &fragment[..4]), (fragment.len(), &b"mdat"[..]));
    fragment.advance(4);
    while fragment.has_remaining() {
        let (kind, size) = (fragment.get_u8(), usize::try_from(fragment.get_uint(3)).unwrap());
        let (low, high) = (fragment.get_uint(3), fragment.get_u8());
        assert_eq!(fragment.get_uint(3), 0, "the only stream");
        let (data, rest) = fragment.split_at(size);
        fragment = rest;
        assert_eq!(fragment.get_u32() as usize, size + 11);
        let decode = i64::from(high) << 24 | i64::try_from(low).unwrap();
        let is_video = kind == 9;
        assert!(is_video || kind == 8, "a tag of type {kind}");
        // Behind the codec stands whether this is a configuration or a sample; behind that, for
        // video, when it is shown.
        let (mut head, skipped) = if is_video { (&data[2..], 5) } else { (&[0; 3][..], 2) };
        let offset = head.get_int(3);
        if data[1] == 1 {
            let is_key_frame = !is_video || data[0] >> 4 == 1;
            tags.push(Tag { is_video, is_key_frame, decode, offset, data: &data[skipped..] });
        }
    }
    tags
}
