//! Reading `sandbox.yaml`.

use std::time::Duration;

use super::model::{API_SCOPE, Account, ClientCredentials};
use super::reader::Reader;
use crate::source::Diagnostic;
use crate::yaml::Node;

/// How long a token holds where nothing is said.
const EXPIRES_IN: Duration = Duration::from_secs(3600);

/// Reads the account's settings.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node) -> Account {
    let mut account = Account::default();
    let Some(mut map) = reader.map(node, "the sandbox's settings, such as `clients:`") else { return account };
    for item in reader.list(&mut map, "clients").unwrap_or_default() {
        let Some(client) = client(reader, item) else { continue };
        if account.clients.iter().any(|known| known.client_id == client.client_id) {
            let mistake = Diagnostic::new(item.span, format!("the client `{}` is there twice", client.client_id));
            reader.report(mistake.help("keep one of the two"));
        }
        account.clients.push(client);
    }
    account.retry_on_pending = reader.time(&mut map, "retry_on_pending");
    account.connector_token_expires_in = reader.time(&mut map, "connector_token_expires_in");
    account.forget_after = reader.time(&mut map, "forget_after");
    for theme in reader.list(&mut map, "themes").unwrap_or_default() {
        account.themes.extend(reader.text_of(theme));
    }
    reader.close(map);
    account
}

fn client(reader: &mut Reader<'_>, node: &Node) -> Option<ClientCredentials> {
    let mut map = reader.map(node, "a client, such as `{ client_id: me, client_secret: mine }`")?;
    let client_id = reader.text(&mut map, "client_id");
    let client_secret = reader.text(&mut map, "client_secret");
    let scope = reader.text(&mut map, "scope").unwrap_or_else(|| API_SCOPE.to_owned());
    let expires_in = reader.time(&mut map, "expires_in").unwrap_or(EXPIRES_IN);
    reader.close(map);
    for (key, value) in [("client_id", &client_id), ("client_secret", &client_secret)] {
        if value.is_none() {
            reader.report(Diagnostic::new(node.span, format!("the client has no `{key}`")));
        }
    }
    Some(ClientCredentials { client_id: client_id?, client_secret: client_secret?, scope, expires_in })
}
