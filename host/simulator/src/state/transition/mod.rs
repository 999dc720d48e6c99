//! What each action does: one file for each product.

mod arms;
mod cs;
mod ecs;
mod ims;
mod ram;
mod resourcemanager;
mod sts;

use serde_json::Value as Json;

use super::{CloudError, Operation, State};

/// What an action does to the state, and what it answers.
pub(crate) type Transition = fn(&mut State, &Operation<'_>) -> Result<Json, CloudError>;

/// What the action of that name does, if the simulator knows it.
pub(crate) fn transition(product: &str, action: &str) -> Option<Transition> {
    match product {
        "arms" => arms::transition(action),
        "cs" => cs::transition(action),
        "ecs" => ecs::transition(action),
        "ims" => ims::transition(action),
        "ram" => ram::transition(action),
        "resourcemanager" => resourcemanager::transition(action),
        "sts" => sts::transition(action),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use host_catalog::Catalog;

    use super::*;

    #[test]
    fn every_catalogued_action_of_these_products_has_a_transition() {
        for product in Catalog::builtin().products() {
            for action in product.actions.keys() {
                assert!(transition(&product.key, action).is_some(), "{}:{action}", product.key);
            }
        }
    }
}
