//! Keys from a program of the user's.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use host_model::SecretText;
use tokio::io::AsyncReadExt;
use tokio::process::{Child, Command};
use tokio::time::timeout;
use zeroize::Zeroizing;

use crate::session::{Session, from_process};
use crate::{CredentialError, Environment};

/// As long as the official libraries wait. Real time: the program lives in it.
const TIME_MAX: Duration = Duration::from_mins(1);
/// Bytes that are read from it; keys are about two thousand.
const OUTPUT_BYTES_MAX: usize = 64 * 1024;

/// Runs the command, without a shell: blanks separate its arguments, as the command line does it.
pub(crate) async fn run(
    command: &SecretText,
    environment: &Environment,
    origin: &str,
) -> Result<Session, CredentialError> {
    let failed = |reason: &str| CredentialError::ProcessFailed {
        origin: origin.to_owned(),
        reason: reason.to_owned(),
    };
    let mut words = command.expose().split_whitespace();
    let program = words.next().ok_or_else(|| failed("its command is empty"))?;
    if program.contains('/') && !Path::new(program).is_absolute() {
        return Err(failed("its command has a relative path"));
    }
    let mut child = Command::new(program)
        .args(words)
        .env_clear()
        .envs(environment.inherited())
        // The working directory may belong to somebody else.
        .current_dir(environment.home().unwrap_or(Path::new("/")))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(&format!("it cannot be started ({})", error.kind())))?;
    let finished = timeout(TIME_MAX, finish(&mut child)).await;
    let (output, is_success) = finished
        .map_err(|_| failed("it ran for longer than a minute"))?
        .map_err(|error| failed(&format!("it cannot be read ({})", error.kind())))?;
    // One that printed too much was ended for it.
    if output.len() > OUTPUT_BYTES_MAX {
        return Err(failed("it printed too much"));
    }
    if !is_success {
        return Err(failed("it failed"));
    }
    from_process(&output, origin)
}

async fn finish(child: &mut Child) -> std::io::Result<(Zeroizing<Vec<u8>>, bool)> {
    // Room for all of it at once: growing would leave copies behind that nobody wipes.
    let mut output = Zeroizing::new(Vec::with_capacity(OUTPUT_BYTES_MAX + 1));
    if let Some(stdout) = child.stdout.take() {
        let limit = u64::try_from(OUTPUT_BYTES_MAX + 1).unwrap_or(u64::MAX);
        stdout.take(limit).read_to_end(&mut output).await?;
    }
    if output.len() > OUTPUT_BYTES_MAX {
        child.start_kill()?;
    }
    let status = child.wait().await?;
    Ok((output, status.success()))
}
