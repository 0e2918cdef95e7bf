//! Random films.

mod audio;
mod video;

use dynpack_codec::MediaKind;
use proptest::prelude::*;

use super::{Film, Sample, Track};

/// Up to three renditions of video and up to two languages, but at least one track.
pub fn films() -> impl Strategy<Value = Film> {
    let counts = prop_oneof![
        4 => (1_usize..=3, 1_usize..=2),
        1 => (1_usize..=2, Just(0)),
        1 => (Just(0), 1_usize..=2),
    ];
    counts.prop_flat_map(|(videos, audios)| {
        let audio = prop::collection::vec(audio::tracks(), audios);
        (video::ladders(videos), audio).prop_map(move |(video, audio)| {
            let mut tracks: Vec<Track> = video.into_iter().chain(audio).collect();
            for (number, track) in (0..).zip(&mut tracks) {
                track.bitrate = 1000 + number;
                if track.kind == MediaKind::Audio {
                    track.name = if number as usize == videos { "audio_one" } else { "audio_two" };
                }
                sign(track, number);
            }
            Film { tracks }
        })
    })
}

/// Makes every sample unique and free of zeros: start codes and similar bytes are for tests of
/// transport streams.
fn sign(track: &mut Track, number: u32) {
    for (at, sample) in (0_u32..).zip(&mut track.samples) {
        let mut state = (number << 16 | at).wrapping_mul(0x9e37_79b9) | 1;
        for byte in &mut sample.data {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *byte = state.to_be_bytes()[0].max(1);
        }
        if track.kind == MediaKind::Video {
            video::put_header(sample);
        }
    }
}
