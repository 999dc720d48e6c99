//! A step stands on what was read of the things that it names, but for what the run changed itself.

use host_plan::{Approved, Concern, Observed, Shown};
use serde_json::{Value as Json, json};

use crate::bed;

fn read(title: &str, identity: &str, parameters: &Json, changed_by: &[u32]) -> Observed {
    let call = bed::call(title, identity, parameters);
    let shown = Shown::of(&Ok(json!({})));
    Observed { changed_by: changed_by.to_vec(), ..Observed::new(0, call, shown) }
}

/// The plan of `ack` installs or upgrades the same add-on in one cluster after the other.
#[test]
fn the_same_words_make_no_two_things_one() {
    let plan = bed::recorded_plan("ack");
    let installs = plan.steps.iter().filter(|step| step.call.action == "InstallClusterAddons");
    let installs: Vec<(u32, String)> = installs
        .map(|step| (step.number, step.call.text("cluster_id").unwrap_or_default().to_owned()))
        .collect();
    let [(first, one), .., (last, other)] = &installs[..] else { panic!("{installs:#?}") };
    assert_ne!(one, other);
    let addon = |cluster: &str, changed_by: &[u32]| {
        let named = json!({ "cluster_id": cluster, "name": "ack-onepilot" });
        read("cs:ListClusterAddonInstances", "source", &named, changed_by)
    };
    let clusters = read("cs:DescribeClustersV1", "source", &json!({}), &[]);
    let users = read("ram:ListUsers", "monitoring", &json!({}), &[1]);
    let user = read("ram:GetUser", "monitoring", &json!({ "UserName": "ack-reporter" }), &[]);
    let observed = [addon(one, &[]), addon(other, &[*last]), clusters, users, user];
    let [one, other, clusters, users, user] = &observed;

    let mut approved = Approved::new(&plan);
    let all = [one, other, user, clusters, users];
    assert_eq!(approved.untouched(&observed, Concern::Besides), all);
    assert_eq!(approved.ground(*first, &observed), [one]);
    assert_eq!(approved.ground(*last, &observed), [other]);
    assert_eq!(approved.ground(1, &observed), [user]);
    assert_eq!(approved.ground(2, &observed), [] as [&Observed; 0], "step 1 made that user");

    for step in plan.steps.iter().take_while(|step| step.number < *last) {
        approved.next(&step.call).expect("it is the next step");
    }
    assert_eq!(approved.untouched(&observed, Concern::Besides), [other, clusters]);
    assert_eq!(approved.untouched(&observed, Concern::Named), [other]);
}
