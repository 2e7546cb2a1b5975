//! What is said of limits that have changed.

use std::time::Duration;

use super::notes::seconds;
use crate::api::client::{LimitChange, Reason};
use crate::journal::{LimitChanged, LimitReason};

/// What a journal says of it.
pub(super) fn changed(change: &LimitChange, at: Duration) -> LimitChanged {
    let LimitChange { host, from, to, rate, pause, reason } = change;
    LimitChanged {
        host: host.clone(),
        from: *from,
        to: *to,
        // Finer than anybody reads, and than it is found out.
        rate: rate.map(|rate| (rate * 1000.0).round() / 1000.0),
        pause: pause.map(seconds),
        reason: match reason {
            Reason::Level => LimitReason::Level,
            Reason::Slower => LimitReason::Slower,
            Reason::NotOurs => LimitReason::NotOurs,
            Reason::Refused => LimitReason::Refused,
            Reason::Unavailable => LimitReason::Unavailable,
            Reason::Broken => LimitReason::Broken,
        },
        at: seconds(at),
    }
}

/// The same in a line: `concurrency 64 → 32: server answered 429 (flows.example.com, at most 19.0/s, after 0.5s)`.
pub(super) fn sentence(change: &LimitChange) -> String {
    let LimitChange { host, from, to, rate, pause, reason } = change;
    let reason = match reason {
        Reason::Level => "answers come as quickly as before",
        Reason::Slower => "answers take longer",
        Reason::NotOurs => "answers take as long with fewer requests",
        Reason::Refused => "server answered 429",
        Reason::Unavailable => "server answered 503",
        Reason::Broken => "requests go unanswered",
    };
    let rate = rate.map(|rate| format!(", at most {rate:.1}/s")).unwrap_or_default();
    let pause = pause.map(|pause| format!(", after {:.1}s", pause.as_secs_f64())).unwrap_or_default();
    let concurrency = if from == to { to.to_string() } else { format!("{from} → {to}") };
    format!("concurrency {concurrency}: {reason} ({host}{rate}{pause})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_changed_why_and_where() {
        let change = LimitChange {
            host: "flows.example.com".to_owned(),
            from: 64,
            to: 32,
            rate: Some(19.04),
            pause: Some(Duration::from_millis(1500)),
            reason: Reason::Refused,
        };
        let line = "concurrency 64 → 32: server answered 429 (flows.example.com, at most 19.0/s, after 1.5s)";
        assert_eq!(sentence(&change), line);
        let grown = LimitChange { from: 8, to: 16, rate: None, pause: None, reason: Reason::Level, ..change.clone() };
        assert_eq!(sentence(&grown), "concurrency 8 → 16: answers come as quickly as before (flows.example.com)");
        let paused = LimitChange { from: 8, to: 8, rate: None, reason: Reason::Unavailable, ..change };
        assert_eq!(sentence(&paused), "concurrency 8: server answered 503 (flows.example.com, after 1.5s)");
    }
}
