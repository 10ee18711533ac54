use super::{BOOK, LOAN, SHELF, VISIT, VISITS, diagnostics, refused};

const SHOW: &str = "/~1visit/get";
const BEGIN: &str = "/~1visit/post";
const ISSUE: &str = "/~1ticket/post";

#[test]
fn a_form_fills_a_flat_object() {
    refused(&[
        (
            VISIT,
            "Visit: {properties: {quiet: {type: [boolean, 'null']}}}",
            "/Visit/properties/quiet",
            "a form cannot say `quiet`",
        ),
        (
            VISIT,
            "Visit: {properties: {names: {type: array, maxItems: 2, items: {type: string, maxLength: 9, data_class: public}, description: D.}}}",
            "/Visit/properties/names",
            "a form cannot say `names`",
        ),
    ]);
    let found = diagnostics(VISITS, "/visit: {post: {body: {type: Visit}}}");
    assert!(found.iter().any(|d| d.reason.contains("one of `type`, `form`")), "{found:#?}");
    let found = diagnostics(VISITS, "/ticket: {post: {body: {accepts: [xml, json]}}}");
    assert!(found.iter().any(|d| d.pointer == format!("{ISSUE}/body/accepts/0")), "{found:#?}");
    let found = diagnostics(SHELF, "/api/v1/books: {post: {body: {accepts: [form]}}}");
    assert!(
        found.iter().any(|d| d.reason.contains("`NewBook` is no object that a form can fill")),
        "{found:#?}"
    );
    let found = diagnostics(SHELF, "/api/v1/books/{id}: {patch: {body: {accepts: [json]}}}");
    assert!(found.iter().any(|d| d.reason.contains("`accepts` stands beside `type`")), "{found:#?}");
}

#[test]
fn only_a_body_is_open() {
    refused(&[
        (LOAN, "Health: {open: true}", "/Health/open", "only an object that is a body"),
        (BOOK, "BookPatch: {open: true}", "/BookPatch/open", "only an object that is a body"),
        (VISITS, "/visit: {get: {open_query: very}}", "/~1visit/get/open_query", "must be true or false"),
    ]);
}

#[test]
fn pages_and_redirects_stand_in_their_places() {
    let place = |rest: &str| Box::leak(format!("{SHOW}/{rest}").into_boxed_str()) as &'static str;
    refused(&[
        (
            VISITS,
            "/visit: {get: {cache: {scope: private, max_age: 0}}}",
            place("cache"),
            "a page or a redirect is not kept",
        ),
        (
            VISITS,
            "/ticket: {post: {cache: {etag: content}}}",
            "/~1ticket/post/cache",
            "what an OAuth client is given is not kept",
        ),
        (
            VISITS,
            "/visit: {get: {oauth_errors: true}}",
            place("oauth_errors"),
            "a browser is told problems by a page",
        ),
        (
            VISITS,
            "/visit: {get: {responses: {'301': {description: D., redirect: true}}}}",
            place("responses/301"),
            "a redirect 302 or 303",
        ),
        (
            VISITS,
            "/visit: {get: {responses: {'302': {description: D., redirect: true}}}}",
            place("responses"),
            "at most one redirect",
        ),
        (
            VISITS,
            "/ticket: {post: {responses: {'303': {description: D., redirect: true}}}}",
            "/~1ticket/post/responses",
            "a redirect stands alone or beside a page",
        ),
        (
            VISITS,
            "/visit: {get: {examples: {one: {response: {status: ok}}}}}",
            place("examples/one/response"),
            "a browser's answer is not shown",
        ),
    ]);
    refused(&[
        (VISITS, "/visit: {get: {cookies: [flow, crumbs]}}", place("cookies/1"), "unknown cookie `crumbs`"),
        (
            SHELF,
            "/api/v1/books: {get: {cookies: [flow]}}",
            "/~1api~1v1~1books/get/cache/scope",
            "an answer that may set a cookie is not kept",
        ),
    ]);
    let found = diagnostics(
        VISITS,
        "/visit: {get: {responses: {'200': null, '201': {description: D., page: true}}}}",
    );
    assert!(found.iter().any(|d| d.reason == "a page has the status 200"), "{found:#?}");
    let found = diagnostics(VISITS, "/visit: {post: {responses: {'302': {redirect: false}}}}");
    assert!(found.iter().any(|d| d.pointer == format!("{BEGIN}/responses/302")), "{found:#?}");
}

#[test]
fn an_upgrade_is_a_get_that_nothing_is_added_to() {
    const BELL: &str = "/~1bell/get";
    let place = |rest: &str| Box::leak(format!("{BELL}/{rest}").into_boxed_str()) as &'static str;
    refused(&[
        (
            VISITS,
            "/bell: {get: {responses: {'101': {type: none}}}}",
            place("responses/101"),
            "a 101 has no body",
        ),
        (
            VISITS,
            "/bell: {get: {responses: {'101': {type: Ticket}}}}",
            place("responses/101"),
            "a 101 has no body",
        ),
        (
            VISITS,
            "/bell: {get: {responses: {'200': {description: D., type: Ticket}}}}",
            place("responses/200"),
            "an upgrade has the response 101 alone",
        ),
        (
            VISITS,
            "/bell: {get: {responses: {'101': null}}}",
            place("responses"),
            "an upgrade has the response 101 alone",
        ),
        (
            VISITS,
            "/bell: {get: {cache: {scope: private, max_age: 0}}}",
            place("cache"),
            "a socket is not kept",
        ),
        (VISITS, "/bell: {get: {cache: {etag: content}}}", place("cache"), "a socket is not kept"),
        (
            VISITS,
            "/bell: {get: {idempotency: optional}}",
            place("idempotency"),
            "a GET is idempotent already",
        ),
        (VISITS, "/bell: {get: {cookies: [flow]}}", place("cookies"), "sets no cookies"),
        (
            VISITS,
            "/bell: {get: {headers: {Upgrade: {type: string, maxLength: 9, description: D., data_class: public}}}}",
            place("headers/Upgrade"),
            "the header `Upgrade` is the gateway's",
        ),
        (
            VISITS,
            "/bell: {get: {examples: {front: {response: {ticket: t-1}}}}}",
            place("examples/front/response"),
            "the operation answers without a body",
        ),
        (
            VISITS,
            "/visit: {get: {responses: {'101': {description: D.}}}}",
            "/~1visit/get/responses/101",
            "an operation with `upgrade: true`",
        ),
    ]);
    let found = diagnostics(VISITS, "/bell: {get: {upgrade: socket}}");
    assert!(found.iter().any(|d| d.pointer == format!("{BELL}/upgrade")), "{found:#?}");
    let found = diagnostics(
        VISITS,
        "/ticket: {post: {upgrade: true, responses: {'200': null, '101': {description: D.}}}}",
    );
    assert!(
        found
            .iter()
            .any(|d| d.pointer == format!("{ISSUE}/upgrade") && d.reason == "only a GET becomes a socket"),
        "{found:#?}"
    );
    let found = diagnostics(
        VISITS,
        "/ticket: {post: {upgrade: true, idempotency: optional, responses: {'200': null, '101': {description: D.}}}}",
    );
    assert!(found.iter().any(|d| d.pointer == format!("{ISSUE}/idempotency")), "{found:#?}");
}

#[test]
fn a_text_names_its_media_type_and_is_shown_as_one() {
    let reasons =
        |change: &str| diagnostics(VISITS, change).into_iter().map(|d| d.reason).collect::<Vec<_>>();
    let found = reasons("/visits: {get: {responses: {'200': {stream: null, text: application/json}}}}");
    assert!(found.iter().any(|reason| reason.contains("a media type `text/…`")), "{found:#?}");
    let text = |example: &str| {
        reasons(&format!(
            "/visits: {{get: {{responses: {{'200': {{stream: null, text: text/plain}}}}, examples: {{front: {example}}}}}}}"
        ))
    };
    assert_eq!(text("{response: Nobody.}"), Vec::<String>::new());
    assert_eq!(text("{response: {who: 1}}"), ["the operation answers with a text"]);
    assert_eq!(text("{}"), ["the example has no `response`"]);
}

#[test]
fn a_stream_is_a_get_that_nobody_keeps() {
    const HEAR: &str = "/~1visits/get";
    let place = |rest: &str| Box::leak(format!("{HEAR}/{rest}").into_boxed_str()) as &'static str;
    refused(&[
        (
            VISITS,
            "/visits: {get: {cache: {scope: private, max_age: 0}}}",
            place("cache"),
            "a stream is not kept",
        ),
        (VISITS, "/visits: {get: {cache: {etag: content}}}", place("cache"), "a stream is not kept"),
        (
            VISITS,
            "/visits: {get: {responses: {'200': null, '201': {description: D., stream: true}}, examples: {front: {status: 201}}}}",
            place("responses/201"),
            "a stream has the status 200",
        ),
        (
            VISITS,
            "/visits: {get: {examples: {front: {response: {ticket: t-1}}}}}",
            place("examples/front/response"),
            "what a stream tells is not shown",
        ),
    ]);
    let reasons =
        |change: &str| diagnostics(VISITS, change).into_iter().map(|d| d.reason).collect::<Vec<_>>();
    let found = reasons("/visits: {get: {responses: {'200': {stream: often}}}}");
    assert!(found.iter().any(|reason| reason.contains("and `stream: true`")), "{found:#?}");
    let found = reasons("/visits: {get: {responses: {'200': {type: Ticket}}}}");
    assert!(found.iter().any(|reason| reason.contains("a response has one of")), "{found:#?}");
    let found = reasons("/ticket: {post: {responses: {'200': {type: null, stream: true}}}}");
    assert!(found.contains(&"only a GET becomes a stream".to_owned()), "{found:#?}");
}
