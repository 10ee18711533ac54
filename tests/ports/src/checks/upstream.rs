//! Calls outside, against a server that the test runs (or scripts).

use std::time::Duration;

use super::{Check, Findings, Home, equal, told};
use crate::ports::{PortError, UpstreamRequest, UpstreamResponse};

/// Runs these checks.
pub(super) async fn all(home: &Home<'_>, findings: &mut Findings) {
    findings.add("an answer has status, headers in lower case and body", answer(home)).await;
    findings.add("an error status is an answer", teapot(home)).await;
    findings.add("a redirect is not followed", redirect(home)).await;
    findings.add("method, headers and body arrive", arrives(home)).await;
    findings.add("a server that does not answer ends in a timeout", silent(home)).await;
    findings.add("a body that does not end ends in a timeout", endless(home)).await;
    findings.add("a body over the limit is refused, one at the limit is not", large(home)).await;
    findings.add("a server that is not there is unavailable", nobody(home)).await;
}

fn get(url: String) -> UpstreamRequest {
    UpstreamRequest {
        method: "GET",
        url,
        headers: Vec::new(),
        body: None,
        timeout: Duration::from_secs(30),
        max_bytes: 100_000,
    }
}

async fn send(home: &Home<'_>, request: UpstreamRequest) -> Result<UpstreamResponse, PortError> {
    home.upstream.send(request).await
}

fn header<'r>(response: &'r UpstreamResponse, name: &str) -> Option<&'r str> {
    response.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
}

async fn answer(home: &Home<'_>) -> Check {
    let response = told("ok", send(home, get(format!("{}/ok", home.server))).await)?;
    equal("status", response.status, 200)?;
    equal("header", header(&response, "x-suite"), Some("Yes"))?;
    equal("body", response.body, "héllo".as_bytes())
}

async fn teapot(home: &Home<'_>) -> Check {
    let response = told("teapot", send(home, get(format!("{}/teapot", home.server))).await)?;
    equal("status", response.status, 418)?;
    equal("body", response.body, b"")
}

async fn redirect(home: &Home<'_>) -> Check {
    let response = told("redirect", send(home, get(format!("{}/redirect", home.server))).await)?;
    equal("status", response.status, 302)?;
    equal("location", header(&response, "location"), Some("/ok"))
}

async fn arrives(home: &Home<'_>) -> Check {
    let request = UpstreamRequest {
        method: "POST",
        headers: vec![("x-sent".to_owned(), "this".to_owned())],
        body: Some(vec![0, 255, 10, 128]),
        ..get(format!("{}/echo", home.server))
    };
    let response = told("echo", send(home, request).await)?;
    equal("what arrived", String::from_utf8_lossy(&response.body).as_ref(), "POST this 00ff0a80")
}

async fn ends_in_timeout(home: &Home<'_>, path: &str) -> Check {
    let request =
        UpstreamRequest { timeout: Duration::from_millis(150), ..get(format!("{}{path}", home.server)) };
    match send(home, request).await {
        Err(PortError::Timeout(_)) => Ok(()),
        other => Err(format!("{path}: {other:?}")),
    }
}

async fn silent(home: &Home<'_>) -> Check {
    ends_in_timeout(home, "/silent").await
}

async fn endless(home: &Home<'_>) -> Check {
    ends_in_timeout(home, "/endless").await
}

async fn large(home: &Home<'_>) -> Check {
    let at = |max_bytes| UpstreamRequest { max_bytes, ..get(format!("{}/large", home.server)) };
    let response = told("at the limit", send(home, at(300_000)).await)?;
    equal("length", response.body.len(), 300_000)?;
    match send(home, at(299_999)).await {
        Err(PortError::TooLarge(_)) => Ok(()),
        other => Err(format!("over the limit: {:?}", other.map(|response| response.body.len()))),
    }
}

async fn nobody(home: &Home<'_>) -> Check {
    for url in [format!("{}/ok", home.nobody), "not a url".to_owned()] {
        match send(home, get(url.clone())).await {
            Err(PortError::Unavailable(_)) => {}
            other => return Err(format!("{url}: {other:?}")),
        }
    }
    Ok(())
}
