//! A review on a terminal: keys in, frames out, and the terminal as it was at the end, however that comes.

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use console::Term;

use super::super::args::ReviewArguments;
use super::super::output::Output;
use super::input::{Decoder, Typed};
use super::modes::{self, Modes};
use super::{Chosen, Desk};
use crate::review::{Counts, Effect, Review};
use crate::snapshot::{Settled, StoreError, Taken};

/// The other screen, without a cursor and without folding at the edge; what is pasted is marked as such.
const ENTER: &str = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[?2004h";
const LEAVE: &str = "\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[?1049l";

/// How long a signal may take to do what it does.
const MOMENT: Duration = Duration::from_millis(200);

/// How a review ended.
pub(super) struct Ended {
    pub counts: Counts,
    /// How many files cannot be reviewed, as far as that could be told.
    pub unreadable: Option<usize>,
    pub interrupted: bool,
}

/// Lets a person go through a review.
pub(super) fn run(desk: &Desk, mut review: Review, arguments: &ReviewArguments, output: &Output) -> io::Result<Ended> {
    let term = Term::stdout();
    let mut events = Events::listen(&term)?;
    let screen = Screen::enter(output);
    let mut decoder = Decoder::default();
    let interrupted = 'keys: loop {
        let (height, width) = term.size();
        screen.draw(&review.frame(width, height, output.color));
        let key = match events.next()? {
            Event::Key(key) => key?,
            Event::Resized => continue,
            Event::Continued => {
                screen.show();
                events.resume();
                continue;
            }
            Event::Stopped => break true,
        };
        let key = match decoder.decode(&key) {
            Some(Typed::Key(key)) => key,
            Some(Typed::Suspend) => {
                if screen.suspend(&events) {
                    break true;
                }
                continue;
            }
            None => continue,
        };
        let was_over = review.is_over();
        for effect in review.key(key) {
            match effect {
                Effect::Quit { interrupted: true } => break 'keys true,
                Effect::Quit { interrupted: false } => {
                    take_in(desk, &mut review, arguments);
                    // The end was said of what is not at its end any more.
                    if !was_over || review.is_over() {
                        break 'keys false;
                    }
                }
                effect => carry_out(effect, desk, &mut review),
            }
        }
        if review.is_over() && !was_over {
            take_in(desk, &mut review, arguments);
        }
    };
    let unreadable = take_in(desk, &mut review, arguments);
    drop(screen);
    Ok(Ended { counts: review.counts(), unreadable, interrupted })
}

/// Looks again what awaits review: a run may have ended since.
fn take_in(desk: &Desk, review: &mut Review, arguments: &ReviewArguments) -> Option<usize> {
    match desk.look_again(arguments) {
        Ok(Chosen { items, unreadable }) => {
            review.take_in(items);
            Some(unreadable)
        }
        Err(error) => {
            review.say(error.to_string());
            None
        }
    }
}

fn carry_out(effect: Effect, desk: &Desk, review: &mut Review) {
    match effect {
        Effect::Settle(item, how) => {
            if let Err(error) = settle(item, how, desk, review) {
                review.failed(error.to_string());
            }
        }
        Effect::TakeBack(item, how) => match desk.store.take_back(review.waiting(item), how) {
            Ok(Taken::Done) => review.taken_back(item),
            Ok(Taken::Stale) => {
                let path = review.waiting(item).path.display().to_string();
                review.say(format!("{path} was written by somebody else since; it is left as it is"));
            }
            Err(error) => review.say(error.to_string()),
        },
        Effect::Quit { .. } => {}
    }
}

fn settle(item: usize, how: Settled, desk: &Desk, review: &mut Review) -> Result<(), StoreError> {
    match desk.store.settle(review.waiting(item), how)? {
        Taken::Done => review.settled(item, how),
        Taken::Stale => review.renewed(item, desk.again(review.waiting(item))?),
    }
    Ok(())
}

/// The terminal's other screen; dropping it brings the first one back.
struct Screen<'a> {
    output: &'a Output,
    modes: Modes,
}

impl<'a> Screen<'a> {
    /// What was typed before there was anything to see meant nothing here.
    fn enter(output: &'a Output) -> Self {
        let screen = Screen { output, modes: Modes::now() };
        modes::forget_typed();
        screen.show();
        screen
    }

    fn show(&self) {
        self.output.say(ENTER);
    }

    fn leave(&self) {
        self.modes.restore();
        self.output.say(LEAVE);
        drop(io::stdout().flush());
    }

    /// Gives the terminal back until somebody goes on with the program; whether it was asked to end meanwhile.
    fn suspend(&self, events: &Events) -> bool {
        self.leave();
        let ended = modes::stop() && events.wait_for_continuation();
        self.show();
        ended
    }

    /// Shows a frame in one write, so that nothing flickers. Each line is cleared before it is written: behind one that goes
    /// up to the edge the cursor stands on its last letter.
    fn draw(&self, frame: &[String]) {
        self.output.say(&format!("\x1b[H\x1b[2K{}", frame.join("\r\n\x1b[2K")));
        // The last line has no end, and would wait for one.
        drop(io::stdout().flush());
    }
}

impl Drop for Screen<'_> {
    fn drop(&mut self) {
        self.leave();
    }
}

/// Something that a review waits for.
enum Event {
    Key(io::Result<console::Key>),
    /// The terminal has another size.
    Resized,
    /// The process goes on after it was stopped, on a terminal that others have used.
    Continued,
    /// The process is asked to end.
    Stopped,
}

/// Keys and signals. A key is only read when one is wanted: while it is, the terminal is in raw mode.
struct Events {
    ask: Sender<()>,
    events: Receiver<Event>,
    asked: bool,
    /// When the last signal came that does not end anything.
    signalled: Option<Instant>,
}

impl Events {
    fn listen(term: &Term) -> io::Result<Self> {
        let (ask, asked) = channel();
        let (sender, events) = channel();
        let (keys, term) = (sender.clone(), term.clone());
        std::thread::Builder::new()
            .name("keys".to_owned())
            .spawn(move || while asked.recv().is_ok() && keys.send(Event::Key(term.read_key_raw())).is_ok() {})?;
        std::thread::Builder::new().name("signals".to_owned()).spawn(move || listen_for_signals(&sender))?;
        Ok(Events { ask, events, asked: false, signalled: None })
    }

    fn next(&mut self) -> io::Result<Event> {
        let gone = || io::Error::other("its keys are no longer read");
        if !self.asked {
            self.ask.send(()).map_err(|_| gone())?;
            self.asked = true;
        }
        let event = self.events.recv().map_err(|_| gone())?;
        match event {
            Event::Key(Ok(console::Key::CtrlC)) => {
                self.asked = false;
                Ok(self.signal_that_reads_as_ctrl_c().unwrap_or(event))
            }
            Event::Key(_) => {
                self.asked = false;
                Ok(event)
            }
            Event::Resized | Event::Continued => {
                self.signalled = Some(Instant::now());
                Ok(event)
            }
            Event::Stopped => Ok(event),
        }
    }

    /// `console` takes any signal that breaks off its reading for Ctrl-C: told apart by the signal that comes with it.
    fn signal_that_reads_as_ctrl_c(&mut self) -> Option<Event> {
        if self.signalled.take().is_some_and(|at| at.elapsed() < MOMENT) {
            return Some(Event::Resized);
        }
        self.events.recv_timeout(MOMENT).ok()
    }

    /// Takes the terminal for keys again that are being waited for.
    fn resume(&self) {
        if self.asked {
            modes::take_keys();
        }
    }

    /// Waits until the process goes on. One that nobody could continue is not stopped at all, and waits for nothing: hence
    /// the limit. Whether it was asked to end meanwhile.
    fn wait_for_continuation(&self) -> bool {
        let until = Instant::now() + MOMENT;
        while let Ok(event) = self.events.recv_timeout(until.saturating_duration_since(Instant::now())) {
            match event {
                Event::Continued => return false,
                Event::Stopped => return true,
                Event::Key(_) | Event::Resized => {}
            }
        }
        false
    }
}

/// Tells of signals for as long as anybody listens. Where they cannot be had, keys alone must do.
#[cfg(unix)]
fn listen_for_signals(events: &Sender<Event>) {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_io().build() else { return };
    runtime.block_on(async {
        let kinds = [
            SignalKind::window_change(),
            SignalKind::from_raw(modes::CONTINUED),
            SignalKind::interrupt(),
            SignalKind::terminate(),
            SignalKind::hangup(),
        ];
        let [Ok(mut resized), Ok(mut continued), Ok(mut interrupted), Ok(mut terminated), Ok(mut hung_up)] =
            kinds.map(signal)
        else {
            return;
        };
        loop {
            let event = tokio::select! {
                _ = resized.recv() => Event::Resized,
                _ = continued.recv() => Event::Continued,
                _ = interrupted.recv() => Event::Stopped,
                _ = terminated.recv() => Event::Stopped,
                _ = hung_up.recv() => Event::Stopped,
            };
            if events.send(event).is_err() {
                return;
            }
        }
    });
}

#[cfg(windows)]
fn listen_for_signals(events: &Sender<Event>) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_io().build() else { return };
    runtime.block_on(async {
        if tokio::signal::ctrl_c().await.is_ok() {
            drop(events.send(Event::Stopped));
        }
    });
}
