//! Settings as the house reads them: `Config::read` is asked, no list of variables is kept beside it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use witness::config::Config;
use witness::kernel::crypto;
use witness::ops::secrets::TRACKED;

/// Variables with their values.
pub type Values = BTreeMap<String, String>;

/// Reads settings: what came of it, and which variables were asked for.
pub fn read(values: &Values) -> (Result<Config, Vec<String>>, BTreeSet<String>) {
    let names = RefCell::new(BTreeSet::new());
    let config = Config::read(&|name| {
        names.borrow_mut().insert(name.to_owned());
        values.get(name).cloned()
    });
    (config, names.into_inner())
}

/// What is wrong with settings.
pub fn mistakes(values: &Values) -> Vec<String> {
    read(values).0.err().unwrap_or_default()
}

/// Every variable that the house reads. Some are read with a certain value of another one alone.
pub fn known() -> BTreeSet<String> {
    let mail = Values::from([("MAIL_PROVIDER".to_owned(), "resend".to_owned())]);
    [Values::new(), mail].iter().flat_map(|values| read(values).1).collect()
}

/// Whether a variable is a secret.
pub fn is_secret(name: &str) -> bool {
    TRACKED.iter().any(|tracked| tracked.name == name)
}

/// 32 bytes as base64url.
pub fn bytes(fill: u8) -> String {
    crypto::base64url(&[fill; 32])
}

/// An Ed25519 key in PKCS #8 (RFC 8410 section 7) as base64url.
pub fn ed25519(fill: u8) -> String {
    const HEAD: [u8; 16] = *b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";
    crypto::base64url(&[HEAD.as_slice(), &[fill; 32]].concat())
}

/// A value that a secret of this name may have, another one for each name.
pub fn stand_in(name: &str) -> String {
    let place = TRACKED.iter().position(|tracked| tracked.name == name).unwrap_or(TRACKED.len());
    let fill = u8::try_from(place + 1).unwrap();
    match name {
        "OTLP_HEADERS" => ["x-key=", &bytes(fill)].concat(),
        _ if name.ends_with("_PRIVATE_KEY") => ed25519(fill),
        _ => bytes(fill),
    }
}

/// Sets the secrets that the house asks for in these settings.
pub fn with_secrets(mut values: Values) -> Values {
    loop {
        let told = mistakes(&values);
        let lacks = |name: &str| {
            let words = [format!("{name} is not set"), format!("{name} must be")];
            !values.contains_key(name)
                && told.iter().any(|one| words.iter().any(|word| one.starts_with(word)))
        };
        let Some(lacking) = TRACKED.iter().find(|tracked| lacks(tracked.name)) else { return values };
        values.insert(lacking.name.to_owned(), stand_in(lacking.name));
    }
}
