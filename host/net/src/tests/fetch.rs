//! The credential chain's own requests.

use host_ports::{Fetch, FetchError, FetchPurpose};

use super::server::{Server, reply};
use super::*;
use crate::HttpFetch;

async fn fetch(
    purpose: FetchPurpose,
    scheme: Scheme,
    authority: &str,
) -> Result<HttpReply, FetchError> {
    let fetch = HttpFetch::new(&settings()).unwrap();
    let fetched = fetch.fetch(purpose, request(scheme, authority)).await;
    if let Err(error) = &fetched {
        assert!(!format!("{error} {error:?}").contains("s3cr3t"), "{error:?}");
        assert!(error.to_string().contains(&format!("`{authority}`")), "{error}");
    }
    fetched
}

#[tokio::test]
async fn every_purpose_reaches_loopback() {
    for purpose in
        [FetchPurpose::Metadata, FetchPurpose::CredentialUri, FetchPurpose::TokenExchange]
    {
        let server = Server::answer(reply("200 OK", "", "keys"));
        let got = fetch(purpose, Scheme::Http, &server.authority()).await.unwrap();
        assert_eq!(got.body, b"keys");
    }
}

#[tokio::test]
async fn only_an_instance_asks_the_metadata_service() {
    for (purpose, scheme, authority) in [
        (FetchPurpose::CredentialUri, Scheme::Http, "100.100.100.200"),
        (FetchPurpose::CredentialUri, Scheme::Https, "100.100.100.200"),
        (FetchPurpose::CredentialUri, Scheme::Http, "keys.example.com"),
        (FetchPurpose::TokenExchange, Scheme::Http, "sts.aliyuncs.com"),
        (FetchPurpose::Metadata, Scheme::Http, "169.254.169.254"),
        (FetchPurpose::Metadata, Scheme::Http, "keys.example.com"),
        (FetchPurpose::Metadata, Scheme::Https, "keys.example.com"),
    ] {
        let error = fetch(purpose, scheme, authority).await.unwrap_err();
        assert!(error.is_forbidden, "{purpose:?} {authority}: {error}");
    }
}

#[tokio::test]
async fn a_reply_with_keys_is_small() {
    let server = Server::answer(reply("200 OK", "", &"x".repeat(2000)));
    let error = fetch(FetchPurpose::Metadata, Scheme::Http, &server.authority()).await.unwrap_err();
    assert!(!error.is_forbidden);
    assert!(error.to_string().ends_with("its reply is too large"), "{error}");
}
