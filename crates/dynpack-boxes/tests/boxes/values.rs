//! Boxes with any content that their types allow.

use std::borrow::Cow;

use dynpack_boxes::hds::{Abst, Afrt, Asrt, FragmentRun, SegmentRun};
use dynpack_boxes::moof::{Subsample, Tfhd, TrunFields, TrunHead, TrunSample};
use dynpack_boxes::moov::{Edit, Elst, Mdhd, Mvhd, PackedLanguage, Tkhd, Trex};
use dynpack_boxes::{AccessPoint, Brands, Reference, SampleFlags, Sidx};
use dynpack_media::{FourCc, Matrix, Timescale, TrackId};
use proptest::collection::vec;
use proptest::prelude::*;

/// A number which may or may not have more than 32 bits.
pub(crate) fn wide() -> impl Strategy<Value = u64> {
    prop_oneof![any::<u32>().prop_map(u64::from), any::<u64>()]
}

fn timescale() -> impl Strategy<Value = Timescale> {
    (1..=u32::MAX).prop_map(|hz| Timescale::new(hz).unwrap())
}

fn matrix() -> impl Strategy<Value = Matrix> {
    any::<[i32; 9]>().prop_map(Matrix)
}

pub(crate) fn fourcc() -> impl Strategy<Value = FourCc> {
    any::<[u8; 4]>().prop_map(FourCc)
}

fn sample_flags() -> impl Strategy<Value = Option<SampleFlags>> {
    any::<Option<u32>>().prop_map(|flags| flags.map(SampleFlags))
}

pub(crate) fn brands() -> impl Strategy<Value = Brands<'static>> {
    (fourcc(), any::<u32>(), vec(fourcc(), 0..5)).prop_map(|(major, minor_version, compatible)| {
        Brands { major, minor_version, compatible: Cow::Owned(compatible) }
    })
}

pub(crate) fn sidx() -> impl Strategy<Value = Sidx<'static>> {
    let reference = (any::<bool>(), 0..=Reference::MAX_SIZE, any::<u32>(), any::<u32>()).prop_map(
        |(is_index, size, duration, access_point)| {
            let access_point = AccessPoint(access_point);
            Reference { is_index, size, duration, access_point }
        },
    );
    let fields = (any::<u32>(), any::<u32>(), any::<u64>(), any::<u64>(), vec(reference, 0..4));
    fields.prop_map(|(reference_id, timescale, earliest_presentation_time, first_offset, list)| {
        let references = Cow::Owned(list);
        Sidx { reference_id, timescale, earliest_presentation_time, first_offset, references }
    })
}

pub(crate) fn mvhd() -> impl Strategy<Value = Mvhd> {
    let times = (wide(), wide(), wide());
    let fields = (timescale(), any::<i32>(), any::<i16>(), matrix(), any::<u32>());
    (times, fields).prop_map(
        |(
            (creation_time, modification_time, duration),
            (timescale, rate, volume, matrix, next_track_id),
        )| {
            Mvhd {
                creation_time,
                modification_time,
                timescale,
                duration,
                rate,
                volume,
                matrix,
                next_track_id,
            }
        },
    )
}

pub(crate) fn tkhd() -> impl Strategy<Value = Tkhd> {
    let flags = any::<[bool; 3]>();
    let times = (wide(), wide(), wide());
    let fields = (any::<u32>(), any::<[i16; 3]>(), matrix(), any::<[u32; 2]>());
    (flags, times, fields).prop_map(
        |(
            [is_enabled, is_in_movie, is_in_preview],
            (creation_time, modification_time, duration),
            (track_id, [layer, alternate_group, volume], matrix, [width, height]),
        )| {
            Tkhd {
                is_enabled,
                is_in_movie,
                is_in_preview,
                creation_time,
                modification_time,
                track_id: TrackId(track_id),
                duration,
                layer,
                alternate_group,
                volume,
                matrix,
                width,
                height,
            }
        },
    )
}

pub(crate) fn elst() -> impl Strategy<Value = Elst> {
    let media_time = prop_oneof![any::<i32>().prop_map(i64::from), any::<i64>()];
    let edit = (wide(), media_time, any::<i32>()).prop_map(|(duration, media_time, rate)| Edit {
        duration,
        media_time,
        rate,
    });
    vec(edit, 0..4).prop_map(|edits| Elst { edits })
}

pub(crate) fn mdhd() -> impl Strategy<Value = Mdhd> {
    (wide(), wide(), timescale(), wide(), any::<u16>()).prop_map(
        |(creation_time, modification_time, timescale, duration, language)| {
            let language = PackedLanguage(language);
            Mdhd { creation_time, modification_time, timescale, duration, language }
        },
    )
}

pub(crate) fn trex() -> impl Strategy<Value = Trex> {
    any::<[u32; 5]>().prop_map(|[id, description, duration, size, flags]| Trex {
        track_id: TrackId(id),
        default_sample_description_index: description,
        default_sample_duration: duration,
        default_sample_size: size,
        default_sample_flags: SampleFlags(flags),
    })
}

pub(crate) fn tfhd() -> impl Strategy<Value = Tfhd> {
    let words = any::<[Option<u32>; 3]>();
    (any::<u32>(), any::<Option<u64>>(), words, sample_flags(), any::<[bool; 2]>()).prop_map(
        |(id, base_data_offset, [description, duration, size], flags, [is_empty, is_moof])| Tfhd {
            track_id: TrackId(id),
            base_data_offset,
            sample_description_index: description,
            default_sample_duration: duration,
            default_sample_size: size,
            default_sample_flags: flags,
            duration_is_empty: is_empty,
            default_base_is_moof: is_moof,
        },
    )
}

/// The head of a `trun` with its samples.
pub(crate) fn trun() -> impl Strategy<Value = (TrunHead, Vec<TrunSample>)> {
    let samples = vec(any::<(u32, u32, u32, i32)>(), 0..5);
    (any::<Option<i32>>(), sample_flags(), any::<[bool; 4]>(), samples).prop_map(
        |(
            data_offset,
            first_sample_flags,
            [duration, size, flags, composition_offset],
            samples,
        )| {
            let fields = TrunFields { duration, size, flags, composition_offset };
            let sample_count = u32::try_from(samples.len()).unwrap();
            let samples = samples.into_iter().map(|(duration, size, flags, offset)| TrunSample {
                duration: fields.duration.then_some(duration),
                size: fields.size.then_some(size),
                flags: fields.flags.then_some(SampleFlags(flags)),
                composition_offset: fields.composition_offset.then_some(offset),
            });
            let samples = samples.collect();
            (TrunHead { sample_count, data_offset, first_sample_flags, fields }, samples)
        },
    )
}

/// What a `senc` says, on its own memory.
#[derive(Clone, Debug)]
pub(crate) struct Encryption {
    pub(crate) iv_size: u8,
    pub(crate) has_subsamples: bool,
    pub(crate) ivs: Vec<Vec<u8>>,
    /// As many as there are vectors.
    pub(crate) subsamples: Vec<Vec<Subsample>>,
}

pub(crate) fn encryption() -> impl Strategy<Value = Encryption> {
    let subsample =
        any::<(u16, u32)>().prop_map(|(clear, protected)| Subsample { clear, protected });
    (prop::sample::select(vec![0_u8, 8, 16]), any::<bool>(), 0..4_usize).prop_flat_map(
        move |(iv_size, has_subsamples, count)| {
            let ivs = vec(vec(any::<u8>(), usize::from(iv_size)), count);
            let subsamples = vec(vec(subsample.clone(), 0..4), count);
            (ivs, subsamples).prop_map(move |(ivs, subsamples)| Encryption {
                iv_size,
                has_subsamples,
                ivs,
                subsamples,
            })
        },
    )
}

pub(crate) fn abst() -> impl Strategy<Value = Abst> {
    let segments = vec(any::<[u32; 2]>(), 0..3).prop_map(|runs| Asrt {
        runs: runs
            .into_iter()
            .map(|[first_segment, fragments_per_segment]| SegmentRun {
                first_segment,
                fragments_per_segment,
            })
            .collect(),
    });
    let run = prop_oneof![
        any::<(u32, u64, std::num::NonZeroU32)>().prop_map(
            |(first_fragment, timestamp, duration)| {
                FragmentRun::Fragments { first_fragment, timestamp, duration }
            }
        ),
        any::<(u32, u64, u8)>().prop_map(|(first_fragment, timestamp, indicator)| {
            FragmentRun::Discontinuity { first_fragment, timestamp, indicator }
        }),
    ];
    let fragments =
        (any::<u32>(), vec(run, 0..4)).prop_map(|(time_scale, runs)| Afrt { time_scale, runs });
    (any::<u32>(), any::<u32>(), any::<u64>(), segments, fragments).prop_map(
        |(bootstrap_info_version, time_scale, current_media_time, asrt, afrt)| Abst {
            bootstrap_info_version,
            time_scale,
            current_media_time,
            asrt,
            afrt,
        },
    )
}
