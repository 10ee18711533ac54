//! Versions of the interface: which one an address means, and whether it still answers (docs/versioning.md).

use super::answer::Answer;
use super::request::is_version;
use crate::config::Config;
use crate::contract::policy::{Version, VersionState};
use crate::contract::{Operation, Route, VERSIONS, route};
use crate::kernel::problem::{Code, Problem};

/// The version that an address means.
#[derive(Debug, Clone, Copy)]
pub struct Meant {
    /// Its place in `VERSIONS`.
    pub place: usize,
    /// The version.
    pub version: &'static Version,
    /// Whether the address leaves it out, which means the current one.
    pub unsaid: bool,
}

/// The name of the current version, which addresses without one mean.
#[must_use]
pub fn current() -> &'static str {
    VERSIONS.first().map_or("", |version| version.name)
}

/// The version that a path under `/api` means; nothing of other paths.
///
/// # Errors
/// 404 for a version that there never was, 410 for one that answers no more.
pub fn meant(path: &str, config: &Config) -> Result<Option<Meant>, Problem> {
    let Some(rest) = path.strip_prefix("/api/") else { return Ok(None) };
    let named = rest.split('/').next().filter(|name| is_version(name));
    let name = named.unwrap_or_else(|| current());
    let found = VERSIONS.iter().enumerate().find(|(_, version)| version.name == name);
    let Some((place, version)) = found else {
        let known: Vec<&str> = VERSIONS.iter().map(|version| version.name).collect();
        let words = ["There is no version ", name, "; there is: ", &known.join(", "), "."].concat();
        return Err(Problem::not_found().detail(words));
    };
    if version.state == VersionState::Retired || config.versions_off.iter().any(|off| off == name) {
        let words = ["The version ", name, " answers no more; the current one is ", current(), "."].concat();
        return Err(Problem::new(Code::VersionRetired).detail(words));
    }
    Ok(Some(Meant { place, version, unsaid: named.is_none() }))
}

/// The headers by which an answer tells of versions: whose it is, where else it is to be found, and until when.
pub fn headers(answer: &mut Answer, meant: Option<Meant>, operation: Option<Operation>, path: &str) {
    let headers = &mut answer.headers;
    let mut links: Vec<String> = Vec::new();
    let mut old = operation.and_then(|operation| operation.policy().deprecated);
    if answer.status == Code::VersionRetired.status() && meant.is_none() {
        let guide = VERSIONS.iter().map(|version| version.link).find(|link| !link.is_empty());
        links.extend(guide.map(|guide| format!("<{guide}>; rel=\"deprecation\"")));
    }
    if let Some(Meant { version, unsaid, .. }) = meant {
        headers.push(("api-version", version.name.to_owned()));
        // Characters that would end the address in the header are never part of one (RFC 3986 section 2).
        let plain = path.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>' | b'"'));
        if operation.is_some() && plain && unsaid {
            let rest = path.strip_prefix("/api").unwrap_or_default();
            links.push(["</api/", version.name, rest, ">; rel=\"canonical\""].concat());
        }
        if version.state == VersionState::Deprecated {
            headers.push(("deprecation", version.since.to_owned()));
            headers.push(("sunset", version.sunset.to_owned()));
            links.push(format!("<{}>; rel=\"deprecation\"", version.link));
            links.extend(successor(path).filter(|_| plain));
            old = None;
        }
    }
    for (name, value) in old.into_iter().flat_map(crate::contract::policy::Deprecation::headers) {
        match name {
            "link" => links.push(value),
            _ => headers.push((name, value)),
        }
    }
    if !links.is_empty() {
        headers.push(("link", links.join(", ")));
    }
}

/// The same address in the current version, if it is one there (RFC 5829 section 3.2).
fn successor(path: &str) -> Option<String> {
    let (_, rest) = path.strip_prefix("/api/")?.split_once('/')?;
    let path = ["/api/", current(), "/", rest].concat();
    let segments = super::request::Segments::of(&path);
    let found = !matches!(route("GET", segments.as_slice()), Route::Unknown);
    found.then(|| ["<", &path, ">; rel=\"successor-version\""].concat())
}
