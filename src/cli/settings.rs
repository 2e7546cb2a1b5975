//! What arguments, environment and configuration come to.

mod place;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;

use super::Environment;
use super::args::{ServerArguments, Target};
use super::config::{self, Config};
use crate::api::client::{self, Concurrency};
use crate::api::token::{Credentials, SCOPE};
use crate::redact::{Redactor, Secret};
use crate::source::{Diagnostic, SourceId, Sources};
use crate::template::Templated;
use crate::template::scope::{Scope, World};

/// The most requests in flight at a server that is not this machine, unless configured: nobody is hammered unasked.
const REMOTE_IN_FLIGHT: usize = 64;
/// The most requests in flight at a server on this machine.
const LOCAL_IN_FLIGHT: usize = 1000;
/// The seed of a run that names none: the same run twice sends the same data.
const DEFAULT_SEED: u64 = 1;
/// The largest answer that is read, unless configured.
const DEFAULT_MAX_BODY: usize = 16 * 1024 * 1024;
/// The variable that says where the flow API is.
pub const BASE_URL: &str = "DRAFTGATE_BASE_URL";
/// The vendor's own endpoints, beside the interpreter.
const VENDOR_EXPORT: &str = "https://api.trulioo.com/wfs/export";
const VENDOR_TOKEN: &str = "https://auth-api.trulioo.com/connect/token";

pub use place::{Place, SCENARIOS, Selection, default_folder, place, place_of_flow};

/// Why a command cannot begin.
#[derive(Debug)]
pub enum SettingsError {
    /// Something that was typed or set.
    Usage(String),
    /// Mistakes in a file.
    Mistakes(Vec<Diagnostic>),
}

/// Where the API is.
#[derive(Debug, Clone)]
pub struct ServerAddress {
    /// The flow interpreter.
    pub base_url: Url,
    /// The export API.
    pub export_url: Url,
    /// The token endpoint.
    pub token_url: Url,
}

/// Everything that a run needs to know, resolved.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the API is; `None` for the embedded sandbox.
    pub server: Option<ServerAddress>,
    /// What tokens are fetched with.
    pub credentials: Option<Credentials>,
    /// Ids of flows by alias.
    pub flows: HashMap<String, String>,
    /// The rest of the configuration.
    pub config: Config,
    /// The folder of snapshots.
    pub snapshots: PathBuf,
    /// What templates see everywhere.
    pub world: Arc<World>,
}

/// What the configuration says, its chosen environment laid over it, and its file.
///
/// # Errors
///
/// When the file has mistakes, or no such environment.
pub fn configured(
    environment: &Environment,
    target: &Target,
    place: &Place,
    sources: &mut Sources,
) -> Result<(Option<SourceId>, Config), SettingsError> {
    let (file, config) = match &place.config {
        Some(path) => {
            let (file, config) = config::read(path, sources).map_err(SettingsError::Mistakes)?;
            (Some(file), config)
        }
        None => (None, Config::default()),
    };
    let Some(wanted) = target.env.as_deref().or_else(|| environment.variable("DRAFTGATE_ENV")) else {
        return Ok((file, config));
    };
    let found = config.environments.iter().find(|(name, ..)| name == wanted).map(|(.., over)| over.clone());
    let names: Vec<&str> = config.environments.iter().map(|(name, ..)| name.as_str()).collect();
    let over = found.ok_or_else(|| {
        let known = if names.is_empty() { "it has none".to_owned() } else { format!("it has {}", names.join(", ")) };
        SettingsError::Usage(format!("the configuration has no environment `{wanted}`; {known}"))
    })?;
    Ok((file, config.under(over)))
}

/// The folder of snapshots, for a command that needs no more of the configuration.
pub(super) fn snapshot_folder(
    environment: &Environment,
    target: &Target,
    place: &Place,
    sources: &mut Sources,
) -> Result<PathBuf, SettingsError> {
    Ok(snapshots_of(&configured(environment, target, place, sources)?.1, place))
}

/// The folder of snapshots.
pub fn snapshots_of(config: &Config, place: &Place) -> PathBuf {
    tidy(&config.snapshots.clone().unwrap_or_else(|| default_snapshots(&place.root)))
}

/// The folder that snapshots and pending ones are told relative to.
pub(super) fn store_root(place: &Place) -> PathBuf {
    place.config.as_ref().and_then(|config| config.parent()).unwrap_or(&place.root).to_owned()
}

impl Settings {
    /// Resolves the settings of a run.
    pub fn resolve(
        environment: &Environment,
        target: &Target,
        arguments: &ServerArguments,
        place: &Place,
        redactor: &Redactor,
        sources: &mut Sources,
    ) -> Result<Self, SettingsError> {
        let config = configured(environment, target, place, sources)?.1;
        let seed = match (arguments.seed, environment.variable("DRAFTGATE_SEED")) {
            (Some(seed), _) => seed,
            (None, Some(text)) => text.parse().map_err(|_| {
                SettingsError::Usage(format!("DRAFTGATE_SEED is {text:?}, and a whole number is wanted"))
            })?,
            (None, None) => config.seed.unwrap_or(DEFAULT_SEED),
        };
        let world = Arc::new(World {
            environment: environment.variables.clone(),
            redactor: redactor.clone(),
            seed,
            now: environment.now,
        });
        let scope = Scope::new(world.clone());
        let resolver = Resolver { environment, scope: &scope };
        let server = resolver.server(&config, arguments)?;
        let credentials = resolver.credentials(&config)?;
        let mut flows = HashMap::new();
        for (alias, id) in config.flows.iter().rev() {
            flows.insert(alias.clone(), resolver.render(id)?);
        }
        let snapshots = snapshots_of(&config, place);
        Ok(Settings { server, credentials, flows, config, snapshots, world })
    }

    /// How the client is set up for a server.
    pub fn client(&self, server: ServerAddress) -> client::Config {
        let config = &self.config;
        client::Config {
            base_url: server.base_url,
            export_url: server.export_url,
            token_url: server.token_url,
            paths: config.paths.clone(),
            credentials: self.credentials.clone(),
            connect_timeout: config.connect_timeout.unwrap_or(Duration::from_secs(10)),
            timeout: config.timeout.unwrap_or(Duration::from_secs(30)),
            max_body: config.max_body.unwrap_or(DEFAULT_MAX_BODY),
            retries: config.retries.unwrap_or(2),
            concurrency: match config.concurrency {
                Some(fixed) => Concurrency::Fixed(fixed),
                None => Concurrency::Adaptive {
                    local: config.max_concurrency.unwrap_or(LOCAL_IN_FLIGHT),
                    remote: config.max_concurrency.unwrap_or(REMOTE_IN_FLIGHT),
                },
            },
            rate: config.rate,
        }
    }
}

struct Resolver<'a> {
    environment: &'a Environment,
    scope: &'a Scope,
}

impl Resolver<'_> {
    fn render(&self, value: &Templated) -> Result<String, SettingsError> {
        value.render_text(self.scope).map_err(|mistake| {
            let help = "set the environment variable, or take the line out";
            let mistake = if mistake.help.is_none() { mistake.help(help) } else { *mistake };
            SettingsError::Mistakes(vec![mistake])
        })
    }

    /// A setting: the flag, else the environment variable, else the file.
    fn setting(
        &self,
        flag: Option<&String>,
        variable: &str,
        file: Option<&Templated>,
    ) -> Result<Option<String>, SettingsError> {
        if let Some(text) = flag.cloned().or_else(|| self.environment.variable(variable).map(str::to_owned)) {
            return Ok(Some(text));
        }
        file.map(|value| self.render(value)).transpose()
    }

    /// An address of the server, as [`setting`](Self::setting); what is wrong with it is told at its place in the file.
    fn address(
        &self,
        flag: Option<&String>,
        variable: &str,
        file: Option<&Templated>,
    ) -> Result<Option<Url>, SettingsError> {
        let Some(text) = self.setting(flag, variable, file)? else { return Ok(None) };
        let given = flag.is_some() || self.environment.variable(variable).is_some();
        let url = config::address(&text).map_err(|error| match file.filter(|_| !given) {
            Some(file) if !error.shows_a_secret() => SettingsError::Mistakes(vec![error.mistake(file.span, &text)]),
            _ => SettingsError::Usage(error.to_string()),
        })?;
        Ok(Some(url))
    }

    fn server(&self, config: &Config, arguments: &ServerArguments) -> Result<Option<ServerAddress>, SettingsError> {
        let base = self.address(arguments.base_url.as_ref(), BASE_URL, config.base_url.as_ref())?;
        let export = self.address(arguments.export_url.as_ref(), "DRAFTGATE_EXPORT_URL", config.export_url.as_ref())?;
        let token = self.address(arguments.token_url.as_ref(), "DRAFTGATE_TOKEN_URL", config.token_url.as_ref())?;
        let Some(base_url) = base else { return Ok(None) };
        let export_url = export.map_or_else(|| beside(&base_url, VENDOR_EXPORT, "export"), Ok)?;
        let token_url = token.map_or_else(|| beside(&base_url, VENDOR_TOKEN, "/connect/token"), Ok)?;
        Ok(Some(ServerAddress { base_url, export_url, token_url }))
    }

    fn credentials(&self, config: &Config) -> Result<Option<Credentials>, SettingsError> {
        let id = self.setting(None, "DRAFTGATE_CLIENT_ID", config.client_id.as_ref())?;
        let secret = self.setting(None, "DRAFTGATE_CLIENT_SECRET", config.client_secret.as_ref())?;
        let scope = self.setting(None, "DRAFTGATE_SCOPE", config.scope.as_ref())?;
        match (id, secret) {
            (Some(client_id), Some(secret)) => {
                self.scope.world().redactor.add(&secret);
                let scope = scope.unwrap_or_else(|| SCOPE.to_owned());
                Ok(Some(Credentials { client_id, client_secret: Secret::new(secret), scope }))
            }
            (None, None) => Ok(None),
            (Some(_), None) => Err(SettingsError::Usage("there is a client_id and no client_secret".to_owned())),
            (None, Some(_)) => Err(SettingsError::Usage("there is a client_secret and no client_id".to_owned())),
        }
    }
}

/// The address of a service that is not configured: the vendor's for the vendor's interpreter, else beside it.
fn beside(base: &Url, vendor: &str, path: &str) -> Result<Url, SettingsError> {
    if base.host_str().is_some_and(|host| host == "trulioo.com" || host.ends_with(".trulioo.com")) {
        return config::address(vendor).map_err(|error| SettingsError::Usage(error.to_string()));
    }
    let mut base = base.clone();
    let trimmed = base.path().trim_end_matches('/').to_owned();
    base.set_path(&trimmed);
    base.join(path).map_err(|error| SettingsError::Usage(format!("{base}: {error}")))
}

/// Snapshots lie beside a folder called `scenarios`, and inside any other.
fn default_snapshots(root: &Path) -> PathBuf {
    let named = root.canonicalize().ok().and_then(|root| root.file_name().map(std::ffi::OsStr::to_owned));
    if named.is_some_and(|name| name == "scenarios") {
        root.join("..").join("snapshots")
    } else {
        root.join("snapshots")
    }
}

/// `scenarios/../snapshots` is shown as `snapshots`.
fn tidy(path: &Path) -> PathBuf {
    use std::path::Component;
    let mut tidy = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir if matches!(tidy.components().next_back(), Some(Component::Normal(_))) => {
                tidy.pop();
            }
            Component::CurDir => {}
            other => tidy.push(other),
        }
    }
    tidy
}
