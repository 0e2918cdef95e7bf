//! The processes of the fleet.

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::sleep;

/// How long a server may take until it listens.
const READY: Duration = Duration::from_secs(20);

/// How often it is looked whether something has happened.
const PAUSE: Duration = Duration::from_millis(100);

/// The processes that were started. They end with this.
#[derive(Default)]
pub(crate) struct Processes {
    running: Vec<(String, Child)>,
}

impl Processes {
    /// Starts a process, whose output goes to a log in `folder`. Returns its id.
    pub(crate) fn start(
        &mut self,
        name: &str,
        program: &Path,
        arguments: Vec<OsString>,
        folder: &Path,
    ) -> Result<u32, String> {
        let log = folder.join(format!("{}.log", name.replace(' ', "-")));
        let failed = |error: io::Error| format!("{} cannot be started: {error}", program.display());
        let output = OpenOptions::new().create(true).append(true).open(log).map_err(failed)?;
        let child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(output.try_clone().map_err(failed)?)
            .stderr(output)
            .spawn()
            .map_err(failed)?;
        let id = child.id();
        self.running.push((name.to_owned(), child));
        Ok(id)
    }

    /// Waits until a server listens.
    pub(crate) async fn wait_for(&mut self, address: SocketAddr) -> Result<(), String> {
        let mut waited = Duration::ZERO;
        while TcpStream::connect(address).await.is_err() {
            if let Some(name) = self.ended() {
                return Err(format!("{name} has ended: see its log"));
            }
            if waited >= READY {
                return Err(format!("nothing listens on {address}"));
            }
            sleep(PAUSE).await;
            waited = waited.saturating_add(PAUSE);
        }
        Ok(())
    }

    /// Says which processes end, until all have ended or the fleet is to end.
    pub(crate) async fn watch(mut self) {
        let mut stop = std::pin::pin!(stop_signal());
        while !self.running.is_empty() {
            tokio::select! {
                () = &mut stop => return,
                () = sleep(PAUSE) => {}
            }
            if let Some(name) = self.ended() {
                println!("{name} has ended");
            }
        }
    }

    /// The name of a process that has ended since the last call.
    fn ended(&mut self) -> Option<String> {
        let has_ended = |child: &mut Child| !matches!(child.try_wait(), Ok(None));
        let at = self.running.iter_mut().position(|(_, child)| has_ended(child))?;
        Some(self.running.remove(at).0)
    }
}

/// Ends those that still run, nginx with its workers.
impl Drop for Processes {
    fn drop(&mut self) {
        for (_, child) in &mut self.running {
            terminate(child);
        }
        for (_, child) in &mut self.running {
            // It is gone, or will be with this process.
            let _ = child.wait();
        }
    }
}

#[cfg(unix)]
fn terminate(child: &mut Child) {
    use rustix::process::{Pid, Signal, kill_process};

    // One that has ended meanwhile cannot be ended.
    let _ = kill_process(Pid::from_child(child), Signal::TERM);
}

#[cfg(not(unix))]
fn terminate(child: &mut Child) {
    let _ = child.kill();
}

/// Completes on Ctrl-C, or on the signal that service managers send.
#[cfg(unix)]
async fn stop_signal() {
    let terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
    let Ok(mut terminate) = terminate else { return };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn stop_signal() {
    drop(tokio::signal::ctrl_c().await);
}
