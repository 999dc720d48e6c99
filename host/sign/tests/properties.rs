//! Proves what holds for every input: encodings come back, order does not matter, nothing that
//! could forge a header is signed, and dates agree with another implementation.

use host_model::{Problem as _, SecretText, Timestamp};
use host_sign::acs3::{self, HeaderSelection};
use host_sign::roa_v1::{self, EmptyValue};
use host_sign::{AccessKey, Request, date, encode, rpc_v1};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

type Pairs = Vec<(String, String)>;

proptest! {
    #[test]
    fn what_was_encoded_can_be_decoded(text in any::<String>()) {
        let encoded = encode::percent_encode(&text);
        prop_assert!(encoded.bytes().all(|byte| byte.is_ascii_graphic()));
        prop_assert_eq!(encode::percent_decode(&encoded).unwrap(), text);
    }

    #[test]
    fn encodes_as_one_byte_after_the_other(text in any::<String>()) {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
        let expected: String = text
            .bytes()
            .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
            .collect();
        prop_assert_eq!(encode::percent_encode(&text), expected);
    }

    #[test]
    fn forms_and_queries_come_back(pairs in vec(("[a-zA-Z0-9._&=+ ]{1,8}", any::<String>()), 0..6)) {
        prop_assert_eq!(&encode::form_decode(&encode::form(&pairs)).unwrap(), &pairs);
        prop_assert_eq!(&encode::form_decode(&encode::query(&pairs)).unwrap(), &pairs);
        let target = encode::target("/p", &pairs);
        let query = target.strip_prefix("/p").unwrap().trim_start_matches('?');
        prop_assert_eq!(encode::form_decode(query).unwrap(), pairs);
    }

    #[test]
    fn decoding_never_fails_in_another_way_than_saying_so(text in any::<String>()) {
        let decoded = encode::form_decode(&text);
        prop_assert!(decoded.is_ok() || decoded.unwrap_err().code() == "sign.form-invalid");
    }

    #[test]
    fn the_order_of_parameters_does_not_matter(
        (pairs, shuffled) in shuffled(),
        headers in header_values(),
    ) {
        let key = key();
        prop_assert_eq!(rpc(&pairs, &key), rpc(&shuffled, &key));
        prop_assert_eq!(v3(&pairs, &headers, &key), v3(&shuffled, &headers, &key));
        prop_assert_eq!(roa(&pairs, &headers, &key), roa(&shuffled, &headers, &key));
    }

    #[test]
    fn the_order_of_headers_does_not_matter(mut headers in header_values()) {
        let key = key();
        let (v3_before, roa_before) = (v3(&[], &headers, &key), roa(&[], &headers, &key));
        headers.reverse();
        prop_assert_eq!(v3_before, v3(&[], &headers, &key));
        prop_assert_eq!(roa_before, roa(&[], &headers, &key));
    }

    #[test]
    fn another_value_has_another_signature(pairs in pairs(), index in any::<prop::sample::Index>()) {
        prop_assume!(!pairs.is_empty());
        let key = key();
        let mut changed = pairs.clone();
        changed[index.index(pairs.len())].1.push('x');
        prop_assert_ne!(rpc(&pairs, &key), rpc(&changed, &key));
        prop_assert_ne!(v3(&pairs, &[], &key), v3(&changed, &[], &key));
        prop_assert_ne!(roa(&pairs, &[], &key), roa(&changed, &[], &key));
    }

    #[test]
    fn a_control_character_in_a_header_is_refused(
        before in "[a-z]{0,4}",
        control in prop_oneof![0_u32..0x20, 0x7f_u32..0xa0],
        after in "[a-z]{0,4}",
        name in prop_oneof![Just("x-acs-extra"), Just("content-type"), Just("user-agent")],
    ) {
        let control = char::from_u32(control).unwrap();
        let value = format!("{before}{control}{after}");
        let headers = [(name.to_owned(), value)];
        prop_assert_eq!(v3(&[], &headers, &key()).unwrap_err(), "sign.header-unsafe");
        prop_assert_eq!(roa(&[], &headers, &key()).unwrap_err(), "sign.header-unsafe");
    }

    #[test]
    fn every_signed_header_is_one_line(headers in vec((any::<String>(), any::<String>()), 0..4)) {
        let mut given: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        given.push(("host", "h"));
        let request = Request { method: "GET", path: "/", query: &[], headers: &given, body: b"" };
        if let Ok(signed) = acs3::sign(&request, &key(), HeaderSelection::All) {
            let names: Vec<&str> = signed.signed_headers.split(';').collect();
            let lines: Vec<&str> = signed.canonical_headers.lines().collect();
            prop_assert_eq!(names.len(), lines.len());
            for (name, line) in names.iter().zip(lines) {
                prop_assert_eq!(line.split_once(':').map(|(name, _)| name), Some(*name));
            }
        }
    }

    #[test]
    fn dates_agree_with_another_implementation(seconds in 0_i64..=253_402_207_200) {
        let at = Timestamp::from_seconds(seconds);
        let other = jiff::Timestamp::from_second(seconds).unwrap();
        prop_assert_eq!(date::iso8601(at).unwrap(), other.to_string());
        let rfc1123 = other.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        prop_assert_eq!(date::rfc1123(at).unwrap(), rfc1123);
    }
}

/// Parameters with names of their own.
fn pairs() -> impl Strategy<Value = Pairs> {
    btree_map("[A-Za-z0-9._-]{1,6}", any::<String>(), 0..8)
        .prop_map(|pairs| pairs.into_iter().filter(|(name, _)| name != "Signature").collect())
}

fn shuffled() -> impl Strategy<Value = (Pairs, Pairs)> {
    pairs().prop_flat_map(|pairs| (Just(pairs.clone()), Just(pairs).prop_shuffle()))
}

fn header_values() -> impl Strategy<Value = Pairs> {
    btree_map("x-acs-[a-z]{1,6}", "[ -~]{0,8}", 0..5).prop_map(|map| map.into_iter().collect())
}

fn key() -> AccessKey {
    AccessKey::permanent("LTAI", SecretText::new("s3cr3t"))
}

fn rpc(pairs: &[(String, String)], key: &AccessKey) -> String {
    rpc_v1::sign("POST", borrowed(pairs), key).signature
}

fn v3(query: &[(String, String)], headers: &[(String, String)], key: &AccessKey) -> Signed {
    with_request(query, headers, |request| {
        let signed = acs3::sign(request, key, HeaderSelection::All);
        signed.map(|signed| signed.authorization).map_err(|error| error.code())
    })
}

fn roa(query: &[(String, String)], headers: &[(String, String)], key: &AccessKey) -> Signed {
    with_request(query, headers, |request| {
        let signed = roa_v1::sign(request, key, EmptyValue::Equals);
        signed.map(|signed| signed.authorization).map_err(|error| error.code())
    })
}

type Signed = Result<String, &'static str>;

fn with_request(
    query: &[(String, String)],
    headers: &[(String, String)],
    sign: impl FnOnce(&Request<'_>) -> Signed,
) -> Signed {
    let query = borrowed(query);
    let mut headers = borrowed(headers);
    headers.push(("host", "h"));
    sign(&Request { method: "POST", path: "/p", query: &query, headers: &headers, body: b"{}" })
}

fn borrowed(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
    pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}
