//! From the raw parts of a request to the typed input of an operation.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::check::{MOST_FAULTS, check, push_segment};
use super::read::FromValue;
use super::schema::{Body, Field, Input, Kind, Schema};
use super::{MAX_DEPTH, Params};
use crate::kernel::json;
use crate::kernel::problem::{Place, Problem, Violation};

/// The raw parts of a request, after its route, size and content type were found right.
pub struct RawInput<'a> {
    /// The path parameters as they stand in the path.
    pub params: Params<'a>,
    /// The query without its `?`.
    pub query: &'a str,
    /// The value of a header by its lower-case name.
    pub header: &'a dyn Fn(&str) -> Option<String>,
    /// The body, if one was sent.
    pub body: Option<&'a [u8]>,
    /// Whether the body is a form (`application/x-www-form-urlencoded`) and no JSON.
    pub form: bool,
}

/// Reads and checks everything that an operation takes.
///
/// # Errors
/// `malformed` (400) when the path, the query or the body cannot be read at all or a required body
/// is missing; `invalid` (422) with all violations of all parts when a rule is broken.
pub fn decode<T: FromValue>(raw: &RawInput<'_>, input: &Input) -> Result<T, Problem> {
    T::from_value(gather(raw, input)?).ok_or_else(unreadable)
}

/// The descriptors admit only what the types read; should they ever differ, it is told as a malformed request and
/// never as a panic.
#[cold]
fn unreadable() -> Problem {
    Problem::malformed("The request cannot be read.").cause("a descriptor admits what its type does not")
}

/// Collects the parts under their names (`path`, `query`, `header`, `body`), as the generated input
/// types hold them; a part without parameters is left out.
fn gather(raw: &RawInput<'_>, input: &Input) -> Result<Value, Problem> {
    let mut gathered = Gathered::default();
    for field in input.path {
        let text = raw.params.get(field.name).map(|segment| percent(segment, false)).transpose()?;
        gathered.parameter(Place::Path, field, text.as_deref());
    }
    gathered.part("path", input.path);
    let (query, declared) =
        (gathered.pairs(Place::Query, raw.query, input.query, input.open_query)?, input.query);
    for field in declared {
        let text = query.iter().find(|(name, _)| name == field.name).map(|(_, text)| &**text);
        gathered.parameter(Place::Query, field, text);
    }
    gathered.part("query", input.query);
    for field in input.header {
        gathered.parameter(Place::Header, field, (raw.header)(field.name).as_deref());
    }
    gathered.part("header", input.header);
    let chosen = body_schema(&gathered.parts, &input.body);
    if let Some((schema, required, open, tag)) = chosen {
        match raw.body.filter(|bytes| !bytes.is_empty()) {
            None if required => return Err(Problem::malformed("The request has no body.")),
            None => {}
            Some(bytes) => {
                let mut value =
                    if raw.form { gathered.form(bytes, schema, open)? } else { parse(bytes, schema, open)? };
                gathered.check(Place::Body, schema, &mut value, "");
                let value = match tag {
                    None => value,
                    Some(tag) => Value::Object(Map::from_iter([(tag.to_owned(), value)])),
                };
                gathered.parts.insert("body".to_owned(), value);
            }
        }
    }
    if gathered.violations.is_empty() {
        Ok(Value::Object(gathered.parts))
    } else {
        gathered.violations.truncate(MOST_FAULTS);
        Err(Problem::invalid(gathered.violations))
    }
}

/// Reads JSON; what an open object does not know is left out, and so is what is empty, as in a form.
fn parse(bytes: &[u8], schema: &Schema, open: bool) -> Result<Value, Problem> {
    let mut value = json::parse(bytes, MAX_DEPTH)
        .map_err(|fault| Problem::malformed(format!("The body is not valid JSON: {fault}")))?;
    if let (true, Value::Object(map)) = (open, &mut value) {
        map.retain(|name, value| {
            value.as_str() != Some("") && fields_of(schema).iter().any(|field| field.name == name)
        });
    }
    Ok(value)
}

/// The fields of an object.
fn fields_of(schema: &Schema) -> &'static [Field] {
    match schema.kind {
        Kind::Object(fields) => fields,
        Kind::Same(named) => fields_of(named),
        _ => &[],
    }
}

/// The schema of the body, whether it must be there, whether it is open, and the variant that the path chose.
///
/// A path parameter outside its values has no schema; the parameter's own violation tells of it.
fn body_schema(
    parts: &Map<String, Value>,
    body: &Body,
) -> Option<(&'static Schema, bool, bool, Option<&'static str>)> {
    match body {
        Body::None => None,
        Body::One { schema, required, open } => Some((schema, *required, *open, None)),
        Body::By { parameter, of, required } => {
            let chosen = parts.get("path")?.get(parameter)?.as_str()?;
            let (tag, schema) = of.iter().find(|(value, _)| *value == chosen)?;
            Some((schema, *required, false, Some(tag)))
        }
    }
}

/// A name and its value.
type Pair<'t> = (Cow<'t, str>, Cow<'t, str>);

#[derive(Default)]
struct Gathered {
    parts: Map<String, Value>,
    fields: Map<String, Value>,
    violations: Vec<Violation>,
}

impl Gathered {
    fn violation(&mut self, place: Place, name: &str, code: &'static str, message: &str) {
        let mut pointer = String::new();
        push_segment(&mut pointer, name);
        self.violations.push(Violation { place, pointer, code, message: message.to_owned() });
    }

    fn check(&mut self, place: Place, schema: &Schema, value: &mut Value, name: &str) {
        let mut prefix = String::new();
        if !name.is_empty() {
            push_segment(&mut prefix, name);
        }
        self.violations.extend(check(schema, value).into_iter().map(|fault| Violation {
            place,
            pointer: format!("{prefix}{}", fault.pointer),
            code: fault.code,
            message: fault.message,
        }));
    }

    /// Puts the fields so far under the name of their part.
    fn part(&mut self, name: &str, declared: &[Field]) {
        let fields = std::mem::take(&mut self.fields);
        if !declared.is_empty() {
            self.parts.insert(name.to_owned(), Value::Object(fields));
        }
    }

    fn parameter(&mut self, place: Place, field: &Field, text: Option<&str>) {
        match text {
            None if field.required => self.violation(place, field.name, "required", "must be given"),
            None => {}
            Some(text) => {
                let mut value = coerce(field.schema, text);
                self.check(place, field.schema, &mut value, field.name);
                self.fields.insert(field.name.to_owned(), value);
            }
        }
    }

    /// Reads a form: the values of its fields, each as the type that it must have.
    fn form(&mut self, bytes: &[u8], schema: &Schema, open: bool) -> Result<Value, Problem> {
        let text = std::str::from_utf8(bytes).map_err(|_| Problem::malformed("The form is not UTF-8."))?;
        let fields = fields_of(schema);
        let pairs = self.pairs(Place::Body, text, fields, open)?;
        let mut form = Map::new();
        for (name, text) in &pairs {
            if let Some(field) = fields.iter().find(|field| field.name == *name) {
                form.insert(name.to_string(), coerce(field.schema, text));
            }
        }
        Ok(Value::Object(form))
    }

    /// The declared names and their values in a query or a form. Names that are given twice are violations, and so
    /// are unknown ones unless it is `open`. Then an empty value is as good as none (RFC 6749 sections 3.1, 3.2).
    fn pairs<'t>(
        &mut self,
        place: Place,
        text: &'t str,
        fields: &[Field],
        open: bool,
    ) -> Result<Vec<Pair<'t>>, Problem> {
        let mut pairs: Vec<Pair<'t>> = Vec::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, text) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, text) = (percent(name, true)?, percent(text, true)?);
            let known = fields.iter().any(|field| field.name == name);
            if known && !pairs.iter().any(|(earlier, _)| *earlier == name) {
                pairs.push((name, text));
            } else if self.violations.len() >= MOST_FAULTS || (open && !known) {
                continue;
            } else if known {
                self.violation(place, &name, "unique-items", "must be given once");
            } else {
                let short: String = name.chars().take(64).collect();
                self.violation(place, &short, "unknown-field", "is not a known parameter");
            }
        }
        if open {
            pairs.retain(|(_, text)| !text.is_empty());
        }
        Ok(pairs)
    }
}

/// The JSON value that a parameter's text stands for; text that does not fit stays a string and
/// the check tells what it should have been.
fn coerce(schema: &Schema, text: &str) -> Value {
    let text_value = || Value::String(text.to_owned());
    match &schema.kind {
        Kind::Same(named) => coerce(named, text),
        Kind::Integer { .. } => match text.parse::<i64>() {
            // `+1`, `01` and `-0` are other spellings that a cache key would tell apart.
            Ok(whole) if whole.to_string() == text => Value::from(whole),
            _ if is_digits(text) => Value::from(if text.starts_with('-') { i64::MIN } else { i64::MAX }),
            _ => text_value(),
        },
        Kind::Number { .. } => match json::read(text) {
            Ok(number @ Value::Number(_)) => number,
            _ => text_value(),
        },
        Kind::Boolean(_) => match text {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => text_value(),
        },
        Kind::Array { .. } if text.is_empty() => Value::Array(Vec::new()),
        Kind::Array { items, .. } => text.split(',').map(|item| coerce(items, item)).collect(),
        _ => text_value(),
    }
}

/// Whether a text is an integer too long for 64 bits rather than something else.
fn is_digits(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.len() > 18 && !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit())
}

/// Decodes percent-encoding (RFC 3986), and `+` as a space where `form` says so.
///
/// # Errors
/// 400 where it is broken.
pub fn percent(text: &str, form: bool) -> Result<Cow<'_, str>, Problem> {
    if !text.bytes().any(|b| b == b'%' || (form && b == b'+')) {
        return Ok(Cow::Borrowed(text));
    }
    let malformed = || Problem::malformed("There is a broken percent-encoding.");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digit = |b: Option<u8>| char::from(b?).to_digit(16).and_then(|d| u8::try_from(d).ok());
                let (Some(high), Some(low)) = (digit(rest.next()), digit(rest.next())) else {
                    return Err(malformed());
                };
                high * 16 + low
            }
            b'+' if form => b' ',
            byte => byte,
        });
    }
    String::from_utf8(bytes).map(Cow::Owned).map_err(|_| malformed())
}
