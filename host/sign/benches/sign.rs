//! How long a signature takes: for each scheme, the signature alone and everything that `apply`
//! does. Budget: 5 µs a request, on one core of an ordinary server.
//!
//! The request is a typical one: twelve parameters, a session's token, no body.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use host_model::{HttpRequest, Scheme as Protocol, SecretText, Timestamp};
use host_sign::acs3::{self, HeaderSelection};
use host_sign::roa_v1::{self, EmptyValue};
use host_sign::{AccessKey, Api, Request, Scheme, Stamp, apply, encode, rpc_v1};

const API: Api<'static> = Api { action: "DescribeInstances", version: "2014-05-26" };

fn sign(criterion: &mut Criterion) {
    let key = key();
    for (name, scheme) in
        [("acs3", Scheme::Acs3), ("rpc_v1", Scheme::RpcV1), ("roa_v1", Scheme::RoaV1)]
    {
        let sent = apply(scheme, unsigned(), &key, stamp(), API).expect("the request is sound");
        let (query, headers) = (borrowed(&sent.query), borrowed(&sent.headers));
        let headers: Vec<(&str, &str)> =
            headers.into_iter().filter(|(name, _)| *name != "authorization").collect();
        let request =
            Request { method: "POST", path: "/", query: &query, headers: &headers, body: b"" };
        let expected = match scheme {
            Scheme::RpcV1 => query.last().map(|(_, value)| *value),
            Scheme::Acs3 | Scheme::RoaV1 => sent.header("authorization"),
        };
        assert_eq!(Some(signed(scheme, &request, &key).as_str()), expected);
        criterion.bench_function(&format!("sign/{name}/12"), |bencher| {
            bencher.iter(|| signed(scheme, black_box(&request), &key));
        });
    }
}

fn signed(scheme: Scheme, request: &Request<'_>, key: &AccessKey) -> String {
    const SOUND: &str = "the request is sound";
    match scheme {
        Scheme::Acs3 => {
            acs3::sign(request, key, HeaderSelection::Standard).expect(SOUND).authorization
        }
        Scheme::RpcV1 => rpc_v1::sign(request.method, request.query.iter().copied(), key).signature,
        Scheme::RoaV1 => roa_v1::sign(request, key, EmptyValue::Bare).expect(SOUND).authorization,
    }
}

fn applied(criterion: &mut Criterion) {
    let key = key();
    for (name, scheme) in
        [("acs3", Scheme::Acs3), ("rpc_v1", Scheme::RpcV1), ("roa_v1", Scheme::RoaV1)]
    {
        criterion.bench_function(&format!("apply/{name}/12"), |bencher| {
            bencher.iter_batched(
                || (unsigned(), stamp()),
                |(request, stamp)| apply(scheme, request, &key, stamp, API),
                BatchSize::SmallInput,
            );
        });
    }
}

fn encoded(criterion: &mut Criterion) {
    let text = r#"{"Statement":[{"Effect":"Allow","Action":["arms:Get*"]}]}"#.repeat(180);
    assert_eq!(encode::percent_decode(&encode::percent_encode(&text)).as_ref(), Ok(&text));
    criterion.bench_function("percent_encode/10KiB", |bencher| {
        bencher.iter(|| encode::percent_encode(black_box(&text)));
    });
}

fn unsigned() -> HttpRequest {
    let query =
        (1..=12).map(|n| (format!("InstanceId.{n}"), format!("i-bp1 fake/{n:04}"))).collect();
    HttpRequest {
        method: "POST".to_owned(),
        scheme: Protocol::Https,
        authority: "ecs.cn-shanghai.aliyuncs.com".to_owned(),
        path: "/".to_owned(),
        query,
        headers: vec![("user-agent".to_owned(), "host/0.1.0".to_owned())],
        body: Vec::new(),
    }
}

fn key() -> AccessKey {
    let token = SecretText::new("CAISfakeSecurityToken/With+Chars==".repeat(12));
    AccessKey::temporary("STS.NUFakeTemporaryKeyId0001", SecretText::new("FakeSecret"), token)
}

fn stamp() -> Stamp {
    let nonce = "3156853299f313e23d1673dc12e1703d".to_owned();
    Stamp { at: Timestamp::from_seconds(1_704_164_645), nonce }
}

fn borrowed(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
    pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

criterion_group!(benches, sign, applied, encoded);
criterion_main!(benches);
