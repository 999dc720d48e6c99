//! What must hold for every action of every product.

use std::collections::{BTreeMap, BTreeSet};

use host_catalog::{
    Action, Catalog, InverseKind, LostReply, Owner, ParameterType, Product, ReplyShape, Risk,
    Shows, Source, Style,
};
use host_model::Effect;

/// Faults of one action, in words.
type Faults = Vec<String>;

fn faults(find: impl Fn(&Product, &Action) -> Faults) {
    let products = Catalog::builtin().products();
    let all: Faults = products
        .flat_map(|product| product.actions.values().map(move |action| (product, action)))
        .flat_map(|(product, action)| {
            let faults = find(product, action);
            let name = format!("{}:{}", product.key, action.name);
            faults.into_iter().map(move |fault| format!("{name}: {fault}"))
        })
        .collect();
    assert!(all.is_empty(), "{}", all.join("\n"));
}

/// The names between braces.
fn placeholders(text: &str) -> Vec<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

#[test]
fn sentences_speak_of_parameters() {
    faults(|_, action| {
        let known = |name: &&str| *name == "RegionId" || action.parameter(name).is_some();
        let strange = placeholders(&action.sentence).into_iter().filter(|name| !known(name));
        strange.map(|name| format!("its sentence has `{name}`")).collect()
    });
}

#[test]
fn paths_and_bodies_are_filled() {
    faults(|product, action| {
        let mut faults = Faults::new();
        for name in placeholders(&action.path) {
            if !action.parameter(name).is_some_and(|parameter| parameter.required) {
                faults.push(format!("its path needs `{name}`"));
            }
        }
        if product.style == Style::Rpc && action.path != "/" {
            faults.push(format!("its path is `{}`", action.path));
        }
        for parameter in action.parameters.iter().filter(|parameter| parameter.at.is_some()) {
            if product.style == Style::Rpc || action.method == "GET" {
                faults.push(format!("`{}` stands in a body that is not there", parameter.name));
            }
        }
        faults
    });
}

#[test]
fn pointers_are_pointers() {
    faults(|_, action| {
        let reply = match &action.reply {
            ReplyShape::Record { at, .. }
            | ReplyShape::List { at, .. }
            | ReplyShape::Text { at }
            | ReplyShape::Secret { at } => Some(at),
            ReplyShape::Nothing | ReplyShape::Tree | ReplyShape::Identity => None,
        };
        let paging = action.paging.iter();
        let paging = paging.flat_map(|it| [Some(&it.items), it.total.as_ref(), it.next.as_ref()]);
        let bodies = action.parameters.iter().filter_map(|parameter| parameter.at.as_ref());
        let guarded = action.guarded.iter().map(|guarded| &guarded.at);
        let all = reply.into_iter().chain(paging.flatten()).chain(bodies).chain(guarded);
        let strange =
            all.filter(|at| !at.is_empty() && (!at.starts_with('/') || at.ends_with('/')));
        strange.map(|at| format!("`{at}` is no pointer")).collect()
    });
}

#[test]
fn lists_that_come_in_pages_come_whole() {
    faults(|_, action| {
        let parameters = action.parameters.iter().filter(|parameter| parameter.is_paging()).count();
        let list = match &action.reply {
            ReplyShape::List { at, .. } => Some(at),
            _ => None,
        };
        match &action.paging {
            Some(paging) if list.is_some_and(|at| *at != paging.items) => {
                vec!["its pages hold another list than its reply".to_owned()]
            }
            Some(paging) if paging.size.is_some_and(|size| !(1..=1000).contains(&size)) => {
                vec!["the size of its pages is no size".to_owned()]
            }
            Some(_) if parameters == 0 => vec!["it has no parameters of paging".to_owned()],
            None if parameters > 0 => vec!["it has parameters of paging, but no pages".to_owned()],
            _ => Faults::new(),
        }
    });
}

#[test]
fn a_token_is_the_hosts() {
    faults(|_, action| {
        let LostReply::Token(name) = &action.lost else { return Faults::new() };
        let is_hosts = |name| action.parameter(name).is_some_and(|it| it.owner == Owner::Host);
        if is_hosts(name) { Faults::new() } else { vec![format!("`{name}` is not the host's")] }
    });
}

/// What is wrong with the parameters of a call that takes `action` back.
fn template_faults(
    product: &Product,
    action: &Action,
    back: &str,
    with: &BTreeMap<String, String>,
    others: &[&String],
) -> Faults {
    let Some(back) = product.actions.get(back) else { return Faults::new() };
    let required = back.parameters.iter().filter(|it| it.required && it.is_open());
    let required = required.filter(|it| it.is != "region");
    let missing = required.filter(|it| !with.contains_key(&it.name) && !others.contains(&&it.name));
    let mut faults: Faults = missing.map(|it| format!("its inverse lacks `{}`", it.name)).collect();
    for name in with.keys().chain(others.iter().copied()) {
        if back.parameter(name).is_none() {
            faults.push(format!("its inverse does not take `{name}`"));
        }
    }
    for source in with.values() {
        let known = match Source::read(source) {
            Source::Given(name) => action.parameter(name).is_some(),
            Source::Reply(at) => at.starts_with('/') && action.reply != ReplyShape::Nothing,
            Source::Before(at) => at.starts_with('/') && product.look_before(action).is_some(),
            Source::Text(text) => !text.is_empty(),
        };
        if !known {
            faults.push(format!("it has no `{source}` for its inverse"));
        }
    }
    faults
}

#[test]
fn what_is_looked_for_is_all_that_was_sent() {
    faults(|product, action| {
        if let Some(began) = &action.began {
            let paged = product.actions.get(&began.read).and_then(|read| read.paging.as_ref());
            let is_list = paged.is_some_and(|paging| paging.items == began.items);
            let strange = action.found.is_some() || !is_list;
            return strange
                .then(|| "what it began is listed nowhere".to_owned())
                .into_iter()
                .collect();
        }
        let Some(found) = &action.found else { return Faults::new() };
        let LostReply::ByName(read) = &action.lost else {
            return vec!["it is not looked for by its name".to_owned()];
        };
        let mut faults = Faults::new();
        let mut looks = vec![(read, &found.with)];
        looks.extend(found.tags.iter().map(|tags| (&tags.read, &tags.with)));
        for (read, with) in looks {
            let Some(look) = product.actions.get(read) else { continue };
            if look.effect.is_write() {
                faults.push(format!("`{read}` is no look"));
            }
            let required = look.parameters.iter().filter(|it| it.required && it.is_open());
            let missing = required.filter(|it| it.is != "region" && !with.contains_key(&it.name));
            faults.extend(missing.map(|it| format!("`{read}` is not told `{}`", it.name)));
            for (name, words) in with {
                if look.parameter(name).is_none() {
                    faults.push(format!("`{read}` does not take `{name}`"));
                }
                let known = |name: &&str| action.parameter(name).is_some_and(|it| it.required);
                let strange = placeholders(words).into_iter().filter(|name| !known(name));
                faults.extend(strange.map(|name| format!("`{name}` may not be given")));
            }
        }
        // What nobody compares could be another's. A secret cannot be read, and a purchase is one or none.
        let is_secret =
            |is: &str| matches!(product.types.get(is), Some(ParameterType::Secret { .. }));
        for parameter in &action.parameters {
            let name = &parameter.name;
            let names =
                found.with.values().any(|words| placeholders(words).contains(&name.as_str()));
            let tags = name == "Tag" && found.tags.is_some();
            let compared = found.equal.contains_key(name) || tags || names;
            let compared = compared || is_secret(&parameter.is);
            if !compared && found.made.is_some() {
                faults.push(format!("nobody compares `{name}`"));
            }
        }
        let strange = found.equal.keys().filter(|name| action.parameter(name).is_none());
        faults.extend(strange.map(|name| format!("it has no `{name}` to compare")));
        let pointers = found.equal.values().chain(found.reply.keys()).chain(found.reply.values());
        let pointers = pointers.chain(&found.made).chain(&found.there);
        let broken = pointers.filter(|at| !at.starts_with('/') || at.ends_with('/'));
        faults.extend(broken.map(|at| format!("`{at}` is no pointer")));
        faults
    });
}

#[test]
fn an_inverse_can_be_called() {
    faults(|product, action| {
        let Some(inverse) = &action.inverse else { return Faults::new() };
        if inverse.kind == InverseKind::Registered {
            let known = |name: &&String| action.parameter(name).is_none();
            return inverse.with.keys().filter(known).map(|it| format!("no `{it}`")).collect();
        }
        let others: Vec<&String> = inverse.back.keys().chain(inverse.less.keys()).collect();
        let (back, with) = (&inverse.action, &inverse.with);
        let mut faults = template_faults(product, action, back, with, &others);
        if let Some(first) = &inverse.first {
            faults.extend(template_faults(product, action, &first.action, &first.with, &[]));
            let flag = first.when.iter().filter(|name| action.parameter(name).is_none());
            faults.extend(flag.map(|name| format!("it has no flag `{name}`")));
        }
        let added = inverse.less.values().chain(inverse.back.keys());
        let strange = added.filter(|name| action.parameter(name).is_none());
        faults.extend(strange.map(|name| format!("it has no `{name}` that could be less")));
        let changes = !(inverse.back.is_empty() && inverse.less.is_empty());
        if changes != (inverse.kind == InverseKind::Changed) {
            faults.push("its inverse is of another kind".to_owned());
        }
        faults
    });
}

#[test]
fn a_read_changes_nothing_and_neither_does_a_session() {
    let actions = Catalog::builtin().products().flat_map(|product| product.actions.values());
    let (writes, reads): (Vec<_>, Vec<_>) = actions.partition(|action| action.effect.is_write());
    assert!(reads.iter().all(|action| !action.changes()));
    let calm = writes.iter().filter(|action| !action.changes()).map(|action| action.name.as_str());
    assert_eq!(calm.collect::<Vec<_>>(), ["AssumeRole"]);
}

#[test]
fn every_change_is_taken_back_or_says_why_not() {
    faults(|_, action| {
        let silent = action.effect.is_write() && action.inverse.is_none() && action.stays.is_none();
        // What is removed does not come back, and a session leaves nothing.
        let plain = action.effect == Effect::Delete || action.opens_session();
        if silent && !plain {
            vec!["nothing takes it back, and it does not say why".to_owned()]
        } else {
            Faults::new()
        }
    });
}

#[test]
fn assumed_codes_are_listed() {
    faults(|_, action| {
        let strange = action.assumed.iter().filter(|code| !action.errors.contains_key(*code));
        strange.map(|code| format!("`{code}` is assumed, but not listed")).collect()
    });
}

#[test]
fn what_is_done_is_shown() {
    faults(|product, action| {
        let reads = action.observe.iter().filter_map(|name| product.actions.get(name));
        let writes = reads.filter(|read| read.effect.is_write());
        writes.map(|write| format!("`{}` is no look", write.name)).collect()
    });
}

#[test]
fn what_lasts_is_a_part_of_a_look() {
    faults(|product, action| {
        let is_look = product.actions.values().any(|it| it.observe.contains(&action.name));
        let is_read = is_look && !action.effect.is_write();
        let stray = (!action.lasting.is_empty() && !is_read).then(|| "it is no look".to_owned());
        let is_place = |at: &str| at.starts_with('/') && !at.ends_with('/') && !at.contains('~');
        let wrong = action.lasting.iter().filter(|at| !is_place(at));
        wrong.map(|at| format!("`{at}` is no place")).chain(stray).collect()
    });
}

/// Reads tell nothing of these, or not at once: workflows follow them, or the change is a session's.
const FOLLOWED: [&str; 8] = [
    "arms:OpenArmsDefaultSLR",
    "arms:OpenArmsServiceSecondVersion",
    "arms:OpenXtraceDefaultSLR",
    "cs:CancelTask",
    "cs:ModifyClusterAddon",
    "ecs:InstallCloudAssistant",
    "ecs:StopInvocation",
    "sts:AssumeRole",
];

/// What is wrong with how a read shows an action.
fn shown_faults(action: &Action, shows: &Shows) -> Faults {
    let (product, read) = shows.read();
    let Some(read) = Catalog::builtin().action(product, read) else {
        return vec![format!("`{}` is no read", shows.read)];
    };
    let mut faults = Faults::new();
    let mut fault = |is: bool, words: String| {
        if is {
            faults.push(words);
        }
    };
    fault(read.effect.is_write(), format!("`{}` is no read", shows.read));
    let asked = shows.with.keys().chain(&shows.beside);
    for name in asked.filter(|name| read.parameter(name).is_none()) {
        fault(true, format!("`{}` does not take `{name}`", shows.read));
    }
    let forms = [shows.found.is_some(), shows.item.is_some(), !shows.same.is_empty()];
    let count = forms.iter().filter(|it| **it).count();
    fault(count != 1, format!("`{}` shows it in {count} ways", shows.read));
    if let Some(item) = &shows.item {
        let lists = read.paging.as_ref().map(|paging| &paging.items);
        fault(lists.is_some_and(|at| *at != item.at), format!("`{}` is no list", item.at));
        fault(item.is.is_empty(), format!("any item of `{}` would do", item.at));
    }
    let items = shows.item.iter().flat_map(|item| item.is.values());
    for source in shows.with.values().chain(items).chain(shows.same.values()) {
        let is_known = match Source::read(source) {
            _ if source == "@account" => true,
            Source::Given(name) => action.parameter(name).is_some(),
            Source::Reply(_) => action.reply != ReplyShape::Nothing,
            Source::Text(text) => !text.is_empty(),
            Source::Before(_) => false,
        };
        fault(!is_known, format!("it has no `{source}` to show"));
    }
    for name in shows.when.iter().chain(&shows.unless) {
        fault(action.parameter(name).is_none(), format!("it has no parameter `{name}`"));
    }
    faults
}

#[test]
fn later_reads_show_each_change_or_it_is_followed() {
    faults(|product, action| {
        let is_followed = FOLLOWED.contains(&format!("{}:{}", product.key, action.name).as_str());
        let mut faults: Faults =
            action.shows.iter().flat_map(|shows| shown_faults(action, shows)).collect();
        if action.effect.is_write() && action.shows.is_empty() != is_followed {
            faults.push("no read shows it, or it is followed as well".to_owned());
        }
        if !action.effect.is_write() && !action.shows.is_empty() {
            faults.push("it changes nothing".to_owned());
        }
        faults
    });
}

#[test]
fn required_parameters_come_first() {
    faults(|_, action| {
        let optional = action.parameters.iter().skip_while(|parameter| parameter.required);
        let late = optional.filter(|parameter| parameter.required);
        late.map(|parameter| format!("`{}` comes late", parameter.name)).collect()
    });
}

#[test]
fn risks_are_where_a_person_expects_them() {
    let products = Catalog::builtin().products();
    let actions = products.flat_map(|product| product.actions.values());
    let risky: BTreeSet<(Risk, &str)> =
        actions.filter_map(|action| Some((action.risk?, action.name.as_str()))).collect();
    for expected in [
        (Risk::Command, "RunCommand"),
        (Risk::Command, "InvokeCommand"),
        (Risk::Purchase, "OpenArmsServiceSecondVersion"),
        (Risk::LicenseKey, "DescribeTraceLicenseKey"),
        (Risk::AccessKey, "CreateAccessKey"),
    ] {
        assert!(risky.contains(&expected), "{expected:?}");
    }
}
