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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_that_is_not_before_is_found() {
        for len in 0..20 {
            for point in 0..=len {
                assert_eq!(partition_point(len, |at| at < point), point);
            }
        }
    }
}
