//! AAC (ISO/IEC 14496-3).

mod adts;
mod config;
mod program_config;

pub use adts::Adts;
pub use config::AacConfig;
