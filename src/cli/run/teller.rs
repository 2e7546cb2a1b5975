//! The thread that tells of a run: what it is told, in order, goes to the terminal and to the other reports.

use std::io;
use std::sync::mpsc::{Receiver, Sender, TryRecvError};
use std::thread::Thread;
use std::time::{Duration, Instant};

use super::super::reporters::Reporters;
use crate::outcome::{Event, Listener};
use crate::report::notes::{Clerk, Extent, Notes};
use crate::report::terminal::Terminal;

/// How often it looks around while nobody wakes it: often enough for the seconds of the progress line.
const TICK: Duration = Duration::from_millis(200);

/// What happened, and when.
pub(super) type Happened = (Instant, Event<Notes>);

/// Writes what it is told until the run has ended, or nobody is left to tell more. A reader who has gone, as of a closed
/// pipe, ends the report and not the run.
pub(super) fn report<W: io::Write>(
    mut terminal: Option<Terminal<W>>,
    mut reporters: Reporters,
    events: &Receiver<Happened>,
) -> Reporters {
    loop {
        let happened = match events.try_recv() {
            Ok(happened) => Some(happened),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => return reporters,
        };
        let (nothing, ended) = (happened.is_none(), matches!(happened, Some((_, Event::Ended { .. }))));
        let told = match happened {
            Some((at, mut event)) => {
                reporters.tell(&mut event, at);
                terminal.as_mut().map(|terminal| terminal.tell(event, at))
            }
            None => terminal.as_mut().map(|terminal| terminal.tick(Instant::now())),
        };
        if let Some(Err(error)) = told {
            terminal = None;
            reporters.terminal_ended(error);
        }
        if ended {
            return reporters;
        }
        if nothing {
            std::thread::park_timeout(TICK);
        }
    }
}

/// The terminal's width in columns, now: its window may have changed.
pub(super) fn terminal_width() -> usize {
    usize::from(console::Term::stdout().size().1)
}

/// The thread that tells of the run, where there is one. One that has stopped listening is no reason to stop.
#[derive(Clone)]
pub(super) struct Told(pub Option<Teller>);

/// The way to the thread that tells.
#[derive(Clone)]
pub(super) struct Teller {
    /// What it is told.
    pub events: Sender<Happened>,
    /// The thread, which sleeps when it has told all.
    pub thread: Thread,
    /// Whether each step is shown when it begins: on a terminal with a progress line, and in a journal. Else nobody sees
    /// that it is told a little later, and thousands of steps need not wake the thread.
    pub follows_steps: bool,
}

impl Told {
    pub fn tell(&self, event: Event<Notes>) {
        if let Some(teller) = &self.0 {
            let may_wait = matches!(event, Event::Doing { .. }) && !teller.follows_steps;
            drop(teller.events.send((Instant::now(), event)));
            if !may_wait {
                teller.thread.unpark();
            }
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
