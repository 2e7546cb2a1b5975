//! What ends a run before its time: signals that ask the program to stop, and the time that it may take.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::sync::watch;

use super::exit::Exit;
use crate::runner::{Stop, Stopped};

/// Ctrl-C, or the signal that ends a container, ends the tests under way, and so does the end of the time that the run may
/// take; what is known by then is reported. A second signal ends the program.
pub(super) fn listen_for_stop(runtime: &Runtime, limit: Option<Duration>) -> Stopped {
    static AGAIN: AtomicBool = AtomicBool::new(false);
    let (sender, receiver) = watch::channel(None);
    // Listened for from now on, not from when the task first runs.
    let mut next = runtime.block_on(async { stop_signal() });
    let timed = sender.clone();
    runtime.spawn(async move {
        while let Ok(stop) = next {
            stop.await;
            if AGAIN.swap(true, Ordering::SeqCst) {
                std::process::exit(Exit::Interrupted as i32);
            }
            sender.send_replace(Some(Stop::Interrupted));
            next = stop_signal();
        }
        // Without signals nothing is ever interrupted; the sender must outlive the run all the same.
        std::future::pending::<()>().await;
    });
    if let Some(limit) = limit {
        runtime.spawn(async move {
            tokio::time::sleep(limit).await;
            timed.send_if_modified(|stop| stop.is_none() && stop.replace(Stop::OutOfTime(limit)).is_none());
        });
    }
    receiver
}

/// Waits for such a signal, listened for from now on; where none can be listened for, without end.
pub(super) fn interrupted() -> impl Future<Output = ()> {
    let stopped = stop_signal();
    async move {
        match stopped {
            Ok(stopped) => stopped.await,
            Err(_) => std::future::pending().await,
        }
    }
}

/// Listens from now on for Ctrl-C, for the signal that a service manager sends, and for that of a terminal which is closed;
/// what is returned waits for any of them.
#[cfg(unix)]
pub(super) fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let mut hang_up = if may_hang_up() { Some(signal(SignalKind::hangup())?) } else { None };
    Ok(async move {
        let hung_up = async {
            match &mut hang_up {
                Some(hang_up) => hang_up.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hung_up => {}
        }
    })
}

/// Whether the signal of a closed terminal is not ignored: what `nohup` starts is to go on, and to listen would end that. Where
/// it cannot be told, nobody listens. Linux tells it in a mask of signals, the first of which it is (proc_pid_status(5)).
#[cfg(unix)]
fn may_hang_up() -> bool {
    use std::sync::OnceLock;
    // Asked before anybody listens, which ends the ignoring.
    static MAY: OnceLock<bool> = OnceLock::new();
    *MAY.get_or_init(|| {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 0)
    })
}

#[cfg(windows)]
pub(super) fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move { drop(interrupt.recv().await) })
}
