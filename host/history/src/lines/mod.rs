//! A run as lines for people, at most 100 columns each: steps with their calls, and how it ended.

mod breaking;
mod phrase;

use host_model::{quote, quote_within};
use host_runner::ProofReport;
use host_runner::record::{Ended, Place};
use host_runtime::{Level, LogLevel};

pub use self::phrase::sign_of;

use self::breaking::broken;
use self::phrase::{agreed, changes, claimed, duration, is_quiet, known, outcome, sign, so_far};
use crate::{Item, Past, PastCall, State, What, day, next, time_of_day};

/// Columns of a terminal that a line may take.
const COLUMNS: usize = 100;
/// Characters of somebody's words that are shown.
const WORDS_SHOWN: usize = 500;
/// Columns before the text of an item: two, the time, two.
const TEXT_FROM: usize = 12;

/// The lines of a run in that state. Reads that went well are counted, and listed if `verbose`.
pub fn lines(past: &Past, state: &State, verbose: bool) -> Vec<String> {
    let mut page = Page { lines: Vec::new(), verbose, quiet: 0, day: day(past.began) };
    page.head(past);
    past.items.iter().for_each(|item| page.item(item));
    page.flush();
    page.foot(past, state);
    page.lines
}

struct Page {
    lines: Vec<String>,
    verbose: bool,
    /// Reads that were not listed since the last line.
    quiet: u32,
    day: String,
}

impl Page {
    /// A text below a first prefix, broken between words; what follows is indented as far.
    fn put(&mut self, prefix: &str, text: &str) {
        let indent = " ".repeat(prefix.chars().count());
        let room = COLUMNS.saturating_sub(indent.len()).max(20);
        for (index, part) in broken(text, room).into_iter().enumerate() {
            let before = if index == 0 { prefix } else { &indent };
            self.lines.push(format!("{before}{part}").trim_end().to_owned());
        }
    }

    /// A text below the item before it.
    fn below(&mut self, text: &str) {
        self.put(&" ".repeat(TEXT_FROM + 2), text);
    }

    fn head(&mut self, past: &Past) {
        let begun = &past.begun;
        let workflow = &begun.workflow;
        let vetted = if workflow.vetted { "vetted" } else { "not vetted" };
        let digest = workflow.digest.get(..12).unwrap_or(&workflow.digest);
        self.put(
            "",
            &format!(
                "{}: {} {} ({vetted}, sha256 {}…)",
                past.run,
                words(&workflow.name),
                words(&workflow.version),
                quote(digest)
            ),
        );
        if let Some(run) = &begun.undoes {
            self.put("  ", &format!("takes back what {} made", words(run)));
        }
        if let Some(run) = &past.undone_by {
            self.put("  ", &format!("was taken back by {run}"));
        }
        for (name, party) in &begun.accounts {
            let (id, arn) = (words(&party.account), words(&party.arn));
            self.put("  ", &format!("{}: account {id}, as {arn}", words(name)));
        }
        let place = match &begun.place {
            Place::Offline { scenario: None, .. } => "in the offline cloud".to_owned(),
            Place::Offline { scenario: Some(path), .. } => {
                format!("in the offline cloud of `{}`", words(path))
            }
            Place::Online { endpoint: Some(address), .. } => {
                format!("through `{}`", words(address))
            }
            Place::Online { .. } => "in the real cloud".to_owned(),
        };
        let start = format!("{} {} UTC", day(past.began), time_of_day(past.began));
        self.put("  ", &format!("began {start}, {place}, host {}", words(&begun.host_version)));
        let mut named: Vec<String> = begun.allowed.iter().map(|word| words(word)).collect();
        let flags = [
            (begun.adopt, "taking over what is not marked"),
            (begun.provoke, "sending calls that are meant to be refused"),
            (begun.unattended, "unattended"),
        ];
        named.extend(flags.iter().filter(|(on, _)| *on).map(|(_, word)| (*word).to_owned()));
        if !named.is_empty() {
            self.put("  ", &format!("allowed: {}", named.join(", ")));
        }
    }

    fn item(&mut self, item: &Item) {
        let is_hidden = match &item.what {
            What::Wait { .. } => true,
            What::Log { level, .. } => *level == LogLevel::Debug,
            _ => false,
        };
        if is_hidden && !self.verbose {
            return;
        }
        if let What::Call(call) = &item.what
            && !self.verbose
            && is_quiet(call)
        {
            self.quiet += 1;
            return;
        }
        self.flush();
        let today = day(item.at);
        if today != self.day {
            self.lines.push(format!("  {today}"));
            self.day = today;
        }
        let time = time_of_day(item.at);
        match &item.what {
            What::Step { id, title } => {
                self.lines.push(String::new());
                self.put("▸ ", &format!("{}: “{}”", words(id), words(title)));
            }
            What::Call(call) => self.call(&time, call),
            What::Log { level, message, fields } => self.log(&time, *level, message, fields),
            What::Check { id, claim, detail } => {
                let text = format!("{} {}: “{}”", claimed(*claim), words(id), words(detail));
                self.timed(&time, &text);
            }
            What::Conditional { title, needed } => {
                let needed = if *needed { "needed" } else { "not needed" };
                self.timed(&time, &format!("{needed}: “{}”", words(title)));
            }
            What::Wait { seconds } => self.timed(&time, &format!("… waited {seconds} s")),
            What::Renewed(renewed) => {
                let whose = renewed.identity.as_ref();
                let whose = whose.map(|it| format!(" of {}", words(&it.0))).unwrap_or_default();
                let (product, action) = (words(&renewed.call.product), words(&renewed.call.action));
                self.timed(&time, &format!("↻ keys{whose} were renewed: {product}:{action}"));
                self.request(renewed.request_id.as_deref());
            }
            What::Resumed(resumed) => {
                self.lines.push(String::new());
                let again = resumed.again_from;
                let again = again.map(|n| format!(", trying again from entry {n}"));
                let text = format!(
                    "↻ another process went on (host {}){}",
                    words(&resumed.host_version),
                    again.unwrap_or_default()
                );
                self.timed(&time, &text);
            }
            What::Ended(ended) => {
                self.lines.push(String::new());
                let verdict = ended.verdict.as_str();
                self.timed(&time, &format!("■ {verdict}: {}", words(&ended.reason)));
            }
        }
    }

    fn timed(&mut self, time: &str, text: &str) {
        self.put(&format!("  {time}  "), text);
    }

    fn request(&mut self, id: Option<&str>) {
        if let Some(id) = id {
            self.below(&format!("request {}", words(id)));
        }
    }

    fn log(
        &mut self,
        time: &str,
        level: LogLevel,
        message: &str,
        fields: &std::collections::BTreeMap<String, String>,
    ) {
        let sign = match level {
            LogLevel::Debug | LogLevel::Info => "",
            LogLevel::Warn => "⚠ ",
            LogLevel::Error => "✗ ",
        };
        let fields = fields.iter().map(|(key, value)| format!(" {}={}", words(key), words(value)));
        let fields: String = fields.collect();
        self.timed(time, &format!("{sign}“{}”{fields}", words(message)));
    }

    fn call(&mut self, time: &str, call: &PastCall) {
        let account = words(&call.account);
        let place = match &call.account_name {
            Some(name) => format!("{} ({account})", words(name)),
            None => account,
        };
        self.timed(time, &format!("{} {place}: {}", sign(call), call.sentence));
        let mut facts = vec![format!("{} {}", words(&call.title()), outcome(call))];
        if let Some(took) = call.took.filter(|took| took.attempts > 0) {
            facts.push(duration(took.elapsed_ms));
            facts.extend((took.attempts > 1).then(|| format!("{} attempts", took.attempts)));
        }
        facts.extend(call.sending.as_ref().and_then(|sending| agreed(&sending.consent)));
        facts.extend(call.request_id().map(|id| format!("request {}", words(id))));
        self.below(&facts.join(", "));
        if let Some((code, message)) = call.trouble() {
            self.below(&format!("{}: {}", words(code), words(message)));
        }
        if let Some(how) = call.known.and_then(known) {
            self.below(how);
        }
    }

    /// Says how many reads were not listed.
    fn flush(&mut self) {
        let count = match std::mem::take(&mut self.quiet) {
            0 => return,
            1 => "1 read".to_owned(),
            many => format!("{many} reads"),
        };
        self.put(&" ".repeat(TEXT_FROM), &format!("· {count}"));
    }

    fn foot(&mut self, past: &Past, state: &State) {
        self.lines.push(String::new());
        match (state, past.ended()) {
            (State::Ended(_), Some((at, ended))) => self.end(past, at, ended),
            (State::UnderWay { holder }, _) => {
                self.put("", &format!("under way, held by {}{}", words(holder), so_far(past)));
            }
            (State::Damaged, _) => {
                self.put(
                    "",
                    &format!(
                        "what follows was damaged or changed, and is not shown{}",
                        so_far(past)
                    ),
                );
            }
            _ => {
                let last = format!("{} {} UTC", day(past.last), time_of_day(past.last));
                self.put("", &format!("did not end; last heard of at {last}{}", so_far(past)));
            }
        }
        for text in next(past, state) {
            self.put("next: ", &text);
        }
    }

    fn end(&mut self, past: &Past, at: host_model::Timestamp, ended: &Ended) {
        for proof in &ended.proofs {
            self.proof(proof);
        }
        let looks = match ended.looks {
            0 => String::new(),
            many => format!(", {many} of them scripts that only looked"),
        };
        let seconds = at.since(past.began).as_secs();
        let text = format!(
            "{}: {} ({}, {} calls{looks}, {})",
            ended.verdict.as_str(),
            words(&ended.reason),
            changes(ended.changes),
            ended.calls,
            duration(seconds.saturating_mul(1000))
        );
        self.put("", &text);
        for line in &ended.drift {
            self.put("  ", &words(line));
        }
        if let Some(code) = &ended.code {
            self.put("", &format!("ended by {}, exit status {}", words(code), ended.exit));
        } else if ended.exit != 0 {
            self.put("", &format!("exit status {}", ended.exit));
        }
    }

    fn proof(&mut self, proof: &ProofReport) {
        let level = match proof.level {
            Level::Access => "access",
            Level::Data => "data",
            Level::Guard => "guard",
        };
        let thing = proof.thing.as_deref().map(|thing| format!(": {}", words(thing)));
        let title = format!("{}{}", words(&proof.title), thing.unwrap_or_default());
        if !proof.seen {
            self.put("  · ", &format!("{level}: {title} (not seen)"));
            return;
        }
        self.put("  ✓ ", &format!("{level}: {title}"));
        // The others prove the same.
        let requests = proof.request_ids.iter().take(3).map(|id| words(id)).collect::<Vec<_>>();
        let more = proof.request_ids.len().saturating_sub(3);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        if !requests.is_empty() {
            self.put("      ", &format!("request {}{more}", requests.join(", ")));
        }
    }
}

fn words(text: &str) -> String {
    quote_within(text, WORDS_SHOWN)
}
