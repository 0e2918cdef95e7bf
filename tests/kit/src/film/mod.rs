//! Films with all bytes of their samples, with random clocks, frame rates, groups of pictures, edit
//! lists and lengths.

mod audio;
mod container;
mod opened;
mod random;
mod slices;
mod track;
mod video;

pub use self::audio::Audio;
pub use self::container::{Container, Form};
pub use self::opened::OpenedFilm;
pub use self::random::films;
pub use self::slices::{with_mixed_parameter_sets, with_units_of_type};
pub use self::track::{Sample, Track};
pub use self::video::Video;

/// Tracks that are presented together.
#[derive(Clone, Debug)]
pub struct Film {
    /// Its tracks, in the order of their files.
    pub tracks: Vec<Track>,
}

impl Film {
    /// When the film starts, in seconds on the clock of its files. This is presented at 0.
    #[must_use]
    pub fn start(&self) -> f64 {
        self.tracks.iter().map(Track::start).fold(f64::INFINITY, f64::min)
    }

    /// The same film with only the edits that the times of fragments can express. Those are
    /// presentation times: either a delay or a later start within the media.
    #[must_use]
    pub fn with_edits_of_smooth(mut self) -> Self {
        for track in &mut self.tracks {
            let earliest = track.composition_times().into_iter().min().unwrap_or_default();
            if track.media_start > earliest {
                track.delay = 0;
            }
        }
        self
    }

    /// The same film on the 10 MHz clock. Every time is the exact time, rounded down.
    #[must_use]
    pub fn on_smooth_clock(&self) -> Self {
        Self { tracks: self.tracks.iter().map(Track::on_smooth_clock).collect() }
    }

    /// The longest tick of all tracks, in seconds.
    #[must_use]
    pub fn tick(&self) -> f64 {
        let clocks = self.tracks.iter().map(|track| track.clock);
        1.0 / f64::from(clocks.min().unwrap())
    }

    /// The track with that name and bitrate.
    #[must_use]
    pub fn track(&self, name: &str, bitrate: u32) -> &Track {
        self.tracks.iter().find(|track| (track.name, track.bitrate) == (name, bitrate)).unwrap()
    }
}
