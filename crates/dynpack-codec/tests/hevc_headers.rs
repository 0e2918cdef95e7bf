//! Where slice segment headers of HEVC end, compared with what ffmpeg finds. `data/hevc_headers.py`
//! makes the streams and the table.

use dynpack_codec::hevc::{NalType, SliceHeaders};

const LENGTHS: &str = include_str!("data/hevc_headers.txt");
const STREAMS: [(&str, &[u8]); 5] = [
    ("open_gop_2_slices", include_bytes!("data/open_gop_2_slices.h265")),
    ("rows_422_10_bit", include_bytes!("data/rows_422_10_bit.h265")),
    ("intra_444", include_bytes!("data/intra_444.h265")),
    ("fade_weighted", include_bytes!("data/fade_weighted.h265")),
    ("synthetic", include_bytes!("data/synthetic.h265")),
];

fn units(stream: &[u8]) -> impl Iterator<Item = &[u8]> {
    let starts = stream.windows(3).enumerate().filter(|(_, code)| *code == [0, 0, 1]);
    let starts: Vec<_> = starts.map(|(at, _)| at).chain([stream.len()]).collect();
    let unit = |pair: &[usize]| without_zeros(&stream[pair[0] + 3..pair[1]]);
    starts.windows(2).map(unit).collect::<Vec<_>>().into_iter()
}

fn without_zeros(unit: &[u8]) -> &[u8] {
    let len = unit.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    &unit[..len]
}

#[test]
fn headers_are_as_long_as_ffmpeg_finds() {
    let mut lines = LENGTHS.lines();
    for (name, stream) in STREAMS {
        let (known, lengths) = lines.next().unwrap().split_once(' ').unwrap();
        assert_eq!(known, name);
        let mut headers = SliceHeaders::default();
        let found = units(stream).filter_map(|unit| headers.read(unit).unwrap());
        let found: Vec<_> = found.map(|len| len.to_string()).collect();
        assert_eq!(found.join(" "), lengths, "{name}");
        assert!(found.len() >= 3, "{name}");
    }
}

#[test]
fn slices_that_cannot_be_read_are_refused() {
    let (_, stream) = STREAMS[0];
    let all: Vec<_> = units(stream).collect();
    let slice = all.iter().find(|unit| NalType::of(unit).is_slice()).unwrap();
    let refused = |unit: &[u8]| {
        let mut headers = SliceHeaders::default();
        all.iter().take(4).for_each(|unit| drop(headers.read(unit)));
        headers.read(unit).unwrap_err().to_string()
    };
    assert!(refused(&slice[..3]).contains("cut short"));
    let enhancement = [slice[0] | 1, slice[1]].into_iter().chain(slice[2..].iter().copied());
    assert!(refused(&enhancement.collect::<Vec<_>>()).contains("layer 32"));
    assert!(refused(&[0x7e, 0x01, 0x42]).contains("type 63"), "Dolby Vision's second layer");
    assert!(refused(&[0x4e, 0x01, 0, 0, 1]).contains("type 39 has a start code"));
    assert_eq!(
        SliceHeaders::default().read(slice).unwrap_err().to_string(),
        "a slice without its picture parameter set 0"
    );
}
