//! The plan as a picture.

use host_plan::graph;

use crate::bed;

#[test]
fn recorded_runs() {
    for name in ["delegate", "ack"] {
        insta::assert_snapshot!(name, graph(&bed::recorded_plan(name)));
    }
}

#[test]
fn nothing_in_a_name_is_markup() {
    let hostile = "x\"]; click n0 \"javascript:alert(1)\"\n  n9[<b>#`%%{init}\u{202e}\u{3164}";
    let steps = serde_json::json!([
        { "do": "ram:CreateUser", "with": { "UserName": hostile } },
        { "do": "ram:CreateUser", "as": hostile, "with": { "UserName": "y" } },
    ]);
    let rehearsal = bed::rehearsal(&steps);
    let mut plan = bed::plan(host_plan::compose(&rehearsal, &rehearsal));
    let before = graph(&plan).lines().count();
    hostile.clone_into(&mut plan.steps[1].within.title);
    plan.accounts.insert(hostile.to_owned(), plan.accounts["source"].clone());
    let text = graph(&plan);
    assert_eq!(text.lines().count(), before, "{text}");
    for never in ["click n0 \"", "<b>", "javascript:alert(", "`", "%%{", "\u{202e}", "\u{3164}"] {
        assert!(!text.contains(never), "{never}: {text}");
    }
}

#[test]
fn many_steps_are_cut_and_said() {
    let step = serde_json::json!({ "do": "ram:AttachPolicyToUser", "with": { "UserName": "a", "PolicyName": "p" } });
    let rehearsal = bed::rehearsal(&vec![step; 20].into());
    let text = graph(&bed::plan(host_plan::compose(&rehearsal, &rehearsal)));
    assert!(text.contains("<br/>and 12 steps more\""), "{text}");
    assert!(text.contains(" 8. attach") && !text.contains(" 9. attach"), "{text}");
}

#[test]
fn nothing_points_at_itself() {
    let calls = |id: &str| {
        bed::rehearsal(&serde_json::json!([
            { "do": "ram:CreateAccessKey", "with": { "UserName": "a" }, "answer": { "Id": id } },
            { "do": "ram:UpdateAccessKey", "with": { "UserName": "a", "UserAccessKeyId": id } },
            { "do": "ram:DeleteUser", "with": { "UserName": format!("b-{id}") } },
        ]))
    };
    let plan = bed::plan(host_plan::compose(&calls("decided-one"), &calls("decided-two")));
    let text = graph(&plan);
    let edges: Vec<&str> = text.lines().filter(|line| line.contains("-->")).collect();
    assert_eq!(edges, ["  n0 -->|known after step 1| n1"], "{text}");
}
