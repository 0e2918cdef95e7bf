//! AAC (ISO/IEC 14496-3).

mod adts;
mod bands;
mod codebooks;
mod config;
mod frame;
mod program_config;

pub use adts::Adts;
pub use config::AacConfig;
