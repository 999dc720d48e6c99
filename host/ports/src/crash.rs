//! Where a process may be made to die, so that tests can prove that nothing is lost there.
//!
//! Without the feature `crash-points` nothing of this is in the program. With it, these variables count:
//!
//! | variable | effect |
//! |---|---|
//! | `HOST_CRASH_AT` | the process kills itself, as `kill -9` would, at the point of that number, from 1 |
//! | `HOST_CRASH_COUNT` | a file to which each point that is passed adds a line: its name |
//! | `HOST_CRASH_CLOCK` | a file whose length, in milliseconds, is added to the time, and to which waits add: every process that shares it sees the same time, and none waits |
//! | `HOST_CRASH_CANARY` | `1`: an intent is not made durable before the request leaves, which a test must find |

#[cfg(feature = "crash-points")]
mod live {
    use std::fs::OpenOptions;
    use std::io::Write as _;
    use std::path::Path;
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    use rustix::process::{Signal, getpid, kill_process};

    #[derive(Debug)]
    struct Orders {
        at: Option<u64>,
        count: Option<String>,
        clock: Option<String>,
        canary: bool,
    }

    static PASSED: AtomicU64 = AtomicU64::new(0);

    #[expect(clippy::disallowed_methods, reason = "a build for tests is told what to do by them")]
    fn orders() -> &'static Orders {
        static ORDERS: OnceLock<Orders> = OnceLock::new();
        let variable = |name: &str| std::env::var(name).ok();
        ORDERS.get_or_init(|| Orders {
            at: variable("HOST_CRASH_AT").and_then(|number| number.parse().ok()),
            count: variable("HOST_CRASH_COUNT"),
            clock: variable("HOST_CRASH_CLOCK"),
            canary: variable("HOST_CRASH_CANARY").is_some_and(|it| it == "1"),
        })
    }

    /// The process dies here if it was told to.
    pub fn crash_point(name: &str) {
        let number = PASSED.fetch_add(1, Ordering::SeqCst) + 1;
        let Orders { at, count, .. } = orders();
        if let Some(path) = count {
            let file = OpenOptions::new().append(true).create(true).open(path);
            let written = file.and_then(|mut file| writeln!(file, "{name}"));
            written.expect("the tests gave a file that can be written");
        }
        if *at == Some(number) {
            kill_process(getpid(), Signal::KILL).expect("a process may kill itself");
            loop {
                std::thread::park();
            }
        }
    }

    /// Whether an intent is not made durable.
    pub fn crash_canary() -> bool {
        orders().canary
    }

    /// How far the time that the tests share is ahead of the machine's.
    pub fn leap() -> Duration {
        let length = |path: &String| Path::new(path).metadata().map_or(0, |file| file.len());
        Duration::from_millis(orders().clock.as_ref().map_or(0, length))
    }

    /// Lets the shared time pass instead of waiting, if there is one.
    pub fn leaps(wait: Duration) -> bool {
        let Some(path) = &orders().clock else { return false };
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(path);
        let millis = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        let length = (leap() + wait).as_millis();
        let length = u64::try_from(length).unwrap_or(millis);
        file.and_then(|file| file.set_len(length)).expect("the tests gave a file");
        true
    }
}

#[cfg(not(feature = "crash-points"))]
mod live {
    use std::time::Duration;

    /// Nothing happens here.
    #[inline]
    pub const fn crash_point(_: &str) {}

    /// Intents are made durable.
    #[inline]
    pub const fn crash_canary() -> bool {
        false
    }

    /// Time is the machine's.
    #[inline]
    pub const fn leap() -> Duration {
        Duration::ZERO
    }

    /// Waits are waits.
    #[inline]
    pub const fn leaps(_: Duration) -> bool {
        false
    }
}

pub use live::{crash_canary, crash_point, leap, leaps};
