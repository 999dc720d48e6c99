//! Identity Management Service: users with tags, and the domain of sign-in names.

use crate::bindings::aliyun::ims::queries;
use crate::plain::plain;

pub use crate::bindings::aliyun::ims::changes::{
    CreateAccessKeyOptions, CreateLoginProfileOptions, CreateUserOptions, DeleteUserOptions,
    create_access_key, create_login_profile, create_user, delete_user,
};
pub use crate::bindings::aliyun::ims::queries::{GetUserOptions, get_user};
pub use crate::bindings::aliyun::ims::types::{LoginProfile, NewAccessKey, User};

plain! {
    queries::get_default_domain => get_default_domain() -> String:
        "Reads the domain of sign-in names.";
}
