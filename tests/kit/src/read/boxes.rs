//! Boxes that no available parser supports.

/// A big-endian number of up to 8 bytes.
#[must_use]
pub fn number(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |number, byte| number << 8 | usize::from(*byte))
}

/// The body of the first box at that path: a box with the first type among `boxes`, in it one with
/// the second type, and so on.
#[must_use]
pub fn find<'a>(mut boxes: &'a [u8], path: &[&[u8; 4]]) -> Option<&'a [u8]> {
    let [kind, inner @ ..] = path else { return Some(boxes) };
    while !boxes.is_empty() {
        let (found, rest) = boxes.split_at(number(&boxes[..4]));
        if &found[4..8] == *kind {
            return find(&found[8..], inner);
        }
        boxes = rest;
    }
    None
}
