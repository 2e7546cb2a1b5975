//! The modes of the terminal that keys come from, which outlive the process: as it leaves them others find them.

#[cfg(unix)]
pub(super) use unix::{CONTINUED, Modes, forget_typed, stop, take_keys};
#[cfg(windows)]
pub(super) use windows::{Modes, forget_typed, stop, take_keys};

#[cfg(unix)]
mod unix {
    use std::io::stdin;

    use rustix::process::{Signal, kill_current_process_group};
    use rustix::termios::{OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcsetattr};

    /// The number of the signal that a stopped process goes on with.
    pub(in super::super) const CONTINUED: i32 = Signal::CONT.as_raw();

    /// The modes as they were; none where keys come from elsewhere.
    pub(in super::super) struct Modes(Option<Termios>);

    impl Modes {
        /// The modes as they are.
        pub(in super::super) fn now() -> Self {
            Modes(tcgetattr(stdin()).ok())
        }

        /// Brings them back. A terminal that is gone has none.
        pub(in super::super) fn restore(&self) {
            if let Some(modes) = &self.0 {
                tcsetattr(stdin(), OptionalActions::Drain, modes).ok();
            }
        }
    }

    /// Drops what was typed and not read.
    pub(in super::super) fn forget_typed() {
        tcflush(stdin(), QueueSelector::IFlush).ok();
    }

    /// Has single keys come at once, as they do while one is read.
    pub(in super::super) fn take_keys() {
        if let Ok(mut modes) = tcgetattr(stdin()) {
            let output = modes.output_modes;
            modes.make_raw();
            modes.output_modes = output;
            tcsetattr(stdin(), OptionalActions::Drain, &modes).ok();
        }
    }

    /// Stops the process and those it was started with, as Ctrl-Z does on a terminal in its usual modes; whether it could be
    /// asked for. The system does not stop a process that nobody could continue.
    pub(in super::super) fn stop() -> bool {
        kill_current_process_group(Signal::TSTP).is_ok()
    }
}

#[cfg(windows)]
mod windows {
    /// Nothing here outlives a key.
    pub(in super::super) struct Modes;

    impl Modes {
        pub(in super::super) fn now() -> Self {
            Modes
        }

        pub(in super::super) fn restore(&self) {}
    }

    pub(in super::super) fn forget_typed() {}

    pub(in super::super) fn take_keys() {}

    /// Nothing is stopped here.
    pub(in super::super) fn stop() -> bool {
        false
    }
}
