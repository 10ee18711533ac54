//! Code samples, made from an operation's first example.

use std::fmt::Write as _;

use super::json;
use super::openapi_schema::{list, map};
use crate::model::{Auth, BodyForm, Carries, Example, Operation};
use crate::node::Node;

/// The host in the samples (RFC 2606).
const HOST: &str = "https://witness.example";

/// The call as curl, JavaScript and Python. A socket is opened in JavaScript alone, and not by a caller who has to say
/// who it is: neither the other two nor browsers can.
pub fn samples(operation: &Operation, example: &Example) -> Option<Node> {
    let call = Call::new(operation, example);
    let sample = |language: &str, label: &str, source: String| {
        map([("lang", language.into()), ("label", label.into()), ("source", source.into())])
    };
    if operation.is_upgrade() {
        let opens = !call.signed_in;
        return opens.then(|| list([sample("JavaScript", "WebSocket", call.socket())]));
    }
    Some(list([
        sample("Shell", "curl", call.curl()),
        sample("JavaScript", "fetch", call.javascript()),
        sample("Python", "Standard library", call.python()),
    ]))
}

struct Call<'a> {
    method: &'a str,
    url: String,
    signed_in: bool,
    headers: Vec<(String, String)>,
    body: Option<&'a Node>,
    form: bool,
    answer: Expected,
}

/// What a sample does with the answer.
#[derive(PartialEq)]
enum Expected {
    Json,
    Page,
    Redirect,
    Stream,
}

impl<'a> Call<'a> {
    fn new(operation: &'a Operation, example: &'a Example) -> Self {
        let mut path = operation.path.clone();
        for (name, value) in &example.path {
            path = path.replace(&format!("{{{name}}}"), &encode(&plain(value)));
        }
        let query: Vec<String> = example
            .query
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name), encode(&plain(value))))
            .collect();
        let mut url = format!("{HOST}{path}");
        if !query.is_empty() {
            let _ = write!(url, "?{}", query.join("&"));
        }
        let mut headers: Vec<(String, String)> =
            example.headers.iter().map(|(name, value)| (name.clone(), plain(value))).collect();
        let body = example.body.as_ref();
        let form = operation.body.as_ref().is_some_and(|body| !body.json);
        let answer = match operation.success.carries {
            Carries::Html | Carries::Text(_) => Expected::Page,
            Carries::Redirect => Expected::Redirect,
            Carries::Stream => Expected::Stream,
            _ => Expected::Json,
        };
        if body.is_some() {
            let media = match operation.body.as_ref().map(|body| &body.form) {
                Some(BodyForm::MergePatch(_)) => "application/merge-patch+json",
                _ if form => "application/x-www-form-urlencoded",
                _ => "application/json",
            };
            headers.push(("Content-Type".to_owned(), media.to_owned()));
        }
        if operation.idempotency {
            headers.push(("Idempotency-Key".to_owned(), "a-key-of-your-own".to_owned()));
        }
        let signed_in = operation.auth != Auth::Public;
        Self { method: operation.method, url, signed_in, headers, body, form, answer }
    }

    fn curl(&self) -> String {
        let quote = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
        let mut out = String::from(if self.answer == Expected::Stream { "curl -N" } else { "curl" });
        if self.method != "GET" {
            let _ = write!(out, " -X {}", self.method);
        }
        let _ = write!(out, " {}", quote(&self.url));
        if self.signed_in {
            out.push_str(" \\\n  -H \"Authorization: Bearer $WITNESS_TOKEN\"");
        }
        for (name, value) in &self.headers {
            let _ = write!(out, " \\\n  -H {}", quote(&format!("{name}: {value}")));
        }
        match self.body {
            Some(Node::Map(fields)) if self.form => {
                for (name, value) in fields {
                    let field = format!("{name}={}", plain(value));
                    let _ = write!(out, " \\\n  --data-urlencode {}", quote(&field));
                }
            }
            Some(body) => {
                let _ = write!(out, " \\\n  --data {}", quote(&json::compact(body)));
            }
            None => {}
        }
        out
    }

    fn socket(&self) -> String {
        let string = |text: &str| json::compact(&text.into());
        let address = string(&self.url.replacen("https:", "wss:", 1));
        let offered =
            self.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("sec-websocket-protocol"));
        let offered = offered.map_or_else(String::new, |(_, names)| {
            format!(", [{}]", names.split(',').map(|name| string(name.trim())).collect::<Vec<_>>().join(", "))
        });
        format!(
            "const socket = new WebSocket({address}{offered});\n\
             socket.addEventListener(\"message\", ({{ data }}) => console.log(data));"
        )
    }

    fn javascript(&self) -> String {
        let string = |text: &str| json::compact(&text.into());
        let mut options = String::new();
        if self.method != "GET" {
            let _ = writeln!(options, "  method: {},", string(self.method));
        }
        if self.signed_in || !self.headers.is_empty() {
            options.push_str("  headers: {\n");
            if self.signed_in {
                options.push_str("    Authorization: `Bearer ${token}`,\n");
            }
            for (name, value) in &self.headers {
                let _ = writeln!(options, "    {}: {},", string(name), string(value));
            }
            options.push_str("  },\n");
        }
        if self.answer == Expected::Redirect {
            options.push_str("  redirect: \"manual\",\n");
        }
        if let Some(body) = self.body {
            let writer = if self.form { "new URLSearchParams" } else { "JSON.stringify" };
            let _ = writeln!(options, "  body: {writer}({}),", json::compact(body));
        }
        let call = if options.is_empty() {
            string(&self.url)
        } else {
            format!("{}, {{\n{options}}}", string(&self.url))
        };
        let rest = match self.answer {
            Expected::Json => {
                "if (!response.ok) throw new Error((await response.json()).code);\n\
                 const result = response.status === 204 ? null : await response.json();"
            }
            Expected::Page => {
                "if (!response.ok) throw new Error(response.status);\nconst page = await response.text();"
            }
            Expected::Stream => {
                "if (!response.ok) throw new Error((await response.json()).code);\n\
                 const text = response.body.pipeThrough(new TextDecoderStream());\n\
                 for await (const part of text) console.log(part);"
            }
            Expected::Redirect => "const next = response.headers.get(\"location\");",
        };
        format!("const response = await fetch({call});\n{rest}")
    }

    fn python(&self) -> String {
        let string = |text: &str| json::compact(&text.into());
        let mut out =
            String::from("import json\nfrom urllib.request import Request, urlopen\n\nrequest = Request(\n");
        if self.form {
            out = out.replacen("import json\n", "import json\nfrom urllib.parse import urlencode\n", 1);
        }
        let _ = write!(out, "    {},\n    method={},\n", string(&self.url), string(self.method));
        if self.signed_in || !self.headers.is_empty() {
            out.push_str("    headers={\n");
            if self.signed_in {
                out.push_str("        \"Authorization\": f\"Bearer {token}\",\n");
            }
            for (name, value) in &self.headers {
                let _ = writeln!(out, "        {}: {},", string(name), string(value));
            }
            out.push_str("    },\n");
        }
        if let Some(body) = self.body {
            let writer = if self.form { "urlencode" } else { "json.dumps" };
            let _ = writeln!(out, "    data={writer}({}).encode(),", python(body));
        }
        out.push_str(")\nwith urlopen(request) as response:\n    ");
        out.push_str(match self.answer {
            Expected::Json => "result = json.loads(response.read() or \"null\")",
            Expected::Stream => "for line in response:\n        print(line.decode().rstrip())",
            _ => "page = response.read().decode()",
        });
        out
    }
}

/// A value as a Python literal.
fn python(node: &Node) -> String {
    match node {
        Node::Null => "None".to_owned(),
        Node::Bool(flag) => if *flag { "True" } else { "False" }.to_owned(),
        Node::List(items) => format!("[{}]", items.iter().map(python).collect::<Vec<_>>().join(", ")),
        Node::Map(entries) => {
            let members: Vec<String> = entries
                .iter()
                .map(|(key, value)| format!("{}: {}", json::compact(&key.as_str().into()), python(value)))
                .collect();
            format!("{{{}}}", members.join(", "))
        }
        scalar => json::compact(scalar),
    }
}

/// A parameter's value as text; the items of a list are joined by commas.
fn plain(node: &Node) -> String {
    match node {
        Node::Text(text) => text.clone(),
        Node::List(items) => items.iter().map(plain).collect::<Vec<_>>().join(","),
        other => json::compact(other),
    }
}

/// Percent-encoding of everything but unreserved characters (RFC 3986 section 2.3) and the comma.
fn encode(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~,".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
