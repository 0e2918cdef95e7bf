//! The size and shape of pictures as decoded, from sequence parameter sets (ITU-T H.264, 7.3.2.1.1
//! and E.1.1).

use crate::FrameShape;
use crate::bits::Bits;
use crate::frame_shape::chroma_units;
use crate::vui::Vui;

/// The fields of a sequence parameter set up to `frame_mbs_only_flag` that the size depends on.
pub(super) struct Coded {
    /// In macroblocks.
    pub(super) width: u64,
    /// In map units.
    pub(super) height: u64,
    pub(super) frames_only: bool,
    /// `ChromaArrayType`.
    pub(super) chroma: u32,
}

impl Coded {
    /// Reads what follows `frame_mbs_only_flag`.
    pub(super) fn shape(&self, bits: &mut Bits<'_>) -> Option<FrameShape> {
        if !self.frames_only {
            bits.flag()?;
        }
        bits.flag()?;
        let [mut across, mut down] = [0_u64; 2];
        if bits.flag()? {
            let mut both = || u64::from(bits.golomb()?).checked_add(bits.golomb()?.into());
            (across, down) = (both()?, both()?);
        }
        let fields = if self.frames_only { 1 } else { 2 };
        let (unit_width, unit_height) = chroma_units(self.chroma);
        let cropped = |macroblocks: u64, fields: u64, crop: u64, unit: u64| {
            let crop = crop.checked_mul(unit)?.checked_mul(fields)?;
            macroblocks.checked_mul(16)?.checked_mul(fields)?.checked_sub(crop)
        };
        let width = cropped(self.width, 1, across, unit_width)?;
        let height = cropped(self.height, fields, down, unit_height)?;
        let mut vui = Vui::default();
        // Without the rest, the size still stands.
        if bits.flag() == Some(true) {
            vui.fill(bits);
        }
        FrameShape::new(width, height, vui)
    }
}

#[cfg(test)]
mod tests {
    use super::super::parameter_sets::Sps;

    /// Writes bits, most significant first.
    #[derive(Default)]
    struct Writer(Vec<bool>);

    impl Writer {
        fn fixed(mut self, value: u32, bits: u32) -> Self {
            self.0.extend((0..bits).rev().map(|bit| value >> bit & 1 == 1));
            self
        }

        fn golomb(self, value: u32) -> Self {
            let len = (value + 1).ilog2();
            self.fixed(0, len).fixed(value + 1, len + 1)
        }

        /// A sequence parameter set, with 3 after two zero bytes.
        fn unit(mut self) -> Vec<u8> {
            self = self.fixed(1, 1);
            while !self.0.len().is_multiple_of(8) {
                self = self.fixed(0, 1);
            }
            let byte = |bits: &[bool]| bits.iter().fold(0, |byte, bit| byte << 1 | u8::from(*bit));
            let mut unit = vec![0x67];
            for byte in self.0.chunks(8).map(byte) {
                if unit.ends_with(&[0, 0]) && byte <= 3 {
                    unit.push(3);
                }
                unit.push(byte);
            }
            unit
        }
    }

    /// Main profile, of that many macroblocks and map units, up to `frame_mbs_only_flag`.
    fn head(width: u32, height: u32, frames_only: bool) -> Writer {
        let writer = Writer::default().fixed(77, 8).fixed(0, 8).fixed(30, 8).golomb(0);
        let writer = writer.golomb(0).golomb(2).golomb(1).fixed(0, 1);
        let writer = writer.golomb(width - 1).golomb(height - 1).fixed(frames_only.into(), 1);
        if frames_only { writer.fixed(1, 1) } else { writer.fixed(0b11, 2) }
    }

    fn read(unit: &[u8]) -> Option<(u16, u16, Option<String>)> {
        let shape = Sps::read(unit)?.format.shape?;
        Some((shape.width, shape.height, shape.pixel_aspect.map(|ratio| ratio.to_string())))
    }

    #[test]
    fn pictures_are_cropped() {
        let crop = |writer: Writer, [left, right, top, bottom]: [u32; 4]| {
            let writer = writer.fixed(1, 1).golomb(left).golomb(right).golomb(top).golomb(bottom);
            read(&writer.fixed(0, 1).unit())
        };
        assert_eq!(read(&head(80, 45, true).fixed(0, 2).unit()), Some((1280, 720, None)));
        assert_eq!(crop(head(120, 68, true), [0, 0, 0, 4]), Some((1920, 1080, None)));
        assert_eq!(crop(head(120, 34, false), [0, 0, 0, 2]), Some((1920, 1080, None)));
        assert_eq!(crop(head(10, 6, true), [1, 2, 3, 0]), Some((154, 90, None)));
        assert_eq!(crop(head(1, 1, true), [4, 4, 0, 0]), None);
        assert_eq!(crop(head(1, 1, true), [u32::MAX >> 1, 9, 0, 0]), None);
    }

    #[test]
    fn pixels_have_the_shape_of_the_usability_information() {
        let aspect = |writer: Writer| read(&writer.unit()).unwrap().2;
        let vui = |idc: u32| head(45, 36, true).fixed(0b011, 3).fixed(idc, 8);
        assert_eq!(aspect(vui(2)).as_deref(), Some("12:11"));
        assert_eq!(aspect(vui(14)).as_deref(), Some("4:3"));
        assert_eq!(aspect(vui(255).fixed(64, 16).fixed(45, 16)).as_deref(), Some("64:45"));
        for unspecified in [vui(0), vui(17), vui(255).fixed(0, 16).fixed(1, 16), vui(255)] {
            assert_eq!(aspect(unspecified), None);
        }
        assert_eq!(aspect(head(45, 36, true).fixed(0b010, 3)), None);
    }
}
