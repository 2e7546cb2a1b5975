//! A request, as the calls see it.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::HeaderMap;
use hyper::body::{Body, Incoming};
use hyper::header::{CONNECTION, CONTENT_DISPOSITION, CONTENT_TYPE};
use multer::Multipart;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::headers::header;
use super::reply::Reply;
use super::routes::Parameters;
use crate::api::file::extension_of;
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
    /// The server's time at which it came, its body perhaps not yet.
    pub(super) arrived: Duration,
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
    /// The reply to a body that is too large; 4007 for one that is no multipart form or has several files, 4006 for one
    /// without a file.
    pub(super) async fn file(self) -> Result<UploadedFile, Reply> {
        fits(&self.body)?;
        let content_type = header(&self.headers, &CONTENT_TYPE).unwrap_or_default();
        let boundary = multer::parse_boundary(content_type);
        let boundary = boundary.map_err(|_| Refusal::about(4007, "the body is no multipart form"))?;
        let limits = multer::SizeLimit::new().whole_stream(LARGEST_BODY as u64);
        let constraints = multer::Constraints::new().size_limit(limits);
        file(Multipart::with_constraints(self.body.into_data_stream(), boundary, constraints)).await
    }
}

/// # Errors
///
/// The reply to a body that says itself that it is too large: it is not read at all.
fn fits(body: &Incoming) -> Result<(), Reply> {
    if body.size_hint().lower() > LARGEST_BODY as u64 { Err(too_large()) } else { Ok(()) }
}

fn too_large() -> Reply {
    Reply::status(413, &format!("the body has more than {LARGEST_BODY} bytes")).with(CONNECTION, "close")
}

/// The whole of a body.
///
/// # Errors
///
/// The reply to a body that is too large, or does not come to its end.
pub(super) async fn read(body: Incoming) -> Result<Bytes, Reply> {
    fits(&body)?;
    match Limited::new(body, LARGEST_BODY).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => Err(too_large()),
        Err(_) => Err(Reply::status(400, "the body broke off")),
    }
}

/// The part that is a file; what is in it is counted and let go.
async fn file(mut form: Multipart<'_>) -> Result<UploadedFile, Reply> {
    let malformed = |error: multer::Error| match error {
        multer::Error::StreamSizeExceeded { .. } => too_large(),
        _ => Refusal::about(4007, "the multipart form is broken").into(),
    };
    let (mut named, mut typed) = (None::<UploadedFile>, None::<UploadedFile>);
    while let Some(mut part) = form.next_field().await.map_err(malformed)? {
        let name = part.file_name().map(str::to_owned).or_else(|| encoded_name(part.headers()));
        let kind = part.content_type().map(|kind| typed_name(kind.essence_str()));
        let mut size = 0;
        while let Some(chunk) = part.chunk().await.map_err(malformed)? {
            size += chunk.len();
        }
        match (name, kind) {
            (Some(name), _) => {
                if named.replace(UploadedFile { name, size }).is_some() {
                    return Err(Refusal::about(4007, "there is more than one file").into());
                }
            }
            // A part that has a type only may be a note beside the file.
            (None, Some(name)) => typed = typed.or(Some(UploadedFile { name, size })),
            (None, None) => {}
        }
    }
    named.or(typed).ok_or_else(|| Refusal::about(4006, "the file").into())
}

/// A file's name that is not plain UTF-8: percent-encoded (`filename*=UTF-8''…`, RFC 6266), or in another encoding, of which
/// at least the ending can be read.
fn encoded_name(headers: &HeaderMap) -> Option<String> {
    let disposition = String::from_utf8_lossy(headers.get(CONTENT_DISPOSITION)?.as_bytes()).into_owned();
    let parameter = |name: &str| {
        let parts = disposition.split(';').filter_map(|part| part.trim().split_once('='));
        parts.filter(|(key, _)| key.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned()).next()
    };
    let encoded = parameter("filename*").and_then(|value| Some(value.splitn(3, '\'').nth(2)?.to_owned()));
    let decoded = encoded.map(|value| percent_decode_str(&value).decode_utf8_lossy().into_owned());
    decoded.or_else(|| parameter("filename").map(|value| value.trim_matches('"').to_owned()))
}

/// A name for a part that comes with a content type only: the reference calls the file just a "string" of binary data.
fn typed_name(media_type: &str) -> String {
    let subtype = || media_type.rsplit('/').next().unwrap_or_default();
    format!("upload.{}", extension_of(media_type).unwrap_or_else(subtype))
}
