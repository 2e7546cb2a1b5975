//! The hand-written client that draftgate is compared with: what somebody would write for just these requests, with the
//! same checks. One thread; it knows the elements' ids and compares with nothing.

use std::cell::Cell;
use std::io;
use std::rc::Rc;

use reqwest::{Client, StatusCode};
use serde_json::Value;
use tokio::task::{JoinSet, LocalSet};

use super::workload::{ASKED, END_TITLE, FAREWELL, FLOW, FORMS, Operation, WAY, body};

const SESSION: &str = "x-hf-session";

/// Goes through all scenarios, so many at a time.
pub fn run(address: &str, scenarios: usize, width: usize) -> io::Result<()> {
    let _once = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().tls_certs_only([]).no_proxy().tcp_nodelay(true).build().map_err(io::Error::other)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let urls = [Operation::Flow, Operation::Submit, Operation::Back]
        .map(|operation| (operation, format!("{address}{}", operation.path(FLOW))));
    LocalSet::new().block_on(&runtime, async move {
        let (next, urls) = (Rc::new(Cell::new(1)), Rc::new(urls));
        let mut tasks = JoinSet::new();
        for _ in 0..width.min(scenarios) {
            let (client, next, urls) = (client.clone(), Rc::clone(&next), Rc::clone(&urls));
            tasks.spawn_local(async move {
                loop {
                    let number = next.replace(next.get() + 1);
                    if number > scenarios {
                        return Ok(());
                    }
                    scenario(&client, &*urls, number).await?;
                }
            });
        }
        while let Some(ended) = tasks.join_next().await {
            let ended: io::Result<()> = ended.map_err(io::Error::other)?;
            ended?;
        }
        Ok(())
    })
}

async fn scenario(client: &Client, urls: &[(Operation, String)], number: usize) -> io::Result<()> {
    let mut session = None;
    for (operation, submitted, answered) in WAY {
        let url = urls.iter().find(|(of, _)| *of == operation).map(|(_, url)| url.as_str()).unwrap_or_default();
        let mut request = match submitted {
            Some(form) => client.post(url).json(&body(form, number)),
            None => client.get(url),
        };
        if let Some(session) = &session {
            request = request.header(SESSION, session);
        }
        let response = request.send().await.map_err(io::Error::other)?;
        let status = response.status();
        if session.is_none() {
            session = response.headers().get(SESSION).cloned();
        }
        let step: Value =
            serde_json::from_slice(&response.bytes().await.map_err(io::Error::other)?).map_err(io::Error::other)?;
        let as_wanted = match answered {
            Some(form) => {
                let form = &FORMS[form];
                let named = step["elements"][ASKED]["name"] == form.elements[ASKED].0;
                step["type"] == "form" && step["title"] == form.title && named
            }
            None => step["type"] == "END" && step["title"] == END_TITLE && step["text"] == FAREWELL,
        };
        if status != StatusCode::OK || !as_wanted {
            return Err(io::Error::other(format!("scenario {number} was answered {status} with {step}")));
        }
    }
    Ok(())
}
