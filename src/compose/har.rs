//! A browser's recording: HAR 1.2, as Chrome, Firefox, Safari and proxies write it.
//!
//! Reading is lenient, as the format is: what is missing is left empty and told of by whoever needs it.

mod multipart;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::recording::Recorded;
use crate::api::exchange::{Answer, Body, Exchange, Request, RequestBody};

/// The largest file that is read, in bytes. A visit of an hour with all its pictures stays below.
pub const MAX_FILE_BYTES: u64 = 512 * 1024 * 1024;

/// Why a file is no recording.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum HarError {
    /// It is no JSON.
    #[error("line {line}, column {column}: {message}")]
    NotJson {
        /// The line, from one.
        line: usize,
        /// The column, from one.
        column: usize,
        /// What the parser says.
        message: String,
    },
    /// It ends in the middle.
    #[error("the file ends in the middle, at line {line}, column {column}: export the recording once more")]
    CutOff {
        /// The line, from one.
        line: usize,
        /// The column, from one.
        column: usize,
    },
    /// It is JSON of another kind.
    #[error("it has no `log` with `entries`, as a HAR file has")]
    NotHar,
    /// One of its entries is none.
    #[error("entry {number} is not as a HAR file has it: {what}")]
    Entry {
        /// Its number, from one.
        number: usize,
        /// What is wrong with it.
        what: &'static str,
    },
}

#[derive(Deserialize)]
struct Har {
    log: Option<Log>,
}

#[derive(Deserialize)]
struct Log {
    entries: Option<Vec<Slot>>,
}

/// An entry, or what is wrong with it: of the parser's own words only the place helps, and they would show what stands there.
struct Slot(Result<Entry, &'static str>);

impl<'de> Deserialize<'de> for Slot {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Ok(Slot(Entry::from_value(value)))
    }
}

#[derive(Default)]
struct Entry {
    request: RawRequest,
    response: RawResponse,
    started: Option<Timestamp>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct RawRequest {
    method: Option<String>,
    url: Option<String>,
    headers: Option<Vec<Pair>>,
    post_data: Option<PostData>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawResponse {
    /// Negative or nothing where no answer came.
    status: Value,
    headers: Option<Vec<Pair>>,
    content: Option<Content>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Pair {
    name: Option<String>,
    value: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct PostData {
    mime_type: Option<String>,
    text: Option<String>,
    encoding: Option<String>,
    params: Option<Vec<Param>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Param {
    name: Option<String>,
    value: Option<String>,
    file_name: Option<String>,
    content_type: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Content {
    mime_type: Option<String>,
    text: Option<String>,
    encoding: Option<String>,
}

/// Reads a HAR file. Entries come in the order of time and keep their numbers, from one; those that never got an answer
/// are left out.
///
/// # Errors
///
/// When it is no HAR file, with the place.
pub fn read(bytes: &[u8]) -> Result<Vec<Recorded>, HarError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let har: Har = serde_json::from_slice(bytes).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        match error.classify() {
            serde_json::error::Category::Eof => HarError::CutOff { line, column },
            serde_json::error::Category::Data => HarError::NotHar,
            _ => {
                let message = error.to_string();
                let message =
                    message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message).to_owned();
                HarError::NotJson { line, column, message }
            }
        }
    })?;
    let entries = har.log.and_then(|log| log.entries).ok_or(HarError::NotHar)?;
    let mut numbered = Vec::with_capacity(entries.len());
    for (number, Slot(entry)) in (1..).zip(entries) {
        numbered.push((number, entry.map_err(|what| HarError::Entry { number, what })?));
    }
    let is_answered = |entry: &Entry| entry.response.status.as_f64().is_some_and(|status| status > 0.0);
    // Some exports begin with the newest. One answer without its time leaves the order as it is.
    if numbered.iter().all(|(_, entry)| entry.started.is_some() || !is_answered(entry)) {
        numbered.sort_by_key(|(_, entry)| entry.started);
    }
    Ok(numbered.into_iter().filter_map(|(number, entry)| entry.recorded(number)).collect())
}

impl Entry {
    fn from_value(value: Value) -> Result<Self, &'static str> {
        let Value::Object(mut members) = value else { return Err("it is no object with `request` and `response`") };
        let mut member = |key: &str| members.remove(key).filter(|value| !value.is_null());
        let started = member("startedDateTime").and_then(|time| time.as_str()?.trim().parse().ok());
        let request = member("request").map_or(Ok(RawRequest::default()), serde_json::from_value);
        let response = member("response").map_or(Ok(RawResponse::default()), serde_json::from_value);
        Ok(Entry {
            request: request.map_err(|_| "a part of its `request` is of another type")?,
            response: response.map_err(|_| "a part of its `response` is of another type")?,
            started,
        })
    }

    fn recorded(self, number: usize) -> Option<Recorded> {
        let status = self.response.status.as_f64().map(|status| status as i64)?;
        let status = u16::try_from(status).ok().filter(|status| *status > 0)?;
        let headers = pairs(self.request.headers);
        let body = self.request.post_data.map(|data| data.body(&headers)).unwrap_or_default();
        let request = Request {
            method: self.request.method.unwrap_or_else(|| "GET".to_owned()),
            url: self.request.url.unwrap_or_default(),
            headers,
            body,
        };
        let content = self.response.content.unwrap_or_default();
        let text = content.text();
        let lost = text.as_deref().is_none_or(|text| text.trim().is_empty());
        let body = text.unwrap_or_default();
        let body = match serde_json::from_str(&body) {
            Ok(json) => Body::Json(Value::into(json)),
            Err(_) => Body::Text(body),
        };
        let answer = Answer { status, headers: pairs(self.response.headers), body, elapsed: Duration::ZERO };
        Some(Recorded { number, exchange: Exchange { request, answer }, lost })
    }
}

/// Headers by lower-case name, HTTP/2's own lines left out.
fn pairs(pairs: Option<Vec<Pair>>) -> Vec<(String, String)> {
    let pair = |pair: Pair| Some((pair.name?.to_ascii_lowercase(), pair.value.unwrap_or_default()));
    pairs.into_iter().flatten().filter_map(pair).filter(|(name, _)| !name.starts_with(':')).collect()
}

impl Content {
    fn text(&self) -> Option<String> {
        let text = self.text.as_deref()?;
        match self.encoding.as_deref() {
            Some(encoding) if encoding.eq_ignore_ascii_case("base64") => {
                let plain: String = text.split_whitespace().collect();
                let bytes = STANDARD.decode(plain).ok()?;
                Some(String::from_utf8_lossy(&bytes).into_owned())
            }
            _ => Some(text.to_owned()),
        }
    }
}

impl PostData {
    fn body(self, headers: &[(String, String)]) -> RequestBody {
        let header = headers.iter().find(|(name, _)| name == "content-type").map(|(_, value)| value.clone());
        let kind = self.mime_type.filter(|kind| !kind.is_empty()).or(header).unwrap_or_default();
        let base64 = self.encoding.as_deref().is_some_and(|encoding| encoding.eq_ignore_ascii_case("base64"));
        let bytes = match &self.text {
            Some(text) if base64 => STANDARD.decode(text.split_whitespace().collect::<String>()).unwrap_or_default(),
            Some(text) => text.clone().into_bytes(),
            None => Vec::new(),
        };
        let params = self.params.unwrap_or_default();
        if kind.to_ascii_lowercase().starts_with("multipart/") {
            return file_of(&params, &kind, &bytes).unwrap_or(RequestBody::Empty);
        }
        if bytes.is_empty() && !params.is_empty() {
            let pair = |param: Param| Some((param.name?, param.value.unwrap_or_default()));
            return RequestBody::Form(params.into_iter().filter_map(pair).collect());
        }
        body_of(&kind, &bytes)
    }
}

/// The file of a form: from its raw text where that holds it, else what the parameters say of it.
fn file_of(params: &[Param], kind: &str, bytes: &[u8]) -> Option<RequestBody> {
    let part = multipart::file(kind, bytes);
    let param = params.iter().find(|param| param.file_name.is_some() || param.content_type.is_some());
    let name = part.as_ref().map(|part| part.name.clone()).or_else(|| param?.file_name.clone())?;
    let media_type = part.as_ref().map(|part| part.media_type.clone()).filter(|kind| !kind.is_empty());
    let media_type = media_type.or_else(|| param?.content_type.clone()).unwrap_or_default();
    let value = param.and_then(|param| param.value.clone()).filter(|value| !value.is_empty()).map(String::into_bytes);
    let bytes = part.map(|part| part.bytes).filter(|bytes| !bytes.is_empty()).or(value).unwrap_or_default();
    // What was binary and went through text is not what it was.
    let whole = !String::from_utf8_lossy(&bytes).contains('\u{fffd}') || bytes.starts_with(b"%PDF");
    let bytes = if whole { bytes } else { Vec::new() };
    Some(RequestBody::File { name, media_type, bytes, path: None })
}

/// A request's body by its media type.
pub fn body_of(kind: &str, bytes: &[u8]) -> RequestBody {
    if bytes.is_empty() {
        return RequestBody::Empty;
    }
    let kind_lower = kind.to_ascii_lowercase();
    if kind_lower.starts_with("multipart/") {
        let part = multipart::file(kind, bytes);
        return part.map_or(RequestBody::Empty, |part| RequestBody::File {
            name: part.name,
            media_type: part.media_type,
            bytes: part.bytes,
            path: None,
        });
    }
    if kind_lower.starts_with("application/x-www-form-urlencoded") {
        return RequestBody::Form(url::form_urlencoded::parse(bytes).into_owned().collect());
    }
    match serde_json::from_slice(bytes) {
        Ok(json) => RequestBody::Json(json),
        Err(_) => RequestBody::Text(String::from_utf8_lossy(bytes).into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn one(request: Value, response: Value) -> Recorded {
        let har = json!({"log": {"version": "1.2", "entries": [{"request": request, "response": response}]}});
        read(har.to_string().as_bytes()).unwrap().remove(0)
    }

    #[test]
    fn bodies_in_every_form() {
        let request = json!({"method": "POST", "url": "https://a.example/x", "headers": [{"name": ":authority", "value": "a"}, {"name": "X-HF-Session", "value": "s"}],
            "postData": {"mimeType": "application/json", "text": "{\"a\":1}"}});
        let response = json!({"status": 200, "content": {"text": STANDARD.encode("{\"b\":2}"), "encoding": "base64"}});
        let recorded = one(request, response);
        assert!(matches!(&recorded.exchange.request.body, RequestBody::Json(body) if *body == json!({"a": 1})));
        assert_eq!(recorded.exchange.request.headers, [("x-hf-session".to_owned(), "s".to_owned())]);
        assert_eq!(recorded.exchange.answer.json(), Some(&json!({"b": 2})));
        let form = json!({"url": "https://a.example", "postData": {"mimeType": "application/x-www-form-urlencoded", "params": [{"name": "a", "value": "1"}]}});
        let recorded = one(form, json!({"status": 204, "content": {"size": 10}}));
        assert!(recorded.lost);
        assert!(matches!(&recorded.exchange.request.body, RequestBody::Form(pairs) if pairs[0].1 == "1"));
    }

    #[test]
    fn a_file_with_its_bytes_and_without() {
        let kind = "multipart/form-data; boundary=----x";
        let text = "------x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\nContent-Type: text/csv\r\n\r\na,b\r\n1,2\r\n------x--\r\n";
        let recorded = one(
            json!({"url": "https://a.example", "postData": {"mimeType": kind, "text": text}}),
            json!({"status": 200}),
        );
        assert!(matches!(&recorded.exchange.request.body, RequestBody::File { name, media_type, bytes, .. }
            if name == "a.csv" && media_type == "text/csv" && bytes == b"a,b\r\n1,2"));
        let params = json!([{"name": "file", "fileName": "a.png", "contentType": "image/png"}]);
        let recorded = one(
            json!({"url": "https://a.example", "postData": {"mimeType": kind, "params": params}}),
            json!({"status": 200}),
        );
        assert!(
            matches!(&recorded.exchange.request.body, RequestBody::File { name, bytes, .. } if name == "a.png" && bytes.is_empty())
        );
    }

    #[test]
    fn entries_come_in_the_order_of_time() {
        let entry = |time: &str| json!({"startedDateTime": time, "request": {}, "response": {"status": 200}});
        let numbers = |entries: &[Value]| -> Vec<usize> {
            let har = json!({"log": {"entries": entries}}).to_string();
            read(har.as_bytes()).unwrap().iter().map(|recorded| recorded.number).collect()
        };
        let late = entry("2026-11-25T19:00:02.000+01:00");
        let early = entry("2026-11-25T18:00:01.999Z");
        assert_eq!(numbers(&[late.clone(), late.clone(), early.clone()]), [3, 1, 2]);
        assert_eq!(numbers(&[late, entry("at noon"), early]), [1, 2, 3]);
    }

    #[test]
    fn what_is_no_recording_is_told_with_its_place() {
        let error = |text: &str| read(text.as_bytes()).unwrap_err();
        assert_eq!(
            error("{\"log\": {\n \"entries\": [}"),
            HarError::NotJson { line: 2, column: 14, message: "expected value".to_owned() }
        );
        assert!(matches!(error("{\"log\": {\"entries\": [{\"request\""), HarError::CutOff { line: 1, .. }));
        assert_eq!(error("{\"log\": {}}"), HarError::NotHar);
        assert_eq!(error("{}"), HarError::NotHar);
        assert_eq!(error("[]"), HarError::NotHar);
        let odd = |entry: Value| error(&json!({"log": {"entries": [{}, entry]}}).to_string()).to_string();
        let said = "entry 2 is not as a HAR file has it: ";
        assert_eq!(odd(json!("Grace")), format!("{said}it is no object with `request` and `response`"));
        assert_eq!(odd(json!({"request": "Grace"})), format!("{said}a part of its `request` is of another type"));
        let blocked =
            json!({"log": {"entries": [{"request": {"url": "https://a.example"}, "response": {"status": 0}}]}});
        assert!(read(blocked.to_string().as_bytes()).unwrap().is_empty());
    }
}
