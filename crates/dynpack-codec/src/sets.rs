//! Lists of parameter sets, as configuration records hold them.

use bytes::{BufMut, Bytes, BytesMut};

use crate::Unsupported;

/// The parameter sets of both lists, each once. `kind` names them, and `id` reads which of them a
/// set replaces.
///
/// # Errors
/// [`Unsupported::CodingChange`] if a set of the other list replaces one of this list.
pub(crate) fn union(
    one: &[Bytes],
    other: &[Bytes],
    kind: &str,
    id: impl Fn(&[u8]) -> Option<u32>,
) -> Result<Vec<Bytes>, Unsupported> {
    let mut sets = one.to_vec();
    for set in other.iter().filter(|set| !one.contains(set)) {
        let own = id(set);
        if own.is_none() || one.iter().any(|other| id(other).is_none_or(|id| Some(id) == own)) {
            let id = own.map(|id| format!(" {id}")).unwrap_or_default();
            let problem = format!("the {kind} parameter set{id} is replaced by another");
            return Err(Unsupported::CodingChange(problem));
        }
        sets.push(set.clone());
    }
    Ok(sets)
}

/// Writes each set after its length; `None` if that takes more than 16 bits.
pub(crate) fn put(sets: &[Bytes], record: &mut BytesMut) -> Option<()> {
    sets.iter().try_for_each(|set| {
        record.put_u16(u16::try_from(set.len()).ok()?);
        record.put_slice(set);
        Some(())
    })
}

/// Why a record cannot hold what samples use.
pub(crate) fn too_many() -> Unsupported {
    Unsupported::CodingChange("there are too many parameter sets".into())
}
