//! `wasi:io/streams` and the three standard streams: no input; output by the line into the run's log.

use wasmtime::Result;
use wasmtime::component::{ComponentType, Lift, LinkerInstance, Lower, Resource};

use super::poll::Pollable;
use super::resource::Failure;
use crate::state::State;
use crate::{Event, LogLevel};

/// How many bytes one write may bring, as `check-write` says: a constant.
const WRITE_BYTES_MAX: u64 = 64 << 10;

/// Standard input: it has ended. All that can be asked of it answers "closed".
#[derive(Debug)]
pub(super) struct Input;

/// Standard output or standard error.
#[derive(Debug)]
pub(super) struct Output(Channel);

/// Where output goes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Channel {
    Output,
    Errors,
}

/// Why a stream does not go on. Output always does; the type is what WASI asks for.
#[derive(Debug, ComponentType, Lift, Lower)]
#[component(variant)]
enum StreamError {
    #[component(name = "last-operation-failed")]
    LastOperationFailed(Resource<Failure>),
    #[component(name = "closed")]
    Closed,
}

type Written<T> = std::result::Result<T, StreamError>;

pub(super) fn define(
    instance: &mut LinkerInstance<'_, State>,
    stem: &str,
    function: &str,
) -> Result<bool> {
    match (stem, function) {
        ("wasi:cli/stdin", "get-stdin") => {
            instance
                .func_wrap(function, |mut store, (): ()| Ok((store.data_mut().hold(Input)?,)))?;
        }
        ("wasi:cli/stdout", "get-stdout") => get(instance, function, Channel::Output)?,
        ("wasi:cli/stderr", "get-stderr") => get(instance, function, Channel::Errors)?,
        ("wasi:io/streams", "[method]input-stream.subscribe") => {
            instance.func_wrap(function, |mut store, (_,): (Resource<Input>,)| {
                Ok((store.data_mut().hold(Pollable::Ready)?,))
            })?;
        }
        ("wasi:io/streams", method) => match method.strip_prefix("[method]output-stream.") {
            Some(method) => return define_output(instance, function, method),
            None => return Ok(false),
        },
        _ => return Ok(false),
    }
    Ok(true)
}

fn get(instance: &mut LinkerInstance<'_, State>, function: &str, channel: Channel) -> Result<()> {
    instance.func_wrap(function, move |mut store, (): ()| {
        Ok((store.data_mut().hold(Output(channel))?,))
    })
}

fn define_output(
    instance: &mut LinkerInstance<'_, State>,
    function: &str,
    method: &str,
) -> Result<bool> {
    match method {
        "check-write" => instance.func_wrap(function, |_, (_,): (Resource<Output>,)| {
            Ok((Written::Ok(WRITE_BYTES_MAX),))
        })?,
        "flush" | "blocking-flush" => {
            instance.func_wrap(function, |_, (_,): (Resource<Output>,)| Ok((Written::Ok(()),)))?;
        }
        "subscribe" => instance.func_wrap(function, |mut store, (_,): (Resource<Output>,)| {
            Ok((store.data_mut().hold(Pollable::Ready)?,))
        })?,
        "write" | "blocking-write-and-flush" => instance.func_wrap_async(
            function,
            |mut store, (this, bytes): (Resource<Output>, Vec<u8>)| {
                Box::new(async move {
                    store.data_mut().print(&this, &bytes).await?;
                    Ok((Written::Ok(()),))
                })
            },
        )?,
        "write-zeroes" | "blocking-write-zeroes-and-flush" => instance.func_wrap_async(
            function,
            |mut store, (this, length): (Resource<Output>, u64)| {
                Box::new(async move {
                    let state = store.data_mut();
                    let length = usize::try_from(length).unwrap_or(usize::MAX);
                    // Nothing is allocated for what is beyond the budget.
                    if length > state.limits.log_bytes_max {
                        state.count_log(length)?;
                    }
                    state.print(&this, &vec![0; length]).await?;
                    Ok((Written::Ok(()),))
                })
            },
        )?,
        // What is left reads from an input, and that has ended.
        _ => return Ok(false),
    }
    Ok(true)
}

impl State {
    /// Adds to the line that is being written, and ends it where the bytes do.
    async fn print(&mut self, stream: &Resource<Output>, bytes: &[u8]) -> Result<()> {
        let Output(channel) = *self.table.get(stream)?;
        self.count_log(bytes.len())?;
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.process.line(channel).extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                self.end_line(channel).await?;
            }
        }
        Ok(())
    }

    /// Passes on what was printed without a newline at the end.
    pub(crate) async fn end_output(&mut self) -> Result<()> {
        for channel in [Channel::Output, Channel::Errors] {
            if !self.process.line(channel).is_empty() {
                self.end_line(channel).await?;
            }
        }
        Ok(())
    }

    async fn end_line(&mut self, channel: Channel) -> Result<()> {
        let line = std::mem::take(self.process.line(channel));
        let line = line.strip_suffix(b"\n").unwrap_or(&line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let message = String::from_utf8_lossy(line).into_owned();
        let (level, stream) = match channel {
            Channel::Output => (LogLevel::Info, "stdout"),
            Channel::Errors => (LogLevel::Warn, "stderr"),
        };
        let fields = vec![("stream".to_owned(), stream.to_owned())];
        self.perform_sure(Event::Log { level, message, fields }).await.map(|_| ())
    }
}
