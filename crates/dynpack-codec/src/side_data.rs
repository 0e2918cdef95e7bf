//! What a sample of video carries beside its pictures, as far as manifests declare it: dynamic
//! metadata, another transfer function and captions.

use crate::av1::{Obu, ObuType};
use crate::sei::Message;
use crate::{Malformed, NalUnit};

/// What a sample of video carries beside its pictures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SideData {
    /// Whether it has the dynamic metadata of HDR10+ (SMPTE ST 2094-40), in the syntax of
    /// ANSI/CTA-861-H, annex S.
    pub has_hdr10_plus: bool,
    /// `preferred_transfer_characteristics`: the transfer function with which the pictures should
    /// rather be shown than with the declared one, by its code point in ISO/IEC 23091-2.
    pub preferred_transfer: Option<u8>,
    /// The constructs of `cc_data`: captions, or what stands for them where there are none
    /// (ANSI/CTA-708-E, 4.3).
    pub captions: Vec<[u8; 3]>,
}

/// What a NAL unit is to whoever looks for side data.
pub(crate) enum Role {
    /// Supplemental enhancement information that precedes the picture.
    Information,
    /// A part of the picture: nothing that is looked for follows.
    Picture,
    Other,
}

impl SideData {
    /// The messages before the picture of a sample, in NAL units with headers of that length.
    pub(crate) fn in_units<'a>(
        units: impl Iterator<Item = Result<NalUnit<'a>, Malformed>>,
        header_len: usize,
        role: fn(&[u8]) -> Role,
    ) -> Self {
        /// `user_data_registered_itu_t_t35` and `alternative_transfer_characteristics` (ITU-T
        /// H.264 and H.265, D.2).
        const REGISTERED: u32 = 4;
        const ALTERNATIVE_TRANSFER: u32 = 147;
        let mut data = Self::default();
        for unit in units.map_while(Result::ok).map(|unit| unit.bytes) {
            match role(unit) {
                Role::Information => {}
                Role::Picture => break,
                Role::Other => continue,
            }
            for Message { kind, payload } in Message::all_in(unit, header_len) {
                match kind {
                    REGISTERED => data.take_registered(&payload),
                    ALTERNATIVE_TRANSFER => data.preferred_transfer = payload.first().copied(),
                    _ => {}
                }
            }
        }
        data
    }

    /// The metadata before the first frame of a sample of AV1 that begins with `head`. Captions are
    /// left out: no player is known to look for them there.
    pub(crate) fn in_obus(head: &[u8]) -> Self {
        let is_frame = |unit: &Obu<'_>| matches!(unit.kind, ObuType::FRAME | ObuType::FRAME_HEADER);
        let mut data = Self::default();
        let units = Obu::starting_in(head).take_while(|unit| !is_frame(unit));
        units
            .filter_map(|unit| unit.registered())
            .for_each(|message| data.take_registered(message));
        Self { captions: Vec::new(), ..data }
    }

    /// Takes a message that is registered by Recommendation ITU-T T.35, from its country code on.
    fn take_registered(&mut self, message: &[u8]) {
        /// `process_cc_data_flag`, and `cc_count` in the same byte.
        const HAS_CAPTIONS: u8 = 0x40;
        const COUNT: u8 = 0x1f;
        match message {
            // The United States, Samsung, ST 2094, application 4.
            [0xb5, 0x00, 0x3c, 0x00, 0x01, 0x04, ..] => self.has_hdr10_plus = true,
            // The United States, ATSC: `ATSC1_data` with `cc_data` (ATSC A/53-4, 6.2.3).
            [0xb5, 0x00, 0x31, b'G', b'A', b'9', b'4', 0x03, flags, _, constructs @ ..]
                if flags & HAS_CAPTIONS > 0 =>
            {
                let (constructs, _) = constructs.as_chunks();
                self.captions.extend(constructs.iter().take((flags & COUNT).into()));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{avc, hevc};

    const HDR10_PLUS: &[u8] = &[0xb5, 0x00, 0x3c, 0x00, 0x01, 0x04, 0x01, 0x40];

    fn captions(flags: u8) -> Vec<u8> {
        let head = [&[0xb5, 0, 0x31][..], b"GA94", &[3, flags, 0xff]].concat();
        [&head[..], &[0xfc, 0x94, 0x20, 0xfd, 0x80, 0x80, 0xff]].concat()
    }

    fn message(kind: u8, payload: &[u8]) -> Vec<u8> {
        [&[kind, u8::try_from(payload.len()).unwrap()], payload].concat()
    }

    /// The side data of a sample of these units, each after its length in 2 bytes.
    fn of(side_data: fn(&[u8], usize, u8) -> SideData, units: &[&[u8]]) -> SideData {
        let with_len =
            |unit: &&[u8]| [&u16::try_from(unit.len()).unwrap().to_be_bytes()[..], *unit].concat();
        let sample: Vec<u8> = units.iter().flat_map(with_len).collect();
        side_data(&sample, sample.len(), 2)
    }

    #[test]
    fn messages_before_the_picture_are_found() {
        let sei = [&[0x4e, 1][..], &message(147, &[18]), &message(4, HDR10_PLUS), &[0x80]].concat();
        let found = of(hevc::side_data, &[&[0x46, 1, 0x50], &sei, &[0x26, 1, 0xaf]]);
        let expected =
            SideData { has_hdr10_plus: true, preferred_transfer: Some(18), captions: Vec::new() };
        assert_eq!(found, expected);
        assert_eq!(of(hevc::side_data, &[&[0x26, 1, 0xaf], &sei]), SideData::default());
        let suffix = [&[0x50, 1][..], &message(147, &[18]), &[0x80]].concat();
        assert_eq!(of(hevc::side_data, &[&suffix]), SideData::default());
    }

    #[test]
    fn captions_are_as_many_constructs_as_are_declared() {
        let sei = |flags| [&[6][..], &message(4, &captions(flags)), &[0x80]].concat();
        let found = |flags| of(avc::side_data, &[&[9, 0xf0], &sei(flags), &[0x65, 0x88]]).captions;
        assert_eq!(found(0xc2), [[0xfc, 0x94, 0x20], [0xfd, 0x80, 0x80]]);
        assert_eq!(found(0xc1), [[0xfc, 0x94, 0x20]]);
        assert_eq!(found(0xdf).len(), 2, "what is there");
        assert_eq!(found(0x82), [[0; 3]; 0], "they are not to be processed");
    }

    #[test]
    fn a_message_of_another_provider_or_without_its_end_is_nothing() {
        let of_payload = |len: u8, payload: &[u8]| {
            let sei = [&[6, 4, len], payload, &[0x80]].concat();
            of(avc::side_data, &[&sei, &[0x65, 0x88]])
        };
        let len = u8::try_from(HDR10_PLUS.len()).unwrap();
        assert!(of_payload(len, HDR10_PLUS).has_hdr10_plus);
        assert!(!of_payload(len + 2, HDR10_PLUS).has_hdr10_plus, "it has no end");
        for (at, byte) in [(0, 0xb4), (2, 0x3b), (4, 2), (5, 1)] {
            let mut other = HDR10_PLUS.to_vec();
            other[at] = byte;
            assert_eq!(of_payload(len, &other), SideData::default(), "{at}");
        }
        assert_eq!(of_payload(5, &HDR10_PLUS[..5]), SideData::default());
    }

    #[test]
    fn metadata_of_av1_is_found_before_the_first_frame() {
        let unit = |kind: u8, payload: &[u8]| {
            [&[kind << 3 | 2, u8::try_from(payload.len()).unwrap()], payload].concat()
        };
        let metadata = unit(5, &[&[4], HDR10_PLUS, &[0x80]].concat());
        let level = unit(5, &[1, 0, 0, 0, 0, 0x80]);
        let frame = unit(6, &[0x10]);
        let of = |units: &[&[u8]]| SideData::in_obus(&units.concat()).has_hdr10_plus;
        assert!(of(&[&[0x12, 0], &level, &metadata, &frame]));
        assert!(!of(&[&[0x12, 0], &frame, &metadata]));
        assert!(!of(&[&level, &frame]));
        let captions = unit(5, &[&[4][..], &captions(0xc2)].concat());
        assert_eq!(SideData::in_obus(&captions), SideData::default());
    }
}
