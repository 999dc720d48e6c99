//! `host simulate`: the offline cloud as a server.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use host_model::quote;
use host_simulator::{DirectoryEntry, OPERATOR, Scenario, Simulator, Tls, serve, serve_tls};
use serde_json::json;

use crate::context::Context;
use crate::failure::Failure;
use crate::interrupt;
use crate::offline::read_scenario;
use crate::output::{data, event};

/// The region of the profiles that `--write-config` writes.
const REGION: &str = "cn-hangzhou";

/// Serve the offline cloud on this machine, for SDKs, scripts and `host run --endpoint`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Where to listen: loopback only; port 0 takes a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// A scenario file instead of the two accounts that are built in.
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,
    /// Write the invented operators' keys as an official `config.json`, one profile for each account.
    #[arg(long, value_name = "FILE")]
    write_config: Option<PathBuf>,
    /// Serve over TLS, with a certificate made on the spot; the authority that clients have to trust is
    /// written to FILE.
    #[arg(long, value_name = "FILE")]
    tls: Option<PathBuf>,
    /// Write the cloud to FILE when this ends: what is in it, and how often each action had an effect.
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// One JSON object a line instead of text.
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) async fn run(arguments: Arguments, _: &Context) -> Result<u8, Failure> {
    if !arguments.listen.ip().is_loopback() {
        let message = format!(
            "`{}` is not on loopback, and the keys of this cloud are no secret",
            arguments.listen
        );
        return Err(
            Failure::usage("simulator.address-open", message).hint("listen on 127.0.0.1 or [::1]")
        );
    }
    let (scenario, _) = read_scenario(arguments.scenario.as_deref())?;
    let listener = tokio::net::TcpListener::bind(arguments.listen).await.map_err(|error| {
        let message = format!("`{}` cannot be listened on: {error}", arguments.listen);
        Failure::usage("simulator.address-taken", message)
            .hint("`--listen 127.0.0.1:0` takes a free port")
    })?;
    let address = listener.local_addr().map_err(|error| {
        Failure::new("simulator.address-taken", format!("the address cannot be read: {error}"), 1)
    })?;
    if let Some(path) = &arguments.write_config {
        write_config(path, &scenario)?;
    }
    let tls = arguments.tls.as_deref().map(make_tls).transpose()?;
    let ending = interrupt::signal();
    announce(&arguments, address, &scenario);
    let simulator = Arc::new(Simulator::new(scenario, Arc::new(host_net::SystemClock)));
    match tls {
        Some(tls) => serve_tls(listener, Arc::clone(&simulator), &tls, ending).await?,
        None => serve(listener, Arc::clone(&simulator), ending).await?,
    }
    if let Some(path) = &arguments.save {
        let hint = "a file that is there already is never overwritten";
        write_new(path, &simulator.snapshot().to_json())
            .map_err(|error| unwritable("simulator.state-unwritable", path, &error).hint(hint))?;
    }
    if arguments.json {
        event("stopped", json!({}));
    } else {
        data("stopped");
    }
    Ok(0)
}

fn write_config(path: &Path, scenario: &Scenario) -> Result<(), Failure> {
    let hint = "a file that is there already is never overwritten: it may hold real keys";
    write_new(path, &scenario.config_json(REGION))
        .map_err(|error| unwritable("simulator.config-unwritable", path, &error).hint(hint))
}

/// A certificate, with its authority written where the operator said.
fn make_tls(path: &Path) -> Result<Tls, Failure> {
    let tls = Tls::made_for(&[])?;
    let hint = "a file that is there already is never overwritten: clients may trust it";
    write_new(path, tls.authority().unwrap_or_default())
        .map_err(|error| unwritable("simulator.authority-unwritable", path, &error).hint(hint))?;
    Ok(tls)
}

fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = crate::folders::private_file().open(path)?;
    std::io::Write::write_all(&mut file, text.as_bytes())
}

fn unwritable(code: &'static str, path: &Path, error: &std::io::Error) -> Failure {
    Failure::usage(code, format!("`{}` cannot be written: {error}", path.display()))
}

fn announce(arguments: &Arguments, address: SocketAddr, scenario: &Scenario) {
    let directory = scenario.directory();
    if arguments.json {
        let key = |entry: &DirectoryEntry| {
            json!({
                "name": entry.account,
                "account": entry.account_id,
                "user": entry.user,
                "access_key_id": entry.access_key_id,
                "access_key_secret": entry.access_key_secret.expose(),
            })
        };
        let operators = directory.iter().filter(|entry| entry.user == OPERATOR).map(key);
        let fields = json!({
            "address": address.to_string(),
            "tls": arguments.tls.is_some(),
            "accounts": operators.collect::<Vec<_>>(),
            "keys": directory.iter().map(key).collect::<Vec<_>>(),
        });
        return event("listening", fields);
    }
    let scheme = if arguments.tls.is_some() { "https" } else { "http" };
    data(&format!("the offline cloud listens on {scheme}://{address}"));
    data("its accounts and keys are invented:");
    for entry in &directory {
        let (account, user) = (quote(&entry.account), quote(&entry.user));
        data(&format!("  {account} (account {}), user {user}", entry.account_id));
        data(&format!("    access key id      {}", entry.access_key_id));
        data(&format!("    access key secret  {}", entry.access_key_secret.expose()));
    }
    if let Some(path) = &arguments.write_config {
        data(&format!("profiles written to {}", path.display()));
    }
    if let Some(path) = &arguments.tls {
        data(&format!("clients have to trust the authority in {}", path.display()));
    }
    data("Ctrl-C or SIGTERM ends it");
}
