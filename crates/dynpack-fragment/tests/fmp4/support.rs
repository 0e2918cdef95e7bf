//! Tracks made in code, and what an independent parser reads out of segments.

use std::sync::Arc;

use bytes::Bytes;
use dynpack_codec::{AacConfig, AspectRatio, AvcConfig, Codec, VideoCodec};
use dynpack_fragment::{Read, SegmentPlan};
use dynpack_media::{
    ColumnBuilder, CutPolicy, Edit, Rendition, RenditionId, SampleColumns, SampleIndex,
    SampleTable, SourceIndex, Ticks, Timeline, Timescale, Track, TrackId,
};
use mp4_atom::{Any, Atom, Buf, Decode, DecodeMaybe, Encode, Moof, Sidx, Styp};

/// What a track's tables hold.
#[derive(Clone, Debug)]
pub(crate) struct Tables {
    pub(crate) timescale: u32,
    pub(crate) durations: Vec<u32>,
    pub(crate) offsets: Vec<i32>,
    pub(crate) sizes: Vec<u32>,
    pub(crate) sync: Option<Vec<u32>>,
    pub(crate) samples_per_chunk: usize,
    pub(crate) edit: Edit,
}

impl Tables {
    fn build(&self) -> SampleTable {
        let column = |values: &mut dyn Iterator<Item = u32>| {
            let mut builder = ColumnBuilder::default();
            values.for_each(|value| builder.push_run(value, 1));
            builder.finish()
        };
        // Chunks lie in the file with another track's bytes between them.
        let mut chunks = Vec::new();
        let mut offset = 48;
        for (at, sizes) in self.sizes.chunks(self.samples_per_chunk).enumerate() {
            chunks.push((SampleIndex(u32::try_from(at * self.samples_per_chunk).unwrap()), offset));
            offset += sizes.iter().map(|&size| u64::from(size)).sum::<u64>() + 77;
        }
        SampleTable::new(SampleColumns {
            durations: column(&mut self.durations.iter().copied()),
            composition_offsets: column(
                &mut self.offsets.iter().map(|offset| offset.cast_unsigned()),
            ),
            sizes: column(&mut self.sizes.iter().copied()),
            chunks,
            sync_samples: self
                .sync
                .as_ref()
                .map(|sync| sync.iter().copied().map(SampleIndex).collect()),
        })
        .unwrap()
    }

    pub(crate) fn video(&self) -> Track {
        self.video_of(RECORD)
    }

    /// Video of that configuration.
    pub(crate) fn video_of(&self, record: &'static [u8]) -> Track {
        let (codec, entry) = avc(record, 1280, 720, None);
        Track::new(TrackId(3), Timescale::new(self.timescale).unwrap(), codec, entry, self.build())
            .with_edit(self.edit)
    }

    pub(crate) fn audio(&self) -> Track {
        let (codec, entry) = aac();
        Track::new(TrackId(4), Timescale::new(self.timescale).unwrap(), codec, entry, self.build())
            .with_edit(self.edit)
    }
}

/// Video in groups of `gop` pictures with `b_frames` between anchors, in decoding order, with an
/// edit list that makes up for the delay.
pub(crate) fn group_tables(
    timescale: u32,
    frame: u32,
    count: u32,
    gop: u32,
    b_frames: u32,
) -> Tables {
    let delay = u32::from(b_frames > 0);
    let mut offsets = Vec::new();
    for start in (0..count).step_by(gop as usize) {
        let len = gop.min(count - start);
        let mut shown = vec![0];
        let mut anchor = 0;
        while anchor + 1 < len {
            let next = (anchor + b_frames + 1).min(len - 1);
            shown.push(next);
            shown.extend(anchor + 1..next);
            anchor = next;
        }
        let offset = |(decoded, shown): (u32, &u32)| {
            (i64::from(*shown) - i64::from(decoded) + i64::from(delay)) * i64::from(frame)
        };
        offsets.extend((0..).zip(&shown).map(offset).map(|offset| i32::try_from(offset).unwrap()));
    }
    Tables {
        timescale,
        durations: vec![frame; count as usize],
        offsets,
        sizes: (0..count).map(|at| 100 + at * 7919 % 900).collect(),
        sync: Some((0..count).step_by(gop as usize).collect()),
        samples_per_chunk: 5,
        edit: Edit { delay: Ticks::ZERO, media_start: Ticks((delay * frame).into()) },
    }
}

/// AAC frames, of which the first `priming` ticks are skipped by an edit list.
pub(crate) fn audio_tables(timescale: u32, count: u32, priming: i64) -> Tables {
    Tables {
        timescale,
        durations: vec![1024; count as usize],
        offsets: vec![0; count as usize],
        sizes: (0..count).map(|at| 200 + at * 31 % 40).collect(),
        sync: None,
        samples_per_chunk: 9,
        edit: Edit { delay: Ticks::ZERO, media_start: Ticks(priming) },
    }
}

/// Renditions of these tracks on one timeline, in their order, all from the first source.
pub(crate) fn renditions(tracks: Vec<Track>, target_millis: u64) -> Vec<Rendition> {
    let policy = CutPolicy::with_target(std::time::Duration::from_millis(target_millis));
    let timeline = Timeline::cut(&tracks.iter().collect::<Vec<_>>(), policy).unwrap();
    let cut = tracks.into_iter().zip(timeline.cuts);
    cut.map(|(track, cuts)| {
        let name = track.kind().as_str().to_owned();
        Rendition::new(
            RenditionId::new(name, 100_000),
            SourceIndex(0),
            Arc::new(track),
            Arc::new(cuts),
        )
    })
    .collect()
}

const RECORD: &[u8] =
    &[1, 0x4d, 0x40, 0x1f, 0xff, 0xe1, 0, 4, 0x67, 0x4d, 0x40, 0x1f, 1, 0, 2, 0x68, 0xee];

fn avc(record: &'static [u8], width: u16, height: u16, pasp: Option<(u32, u32)>) -> (Codec, Bytes) {
    let avc1 = mp4_atom::Avc1 {
        visual: mp4_atom::Visual { data_reference_index: 1, width, height, ..Default::default() },
        avcc: mp4_atom::Avcc::decode_body(&mut &record[..]).unwrap(),
        pasp: pasp.map(|(h_spacing, v_spacing)| mp4_atom::Pasp { h_spacing, v_spacing }),
        btrt: None,
        colr: None,
        taic: None,
        fiel: None,
        spatial: Default::default(),
    };
    let mut entry = Vec::new();
    avc1.encode(&mut entry).unwrap();
    (
        Codec::from(AvcConfig::parse(Bytes::from_static(record), width, height, false).unwrap()),
        entry.into(),
    )
}

/// A track whose pixels are not square.
pub(crate) fn anamorphic(width: u16, height: u16, pasp: (u32, u32)) -> Track {
    let (mut codec, entry) = avc(RECORD, width, height, Some(pasp));
    let Codec::Video(VideoCodec::Avc(avc)) = &mut codec else { panic!("not H.264") };
    avc.pixel_aspect = AspectRatio::new(pasp.0, pasp.1).unwrap();
    let table = group_tables(1000, 40, 50, 25, 0).build();
    Track::new(TrackId(1), Timescale::new(1000).unwrap(), codec, entry, table)
}

fn aac() -> (Codec, Bytes) {
    let mp4a = mp4_atom::Mp4a {
        audio: mp4_atom::Audio {
            data_reference_index: 1,
            channel_count: 2,
            sample_size: 16,
            sample_rate: 48000.into(),
        },
        esds: mp4_atom::Esds {
            es_desc: mp4_atom::esds::EsDescriptor {
                es_id: 1,
                dec_config: mp4_atom::esds::DecoderConfig {
                    object_type_indication: 0x40,
                    stream_type: 5,
                    dec_specific: Some(mp4_atom::esds::DecoderSpecific {
                        profile: 2,
                        freq_index: 3,
                        chan_conf: 2,
                        raw: vec![0x11, 0x90],
                    }),
                    ..Default::default()
                },
                ..Default::default()
            },
        },
        btrt: None,
        taic: None,
    };
    let mut entry = Vec::new();
    mp4a.encode(&mut entry).unwrap();
    (Codec::from(AacConfig::parse(Bytes::from_static(&[0x11, 0x90]), 2).unwrap()), entry.into())
}

/// The byte of the stored file at `offset`.
pub(crate) fn stored(offset: u64) -> u8 {
    offset.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes()[0]
}

/// The bytes of a stored file that nobody wrote.
pub(crate) fn read(read: &Read) -> Bytes {
    (read.extent.offset..read.extent.end()).map(stored).collect()
}

/// The finished segment, in one piece.
pub(crate) fn finish(plan: SegmentPlan) -> Vec<u8> {
    let media: Vec<_> = plan.reads().iter().map(read).collect();
    plan.finish(&media).unwrap().concat()
}

/// One sample as a player reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PlayedSample {
    pub(crate) decode_time: i64,
    pub(crate) offset: i64,
    pub(crate) duration: i64,
    pub(crate) flags: u32,
    pub(crate) data: Vec<u8>,
}

/// A media segment as an independent parser reads it.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) styp: Option<Styp>,
    pub(crate) sidx: Option<Sidx>,
    pub(crate) moof: Moof,
    pub(crate) trun_version: u8,
    /// Time and duration of the `tfxd` box.
    pub(crate) tfxd: Option<(i64, i64)>,
    pub(crate) samples: Vec<PlayedSample>,
}

pub(crate) fn parse(segment: &[u8]) -> Parsed {
    let (mut styp, mut sidx, mut moof, mut moof_at, mut trun_version) = (None, None, None, 0, 0);
    let mut rest = segment;
    while rest.has_remaining() {
        let at = segment.len() - rest.len();
        match Any::decode_maybe(&mut rest).unwrap().expect("a whole box") {
            Any::Styp(found) => styp = Some(found),
            Any::Sidx(found) => {
                let size = usize::try_from(found.references[0].referenced_size).unwrap();
                assert_eq!(size, rest.len(), "the index covers the rest");
                sidx = Some(found);
            }
            Any::Moof(found) => {
                let moof_bytes = &segment[at..segment.len() - rest.len()];
                let trun = moof_bytes.windows(4).position(|bytes| bytes == b"trun").unwrap();
                trun_version = moof_bytes[trun + 4];
                moof_at = at;
                moof = Some(found);
            }
            Any::Mdat(_) => assert!(rest.is_empty(), "mdat comes last"),
            other => panic!("unexpected {:?}", other.kind()),
        }
    }
    let moof: Moof = moof.expect("a moof");
    let tfxd = tfxd(segment);
    let samples = played(&moof, segment, moof_at, tfxd);
    Parsed { styp, sidx, moof, trun_version, tfxd, samples }
}

fn tfxd(segment: &[u8]) -> Option<(i64, i64)> {
    const TYPE: [u8; 16] = *b"\x6d\x1d\x9b\x05\x42\xd5\x44\xe6\x80\xe2\x14\x1d\xaf\xf7\x57\xb2";
    let at = segment.windows(16).position(|bytes| bytes == TYPE)?;
    assert_eq!(segment[at - 8..at], *b"\0\0\0\x2cuuid");
    assert_eq!(segment[at + 16..at + 20], [1, 0, 0, 0]);
    let field = |at: usize| i64::from_be_bytes(segment[at..at + 8].try_into().unwrap());
    Some((field(at + 20), field(at + 28)))
}

/// As players do it: decoding starts at `tfdt`, or else at the start of the segment.
fn played(
    moof: &Moof,
    segment: &[u8],
    moof_at: usize,
    tfxd: Option<(i64, i64)>,
) -> Vec<PlayedSample> {
    let [traf] = &moof.traf[..] else { panic!("one traf") };
    let [trun] = &traf.trun[..] else { panic!("one trun") };
    assert!(
        traf.tfhd.default_base_is_moof != tfxd.is_some() && traf.tfhd.base_data_offset.is_none()
    );
    let mut at = moof_at + usize::try_from(trun.data_offset.unwrap()).unwrap();
    let tfdt = traf.tfdt.as_ref().map(|tfdt| i64::try_from(tfdt.base_media_decode_time).unwrap());
    let mut decode_time = tfdt.xor(tfxd.map(|(time, _)| time)).expect("either a tfdt or a tfxd");
    let samples = trun.samples.iter().map(|entry| {
        let size = entry.size.or(traf.tfhd.default_sample_size).unwrap() as usize;
        let duration = entry.duration.or(traf.tfhd.default_sample_duration).unwrap().into();
        let flags = entry.flags.or(traf.tfhd.default_sample_flags).unwrap();
        let data = segment[at..at + size].to_vec();
        let sample =
            PlayedSample { decode_time, offset: entry.cts.unwrap_or(0), duration, flags, data };
        at += size;
        decode_time += duration;
        sample
    });
    let samples = samples.collect();
    assert_eq!(at, segment.len(), "the samples fill the mdat");
    samples
}

/// A box of that type as an independent parser reads it, which must take all of it.
pub(crate) fn decode<T: Atom>(mut bytes: &[u8]) -> (T, &[u8]) {
    let atom = T::decode(&mut bytes).unwrap();
    (atom, bytes)
}
