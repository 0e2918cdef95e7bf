//! A fragmented MP4 file with one text track.

use dynpack_boxes::moof::{Mfhd, Tfdt, Tfhd, TrunFields, TrunHead, TrunSample};
use dynpack_boxes::moov::{Dref, Hdlr, Mdhd, Mvhd, PackedLanguage, Stbl, Stsd, Tkhd, Trex};
use dynpack_boxes::{BoxType, Brands, Error, Ftyp, put_container};
use dynpack_media::{FourCc, Language, Timescale, TrackId};
use dynpack_text::Sample;

const TRACK: TrackId = TrackId(1);

/// Writes a file with the samples in one fragment.
pub(crate) fn file(
    entry: &[u8],
    handler_type: [u8; 4],
    timescale: Timescale,
    samples: Vec<Sample>,
) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    if let Some(brands) = Brands::new(&[FourCc(*b"iso6"), FourCc(*b"mp41")]) {
        Ftyp(brands).put(&mut out);
    }
    put_container(*b"moov", &mut out, |out| {
        Mvhd::new(timescale, 2).put(out);
        put_container(*b"trak", out, |out| {
            Tkhd::new(TRACK).put(out);
            put_container(*b"mdia", out, |out| put_mdia(entry, handler_type, timescale, out));
        });
        put_container(*b"mvex", out, |out| Trex::new(TRACK).put(out));
    });
    put_fragment(&samples, &mut out)?;
    let data: Vec<u8> = samples.into_iter().flat_map(|sample| sample.data).collect();
    put_container(*b"mdat", &mut out, |out| out.extend(data));
    Ok(out)
}

fn put_mdia(entry: &[u8], handler_type: [u8; 4], timescale: Timescale, out: &mut Vec<u8>) {
    let language = PackedLanguage::new(&Language::undetermined());
    Mdhd { creation_time: 0, modification_time: 0, timescale, duration: 0, language }.put(out);
    Hdlr { handler_type: FourCc(handler_type), name: b"text\0" }.put(out);
    put_container(*b"minf", out, |out| {
        let header = if handler_type == *b"subt" { *b"sthd" } else { *b"nmhd" };
        put_container(header, out, |out| out.extend([0; 4]));
        put_container(*b"dinf", out, |out| Dref.put(out));
        Stbl { stsd: Stsd { entry } }.put(out);
    });
}

fn put_fragment(samples: &[Sample], out: &mut Vec<u8>) -> Result<(), Error> {
    let mut entries = Vec::new();
    for sample in samples {
        let duration = u32::try_from((sample.span.end - sample.span.start).0);
        let size = u32::try_from(sample.data.len());
        TrunSample { duration: duration.ok(), size: size.ok(), ..TrunSample::default() }
            .put(&mut entries);
    }
    let fields = TrunFields { duration: true, size: true, ..TrunFields::default() };
    let sample_count = u32::try_from(samples.len()).map_err(|_| Error::Count(u32::MAX))?;
    let head = TrunHead { sample_count, data_offset: Some(0), first_sample_flags: None, fields };
    let start = samples.first().map_or(0, |sample| sample.span.start.0);
    let traf = |data_offset, out: &mut Vec<u8>| {
        Tfhd { default_base_is_moof: true, ..Tfhd::new(TRACK) }.put(out);
        Tfdt { base_media_decode_time: start }.put(out);
        let head = TrunHead { data_offset: Some(data_offset), ..head };
        head.with_samples(&entries).map(|trun| trun.put(out))
    };
    let moof = |data_offset| {
        let (mut moof, mut result) = (Vec::new(), Ok(()));
        put_container(*b"moof", &mut moof, |out| {
            Mfhd { sequence_number: 1 }.put(out);
            put_container(*b"traf", out, |out| result = traf(data_offset, out));
        });
        result.map(|()| moof)
    };
    // The samples start after the header of `mdat`.
    let data_offset = i32::try_from(moof(0)?.len() + 8).map_err(|_| Error::CutShort)?;
    out.extend(moof(data_offset)?);
    Ok(())
}
