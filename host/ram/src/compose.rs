//! Documents that workflows write.

use serde_json::{Value, json};

use crate::trust::ASSUME_ROLE;

/// A trust policy for exactly these RAM principals, if given under an external id.
///
/// The names are written as they are; [`crate::Document::parse_as`] and [`crate::risks`] judge
/// them. Without any principal the result is no valid document.
pub fn trust_document(principals: &[String], external_id: Option<&str>) -> String {
    let mut statement = json!({
        "Effect": "Allow",
        "Principal": { "RAM": single_or_list(principals) },
        "Action": ASSUME_ROLE,
    });
    if let Some(id) = external_id {
        statement["Condition"] = json!({ "StringEquals": { "sts:ExternalId": id } });
    }
    document(&statement)
}

/// A permission policy to assume exactly these roles; the narrow form of
/// `AliyunSTSAssumeRoleAccess`, which is for every role there is.
pub fn assume_role_document(role_arns: &[String]) -> String {
    document(&json!({
        "Effect": "Allow",
        "Action": ASSUME_ROLE,
        "Resource": single_or_list(role_arns),
    }))
}

fn document(statement: &Value) -> String {
    json!({ "Version": "1", "Statement": [statement] }).to_string()
}

fn single_or_list(names: &[String]) -> Value {
    match names {
        [only] => json!(only),
        names => json!(names),
    }
}
