//! Work on tasks of the runtime: off the thread of a request, and shared by requests.

mod budget;
mod in_flight;
mod task;

pub(crate) use budget::{Budget, Share};
pub(crate) use in_flight::InFlight;
pub(crate) use task::spawn_cpu;
