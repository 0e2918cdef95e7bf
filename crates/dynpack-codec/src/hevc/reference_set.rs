//! Short-term reference picture sets (ITU-T H.265, 7.3.7 and 7.4.8).

use crate::bits::Bits;

/// The maximum number of pictures in a set: those of a decoded picture buffer (A.4.2).
const MAX_PICTURES: u32 = 16;

/// The pictures that a picture or those after it may refer to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ReferenceSet {
    /// Those before it and then those after it, nearest first, by their distance in output order.
    pictures: Vec<Reference>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Reference {
    distance: i64,
    /// Whether the picture itself may refer to it.
    is_used: bool,
}

impl ReferenceSet {
    /// Reads the set after those of a sequence parameter set that were read `before`.
    pub(super) fn read(bits: &mut Bits<'_>, before: &[Self]) -> Option<Self> {
        Self::read_any(bits, before, |_| Some(1))
    }

    /// Reads the set that a slice segment header holds itself, with `all` sets of the sequence
    /// parameter set.
    pub(super) fn read_in_slice(bits: &mut Bits<'_>, all: &[Self]) -> Option<Self> {
        Self::read_any(bits, all, |bits| bits.golomb()?.checked_add(1))
    }

    /// Number of pictures that the picture itself may refer to.
    pub(super) fn used(&self) -> u32 {
        self.pictures.iter().map(|picture| u32::from(picture.is_used)).sum()
    }

    /// `back` reads how far back the set is from which this one may be predicted.
    fn read_any(
        bits: &mut Bits<'_>,
        before: &[Self],
        back: impl FnOnce(&mut Bits<'_>) -> Option<u32>,
    ) -> Option<Self> {
        let is_predicted = !before.is_empty() && bits.flag()?;
        if is_predicted {
            let back = usize::try_from(back(bits)?).ok()?;
            return before.get(before.len().checked_sub(back)?)?.read_successor(bits);
        }
        let (earlier, later) = (bits.golomb_up_to(MAX_PICTURES)?, bits.golomb_up_to(MAX_PICTURES)?);
        let mut pictures = Vec::new();
        for (sign, count) in [(-1, earlier), (1, later)] {
            let mut distance = 0_i64;
            for _ in 0..count {
                let step = i64::from(bits.golomb()?).checked_add(1)?.checked_mul(sign)?;
                distance = distance.checked_add(step)?;
                pictures.push(Reference { distance, is_used: bits.flag()? });
            }
        }
        Self { pictures }.checked()
    }

    /// Reads a set that is predicted from this one (7-61 and 7-62).
    fn read_successor(&self, bits: &mut Bits<'_>) -> Option<Self> {
        let is_negative = bits.flag()?;
        let distance = i64::from(bits.golomb()?).checked_add(1)?;
        let distance = if is_negative { distance.checked_neg()? } else { distance };
        // Each picture of this set moves, and last the picture to which the set belongs.
        let own = Reference { distance: 0, is_used: false };
        let mut kept = Vec::new();
        for from in self.pictures.iter().chain([&own]) {
            let is_used = bits.flag()?;
            if is_used || bits.flag()? {
                kept.push(Reference { distance: from.distance.checked_add(distance)?, is_used });
            }
        }
        kept.retain(|picture| picture.distance != 0);
        kept.sort_by_key(|picture| (picture.distance > 0, picture.distance.abs()));
        Self { pictures: kept }.checked()
    }

    fn checked(self) -> Option<Self> {
        (self.pictures.len() <= MAX_PICTURES as usize).then_some(self)
    }
}
