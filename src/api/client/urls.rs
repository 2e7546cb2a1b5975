//! URLs that were parsed before: a run calls the same few thousands of times, and parsing one costs a tenth of a request.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use reqwest::Url;
use url::ParseError;

/// The most that are remembered. Some have a session in them, which does not come again once its scenario has ended.
const MOST: usize = 256;

/// The URLs, by their texts.
#[derive(Debug, Default)]
pub(super) struct Urls(Mutex<HashMap<String, Url>>);

impl Urls {
    /// The URL that a text is.
    pub fn parse(&self, text: &str) -> Result<Url, ParseError> {
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(url) = known().get(text) {
            return Ok(url.clone());
        }
        let url = Url::parse(text)?;
        let mut known = known();
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(text.to_owned(), url.clone());
        Ok(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_the_same_the_second_time_and_few_are_remembered() {
        let urls = Urls::default();
        for number in (0..600).chain(0..600) {
            let text = format!("http://127.0.0.1/flow/{number}");
            assert_eq!(urls.parse(&text).unwrap().path(), format!("/flow/{number}"));
            assert!(urls.0.lock().unwrap().len() <= MOST);
        }
        assert!(urls.parse("no url").is_err() && urls.parse("no url").is_err());
    }
}
