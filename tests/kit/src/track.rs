//! Tracks from sample tables.

use dynpack_codec::Codec;
use dynpack_media::{
    ColumnBuilder, Edit, SampleColumns, SampleIndex, SampleTable, Ticks, Timescale, Track, TrackId,
};

use crate::codec::{self, AAC_48_STEREO, AVCC};
use crate::mp4;

/// A builder of a track: the content of its sample tables.
#[derive(Clone, Debug)]
pub struct TrackBuilder {
    /// The codec of its samples.
    pub codec: Codec,
    /// Ticks per second.
    pub timescale: u32,
    /// The duration of each sample, in ticks.
    pub durations: Vec<u32>,
    /// The composition offset of each sample, in ticks.
    pub offsets: Vec<i32>,
    /// The length of each sample, in bytes.
    pub sizes: Vec<u32>,
    /// The sync samples, counted from 0; `None` if all are.
    pub sync: Option<Vec<u32>>,
    /// Number of samples in a chunk.
    pub samples_per_chunk: usize,
    /// Number of bytes of another track between two chunks.
    pub chunk_gap: u32,
    /// Where the first chunk starts in the file.
    pub first_chunk: u64,
    /// Its place in the movie.
    pub edit: Edit,
}

impl TrackBuilder {
    /// `count` samples of 100 bytes, all sync samples, in one chunk.
    fn new(codec: Codec, timescale: u32, duration: u32, count: u32) -> Self {
        Self {
            codec,
            timescale,
            durations: vec![duration; count as usize],
            offsets: vec![0; count as usize],
            sizes: vec![100; count as usize],
            sync: None,
            samples_per_chunk: usize::MAX,
            chunk_gap: 0,
            first_chunk: 48,
            edit: Edit::default(),
        }
    }

    /// H.264 of 1280 by 720: `count` pictures of `duration` ticks, with a sync sample every `gop`
    /// pictures, starting with the first.
    #[must_use]
    pub fn video(timescale: u32, duration: u32, count: u32, gop: u32) -> Self {
        let sync = (0..count).step_by(gop as usize).collect();
        Self::new(codec::avc(AVCC, (1280, 720)), timescale, duration, count).with_sync(sync)
    }

    /// AAC LC: `count` frames of 1024 ticks.
    #[must_use]
    pub fn audio(timescale: u32, count: u32) -> Self {
        Self::new(codec::aac(AAC_48_STEREO), timescale, 1024, count)
    }

    /// The same track with another codec.
    #[must_use]
    pub fn with_codec(self, codec: Codec) -> Self {
        Self { codec, ..self }
    }

    /// The same track with these sync samples.
    #[must_use]
    pub fn with_sync(self, sync: Vec<u32>) -> Self {
        Self { sync: Some(sync), ..self }
    }

    /// The same track with a length for each sample.
    #[must_use]
    pub fn with_sizes(self, size: impl Fn(u32) -> u32) -> Self {
        let sizes = (0..self.len()).map(size).collect();
        Self { sizes, ..self }
    }

    /// The same track with a composition offset for each sample.
    #[must_use]
    pub fn with_offsets(self, offset: impl Fn(u32) -> i32) -> Self {
        let offsets = (0..self.len()).map(offset).collect();
        Self { offsets, ..self }
    }

    /// The same track in chunks of that many samples, with that many bytes between them.
    #[must_use]
    pub fn with_chunks(self, samples_per_chunk: usize, chunk_gap: u32) -> Self {
        Self { samples_per_chunk, chunk_gap, ..self }
    }

    /// The same track at another place of the movie, in ticks.
    #[must_use]
    pub fn with_edit(self, delay: i64, media_start: i64) -> Self {
        Self { edit: Edit { delay: Ticks(delay), media_start: Ticks(media_start) }, ..self }
    }

    /// The same track with that many B-frames between two reference pictures, in decoding order,
    /// and an edit list that compensates for the delay. All pictures get the duration of the first.
    #[must_use]
    pub fn with_b_frames(self, b_frames: u32) -> Self {
        let delay = u32::from(b_frames > 0);
        let frame = i64::from(self.durations.first().copied().unwrap_or_default());
        let mut offsets = Vec::new();
        for len in self.group_lens() {
            let mut shown = vec![0];
            let mut anchor = 0;
            while anchor + 1 < len {
                let next = (anchor + b_frames + 1).min(len - 1);
                shown.push(next);
                shown.extend(anchor + 1..next);
                anchor = next;
            }
            let offset = |(decoded, shown): (u32, &u32)| {
                (i64::from(*shown) - i64::from(decoded) + i64::from(delay)) * frame
            };
            let group = (0..).zip(&shown).map(offset);
            offsets.extend(group.map(|offset| i32::try_from(offset).unwrap()));
        }
        Self { offsets, ..self }.with_edit(0, i64::from(delay) * frame)
    }

    /// The same track with three B-frames between two reference pictures. The second of them in
    /// presentation order is itself a reference. That is the default of x264, in groups of one more
    /// than a multiple of four. An edit list compensates for the delay of two pictures.
    #[must_use]
    pub fn with_b_pyramid(self) -> Self {
        let frame = self.durations.first().copied().unwrap_or_default();
        let in_group = |place: u32| match place {
            0 => 2,
            _ => [1, 5, 2, 0][place as usize % 4],
        };
        let pictures = self.group_lens().into_iter().flat_map(|len| (0..len).map(in_group));
        let offsets = pictures.map(|pictures| i32::try_from(pictures * frame).unwrap()).collect();
        Self { offsets, ..self }.with_edit(0, (2 * frame).into())
    }

    /// Number of samples in each group of pictures.
    fn group_lens(&self) -> Vec<u32> {
        let starts = self.sync.as_deref().unwrap_or_default();
        let ends = starts.iter().skip(1).copied().chain([self.len()]);
        starts.iter().zip(ends).map(|(start, end)| end - start).collect()
    }

    fn len(&self) -> u32 {
        u32::try_from(self.durations.len()).unwrap()
    }

    /// The track. Its id is 3, since the output numbers its own tracks.
    #[must_use]
    pub fn build(&self) -> Track {
        let entry = mp4::sample_entry(&self.codec);
        let timescale = Timescale::new(self.timescale).unwrap();
        let table = self.table();
        Track::new(TrackId(3), timescale, self.codec.clone(), entry.into(), table)
            .with_edit(self.edit)
    }

    /// The track with these samples instead of its sizes. They are appended to `file`, each chunk
    /// after a gap.
    #[must_use]
    pub fn append_to<S: AsRef<[u8]>>(&self, file: &mut Vec<u8>, samples: &[S]) -> Track {
        let gap = self.chunk_gap as usize;
        let first_chunk = (file.len() + gap) as u64;
        for chunk in samples.chunks(self.samples_per_chunk) {
            file.resize(file.len() + gap, 0x55);
            chunk.iter().for_each(|sample| file.extend_from_slice(sample.as_ref()));
        }
        let size = |sample: &S| u32::try_from(sample.as_ref().len()).unwrap();
        Self { sizes: samples.iter().map(size).collect(), first_chunk, ..self.clone() }.build()
    }

    fn table(&self) -> SampleTable {
        let column = |values: &mut dyn Iterator<Item = u32>| {
            let mut builder = ColumnBuilder::default();
            values.for_each(|value| builder.push_run(value, 1));
            builder.finish()
        };
        let (mut chunks, mut first, mut offset) = (Vec::new(), 0, self.first_chunk);
        for sizes in self.sizes.chunks(self.samples_per_chunk) {
            chunks.push((SampleIndex(u32::try_from(first).unwrap()), offset));
            first += sizes.len();
            offset +=
                sizes.iter().map(|&size| u64::from(size)).sum::<u64>() + u64::from(self.chunk_gap);
        }
        let sync = self.sync.as_ref();
        SampleTable::new(SampleColumns {
            durations: column(&mut self.durations.iter().copied()),
            composition_offsets: column(
                &mut self.offsets.iter().map(|offset| offset.cast_unsigned()),
            ),
            sizes: column(&mut self.sizes.iter().copied()),
            chunks,
            sync_samples: sync.map(|sync| sync.iter().copied().map(SampleIndex).collect()),
        })
        .unwrap()
    }
}

/// The end of the last sample of a track in its file.
#[must_use]
pub fn end_in_file(track: &Track) -> u64 {
    let all = SampleIndex(0)..SampleIndex(track.samples.len());
    track.samples.extents(all).map(|extent| extent.end()).max().unwrap_or_default()
}

/// When a sample is presented in the movie, in ticks of its track.
#[must_use]
pub fn presented(track: &Track, sample: u32) -> Ticks {
    track.samples.composition_time(SampleIndex(sample)) + track.edit.delay - track.edit.media_start
}
