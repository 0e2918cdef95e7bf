//! Binary search by index, without a slice.

/// The number of leading indices below `len` for which `before` holds. It must not hold for an
/// index after one for which it does not. O(log n).
pub(crate) fn partition_point(len: usize, before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, len);
    while low < high {
        let middle = low.midpoint(high);
        if before(middle) { low = middle.saturating_add(1) } else { high = middle }
    }
    low
}

/// The same in O(log n) of the distance between the result and `hint`.
pub(crate) fn partition_point_near(
    len: usize,
    hint: usize,
    before: impl Fn(usize) -> bool,
) -> usize {
    let (mut low, mut high, mut step) = (0, len, 1_usize);
    if hint < len && before(hint) {
        low = hint.saturating_add(1);
        while let Some(at) = low.checked_add(step).filter(|at| *at < len) {
            if !before(at) {
                high = at;
                break;
            }
            low = at.saturating_add(1);
            step = step.saturating_mul(2);
        }
    } else {
        high = hint.min(len);
        while let Some(at) = high.checked_sub(step) {
            if before(at) {
                low = at.saturating_add(1);
                break;
            }
            high = at;
            step = step.saturating_mul(2);
        }
    }
    let within = high.saturating_sub(low);
    low.saturating_add(partition_point(within, |at| before(low.saturating_add(at))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_that_is_not_before_is_found() {
        for len in 0..20 {
            for point in 0..=len {
                assert_eq!(partition_point(len, |at| at < point), point);
                for hint in 0..=len + 1 {
                    assert_eq!(partition_point_near(len, hint, |at| at < point), point);
                }
            }
        }
    }
}
