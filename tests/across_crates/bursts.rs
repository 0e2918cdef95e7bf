//! Tens of thousands of frames within seconds, which recorders may write when they stop.

use dynpack::storage::Memory;
use dynpack::{Dynpack, Format};
use dynpack_codec::MediaKind;

use crate::support::{film_storage, formats, get, promises, sample};
use dynpack_testkit::film::{Container, Film, Form, Sample, Track};

/// Audio of ten seconds, then 87,000 frames within four seconds, with the video of the sample.
fn burst() -> Memory {
    let frame = |duration| Sample { duration, offset: 0, is_sync: true, data: vec![1; 8] };
    let even = (0..469).map(|_| frame(1024));
    let samples = even.chain((0..87_000).map(|at| frame(2 + u32::from(at % 5 == 0)))).collect();
    let track = Track {
        name: "audio",
        bitrate: 0,
        kind: MediaKind::Audio,
        clock: 48_000,
        config: [0x11, 0x90].into(),
        samples,
        delay: 0,
        media_start: 0,
        together: 20,
    };
    let container =
        Container { form: Form::Progressive { is_fast_start: true }, is_one_file: true };
    let storage = film_storage(&Film { tracks: vec![track] }, container);
    storage.insert("film/video.mp4", sample("video_180p.mp4"));
    let listed = r#"<smil><body><switch><video src="video.mp4"/><audio src="0.mp4"/></switch>
        </body></smil>"#;
    storage.insert("film/film.ism", listed);
    storage
}

#[tokio::test]
async fn a_burst_of_frames_at_the_end_is_served_in_every_format() {
    let dynpack = Dynpack::builder(burst()).build();
    for format in formats() {
        let promises = promises(&dynpack, "/film/film.ism", format).await;
        assert_eq!(
            promises.len(),
            if matches!(format, Format::HlsV3 | Format::Hds) { 1 } else { 2 },
            "{format}"
        );
        for (url, ..) in promises.iter().flat_map(|promise| &promise.segments) {
            assert!(!get(&dynpack, url).await.is_empty(), "{url}");
        }
    }
}
