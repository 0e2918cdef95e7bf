//! AAC (ISO/IEC 14496-3).

mod adts;
mod bands;
mod codebooks;
mod config;
mod frame;
mod program_config;
mod sbr;
mod sbr_header;

pub use adts::Adts;
pub use config::AacConfig;
