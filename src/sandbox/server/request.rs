//! A request, as the calls see it.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::HeaderMap;
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use multer::Multipart;
use serde_json::{Map, Value};

use super::reply::Reply;
use super::routes::Parameters;
use crate::api::operation::Version;
use crate::sandbox::engine::{Refusal, UploadedFile};

/// The largest body, a file's with its wrapping, in bytes.
const LARGEST_BODY: usize = 25 * 1024 * 1024;

/// A request that leads to an operation.
pub(super) struct Request {
    pub(super) version: Version,
    pub(super) parameters: Parameters,
    pub(super) query: Option<String>,
    pub(super) headers: HeaderMap,
    pub(super) body: Incoming,
    /// The server's time at which it came.
    pub(super) now: Duration,
}

/// A header's value. One that is no text is still one: a session that nobody knows, a language that no flow has.
pub(super) fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).map(text).filter(|value| !value.is_empty())
}

/// A header's value as text.
pub(super) fn text(value: &HeaderValue) -> &str {
    value.to_str().unwrap_or("\u{fffd}").trim()
}

/// The pairs of a query or a form.
pub(super) fn pairs(text: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

impl Request {
    /// The pairs of its query.
    pub(super) fn query(&self) -> Vec<(String, String)> {
        self.query.as_deref().map(pairs).unwrap_or_default()
    }

    /// Its body as a JSON object; nothing where it is none.
    ///
    /// # Errors
    ///
    /// The reply to a body that cannot be read.
    pub(super) async fn object(self) -> Result<Option<Map<String, Value>>, Reply> {
        let body = read(self.body).await?;
        Ok(serde_json::from_slice(&body).ok())
    }

    /// The file in its multipart body.
    ///
    /// # Errors
    ///
    /// 4007 for a body that is no multipart form, 4006 for one without a file.
    pub(super) async fn file(self) -> Result<UploadedFile, Refusal> {
        let content_type = header(&self.headers, CONTENT_TYPE.as_str()).unwrap_or_default();
        let boundary = multer::parse_boundary(content_type);
        let boundary = boundary.map_err(|_| Refusal::about(4007, "the body is no multipart form"))?;
        let limits = multer::SizeLimit::new().whole_stream(LARGEST_BODY as u64);
        let constraints = multer::Constraints::new().size_limit(limits);
        file(Multipart::with_constraints(self.body.into_data_stream(), boundary, constraints)).await
    }
}

/// The whole of a body.
///
/// # Errors
///
/// The reply to a body that is too large, or does not come to its end.
pub(super) async fn read(body: Incoming) -> Result<Bytes, Reply> {
    match Limited::new(body, LARGEST_BODY).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            Err(Reply::status(413, &format!("the body has more than {LARGEST_BODY} bytes")))
        }
        Err(_) => Err(Reply::status(400, "the body broke off")),
    }
}

/// The first part that is a file; what is in it is counted and let go.
async fn file(mut form: Multipart<'_>) -> Result<UploadedFile, Refusal> {
    let malformed = |error: multer::Error| match error {
        multer::Error::StreamSizeExceeded { .. } => Refusal::about(4007, "the file is larger than 25 MB"),
        _ => Refusal::about(4007, "the multipart form is broken"),
    };
    while let Some(mut part) = form.next_field().await.map_err(malformed)? {
        let typed = || typed_name(part.content_type().map(|kind| kind.subtype().as_str()));
        let Some(name) = part.file_name().map(str::to_owned).or_else(typed) else { continue };
        let mut size = 0;
        while let Some(chunk) = part.chunk().await.map_err(malformed)? {
            size += chunk.len();
        }
        return Ok(UploadedFile { name, size });
    }
    Err(Refusal::about(4006, "the file"))
}

/// A name for a part that comes with a content type only: the reference calls the file just a "string" of binary data.
fn typed_name(subtype: Option<&str>) -> Option<String> {
    let extension = match subtype? {
        "plain" => "txt",
        "msword" => "doc",
        "vnd.ms-excel" => "xls",
        "vnd.openxmlformats-officedocument.wordprocessingml.document" => "docx",
        "vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "xlsx",
        other => other,
    };
    Some(format!("upload.{extension}"))
}
