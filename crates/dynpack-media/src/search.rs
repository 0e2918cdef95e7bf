//! Binary search in what is no slice.

/// How many of the first `len` indices `before` holds for: it must not hold behind one for which it
/// does not. O(log n).
pub(crate) fn partition_point(len: usize, before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, len);
    while low < high {
        let middle = low.midpoint(high);
        if before(middle) { low = middle + 1 } else { high = middle }
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
