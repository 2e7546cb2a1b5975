//! The thread that tells of a run: what it is told, in order, goes to the terminal and to the other reports.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use super::super::reporters::Reporters;
use crate::outcome::{Event, Listener};
use crate::report::notes::{Clerk, Extent, Notes};
use crate::report::terminal::Terminal;

/// How often the progress line is drawn anew while nothing happens: often enough for its seconds.
const TICK: Duration = Duration::from_millis(200);

/// Writes what it is told until there is no more. A reader who has gone, as of a closed pipe, ends the report and not the
/// run.
pub(super) fn report<W: io::Write>(
    mut terminal: Option<Terminal<W>>,
    mut reporters: Reporters,
    events: &Receiver<Event<Notes>>,
) -> Reporters {
    loop {
        let mut event = match events.recv_timeout(TICK) {
            Ok(event) => Some(event),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => return reporters,
        };
        if let Some(event) = &mut event {
            reporters.tell(event);
        }
        let told = terminal.as_mut().map(|terminal| match event {
            Some(event) => terminal.tell(event, Instant::now()),
            None => terminal.tick(Instant::now()),
        });
        if let Some(Err(error)) = told {
            terminal = None;
            reporters.terminal_ended(error);
        }
    }
}

/// The terminal's width in columns, now: its window may have changed.
pub(super) fn terminal_width() -> usize {
    usize::from(console::Term::stdout().size().1)
}

/// The thread that tells of the run, where there is one. One that has stopped listening is no reason to stop.
#[derive(Clone)]
pub(super) struct Told(pub Option<Sender<Event<Notes>>>);

impl Told {
    pub fn tell(&self, event: Event<Notes>) {
        if let Some(sender) = &self.0 {
            drop(sender.send(event));
        }
    }

    /// One who notes what happens and tells it.
    pub fn listener(&self, clerk: &Clerk) -> Listener {
        // What comes this way are attempts: a journal has them with the test, once that has ended.
        let (told, clerk) = (self.clone(), Clerk { extent: Extent::Terminal, ..clerk.clone() });
        match told.0 {
            None => Listener::default(),
            Some(_) => Listener::new(move |event| told.tell(event.map(|outcome| clerk.note(outcome)))),
        }
    }
}
