//! A review on a terminal: keys in, frames out, and the terminal as it was at the end, however that comes.

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, Sender, channel};

use console::Term;

use super::super::output::Output;
use super::Desk;
use crate::review::{Counts, Effect, Key, Review};
use crate::snapshot::{StoreError, Taken};

/// The other screen, without a cursor and without folding at the edge.
const ENTER: &str = "\x1b[?1049h\x1b[?25l\x1b[?7l";
const LEAVE: &str = "\x1b[?7h\x1b[?25h\x1b[?1049l";

/// How a review ended.
pub(super) struct Ended {
    pub counts: Counts,
    pub interrupted: bool,
}

/// Lets a person go through a review.
pub(super) fn run(desk: &Desk, mut review: Review, output: &Output) -> io::Result<Ended> {
    let term = Term::stdout();
    let mut events = Events::listen(&term)?;
    let screen = Screen::enter(output);
    let interrupted = 'keys: loop {
        let (height, width) = term.size();
        screen.draw(&review.frame(width, height, output.color));
        let key = match events.next()? {
            Event::Key(key) => key?,
            Event::Resized => continue,
            Event::Stopped => break true,
        };
        for effect in review.key(known(&key)) {
            match effect {
                Effect::Quit { interrupted } => break 'keys interrupted,
                effect => {
                    if let Err(error) = carry_out(effect, desk, &mut review) {
                        review.failed(error.to_string());
                    }
                }
            }
        }
    };
    drop(screen);
    Ok(Ended { counts: review.counts(), interrupted })
}

fn carry_out(effect: Effect, desk: &Desk, review: &mut Review) -> Result<(), StoreError> {
    match effect {
        Effect::Settle(item, how) => match desk.store.settle(review.waiting(item), how)? {
            Taken::Done => review.settled(item, how),
            Taken::Stale => review.renewed(item, desk.again(review.waiting(item))?),
        },
        Effect::TakeBack(item, how) => match desk.store.take_back(review.waiting(item), how)? {
            Taken::Done => review.taken_back(item),
            Taken::Stale => {
                let path = review.waiting(item).path.display().to_string();
                review.failed(format!("{path} was written by somebody else since; it is left as it is"));
            }
        },
        Effect::Quit { .. } => {}
    }
    Ok(())
}

fn known(key: &console::Key) -> Key {
    match key {
        console::Key::Char(letter) => Key::Char(*letter),
        console::Key::Enter => Key::Enter,
        console::Key::Escape => Key::Escape,
        console::Key::Backspace => Key::Backspace,
        console::Key::ArrowUp => Key::Up,
        console::Key::ArrowDown => Key::Down,
        console::Key::ArrowLeft => Key::Left,
        console::Key::ArrowRight => Key::Right,
        console::Key::PageUp => Key::PageUp,
        console::Key::PageDown => Key::PageDown,
        console::Key::Home => Key::Home,
        console::Key::End => Key::End,
        console::Key::CtrlC => Key::Interrupt,
        _ => Key::Other,
    }
}

/// The terminal's other screen; dropping it brings the first one back.
struct Screen<'a>(&'a Output);

impl<'a> Screen<'a> {
    fn enter(output: &'a Output) -> Self {
        output.say(ENTER);
        Screen(output)
    }

    /// Shows a frame in one write, so that nothing flickers. Each line is cleared before it is written: behind one that goes
    /// up to the edge the cursor stands on its last letter.
    fn draw(&self, frame: &[String]) {
        self.0.say(&format!("\x1b[H\x1b[2K{}", frame.join("\r\n\x1b[2K")));
        // The last line has no end, and would wait for one.
        drop(io::stdout().flush());
    }
}

impl Drop for Screen<'_> {
    fn drop(&mut self) {
        self.0.say(LEAVE);
        drop(io::stdout().flush());
    }
}

/// Something that a review waits for.
enum Event {
    Key(io::Result<console::Key>),
    /// The terminal has another size.
    Resized,
    /// The process is asked to end.
    Stopped,
}

/// Keys and signals. A key is only read when one is wanted: while it is, the terminal is in raw mode.
struct Events {
    ask: Sender<()>,
    events: Receiver<Event>,
    asked: bool,
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
        Ok(Events { ask, events, asked: false })
    }

    fn next(&mut self) -> io::Result<Event> {
        let gone = || io::Error::other("its keys are no longer read");
        if !self.asked {
            self.ask.send(()).map_err(|_| gone())?;
            self.asked = true;
        }
        let event = self.events.recv().map_err(|_| gone())?;
        if let Event::Key(_) = event {
            self.asked = false;
        }
        Ok(event)
    }
}

/// Tells of signals for as long as anybody listens. Where they cannot be had, keys alone must do.
#[cfg(unix)]
fn listen_for_signals(events: &Sender<Event>) {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_io().build() else { return };
    runtime.block_on(async {
        let kinds = [SignalKind::window_change(), SignalKind::interrupt(), SignalKind::terminate()];
        let [Ok(mut resized), Ok(mut interrupted), Ok(mut terminated)] = kinds.map(signal) else { return };
        loop {
            let event = tokio::select! {
                _ = resized.recv() => Event::Resized,
                _ = interrupted.recv() => Event::Stopped,
                _ = terminated.recv() => Event::Stopped,
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
