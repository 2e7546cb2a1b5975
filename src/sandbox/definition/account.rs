//! Reading `sandbox.yaml`.

use std::time::Duration;

use super::model::{Account, ClientCredentials};
use super::reader::Reader;
use crate::api::token::SCOPE;
use crate::source::{Code, Diagnostic, Sources};
use crate::yaml::Node;

/// The name of the file with the account's settings.
pub(super) const ACCOUNT_FILE: &str = "sandbox.yaml";
/// The key of a client's secret.
const SECRET: &str = "client_secret";
/// How long a token holds where nothing is said.
const EXPIRES_IN: Duration = Duration::from_secs(3600);

/// Reads the account's settings.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node) -> Account {
    let mut account = Account::default();
    let Some(mut map) = reader.map(node, "the sandbox's settings, such as `clients:`") else { return account };
    for item in reader.list(&mut map, "clients").unwrap_or_default() {
        let Some(client) = client(reader, item) else { continue };
        if account.clients.iter().any(|known| known.client_id == client.client_id) {
            let mistake = Diagnostic::mistake(
                Code::NameTwice,
                item.span,
                format!("the client `{}` is there twice", client.client_id),
            );
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

/// The secrets that stand in the sandbox's settings, also where these cannot be read: a mistake is shown with its line, and
/// the line may hold one.
pub fn secrets(sources: &Sources) -> Vec<String> {
    let settings = sources.all().filter(|source| source.path.file_name().is_some_and(|name| name == ACCOUNT_FILE));
    let values = settings.flat_map(|source| source.text.split(SECRET).skip(1));
    let values = values.filter_map(|rest| {
        let rest = rest.trim_start_matches(['"', '\'', ' ']).strip_prefix(':')?.trim_start();
        let quote = rest.chars().next().filter(|first| matches!(first, '"' | '\''));
        let value = match quote {
            Some(quote) => rest[1..].split(quote).next()?,
            None => rest.split([',', '}', '\n', '#']).next()?.trim(),
        };
        (!value.is_empty()).then(|| value.to_owned())
    });
    values.collect()
}

fn client(reader: &mut Reader<'_>, node: &Node) -> Option<ClientCredentials> {
    let mut map = reader.map(node, "a client, such as `{ client_id: me, client_secret: mine }`")?;
    let client_id = reader.text(&mut map, "client_id");
    let client_secret = reader.text(&mut map, SECRET);
    let scope = reader.text(&mut map, "scope").unwrap_or_else(|| SCOPE.to_owned());
    let expires_in = reader.time(&mut map, "expires_in").unwrap_or(EXPIRES_IN);
    reader.close(map);
    for (key, value) in [("client_id", &client_id), (SECRET, &client_secret)] {
        if value.is_none() {
            let mistake = Diagnostic::mistake(Code::MissingPart, node.span, format!("the client has no `{key}`"));
            reader.report(mistake.help(format!("add `{key}: …`")));
        }
    }
    Some(ClientCredentials { client_id: client_id?, client_secret: client_secret?, scope, expires_in })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_found_also_in_what_cannot_be_read() {
        let mut sources = Sources::default();
        sources.add("other.yaml", "client_secret: not-this");
        sources.add(
            "a/sandbox.yaml",
            "clients:\n  - { client_id: a, client_secret: one two, scop: x }\n  - client_secret: \"th,r}ee\" # four\n  - 'client_secret' : 'five'\n    client_secret:six [\n",
        );
        assert_eq!(secrets(&sources), ["one two", "th,r}ee", "five", "six ["]);
    }
}
