//! The transformation matrix of a movie or a track (ISO/IEC 14496-12, 8.2.2 and 8.3.2).

/// How pictures are transformed for display: `a b u, c d v, x y w`, where `u`, `v` and `w` are
/// 2.30 fixed point and the others 16.16.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Matrix(pub [i32; 9]);

const ONE: i32 = 0x1_0000;

impl Matrix {
    /// No transformation.
    pub const UNITY: Self = Self([ONE, 0, 0, 0, ONE, 0, 0, 0, 0x4000_0000]);

    /// Both, this first, rounded towards the past as in ffmpeg.
    ///
    /// A matrix that makes every picture a point is one that nobody filled in: it counts as none.
    #[must_use]
    pub fn then(self, next: Self) -> Self {
        let (rows, other) = (self.or_unity().0, next.or_unity().0);
        let column = |at: usize| [0, 3, 6].map(|row| other.get(at.saturating_add(row)).copied());
        let mut product = [0; 9];
        for (at, value) in product.iter_mut().enumerate() {
            let row = rows.iter().skip((at / 3).saturating_mul(3)).take(3);
            let terms = row.zip(column(at % 3)).zip([16, 16, 30]);
            let terms = terms.map(|((one, other), bits)| {
                i64::from(*one).saturating_mul(other.unwrap_or_default().into()) >> bits
            });
            let sum = terms.fold(0_i64, i64::saturating_add);
            *value = i32::try_from(sum).unwrap_or(if sum < 0 { i32::MIN } else { i32::MAX });
        }
        Self(product)
    }

    fn or_unity(self) -> Self {
        if self.linear() == [0; 4] { Self::UNITY } else { self }
    }

    /// Whether pictures are displayed as they are coded, wherever on the screen.
    #[must_use]
    pub fn is_upright(self) -> bool {
        self.is_turn() && self.linear() == [ONE, 0, 0, ONE]
    }

    /// Whether pictures are only turned by a multiple of 90 degrees, or flipped, or both.
    #[must_use]
    pub fn is_turn(self) -> bool {
        let [_, _, u, _, _, v, _, _, _] = self.0;
        let is_one = |value: i32| value.unsigned_abs() == ONE.unsigned_abs();
        let [a, b, c, d] = self.linear();
        let is_turn = match (a, d) {
            (0, 0) => is_one(b) && is_one(c),
            _ => is_one(a) && is_one(d) && b == 0 && c == 0,
        };
        is_turn && u == 0 && v == 0
    }

    /// Whether the width of a picture is displayed as a height.
    #[must_use]
    pub fn swaps_axes(self) -> bool {
        let [a, b, c, d] = self.linear();
        a == 0 && d == 0 && b != 0 && c != 0
    }

    const fn linear(self) -> [i32; 4] {
        let [a, b, _, c, d, ..] = self.0;
        [a, b, c, d]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: i32 = 0x4000_0000;
    /// A picture of a height of 90 pixels, turned clockwise.
    const QUARTER: Matrix = Matrix([0, ONE, 0, -ONE, 0, 0, 90 * ONE, 0, UNIT]);
    const HALF: Matrix = Matrix([-ONE, 0, 0, 0, -ONE, 0, 160 * ONE, 90 * ONE, UNIT]);
    const FLIP: Matrix = Matrix([-ONE, 0, 0, 0, ONE, 0, 160 * ONE, 0, UNIT]);

    #[test]
    fn turns_and_flips_are_told_from_other_transformations() {
        let seen = |matrix: Matrix| (matrix.is_upright(), matrix.is_turn(), matrix.swaps_axes());
        assert_eq!(seen(Matrix::UNITY), (true, true, false));
        let moved = Matrix([ONE, 0, 0, 0, ONE, 0, 7, 9, UNIT]);
        assert_eq!(seen(moved), (true, true, false));
        assert_eq!(seen(QUARTER), (false, true, true));
        assert_eq!(seen(HALF), (false, true, false));
        assert_eq!(seen(FLIP), (false, true, false));
        assert_eq!(seen(FLIP.then(QUARTER)), (false, true, true));
        let larger = Matrix([2 * ONE, 0, 0, 0, 2 * ONE, 0, 0, 0, UNIT]);
        assert_eq!(seen(larger), (false, false, false));
        let slanted = Matrix([ONE, ONE, 0, -ONE, ONE, 0, 0, 0, UNIT]);
        assert_eq!(seen(slanted), (false, false, false));
    }

    #[test]
    fn one_transformation_follows_the_other() {
        assert_eq!(QUARTER.then(Matrix::UNITY), QUARTER);
        assert_eq!(Matrix::UNITY.then(QUARTER), QUARTER);
        let half = QUARTER.then(Matrix([0, ONE, 0, -ONE, 0, 0, 160 * ONE, 0, UNIT]));
        assert_eq!(half, HALF);
        assert_eq!(Matrix([0; 9]).then(QUARTER), QUARTER);
        assert_eq!(QUARTER.then(Matrix([0; 9])), QUARTER);
        let huge = Matrix([i32::MIN; 9]);
        assert_eq!(huge.then(huge).0[0], i32::MAX);
    }
}
