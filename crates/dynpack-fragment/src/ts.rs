//! MPEG transport stream segments.
