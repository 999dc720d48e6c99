//! Ctrl-C and SIGTERM.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A flag that the first interrupt sets; the second leaves at once.
pub(crate) fn watch() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&flag);
    let mut signals = Signals::listen();
    tokio::spawn(async move {
        loop {
            signals.next().await;
            if seen.swap(true, Ordering::Relaxed) {
                crate::output::close();
                crate::output::line("left at once: what came of the call under way is not known");
                crate::output::line("next: `host runs` shows how the run stands, and what goes on");
                #[expect(clippy::exit, reason = "the second interrupt means: now")]
                std::process::exit(5);
            }
            crate::output::line(
                "interrupted: what is under way is finished first; again to leave now",
            );
        }
    });
    flag
}

/// Waits for Ctrl-C or SIGTERM. Listening begins with the call, not with the first poll.
pub(crate) fn signal() -> impl Future<Output = ()> {
    let mut signals = Signals::listen();
    async move { signals.next().await }
}

/// What is listened for. A signal between two waits is not lost.
#[cfg(unix)]
struct Signals {
    interrupt: Option<tokio::signal::unix::Signal>,
    terminate: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        Self {
            interrupt: signal(SignalKind::interrupt()).ok(),
            terminate: signal(SignalKind::terminate()).ok(),
        }
    }

    async fn next(&mut self) {
        tokio::select! {
            () = next_of(self.interrupt.as_mut()) => {}
            () = next_of(self.terminate.as_mut()) => {}
        }
    }
}

/// A signal that cannot be listened for never comes.
#[cfg(unix)]
async fn next_of(signal: Option<&mut tokio::signal::unix::Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> Self {
        Self
    }

    async fn next(&mut self) {
        drop(tokio::signal::ctrl_c().await);
    }
}
