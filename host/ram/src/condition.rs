//! The `Condition` of a statement: operators, keys, values.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::decimal::Decimal;
use crate::glob;
use crate::holds::Holds;
use crate::instant;
use crate::network::Network;

/// What the request brings along, by condition key (`acs:SourceIp`, `sts:ExternalId`, …).
pub type Context = BTreeMap<String, Vec<String>>;

/// An operator of the language. Names are compared exactly; any other name is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Operator {
    pub(crate) name: &'static str,
    test: Test,
    negated: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Test {
    Same,
    SameAnyCase,
    Like,
    Number(Order),
    Date(Order),
    Bool,
    Address,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

const fn is(name: &'static str, test: Test) -> Operator {
    Operator { name, test, negated: false }
}

const fn is_not(name: &'static str, test: Test) -> Operator {
    Operator { name, test, negated: true }
}

const OPERATORS: [Operator; 21] = [
    is("StringEquals", Test::Same),
    is_not("StringNotEquals", Test::Same),
    is("StringEqualsIgnoreCase", Test::SameAnyCase),
    is_not("StringNotEqualsIgnoreCase", Test::SameAnyCase),
    is("StringLike", Test::Like),
    is_not("StringNotLike", Test::Like),
    is("NumericEquals", Test::Number(Order::Equal)),
    is_not("NumericNotEquals", Test::Number(Order::Equal)),
    is("NumericLessThan", Test::Number(Order::Less)),
    is("NumericLessThanEquals", Test::Number(Order::LessOrEqual)),
    is("NumericGreaterThan", Test::Number(Order::Greater)),
    is("NumericGreaterThanEquals", Test::Number(Order::GreaterOrEqual)),
    is("DateEquals", Test::Date(Order::Equal)),
    is_not("DateNotEquals", Test::Date(Order::Equal)),
    is("DateLessThan", Test::Date(Order::Less)),
    is("DateLessThanEquals", Test::Date(Order::LessOrEqual)),
    is("DateGreaterThan", Test::Date(Order::Greater)),
    is("DateGreaterThanEquals", Test::Date(Order::GreaterOrEqual)),
    is("Bool", Test::Bool),
    is("IpAddress", Test::Address),
    is_not("NotIpAddress", Test::Address),
];

impl Operator {
    /// The operator of that exact name.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        OPERATORS.iter().find(|operator| operator.name == name)
    }

    /// The known name that `name` is a different spelling of.
    pub(crate) fn misspelled(name: &str) -> Option<&'static str> {
        let alike = |known: &&Self| known.name.eq_ignore_ascii_case(name);
        OPERATORS.iter().find(alike).map(|known| known.name)
    }
}

/// All conditions of a statement; every one must hold.
///
/// Values are texts here: `true` and `"true"`, `5` and `"5"` mean the same to the operators.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Condition {
    /// Operator name, then key, to the values of which one must suit.
    pub(crate) known: BTreeMap<&'static str, BTreeMap<String, BTreeSet<String>>>,
    /// Operators that are not understood, kept as they stand.
    pub(crate) unknown: BTreeMap<String, Value>,
}

impl Condition {
    pub(crate) fn is_empty(&self) -> bool {
        self.known.is_empty() && self.unknown.is_empty()
    }

    /// Whether all that is understood holds for `context`; an unknown operator makes the whole
    /// statement opaque.
    pub(crate) fn holds(&self, context: &Context) -> Holds {
        Holds::all(self.tests().map(|(operator, key, values)| test(operator, key, values, context)))
    }

    /// The first part that does not hold for certain, in words.
    pub(crate) fn obstacle(&self, context: &Context) -> Option<String> {
        for (operator, key, values) in self.tests() {
            let name = operator.name;
            let key_quoted = host_model::quote(key);
            match test(operator, key, values, context) {
                Holds::Yes => {}
                Holds::No if context.contains_key(key) => {
                    return Some(format!("its condition `{name}` on `{key_quoted}` is not met"));
                }
                Holds::No => {
                    return Some(format!(
                        "its condition `{name}` needs `{key_quoted}`, which the request does not have"
                    ));
                }
                Holds::Unsure => {
                    return Some(format!(
                        "its condition `{name}` on `{key_quoted}` cannot be judged"
                    ));
                }
            }
        }
        let operator = self.unknown.keys().next()?;
        let operator = host_model::quote(operator);
        Some(format!("its condition operator `{operator}` is not known"))
    }

    fn tests(&self) -> impl Iterator<Item = (&'static Operator, &String, &BTreeSet<String>)> {
        self.known.iter().flat_map(|(name, keys)| {
            let operator = Operator::named(name);
            keys.iter().filter_map(move |(key, values)| operator.map(|it| (it, key, values)))
        })
    }
}

/// One operator on one key.
///
/// A key that the request does not have: a positive operator does not hold; a negated one is in
/// doubt, because the collected texts do not say (so an Allow with it does not apply, a Deny
/// does). The same doubt remains where only the case of the key differs.
fn test(operator: &Operator, key: &str, values: &BTreeSet<String>, context: &Context) -> Holds {
    let Some(present) = context.get(key).filter(|present| !present.is_empty()) else {
        let other_case =
            context.keys().any(|other| other != key && other.eq_ignore_ascii_case(key));
        return if operator.negated || other_case { Holds::Unsure } else { Holds::No };
    };
    let pairs = present.iter().flat_map(|own| values.iter().map(move |wanted| (own, wanted)));
    let any = Holds::any(pairs.map(|(own, wanted)| suits(operator.test, own, wanted)));
    // `not` stands before the whole list: none of the values may suit.
    any.negated_if(operator.negated)
}

fn suits(test: Test, own: &str, wanted: &str) -> Holds {
    match test {
        Test::Same => Holds::from(own == wanted),
        Test::SameAnyCase => Holds::from(own.to_lowercase() == wanted.to_lowercase()),
        Test::Like => Holds::from(glob::matches(wanted, own)),
        Test::Number(order) => ordered(order, Decimal::parse(own), Decimal::parse(wanted)),
        Test::Date(order) => ordered(order, instant::parse(own), instant::parse(wanted)),
        Test::Bool => both(truth(own), truth(wanted), |own, wanted| own == wanted),
        Test::Address => {
            both(Network::parse(own), Network::parse(wanted), |own, wanted| wanted.holds(own))
        }
    }
}

/// A value that cannot be read leaves doubt.
fn both<T>(own: Option<T>, wanted: Option<T>, judge: impl Fn(&T, &T) -> bool) -> Holds {
    match (own, wanted) {
        (Some(own), Some(wanted)) => Holds::from(judge(&own, &wanted)),
        _ => Holds::Unsure,
    }
}

fn ordered<T: Ord>(order: Order, own: Option<T>, wanted: Option<T>) -> Holds {
    both(own, wanted, |own, wanted| match order {
        Order::Equal => own == wanted,
        Order::Less => own < wanted,
        Order::LessOrEqual => own <= wanted,
        Order::Greater => own > wanted,
        Order::GreaterOrEqual => own >= wanted,
    })
}

fn truth(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}
